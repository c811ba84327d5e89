"""An answer's characters made few: one space, one minus, one sign for times, whatever keyboard they were typed on."""

from __future__ import annotations

import re
import unicodedata

from cnncalc.homework.answer import MOST, Unreadable
from cnncalc.language import t
from cnncalc.text import hidden

_SAME = {
    " ": "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000",
    "-": "−‐‑‒–﹣",
    "x": "×✕✖⨯хХ",  # the last two are Cyrillic
    "*": "·⋅∙•∗‧",
    "/": "÷∕⁄",
    "'": "’‘ʼ′`´",
    '"': "“”«»„",
    "~": "≈∼≃≅",
    "floor(": "⌊",
    "ceil(": "⌈",
    ")": "⌋⌉",
}
_TABLE: dict[int, str] = {ord(sign): plain for plain, signs in _SAME.items() for sign in signs}
_TABLE |= {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}  # full-width forms of ASCII

_SUPERSCRIPT = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_LATEX = (
    (r"\times", "x"),
    (r"\cdot", "*"),
    (r"\,", " "),
    ("{,}", ","),
    (r"\left", ""),
    (r"\right", ""),
    (r"\approx", "~"),
)
_BRACED = re.compile(r"\^ ?\{ ?([0-9]+) ?\}")
_SPACES = re.compile(r"\s+")
_BY = re.compile(r" (?:por|by) ")
_QUOTES = "\"'$`"


def clean(text: str) -> str:
    """The text in lower-case ASCII where it can be, without accents and quotation marks: ``３×３`` is ``3x3``.

    Raises Unreadable for what is too long, more than one line, or has hidden characters or digits of other scripts.
    """
    if len(text) > MOST:
        reason = t("it has more than {most} characters; write the answer and its working on one line", most=MOST)
        raise Unreadable(reason)
    text = text.strip()
    if not text:
        raise Unreadable(t("it is empty"))
    if not text.isprintable():
        _check_hidden(text)
    if not text.isascii():
        text = _plain(text)
    text = _SPACES.sub(" ", text.lower())
    if "\\" in text or "{" in text:
        for latex, plain in _LATEX:
            text = text.replace(latex, plain)
        text = _BRACED.sub(r"^\1", text)
    while len(text) > 1 and text[0] == text[-1] and text[0] in _QUOTES:
        text = text[1:-1]
    text = _BY.sub("x", _SPACES.sub(" ", text).rstrip(" .,;?!").strip())
    if not text:
        raise Unreadable(t("there is no answer in it"))
    return text


def _check_hidden(text: str) -> None:
    for character in text:
        if character in "\r\n":
            raise Unreadable(t("it has more than one line; write the answer on one"))
        if hidden(character) and character != "\t":
            reason = t("it has the invisible character U+{code:04X}; delete it", code=ord(character))
            raise Unreadable(reason)


def _plain(text: str) -> str:
    text = _SUPERSCRIPT.sub(lambda match: "^" + match[0].translate(_RAISED), text.translate(_TABLE))
    for character in text:
        if character.isnumeric() and not character.isascii():
            raise Unreadable(t("{character} is not a digit from 0 to 9; write it with those", character=character))
    return "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")
