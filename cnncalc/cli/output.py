"""What the commands share: where output goes, how errors are told, and what a command exits with."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from shutil import get_terminal_size
from typing import Any, TextIO

import typer

from cnncalc.diagnostics import ArchitectureError, Diagnostic
from cnncalc.language import t
from cnncalc.render.messages import EXCERPT, Segment, segments
from cnncalc.render.table import Table, write_csv, write_latex, write_markdown, write_plain, write_terminal
from cnncalc.text import listing, quote, suggest
from cnncalc.values import read_whole

WRITERS = {"markdown": write_markdown, "latex": write_latex, "csv": write_csv}
FORMATS = ("table", "json", *WRITERS)


def styled(stream: Any) -> bool:
    """Whether the stream shows styles: a terminal that has not been told not to."""
    return bool(stream.isatty()) and os.environ.get("TERM") != "dumb"


def console() -> Any:
    """A rich console on standard output."""
    from rich.console import Console

    return Console(highlight=False, emoji=False, markup=False)


def write_table(table: Table, format: str) -> None:
    """The table on standard output: rich on a terminal, plain through a pipe, or as the format asks."""
    if format in WRITERS:
        WRITERS[format](table, sys.stdout)
    elif styled(sys.stdout):
        write_terminal(table, console())
    else:
        write_plain(table, sys.stdout)


def write_text(pieces: Iterable[Segment], stream: Any) -> None:
    """Styled pieces, styled where the stream shows it, and there each line that is too long goes on below itself."""
    if styled(stream):
        from rich.console import Console
        from rich.text import Text

        screen = Console(file=stream, highlight=False)
        for line in Text.assemble(*pieces).split("\n", include_separator=True):
            screen.print(_hanging(line, screen), end="")
    else:
        stream.write("".join(text for text, _ in pieces))


HANGING = 2
"""Columns by which a line's second part is indented; a line that is indented itself goes on below its text."""


def _hanging(line: Any, screen: Any) -> Any:
    """A line that is too wide, broken into several."""
    indent = match.end() if (match := re.match(r" +(\S+: )?", line.plain)) else HANGING
    if line.cell_len <= screen.width or indent > screen.width // 2:
        return line
    end = line.plain[len(line.plain.rstrip("\n")) :]
    line.rstrip()
    first, *others = line.wrap(screen, screen.width - indent)
    for part in (first, *others):
        part.rstrip()
    for part in others:
        first.append("\n" + " " * indent).append_text(part)
    return first.append(end)


def tell(diagnostics: Iterable[Diagnostic], text: str) -> None:
    """The diagnostics on standard error."""
    found = tuple(diagnostics)
    if found:
        sys.stdout.flush()
        write_text(segments(found, text, excerpt_width(sys.stderr)), sys.stderr)


def excerpt_width(stream: Any) -> int:
    """The columns of a source line that the stream shows."""
    # The numbers before a line, and the signs that it was cut, take ten columns more.
    return min(EXCERPT, get_terminal_size().columns - 10) if styled(stream) else EXCERPT


def json_line(document: Any) -> str:
    """A JSON document on one line, in UTF-8."""
    import json

    return json.dumps(document, ensure_ascii=False)


def unwritten(path: str, error: OSError | ValueError) -> str:
    """What is told of a file that can't be written."""
    reason = os.strerror(error.errno).lower() if isinstance(error, OSError) and error.errno else str(error)
    return t("cannot write {path}: {reason}", path=quote(path), reason=reason)


@contextmanager
def opened(path: str, standard: TextIO) -> Iterator[TextIO]:
    """The file of ``--output-file``, open for writing; the standard one where it was not given."""
    if not path:
        yield standard
        return
    try:
        file = open(path, "w", encoding="utf-8", errors="backslashreplace", newline="")  # noqa: SIM115
    except (OSError, ValueError) as error:
        raise typer.BadParameter(unwritten(path, error), param_hint="--output-file") from None
    with file:
        yield file


def refused(name: str, error: ArchitectureError) -> dict[str, Any]:
    """The JSON document of a file that can't be read as an architecture."""
    return {
        "name": name,
        "input": None,
        "output": None,
        "ok": False,
        "totals": None,
        "layers": [],
        "diagnostics": [d.to_dict() for d in error.diagnostics],
    }


@contextmanager
def refusals(name: str, format: str) -> Iterator[None]:
    """Tell what can't be read as an architecture, and end with exit status 2."""
    try:
        yield
    except ArchitectureError as error:
        if format == "json":
            print(json_line(refused(name, error)))
        else:
            tell(error.diagnostics, error.text)
        raise typer.Exit(2) from None


def chosen(value: str, known: Iterable[str], option: str) -> str:
    """An option's word, checked. Raises typer.BadParameter with the nearest."""
    known = list(known)
    if value in known:
        return value
    message = t("'{value}' is not one of {known}", value=value, known=listing(known, "or"))
    raise typer.BadParameter(with_help(message, suggest(value, known)), param_hint=option)


def with_help(message: str, help: str) -> str:
    """A message and its help on one line."""
    return f"{message}; {help}" if help else message


def whole(value: str, option: str) -> int:
    """An option's whole number from 1 on. Raises typer.BadParameter."""
    from cnncalc.diagnostics import Fault, Span
    from cnncalc.tree import Scalar

    try:
        return read_whole(Scalar(value, Span(1, 1, 1, 2)), option)
    except Fault as fault:
        raise typer.BadParameter(fault.message, param_hint=option) from None
