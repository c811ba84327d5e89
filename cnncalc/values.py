"""The kinds of value in the language: how each is read from text, spread over the axes, and described to an editor.

Everything is read from the text as it was written, never from YAML's idea of it: ``0x7`` is not seven, ``010`` not 8.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence as Axes
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Union

from cnncalc.diagnostics import Fault
from cnncalc.language import t
from cnncalc.text import axis_word, listing, quote, suggest
from cnncalc.tree import Mapping, Node, Scalar, Sequence, kind_of

LIMIT = 10**18
"""No axis and no value is larger."""

Shape = tuple[Union[int, None], ...]
"""C, then the spatial axes; a flat shape has one axis. None is an axis that can't be known."""

Size = Union[int, tuple[int, ...]]
"""One number for every axis, or one for each."""

SIDES: dict[int, tuple[tuple[str, str], ...]] = {
    1: (("left", "right"),),
    2: (("top", "bottom"), ("left", "right")),
    3: (("front", "back"), ("top", "bottom"), ("left", "right")),
}
"""The names of the sides before and after each spatial axis, by rank."""

SIDE_WORDS = tuple(word for pair in SIDES[3] for word in pair)

AXES: dict[int, tuple[str, ...]] = {
    0: ("features",),
    1: ("channels", "length"),
    2: ("channels", "height", "width"),
    3: ("channels", "depth", "height", "width"),
}
"""The names of a shape's axes, by spatial rank."""

_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]*|[1-9][0-9]{0,2}(?:_[0-9]{3})+)\Z")
_REAL = re.compile(r"-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?\Z")
LETTER = "[A-WYZa-wyz]"
"""What may stand for a size that is open, as a pattern; an x joins the axes."""

_BY = re.compile(r"\s*[xX×]\s*")
_COMMAS = re.compile(r"[0-9]+(?: *, *[0-9]+)+\Z")
_BRACKETED = re.compile(r"[\[(](.*)[\])]\Z", re.DOTALL)


def axis_names(rank: int) -> tuple[str, ...]:
    """What the spatial axes are called: height and width in two dimensions."""
    return AXES[rank][1:] if rank in AXES else tuple(t("axis {number}", number=i + 1) for i in range(rank))


def read_whole(node: Node, what: str, least: int = 1) -> int:
    """A whole number from ``least`` to 10¹⁸. Raises Fault ``invalid-value`` or ``limit-exceeded``."""
    if not isinstance(node, Scalar):
        message = t("{what} is one whole number, not {kind}", what=what, kind=kind_of(node))
        raise Fault("invalid-value", message, span=node.span)
    return _whole(node.text.strip(), node, what, least)


def _whole(text: str, node: Node, what: str, least: int) -> int:
    if not _WHOLE.match(text):
        message = t("{what} is a whole number, not {text}", what=what, text=quote(text))
        raise Fault("invalid-value", message, _number_help(text), span=node.span)
    # A longer text can't be a number in the limits, and turning it into one would take its time.
    if len(text) > 30 or abs(value := int(text)) > LIMIT:
        raise Fault("limit-exceeded", t("{what} {text} is more than 10¹⁸", what=what, text=quote(text)), span=node.span)
    if value < least:
        raise Fault("invalid-value", _too_small(value, text, node, what, least), span=node.span)
    return value


def _too_small(value: int, text: str, node: Node, what: str, least: int) -> str:
    if isinstance(node, Scalar) and node.text.strip() != text:
        return t(
            "{what} is {text}, with an axis of {value}, and has to be at least {least}",
            what=what,
            text=quote(node.text),
            value=value,
            least=least,
        )
    source = node.origin if isinstance(node, Scalar) else ""
    found = f"{value} ({quote(source)})" if source else f"{value}"
    return t("{what} is {value} and has to be at least {least}", what=what, value=found, least=least)


def _number_help(text: str) -> str:
    if not text:
        return t("a number is missing")
    if re.fullmatch(r"0[0-9]+", text):
        return t(
            "write {number}: a number with a leading zero means other things to other programs",
            number=text.lstrip("0") or "0",
        )
    if re.fullmatch(r"[0-9]+\.0*", text):
        return t("write {number}", number=text.split(".")[0])
    if re.fullmatch(r"[0-9]+ *[:*/] *[0-9]+", text):
        return t("for an axis each write {shape}, or [{list}]", shape="3x3", list="3, 3")
    if _COMMAS.match(text):
        return comma_help(text, "whole")
    if "," in text or "_" in text:
        return t("digits can be grouped by three with _ : 120_001_000")
    if "$" in text:
        return t("block parameters stand alone (`$c`) or in arithmetic (`$c * 4`); for axes write a list: [1, $n]")
    return ""


