"""``cnncalc misconception``: the mistakes that ``check`` recognises, and what each of them is."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cnncalc.cli.output import chosen, excerpt_width, json_line, write_table, write_text
from cnncalc.homework.misconceptions import MISCONCEPTIONS
from cnncalc.language import t
from cnncalc.render.misconception import document, markdown, misconception_table, page
from cnncalc.text import quote, suggest

FORMATS = ("table", "markdown", "json")


def misconception_command(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A misconception's name; all are listed without.")] = "",
    format: Annotated[str, typer.Option("--format", "-f", metavar="FORMAT", help=f"{', '.join(FORMATS)}.")] = "table",
) -> None:
    """List the mistakes that `check` knows, or show one's page.

    cnncalc misconception bias-forgotten

    A page says what goes wrong, with the hint that a student gets, and an example worked out right and wrong.
    """
    chosen(format, FORMATS, "--format")
    if not name:
        if format == "json":
            print(json_line([document(each) for each in MISCONCEPTIONS]))
        else:
            write_table(misconception_table(MISCONCEPTIONS), format)
        return
    found = {each.name: each for each in MISCONCEPTIONS}
    if name not in found:
        help = suggest(name, list(found), t("`cnncalc misconception` lists them"))
        message = t("there is no misconception {name}; {help}", name=quote(name), help=help)
        raise typer.BadParameter(message, param_hint="NAME")
    if format == "json":
        print(json_line(document(found[name])))
    elif format == "markdown":
        sys.stdout.write(markdown(found[name]))
    else:
        write_text(page(found[name], excerpt_width(sys.stdout)), sys.stdout)
