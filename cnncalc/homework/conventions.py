"""What a teacher settles for a whole assignment: how things are counted, and what a nearly right answer gets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from cnncalc.analysis import DTYPES
from cnncalc.diagnostics import Fault
from cnncalc.language import t
from cnncalc.layers.base import ROUNDING
from cnncalc.text import listing, quote, suggest
from cnncalc.tree import Mapping, Node, kind_of
from cnncalc.values import Choice, Flag, read_word

LAYOUTS = ("CxHxW", "HxWxC")
UNITS = ("B", "KB", "MB", "GB")
MEMORY = ("all", "weights", "activations")
MOST_POINTS = 1_000_000


@dataclass(frozen=True)
class Conventions:
    """What the answers of an assignment follow."""

    rounding: str = "strict"
    """What a window that does not fit gets, in the networks that the assignment itself writes down."""
    counts: str = "flops"
    """What ``flops`` counts: ``flops`` two for each multiply-accumulate, ``macs`` one."""
    layout: str = "CxHxW"
    """The order of a shape's axes."""
    kilobyte: int = 1024
    """Bytes of a KB."""
    unit: str = "B"
    """What memory is answered in, where an answer names no unit."""
    dtype: str = "float32"
    memory: str = "all"
    """What memory counts: weights and output (``all``), or one of them."""
    biases: bool = True
    """Whether ``params`` counts biases."""
    axes: Fraction = Fraction(1)
    """What each right axis of a wrong shape gets: this part of its share of the points."""
    other_layout: Fraction = Fraction(1, 2)
    """What the right shape gets in the other layout."""
    rounded: Fraction = Fraction(1, 2)
    """What a count gets that is right but rounded."""
    carry_forward: bool = True
    """Whether a row of a table may also follow from the student's own rows above it."""

    @property
    def bytes(self) -> int:
        """The bytes of the unit."""
        return int(self.kilobyte ** UNITS.index(self.unit))


class _Kilobyte:
    """1000 or 1024."""

    def read(self, node: Node, what: str) -> int:
        return int(Choice(("1000", "1024")).read(node, what))

    def schema(self) -> dict[str, Any]:
        return {"enum": [1000, 1024]}


@dataclass(frozen=True)
class _OneOf:
    """One of some words that have capitals, written with them or without."""

    words: tuple[str, ...]

    def read(self, node: Node, what: str) -> str:
        text = read_word(node, what).replace("×", "x").lower()
        for word in self.words:
            if text == word.lower():
                return word
        help = t("one of {words}", words=listing(self.words, "or"))
        raise Fault("invalid-value", t("{what} can't be {kind}", what=what, kind=kind_of(node)), help, span=node.span)

    def schema(self) -> dict[str, Any]:
        spellings = ("".join(f"[{c.lower()}{c.upper()}{'×' * (c == 'x')}]" for c in word) for word in self.words)
        return {"anyOf": [{"enum": list(self.words)}, {"type": "string", "pattern": f"^({'|'.join(spellings)})$"}]}


class Part:
    """A part of the points."""

    def read(self, node: Node, what: str) -> Fraction:
        return read_part(node, what)

    def schema(self) -> dict[str, Any]:
        text = {"type": "string", "pattern": r"^[0-9]*(\.[0-9]*)?(/[0-9]+)?%?$", "minLength": 1}
        return {"anyOf": [{"type": "number", "minimum": 0, "maximum": 1}, text]}


class Points:
    """What a question is worth."""

    def read(self, node: Node, what: str) -> Fraction:
        return read_points(node, what)

    def schema(self) -> dict[str, Any]:
        text = {"type": "string", "pattern": r"^[0-9]+(\.[0-9]*)?(/[0-9]+)?$"}
        return {"anyOf": [{"type": "number", "minimum": 0, "maximum": MOST_POINTS}, text]}


def read_part(node: Node, what: str) -> Fraction:
    """A part of the points, from 0 to 1: ``0.5``, ``1/2`` or ``50%``."""
    text = read_word(node, what)
    part = _fraction(text.removesuffix("%"))
    if part is not None and text.endswith("%"):
        part /= 100
    if part is None or not 0 <= part <= 1:
        message = t("{what} is a part from 0 to 1, not {text}", what=what, text=quote(text))
        raise Fault("invalid-value", message, t("for half of the points write 0.5"), span=node.span)
    return part


def read_points(node: Node, what: str) -> Fraction:
    """Points from 0 to a million: ``2``, ``0.5`` or ``1/3``."""
    text = read_word(node, what)
    points = _fraction(text)
    if points is None or not 0 <= points <= MOST_POINTS:
        message = t("{what} are a number from 0 to {most:,}, not {text}", what=what, most=MOST_POINTS, text=quote(text))
        raise Fault("invalid-value", message, span=node.span)
    return points


def _fraction(text: str) -> Fraction | None:
    text = text.strip()
    # "1e999999999" would be worked out for ever, and a sign is never right.
    if len(text) > 20 or not text.isascii() or not all(c.isdigit() or c in "./" for c in text):
        return None
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        return None


READERS: dict[str, Any] = {
    "rounding": ROUNDING,
    "counts": Choice(("macs", "flops")),
    "layout": _OneOf(LAYOUTS),
    "kilobyte": _Kilobyte(),
    "unit": _OneOf(UNITS),
    "dtype": Choice(tuple(DTYPES)),
    "memory": Choice(MEMORY),
    "biases": Flag(),
    "axes": Part(),
    "other_layout": Part(),
    "rounded": Part(),
    "carry_forward": Flag(),
}
"""What reads each convention, and says for the JSON Schema what it may be."""

EXAMPLE = "conventions: {rounding: strict, layout: CxHxW}"


def read_conventions(node: Node) -> Conventions:
    """The conventions of an assignment. Raises Fault for the first that can't be read, since all matter."""
    if not isinstance(node, Mapping):
        message = t("`conventions` is a mapping, not {kind}", kind=kind_of(node))
        raise Fault("invalid-value", message, EXAMPLE, span=node.span)
    values = {}
    for key, value in node.entries:
        if key.text not in READERS:
            help = suggest(key.text, list(READERS), t("it has {names}", names=listing(READERS)))
            message = t("there is no convention {name}", name=quote(key.text))
            raise Fault("unknown-parameter", message, help, span=key.span)
        values[key.text] = READERS[key.text].read(value, key.text)
    return replace(Conventions(), **values)