Form = Literal["", "whole", "axes", "real"]
"""What numbers of a kind are: one whole number, one for each axis, or a decimal number. Empty where they are none."""


def comma_help(text: str, form: Form) -> str:
    """How to write what somebody wrote with commas: ``1,024``, ``3,3`` or ``0,5``."""
    first, *others = re.findall(r"[0-9]+", text)
    grouped = bool(others) and len(first) <= 3 and all(len(digits) == 3 for digits in others)
    # A shape such as 3,224,224 looks like grouped digits, too.
    if form == "axes" and not any(digits.startswith("0") for digits in others):
        shape = "x".join([first, *others])
        return t("for an axis each write {shape}, or [{list}]", shape=shape, list=", ".join([first, *others]))
    if form == "real" and len(others) == 1:
        return t("write {number}", number=f"{first}.{others[0]}")
    if grouped:
        digits = "".join([first, *others])
        return t("write {number}, or {grouped}", number=digits, grouped="_".join([first, *others]))
    return t("write one number, without a comma")


def _numbers(node: Node, what: str, least: int) -> tuple[int, ...]:
    """The numbers of ``3``, ``1x7``, ``(1, 7)`` or ``[1, 7]``."""
    if isinstance(node, Sequence):
        if not node.items:
            raise Fault("invalid-value", t("{what} is an empty list", what=what), span=node.span)
        return tuple(read_whole(item, what, least) for item in node.items)
    if isinstance(node, Mapping):
        message = t("{what} is a number, or one for each axis, not a mapping", what=what)
        raise Fault("invalid-value", message, span=node.span)
    text = node.text.strip()
    if _COMMAS.match(text):
        message = t("{what} is one number, or one for each axis, not {text}", what=what, text=quote(text))
        raise Fault("invalid-value", message, comma_help(text, "axes"), span=node.span)
    bracketed = _BRACKETED.match(text)
    parts = re.split(r"\s*,\s*", bracketed[1].strip().rstrip(",")) if bracketed else _BY.split(text)
    return tuple(_whole(part, node, what, least) for part in parts)


def read_size(node: Node, what: str, least: int = 1) -> Size:
    """``3``, ``1x7`` or ``[1, 7]``."""
    numbers = _numbers(node, what, least)
    return numbers[0] if len(numbers) == 1 and not isinstance(node, Sequence) else numbers


def read_shape(node: Node, what: str) -> tuple[int, ...]:
    """``3x224x224``, ``[3, 224, 224]`` or ``{channels: 3, height: 224, width: 224}``: channels first, then space."""
    if not isinstance(node, Mapping):
        numbers = _numbers(node, what, 1)
        if len(numbers) > 4:
            message = t("{what} has {count} axes", what=what, count=len(numbers))
            help = t("channels and up to three spatial axes, without a batch: 3x224x224")
            raise Fault("invalid-value", message, help, span=node.span)
        return numbers
    known = dict.fromkeys(name for names in AXES.values() for name in names)
    values: dict[str, int] = {}
    for key, value in node.entries:
        if key.text not in known:
            message = t("{name} is no axis of a shape", name=quote(key.text))
            help = suggest(key.text, list(known), t("an axis is one of {names}", names=listing(known, "or")))
            raise Fault("unknown-parameter", message, help, span=key.span)
        values[key.text] = read_whole(value, key.text)
    for names in AXES.values():
        if set(names) == set(values):
            return tuple(values[name] for name in names)
    message = t("{what} with {axes} is not complete", what=what, axes=listing(values) or t("no axes"))
    help = t("channels, height and width; or channels and length; or channels, depth, height and width; or features")
    raise Fault("invalid-value", message, help, span=node.span)


def read_sides(node: Mapping, what: str) -> dict[str, int]:
    """``{top: 0, bottom: 1}``; a side that is left out is 0."""
    sides: dict[str, int] = {}
    for key, value in node.entries:
        if key.text not in SIDE_WORDS:
            help = suggest(key.text, SIDE_WORDS, t("a side is one of {names}", names=listing(SIDE_WORDS, "or")))
            raise Fault("unknown-parameter", t("{name} is no side", name=quote(key.text)), help, span=key.span)
        sides[key.text] = read_whole(value, f"{what} {key.text}", 0)
    return sides


