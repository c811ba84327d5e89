"""Numbers drawn from HMAC-SHA256: the same on every machine, and known to nobody without the teacher's secret.

The standard library's `random` promises neither. Test vectors hold every step; what is drawn may never change.
"""

from __future__ import annotations

import hmac
import unicodedata
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

VERSION = b"cnncalc quiz 1"
_WORD = 8
"""Bytes of a word that is drawn."""
_WORDS = 1 << 8 * _WORD


def normal_name(name: str) -> str:
    """A student's name however it is typed: capitals, runs of spaces, and the ways to write an accent make no
    difference (Unicode's NFC, case folded)."""
    folded = unicodedata.normalize("NFC", name).casefold()
    return " ".join(unicodedata.normalize("NFC", folded).split())


def student_key(secret: bytes, assignment: str, student: str) -> bytes:
    """HMAC-SHA256(secret, assignment and student): what all numbers of a student's variant follow from.

    Each text goes in with its length, so that no two pairs make one message.
    """
    return _hmac(secret, VERSION, _text(unicodedata.normalize("NFC", assignment)), _text(normal_name(student)))


def _text(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")  # a word of the command line may be no UTF-8


def _hmac(key: bytes, *parts: bytes) -> bytes:
    message = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    return hmac.digest(key, message, "sha256")


class Draws:
    """The numbers of one question, drawn one after another. Questions do not disturb each other."""

    def __init__(self, key: bytes, question: str) -> None:
        """``key`` is the student's, ``question`` its id."""
        self._key = _hmac(key, _text(question))
        self._block = 0
        self._left = b""

    def _word(self) -> int:
        if not self._left:
            self._left = hmac.digest(self._key, self._block.to_bytes(8, "big"), "sha256")
            self._block += 1
        word, self._left = self._left[:_WORD], self._left[_WORD:]
        return int.from_bytes(word, "big")

    def below(self, count: int) -> int:
        """A number from 0 to ``count`` − 1, each as likely as the others."""
        # A remainder of all words would be a little likelier for small numbers: the last, partial round is left out.
        most = _WORDS - _WORDS % count
        while (word := self._word()) >= most:
            pass
        return word % count

    def choice(self, items: Sequence[T]) -> T:
        """One of some things; one that stands there twice is twice as likely."""
        return items[self.below(len(items))]

    def chance(self, part: int, whole: int) -> bool:
        """True in ``part`` of ``whole`` cases."""
        return self.below(whole) < part
