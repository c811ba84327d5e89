"""What the words of ``cnncalc solve`` mean: sizes, ranges and lists of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from cnncalc.cli.output import refusals, with_help
from cnncalc.diagnostics import ArchitectureError, Fault, Span
from cnncalc.language import t
from cnncalc.solving.windows import Values
from cnncalc.text import quote
from cnncalc.tree import Scalar
from cnncalc.values import read_whole

MOST_VALUES = 10_000
"""So many numbers may be listed for an option; a range by itself may be of any length."""


def refuse(given: dict[str, str], reason: str) -> None:
    """Raise typer.BadParameter for the first of these options that was given."""
    for option, text in given.items():
        if text:
            raise typer.BadParameter(reason, param_hint=option)


@contextmanager
def faults(name: str, format: str) -> Iterator[None]:
    """Tell what can't be asked, or read, and end with exit status 2."""
    with refusals(name, format):
        try:
            yield
        except Fault as fault:
            fault.span = None
            raise ArchitectureError.of("", fault) from None


_BY = re.compile(r"\s*[xX×]\s*")


def size_values(text: str, option: str) -> list[Values]:
    """The axes of a size: one, two, or channels before two or three of them."""
    axes = axis_values(text, option)
    if len(axes) > 4:
        message = t("there are {count} axes; channels and up to three spatial axes are most", count=len(axes))
        raise typer.BadParameter(message, param_hint=option)
    return axes


def axis_values(text: str, option: str) -> list[Values]:
    """The numbers to try along each axis: ``3``, ``1x7``, ``1-7``, ``3,5``; none where nothing was given."""
    if not text.strip():
        return []
    return [_values(part, option) for part in _BY.split(text.strip())]


def _values(text: str, option: str) -> Values:
    if option == "-P" and text.lower() in ("same", "valid"):
        help = t("write 0") if text.lower() == "valid" else t("leave -P out, and the padding that does it is found")
        raise typer.BadParameter(
            t("{word} is a rule, and a number is looked for; {help}", word=quote(text), help=help), param_hint=option
        )
    parts = [_part(part.strip(), option) for part in text.split(",")]
    if len(parts) == 1:
        return parts[0] if len(parts[0]) > 1 else (parts[0][0],)
    if sum(map(len, parts)) > MOST_VALUES:
        message = t("a list has at most {most:,} numbers; a range by itself may be longer", most=MOST_VALUES)
        raise typer.BadParameter(message, param_hint=option)
    return tuple(dict.fromkeys(value for part in parts for value in part))


def _part(text: str, option: str) -> range:
    least = 0 if option in ("-P", "--output-padding") else 1
    ends = [text] if text.startswith("-") else re.split(r"\s*-\s*", text, maxsplit=1)
    try:
        numbers = [read_whole(Scalar(end, Span(1, 1, 1, 2)), t("the size"), least) for end in ends]
    except Fault as fault:
        help = fault.help or t("write a number, a range 1-7, or a list 3,5")
        raise typer.BadParameter(with_help(fault.message, help), param_hint=option) from None
    if numbers[-1] < numbers[0]:
        message = t("the range {range} ends before it begins", range=quote(text))
        raise typer.BadParameter(message, param_hint=option)
    return range(numbers[0], numbers[-1] + 1)
