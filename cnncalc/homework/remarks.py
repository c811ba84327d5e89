"""What people write around a number: ``la salida es 96x55x55``, ``34,944 in total``, ``34944 con sesgos``."""

from __future__ import annotations

import re

from cnncalc.homework.numerals import NUMBER

_BEFORE = re.compile(
    r"(?:[a-z ]* )?(?:es|son|sale|salen|da|dan|queda|quedan|resulta|resultan|hay|tiene|tienen|creo que|obtengo"
    r"|is|are|has|have|gives|equals|i think|i get|total) (?:de |of )?"
    r"(?=[-+~]?[(\[{]*[0-9])"
)
_BRACKETED = re.compile(r"(?<=[^ ]) \([a-z ]+\)\Z")  # 34,944 (con sesgo)
_AFTER = re.compile(
    r"(?<=[^ ]),? (?:(?:con|sin|with|without|incluyendo|including|contando|counting)(?: [a-z]+){1,4}"
    r"|(?:en |in )?total(?:es)?|de lado|(?:a|en|de) cada lado|on a side|per side|on each side|along each axis)\Z"
)
_BY_SIDE = re.compile(r"(?<=[0-9)])x(?:cada )?lado\Z")  # 2 por lado, of which only an x is left
_WEIGHTS_AND_BIASES = re.compile(
    rf"({NUMBER}) (?:weights?|pesos?) ?(?:\+|and|plus|y|mas) ?({NUMBER}) (?:bias(?:es)?|sesgos?)\Z"
)


def without_remarks(words: str) -> str:
    """A clean text without what was said around its number."""
    words = _BRACKETED.sub("", words)
    words = _AFTER.sub("", words)
    words = _BY_SIDE.sub("", words)
    if words[:1].isalpha():
        words = words[match.end() :] if (match := _BEFORE.match(words)) else words
    return _WEIGHTS_AND_BIASES.sub(r"\1+\2", words)
