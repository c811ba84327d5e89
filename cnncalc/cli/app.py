"""The typer application, which builds a command when it is called and not before."""

from __future__ import annotations

import gettext
import os
import sys
from collections.abc import Callable
from functools import wraps
from importlib import import_module
from inspect import Parameter, getdoc, signature
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

import cnncalc
from cnncalc.cli import COMMANDS, discard_output
from cnncalc.language import DOMAIN, FOLDER, current, languages, t
from cnncalc.text import listing, printable, quote, suggest


class _AsTyped:
    """Takes an option's text as it is."""

    def coerce(self, value: Any, **_: Any) -> Any:
        return value


def _untyped(**_: Any) -> str:
    """What stands behind an argument's name in a help page: nothing, for all are text."""
    return ""


class Light:
    """A command without typer's conversions, which import pydantic: twice the time of all the rest of a start.

    cnncalc declares every option as text or a flag, and reads it itself. Where typer has no such step, nothing is
    lost: text would be converted to text.
    """

    def get_params(self, ctx: Any) -> list[Any]:
        parameters: list[Any] = super().get_params(ctx)  # type: ignore[misc]
        for parameter in parameters:
            parameter.get_runtime_param = _AsTyped
            if parameter.help:
                parameter.help = t(parameter.help)
            if parameter.param_type_name == "argument":
                parameter.display_type_rich = _untyped
        return parameters

    def get_help_option(self, ctx: Any) -> Any:
        option = super().get_help_option(ctx)  # type: ignore[misc]
        if option is not None:
            option.help = t("Show this help.")
        return option

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        words = {"[OPTIONS]": t("[OPTIONS]"), "COMMAND [ARGS]...": t("COMMAND [ARGS]...")}
        pieces = [words.get(piece, piece) for piece in self.collect_usage_pieces(ctx)]  # type: ignore[attr-defined]
        formatter.write_usage(ctx.command_path, " ".join(pieces), prefix=t("Usage: "))


def with_language(function: Callable[..., None]) -> Callable[..., None]:
    """The command with an option --lang besides. What it asks for is in use already: help is written in it, too."""

    @wraps(function)
    def command(lang: str = "", **values: Any) -> None:
        function(**values)

    help = t("Language of what is shown: {languages}.", languages=", ".join(languages()))
    annotation = Annotated[str, typer.Option("--lang", metavar="LANG", help=help)]
    option = Parameter("lang", Parameter.KEYWORD_ONLY, default="", annotation=annotation)
    own = signature(function, eval_str=True)
    command.__signature__ = own.replace(parameters=[*own.parameters.values(), option])  # type: ignore[attr-defined]
    command.__annotations__ = {**function.__annotations__, "lang": annotation}
    return command


class LightCommand(Light, TyperCommand):
    """A command that takes its options as they were typed, and ends in peace when nobody reads on."""

    allow_extra_args = True

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        left: list[str] = super().parse_args(ctx, args)
        if left and not ctx.resilient_parsing:
            words = listing(map(quote, left[:4]))
            ctx.fail(t("{words} is one word too many; an option stands behind its name.", words=words))
        return left

    def invoke(self, ctx: Any) -> Any:
        try:
            try:
                return super().invoke(ctx)
            except typer.BadParameter as error:
                if ctx.params.get("format") != "json":
                    raise
                _refuse_as_json(ctx, error)
            finally:
                sys.stdout.flush()
        except BrokenPipeError:
            # Whoever read the output has seen enough.
            discard_output()
            raise typer.Exit(0) from None


def _refuse_as_json(ctx: Any, error: Any) -> None:
    """Write what can't be read of the words as the JSON document that was asked for, and end with exit status 2."""
    from cnncalc.cli.output import json_line, refused
    from cnncalc.diagnostics import ArchitectureError, Diagnostic

    given = ctx.params.get(ctx.command.params[0].name) or ctx.info_name
    name = str(given) if isinstance(given, str) else ", ".join(map(str, given))
    found = Diagnostic("invalid-value", "error", f"{error.param_hint}: {error.message}")
    print(json_line(refused(name, ArchitectureError([found]))))
    raise typer.Exit(2) from None


class LazyGroup(Light, TyperGroup):
    """A group that imports a command's module when somebody asks for the command."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            known = suggest(cmd_name, list(COMMANDS))
            ctx.fail("; ".join([t("there is no command {name}", name=quote(cmd_name)), *([known] if known else [])]))
        if cmd_name not in self.commands:
            module = import_module(f"cnncalc.cli.{COMMANDS[cmd_name]}")
            single = typer.Typer(add_completion=False, rich_markup_mode=None)
            function = getattr(module, f"{cmd_name}_command")
            told = getdoc(function)
            single.command(cmd_name, cls=LightCommand, help=told and t(told))(with_language(function))
            self.commands[cmd_name] = typer.main.get_command(single)
        return self.commands[cmd_name]


app = typer.Typer(
    cls=LazyGroup,
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(value: bool) -> None:
    if value:
        print(f"cnncalc {cnncalc.__version__}")
        raise typer.Exit


USAGE_ERROR: Any = typer.BadParameter.__base__
"""What typer raises for a command line that it can't read; BadParameter is one of them."""


def run() -> int:
    """Run the command line and return its exit status; what can't be read of it is told on standard error."""
    gettext.bindtextdomain(DOMAIN, FOLDER)
    gettext.textdomain(DOMAIN)  # typer's own headings are looked up there
    os.environ["LANGUAGE"] = current()
    try:
        return app(standalone_mode=False) or 0
    except USAGE_ERROR as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            error.show()
            return 2
        if error.ctx is not None:
            hint = t("Try '{command}' for help.", command=f"{error.ctx.command_path} -h")
            print(f"{error.ctx.get_usage()}\n{hint}\n", file=sys.stderr)
        print(t("Error: {message}", message=_usage_message(error).strip()), file=sys.stderr)
        return 2
    except typer.Abort:
        return 1


UNITS = ("-K", "--filters", "-U", "--units")
"""What a layer's number of outputs is called by one command or another."""


def _same_option(error: Any) -> list[str]:
    """What an option of another command is called by this one."""
    if error.option_name not in UNITS or error.ctx is None:
        return []
    known = {name for parameter in error.ctx.command.params for name in parameter.opts}
    # A pool's -K is its kernel.
    return [name for name in UNITS if name in known] if {"--filters", "--units"} & known else []


def _usage_message(error: Any) -> str:
    """What is wrong with a command line, in cnncalc's words for the kinds that typer has; else in typer's own."""
    kind = type(error).__name__
    if kind == "NoSuchOption":
        near = listing(_same_option(error) or sorted(error.possibilities or ()), "or")
        hint = " " + t("Did you mean {options}?", options=near) if near else ""
        return t("there is no option {option}.", option=printable(error.option_name)) + hint
    if kind == "MissingParameter" and error.param is not None:
        return t("{argument} is missing.", argument=error.param.metavar or error.param.name.upper())
    if kind == "BadParameter" and error.param_hint:
        return f"{error.param_hint}: {error.message}"
    if kind == "BadOptionUsage":
        return t("{option} needs a value.", option=error.option_name)
    return str(error.format_message())


@app.callback(help=t("Shapes, parameters and costs of convolutional networks, from a YAML description."))
@with_language
def _main(
    version: Annotated[
        bool, typer.Option("--version", "-V", help=t("Show the version."), callback=_version, is_eager=True)
    ] = False,
) -> None:
    """What stands before any command."""
