"""``cnncalc rule``: what the linter looks for, and why."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cnncalc.cli.output import chosen, excerpt_width, json_line, write_table, write_text
from cnncalc.language import t
from cnncalc.lint.rules import NAMES, rule
from cnncalc.render.rule import document, markdown, page, rule_table
from cnncalc.text import quote, suggest

FORMATS = ("table", "markdown", "json")


def rule_command(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A rule's name; all are listed without.")] = "",
    format: Annotated[str, typer.Option("--format", "-f", metavar="FORMAT", help=f"{', '.join(FORMATS)}.")] = "table",
) -> None:
    """List the linter's rules, or show one's page.

    cnncalc rule bias-before-batch-norm

    A page says what the rule reports and why, with a bad and a good example, and how to allow it.
    """
    chosen(format, FORMATS, "--format")
    if not name:
        rules = [rule(each) for each in NAMES]
        if format == "json":
            print(json_line([document(each) for each in rules]))
        else:
            write_table(rule_table(rules), format)
        return
    if name not in NAMES:
        help = suggest(name, NAMES, t("`cnncalc rule` lists them"))
        message = t("there is no rule {name}; {help}", name=quote(name), help=help)
        raise typer.BadParameter(message, param_hint="NAME")
    shown = rule(name)
    if format == "json":
        print(json_line(document(shown)))
    elif format == "markdown":
        sys.stdout.write(markdown(shown))
    else:
        write_text(page(shown, excerpt_width(sys.stdout)), sys.stdout)
