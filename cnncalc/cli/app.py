"""The typer application, which builds a command when it is called and not before."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

import cnncalc
from cnncalc.cli import COMMANDS
from cnncalc.text import quote, suggest


class _AsTyped:
    """Takes an option's text as it is."""

    def coerce(self, value: Any, **_: Any) -> Any:
        return value


class Light:
    """A command without typer's conversions, which import pydantic: twice the time of all the rest of a start.

    cnncalc declares every option as text or a flag, and reads it itself. Where typer has no such step, nothing is
    lost: text would be converted to text.
    """

    def get_params(self, ctx: Any) -> list[Any]:
        parameters: list[Any] = super().get_params(ctx)  # type: ignore[misc]
        for parameter in parameters:
            parameter.get_runtime_param = _AsTyped
        return parameters


class LightCommand(Light, TyperCommand):
    """A command that takes its options as they were typed, and ends in peace when nobody reads on."""

    def invoke(self, ctx: Any) -> Any:
        try:
            try:
                return super().invoke(ctx)
            finally:
                sys.stdout.flush()
        except BrokenPipeError:
            # Whoever read the output has seen enough; the interpreter must not find the pipe broken again at its end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(0) from None


class LazyGroup(Light, TyperGroup):
    """A group that imports a command's module when somebody asks for the command."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            ctx.fail(f"there is no command {quote(cmd_name)}. {suggest(cmd_name, list(COMMANDS))}".strip())
        if cmd_name not in self.commands:
            module = import_module(f"cnncalc.cli.{COMMANDS[cmd_name]}")
            single = typer.Typer(add_completion=False, rich_markup_mode=None)
            single.command(cmd_name, cls=LightCommand)(getattr(module, f"{cmd_name}_command"))
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


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", "-V", help="Show the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Shapes, parameters and costs of convolutional networks, from a YAML description.

    Start with:  cnncalc shapes vgg16
    """
