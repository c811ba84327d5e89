"""A shape as people write it: ``55 × 55 × 96``, ``(96, 55, 55)``, ``torch.Size([1, 96, 55, 55])``, ``96@55x55``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cnncalc.homework.answer import LIMIT, Unreadable
from cnncalc.homework.arithmetic import too_large
from cnncalc.homework.numerals import NUMBER, grouped, read_numeral
from cnncalc.language import t
from cnncalc.text import quote

MOST_AXES = 8

_CALL = re.compile(r"(?:torch\.size|size|tf\.tensorshape|tensorshape|shape) ?(\(.*\)|\[.*\])\Z")
_PAIRS = {"(": ")", "[": "]", "{": "}"}
_BATCH = ("none", "n", "b", "?", "-1", "batch")
_WORDS = (
    r"(?:canales|filtros|mapas(?: de (?:caracteristicas|activacion))?|channels|filters|(?:feature |activation )?maps)"
)
_CHANNELS_FIRST = re.compile(rf"([0-9]+) ?(?:@|{_WORDS}(?:,| de| of)?(?: tamano| size)? ) ?(.+)\Z")
_CHANNELS_LAST = re.compile(rf"(.+?)(?:,|,? con|,? with|,? y|,? and)? (\(?)([0-9]+) {_WORDS}(\)?)\Z")
_NEXT = r"(?:,? y |,? and |[,;]? |[,;]|\Z)"
_LABELLED = re.compile(rf"(?P<label>[a-z]+) ?[=:]? ?(?P<size>[0-9]+){_NEXT}")  # c=96, alto 55
_SIZED = re.compile(rf"(?P<size>[0-9]+) (?:de )?(?P<bracket>\(?)(?P<label>[a-z]+)(?(bracket)\)?){_NEXT}")  # 55 de alto
_ORDER = r"(c ?[,x]? ?h ?[,x]? ?w|h ?[,x]? ?w ?[,x]? ?c)"
_LAYOUT = re.compile(rf"\(?{_ORDER}\)? ?[=:] ?(?P<after>.+)\Z|(?P<before>.+?) ?[(\[]{_ORDER}[)\]]\Z")
_LABELS = {
    word: axis
    for axis, words in {
        "C": "c ch channels canales k filters filtros d depth profundidad",
        "H": "h height alto altura",
        "W": "w width ancho anchura",
    }.items()
    for word in words.split()
}
_SQUARE = re.compile(r"(?<![0-9])([0-9]+) ?\^ ?2(?![0-9])")
_PIXELS = re.compile(r"(?<=[0-9)\]]) ?(?:px|pixel|pixels|pixeles)\Z")
_AXIS = re.compile(r"-?[0-9]+\Z")
_LISTED = re.compile(r"-?[0-9]+(?:, ?-?[0-9]+)*\Z")


@dataclass(frozen=True)
class Axes:
    """The axes as typed, whether they could have been another thing, and the layout that words around them tell."""

    value: tuple[int, ...]
    ambiguous: bool = False
    layout: str = ""


def axes_in(words: str) -> bool:
    """Whether a clean text is a shape for certain, and no number: a list in brackets, or with commas and spaces."""
    if _CALL.match(words):
        return True
    inner = _unwrapped(words)
    if not re.search("[,;]", inner) or re.search("[][(){}]", inner):
        return False
    if re.search("[,;] ", inner):
        return True
    return inner != words and not grouped(inner.split(","))


def read_axes(words: str, axes: int | None) -> Axes | None:
    """The axes of a clean text; None where it is no shape. ``axes`` is how many there should be, if known.

    Raises Unreadable for a shape whose axes can't be read.
    """
    words = _SQUARE.sub(r"\1x\1", _PIXELS.sub("", words))
    first, last = _CHANNELS_FIRST.match(words), _CHANNELS_LAST.match(words)
    if first or last:
        if first:
            channels, space = first.groups()
        else:
            assert last is not None
            space, opened, channels, closed = last.groups()
            if bool(opened) != bool(closed):
                return None
        rest = read_axes(space, None)
        if rest is None or rest.layout:
            return None
        value = (int(channels), *rest.value) if first else (*rest.value, int(channels))
        return Axes(_checked(value), rest.ambiguous, "CxHxW" if first else "HxWxC")
    call = _CALL.match(words)
    inner = _unwrapped(call[1] if call else words)
    bracketed = call is not None or inner != words
    if re.search("[][(){}]", inner) or not inner:
        return None
    if re.search("[x*]", inner):
        return _multiplied(re.split(r" ?[x*] ?", inner))
    if ";" in inner or ", " in inner or (bracketed and "," in inner):
        parts = [part.strip() for part in re.split("[,;]", inner)]
        return _listed(parts[:-1] if bracketed and not parts[-1] else parts)
    if bracketed and " " in inner:
        return _listed(inner.split())
    return _bare(inner, axes)


def read_labelled(words: str) -> Axes | None:
    """The axes of ``c=96, h=55, w=55``, ``alto 55, ancho 55, canales 96`` or ``96 canales, 55 de alto, 55 de ancho``.

    Without channels (``h=24, w=24``) they tell no layout; None where it is no such text.
    """
    words = _unwrapped(words)
    pattern = _LABELLED if words[:1].isalpha() else _SIZED
    labels, value, at = "", [], 0
    while match := pattern.match(words, at):
        labels += _LABELS.get(match["label"], "?")
        value.append(int(match["size"]))
        at = match.end()
    if at < len(words) or sorted(labels) not in (["C", "H", "W"], ["H", "W"]):
        return None
    if labels == "HWC":
        return Axes(_checked(tuple(value)), layout="HxWxC")
    sizes = [value[labels.index(label)] for label in "CHW" if label in labels]
    return Axes(_checked(tuple(sizes)), layout="CxHxW" if "C" in labels else "")


def without_layout(words: str) -> tuple[str, str]:
    """A shape without the order of axes that is written beside it, ``55x55x96 (HxWxC)``; and that order."""
    match = _LAYOUT.match(words)
    if match is None:
        return words, ""
    order = re.sub("[^chw]", "", match[1] or match[4])
    return match["after"] or match["before"], "CxHxW" if order == "chw" else "HxWxC"


def _unwrapped(text: str) -> str:
    """The text without the brackets around all of it."""
    for _ in range(3):
        if len(text) < 2 or _PAIRS.get(text[0]) != text[-1]:
            break
        text = text[1:-1].strip()
    return text


def _multiplied(parts: list[str]) -> Axes | None:
    """Axes with a sign between them, each a number that may be grouped."""
    if parts[0] in _BATCH and len(parts) > 1:
        parts = parts[1:]
    value, ambiguous = [], False
    for part in parts:
        match = re.fullmatch(rf"(-?)({NUMBER})", part)
        if match is None:
            return None
        axis, pointed = _whole(match[2])
        value.append(-axis if match[1] else axis)
        ambiguous |= pointed
    return Axes(_checked(tuple(value)), ambiguous)


def _whole(text: str) -> tuple[int, bool]:
    numeral = read_numeral(text)
    if numeral.value.denominator != 1:
        raise Unreadable(t("an axis is a whole number, and {text} is not", text=quote(text)))
    return int(numeral.value), numeral.sign == "."


def _listed(parts: list[str]) -> Axes | None:
    if parts and parts[0] in _BATCH and len(parts) > 1:
        parts = parts[1:]
    if not parts or not all(map(_AXIS.match, parts)):
        return None
    for part in parts:
        if len(part) > 1 and part.startswith("0"):
            raise Unreadable(t("an axis does not begin with 0, as {text} does; write x between axes", text=quote(part)))
    return Axes(_checked(tuple(map(int, parts))))


def _bare(text: str, axes: int | None) -> Axes | None:
    """Numbers with commas or spaces alone, which may be one number: ``96,55,55``, ``3 224 224``, ``25,088``."""
    match = re.fullmatch(r"[0-9]+(?:,[0-9]+)+|[0-9]+(?: [0-9]+)+", text)
    if match is None:
        if not re.fullmatch(NUMBER, text):
            return None
        axis, pointed = _whole(text)
        return Axes(_checked((axis,)), pointed)
    parts = re.split("[, ]", text)
    listed = not any(len(part) > 1 and part.startswith("0") for part in parts)
    if not grouped(parts):
        return _listed(parts)
    # One number where one axis is asked for; else a shape, unless two parts are more likely thousands and the rest.
    one = axes == 1 if axes else len(parts) == 2
    if one or not listed:
        return Axes(_checked((int("".join(parts)),)), listed)
    return Axes(_checked(tuple(map(int, parts))), True)


def _checked(value: tuple[int, ...]) -> tuple[int, ...]:
    if len(value) > MOST_AXES:
        raise Unreadable(t("a shape of more than {most} axes", most=MOST_AXES))
    if any(abs(axis) > LIMIT for axis in value):
        raise too_large()
    return value