def read_word(node: Node, what: str) -> str:
    """A word, as written."""
    if not isinstance(node, Scalar) or node.null:
        raise Fault("invalid-value", t("{what} is a word, not {kind}", what=what, kind=kind_of(node)), span=node.span)
    return node.text


class Kind:
    """A kind of value; ``schema`` is its JSON Schema."""

    form: ClassVar[Form] = ""

    @property
    def title(self) -> str:
        """What the value is, in words."""
        raise NotImplementedError

    def read(self, node: Node, what: str) -> Any:
        """The value of the node. Raises Fault ``invalid-value``."""
        raise NotImplementedError

    def settle(self, value: Any, rank: int, what: str) -> Any:
        """The value for an input of that spatial rank: sizes get one number an axis."""
        return value

    def schema(self) -> dict[str, Any]:
        raise NotImplementedError


@dataclass(eq=False, repr=False)
class Whole(Kind):
    """A whole number."""

    form = "whole"
    least: int = 1

    @property
    def title(self) -> str:
        return t("whole number, at least {least}", least=self.least)

    def read(self, node: Node, what: str) -> int:
        return read_whole(node, what, self.least)

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.least, "maximum": LIMIT}


@dataclass(eq=False, repr=False)
class SizeKind(Kind):
    """A number for every axis, or one for each."""

    form = "axes"
    least: int = 1

    @property
    def title(self) -> str:
        return t("size: one number, or one for each axis")

    def read(self, node: Node, what: str) -> Size:
        return read_size(node, what, self.least)

    def settle(self, value: Size, rank: int, what: str) -> tuple[int, ...]:
        return spread(value, rank, what)

    def schema(self) -> dict[str, Any]:
        number = {"type": "integer", "minimum": self.least, "maximum": LIMIT}
        return {
            "anyOf": [
                number,
                {"type": "string", "pattern": r"^\(?[0-9]+( *[x×X,] *[0-9]+){0,2}\)?$"},
                {"type": "array", "items": {"anyOf": [number, {"type": "string"}]}, "minItems": 1, "maxItems": 3},
            ]
        }


@dataclass(eq=False, repr=False)
class PaddingKind(Kind):
    """A size, a side for each edge, ``same`` or ``valid``. Settles to pairs (before, after), or to ``same``."""

    form = "axes"
    words: tuple[str, ...] = ("same", "valid")

    @property
    def title(self) -> str:
        sides = t("sides {names}", names="{top, bottom, left, right}")
        return listing([t("size"), *self.words, sides], "or")

    def read(self, node: Node, what: str) -> Any:
        if isinstance(node, Mapping):
            return read_sides(node, what)
        if isinstance(node, Scalar) and node.text.lower() in self.words:
            return node.text.lower()
        try:
            return read_size(node, what, 0)
        except Fault as fault:
            if fault.rule == "invalid-value" and not fault.help:
                fault.help = t("{what} is a {forms}", what=what, forms=self.title)
            raise

    def settle(self, value: Any, rank: int, what: str) -> Any:
        if value == "same":
            return "same"
        if value == "valid":
            return ((0, 0),) * rank
        if isinstance(value, dict):
            names = SIDES.get(rank, ())
            for side in value:
                if all(side not in pair for pair in names):
                    message = t("{what} has a side {side}, and the input has no such axis", what=what, side=quote(side))
                    raise Fault("invalid-value", message)
            return tuple((value.get(before, 0), value.get(after, 0)) for before, after in names)
        return tuple((p, p) for p in spread(value, rank, what))

    def schema(self) -> dict[str, Any]:
        side = {"type": "integer", "minimum": 0, "maximum": LIMIT}
        sides = {"type": "object", "properties": dict.fromkeys(SIDE_WORDS, side), "additionalProperties": False}
        words: list[dict[str, Any]] = [{"enum": list(self.words)}] if self.words else []
        return {"anyOf": [*SizeKind(0).schema()["anyOf"], *words, sides]}


@dataclass(eq=False, repr=False)
class Flag(Kind):
    """True or false."""

    @property
    def title(self) -> str:
        return t("true or false")

    def read(self, node: Node, what: str) -> bool:
        word = node.text.lower() if isinstance(node, Scalar) else ""
        if word in ("true", "yes", "on"):
            return True
        if word in ("false", "no", "off"):
            return False
        message = t("{what} is true or false, not {kind}", what=what, kind=kind_of(node))
        raise Fault("invalid-value", message, span=node.span)

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


