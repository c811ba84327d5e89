"""Words and numbers for people: quoting, suggesting, counting."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from cnncalc.language import t

QUOTED = 60
"""A quotation of the user's own words is cut after so many characters."""


def hidden(character: str) -> bool:
    """Whether a terminal would obey the character, or hide it, instead of showing it; spaces of any width pass."""
    return not character.isprintable() and unicodedata.category(character) != "Zs"


def printable(text: str) -> str:
    """The text with each control or invisible character written out (``\\x1b``), safe for any terminal."""
    if text.isprintable():
        return text
    return "".join(_escape(c) if hidden(c) else c for c in text)


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def quote(text: str) -> str:
    """The user's own words, between backticks, on one line, not too long."""
    return f"`{printable(text if len(text) <= QUOTED else text[: QUOTED - 1] + '…')}`"


def listing(words: Iterable[str], last: str = "and") -> str:
    """``a, b and c``; ``last`` is "and" or "or", and comes out in the language in use."""
    words = list(words)
    if len(words) < 2:
        return "".join(words)
    last = {"and": t("and"), "or": t("or")}.get(last, last)
    if last in BEFORE and re.match(BEFORE[last][0], words[-1], re.IGNORECASE):
        last = BEFORE[last][1]
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


BEFORE = {"o": (r"`?(ho|[oó]|8|11([,.]?\d{3})*(?!\d))", "u"), "y": (r"`?(hi|[ií])(?!e)", "e")}
"""Spanish words that change before a word that begins with their sound: «6 u 8», «7 u 11», «entradas e imágenes»."""


def nearest(word: str, known: Iterable[str], most: int = 3) -> list[str]:
    """The known words that look most like this one, nearest first; often none."""
    from difflib import get_close_matches

    by_fold = {k.lower(): k for k in known}
    return [by_fold[m] for m in get_close_matches(word[:QUOTED].lower(), by_fold, n=most, cutoff=0.6)]


def suggest(word: str, known: Sequence[str], otherwise: str = "") -> str:
    """A help line: the nearest known words, or what stands in ``otherwise``."""
    near = nearest(word, known)
    if near:
        return t("did you mean {words}?", words=listing(map(quote, near), "or"))
    return otherwise


def axis_word(name: str) -> str:
    """What an axis is called, in the language in use. ``name`` is its English name, a YAML key."""
    words = {
        "height": t("height"),
        "width": t("width"),
        "length": t("length"),
        "depth": t("depth"),
        "channels": t("channels"),
        "features": t("features"),
    }
    return words.get(name, name)


def the_axes(names: Sequence[str]) -> str:
    """Axes with an article, for the middle of a sentence: ``the height and width``. ``names`` are as in `axis_word`."""
    phrases = {
        "length": t("the length"),
        "depth": t("the depth"),
        "height": t("the height"),
        "width": t("the width"),
        "height width": t("the height and width"),
        "depth height": t("the depth and height"),
        "depth width": t("the depth and width"),
        "depth height width": t("the depth, height and width"),
    }
    return phrases.get(" ".join(names)) or listing(map(axis_word, names))


def choices(names: Iterable[str], most: int = 8) -> str:
    """Some names to choose from: ```c1`, `s2` and `c3```, ``…`` for those that are left out."""
    names = list(names)
    return listing([*map(quote, names[:most]), *["…"] * (len(names) > most)])


def side_word(name: str) -> str:
    """What a side of the map is called, in the language in use. ``name`` is its English name, a YAML key."""
    words = {
        "left": t("left"),
        "right": t("right"),
        "top": t("top"),
        "bottom": t("bottom"),
        "front": t("front"),
        "back": t("back"),
    }
    return words.get(name, name)


def shape_text(shape: Sequence[int | None] | None, joiner: str = "×") -> str:
    """``64×224×224``; what is not known is ``?``."""
    if shape is None:
        return "?"
    return joiner.join("?" if axis is None else str(axis) for axis in shape)


def count_text(count: int | None) -> str:
    """``1,792``; what is not known is ``?``."""
    return "?" if count is None else f"{count:,}"


def signed_text(number: int | None) -> str:
    """``+1,024``, ``−3``; what is not known is ``?``."""
    return "?" if number is None else f"{number:+,}".replace("-", "−")


def amount_text(count: int) -> str:
    """``15.47G``: four digits and the power of a thousand."""
    for power, letter in ((4, "T"), (3, "G"), (2, "M"), (1, "k")):
        if count >= 1000**power:
            return f"{count / 1000**power:.4g}{letter}"
    return str(count)