@dataclass(eq=False, repr=False)
class Real(Kind):
    """A decimal number in bounds."""

    form = "real"
    least: float = -math.inf
    most: float = math.inf

    @property
    def title(self) -> str:
        if math.isfinite(self.most):
            return t("number from {least:g} to {most:g}", least=self.least, most=self.most)
        return t("number, at least {least:g}", least=self.least) if math.isfinite(self.least) else t("number")

    def read(self, node: Node, what: str) -> float:
        text = node.text.strip() if isinstance(node, Scalar) else ""
        if not _REAL.match(text) or len(text) > 40:
            help = comma_help(text, "real") if _COMMAS.match(text) else ""
            message = t("{what} is a {number}, not {kind}", what=what, number=self.title, kind=kind_of(node))
            raise Fault("invalid-value", message, help, span=node.span)
        value = float(text)
        if not self.least <= value <= self.most or not math.isfinite(value):
            message = t("{what} is {text}, and has to be a {number}", what=what, text=quote(text), number=self.title)
            raise Fault("invalid-value", message, span=node.span)
        return value

    def schema(self) -> dict[str, Any]:
        bounds = {"minimum": self.least, "maximum": self.most}
        return {"type": "number", **{k: v for k, v in bounds.items() if math.isfinite(v)}}


@dataclass(eq=False, repr=False)
class Choice(Kind):
    """One of a few words."""

    words: tuple[str, ...]

    @property
    def title(self) -> str:
        return " | ".join(self.words)

    def read(self, node: Node, what: str) -> str:
        word = node.text if isinstance(node, Scalar) else None
        if word is not None and word.lower() in self.words:
            return word.lower()
        help = suggest(word or "", self.words, t("one of {words}", words=listing(self.words, "or")))
        message = t("{what} can't be {kind}", what=what, kind=kind_of(node))
        raise Fault("invalid-value", message, help, span=node.span)

    def schema(self) -> dict[str, Any]:
        return {"enum": list(self.words)}


@dataclass(eq=False, repr=False)
class ShapeKind(Kind):
    """A whole shape, channels first."""

    form = "axes"

    @property
    def title(self) -> str:
        return t("shape, as 512x7x7")

    def read(self, node: Node, what: str) -> tuple[int, ...]:
        return read_shape(node, what)

    def schema(self) -> dict[str, Any]:
        axis = {"type": "integer", "minimum": 1, "maximum": LIMIT}
        names = dict.fromkeys((n for names in AXES.values() for n in names), axis)
        return {
            "anyOf": [
                axis,
                {"type": "string", "pattern": r"^\(?[0-9]+( *[x×X,] *[0-9]+){0,3}\)?$"},
                {"type": "array", "items": {"anyOf": [axis, {"type": "string"}]}, "minItems": 1, "maxItems": 4},
                {"type": "object", "properties": names, "additionalProperties": False},
            ]
        }


@dataclass(eq=False, repr=False)
class Reference(Kind):
    """The name of a layer that came earlier."""

    @property
    def title(self) -> str:
        return t("name of an earlier layer")

    def read(self, node: Node, what: str) -> str:
        return read_word(node, what)

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "integer"]}


def spread(value: Size, rank: int, what: str) -> tuple[int, ...]:
    """One number an axis. Raises Fault ``invalid-value`` where there are more or fewer than the input has."""
    if isinstance(value, int):
        return (value,) * rank
    if len(value) == 1 and rank >= 1:
        return value * rank
    if len(value) != rank:
        message = t(
            "{what} {size} has {count} axes, and the input has {rank}",
            what=what,
            size=axes_text(value),
            count=len(value),
            rank=rank_text(rank),
        )
        help = t("the depth of a filter follows from the input's channels; leave it out")
        raise Fault("invalid-value", message, help if len(value) == rank + 1 else "")
    return value


def rank_text(rank: int) -> str:
    """``2 (height and width)``."""
    return f"{rank} ({listing(map(axis_word, axis_names(rank)))})" if rank else t("none: it is flat")


def axes_text(value: Axes[int]) -> str:
    """``1x7``, as one writes it in the file."""
    return "x".join(map(str, value))
