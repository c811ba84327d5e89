"""A count as people write it: exact, rounded (``138M``, ``7,4 mil``, ``1.2e8``), with its unit, or as a working."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from cnncalc.homework.answer import LIMIT, Unreadable
from cnncalc.homework.arithmetic import compute, too_large
from cnncalc.homework.numerals import NUMBER, Numeral, read_numeral
from cnncalc.language import t
from cnncalc.text import quote

LETTERS = {"k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}

ENGLISH = {
    "thousand": 10**3,
    "thousands": 10**3,
    "million": 10**6,
    "millions": 10**6,
    "billion": 10**9,
    "billions": 10**9,
    "trillion": 10**12,
    "trillions": 10**12,
}

SPANISH = {
    "mil": 10**3,
    "miles": 10**3,
    "millon": 10**6,
    "millones": 10**6,
    "mil millones": 10**9,
    "miles de millones": 10**9,
    "millardo": 10**9,
    "millardos": 10**9,
}

LONG_SCALE = ("billon", "billones", "trillon", "trillones")

UNITS = {
    word: unit
    for unit, words in {
        "params": "params param parameters parameter parametros parametro",
        "weights": "weights weight pesos peso",
        "biases": "biases bias sesgos sesgo",
        "activations": "activations activation activaciones activacion",
        "macs": "macs mac multiplications multiplicaciones operations operaciones",
        "flops": "flops flop",
        "bytes": "bytes byte",
        "filters": "filters filter filtros filtro channels channel canales canal maps mapas",
        "pixels": "pixels pixel px pixeles",
    }.items()
    for word in words.split()
}

_AMOUNT = re.compile(rf"([-+]?) ?({NUMBER}) ?([a-z][a-z ]*)?\Z")
_POWER_OF_TEN = re.compile(rf"([-+]?) ?({NUMBER})(?: ?[*x] ?10 ?(?:\^|\*\*) ?([0-9]+)|e\+?([0-9]+))\Z")
_PREFIXED = re.compile(r"([kmgt])(macs?|flops?)\Z")
_BYTES = re.compile(r"([kmgt])(i?)b(?:ytes?)?\Z")
_ROUNDLY = re.compile(
    r"(?:~|(?:aprox|approx|ca)\b\.?|aproximadamente\b|approximately\b|about\b|around\b|roughly\b|unos\b|unas\b"
    r"|cerca de\b|alrededor de\b|mas o menos\b|como\b|casi\b) ?"
)


@dataclass(frozen=True)
class Amount:
    """A number, and what is known of how it was meant. ``place`` is that of its last digit; 0 where it is exact."""

    value: Fraction
    place: Fraction = Fraction(0)
    unit: str = ""
    ambiguous: bool = False

    def stands_for(self, value: Fraction) -> bool:
        """Whether that number may have been rounded to this one."""
        return abs(self.value - value) <= self.place / 2


def read_amount(text: str, kilobyte: int) -> Amount:
    """The amount that a clean text, without ``=``, stands for. Raises Unreadable."""
    roundly = _ROUNDLY.match(text)
    if roundly:
        text = text[roundly.end() :]
    scientific = _POWER_OF_TEN.match(text)
    plain = None if scientific else _AMOUNT.match(text)
    if scientific:
        amount = _scientific(scientific, text)
    elif plain:
        amount = _with_words(plain, text, kilobyte)
    else:
        value, pointed = compute(text)
        amount = Amount(value, ambiguous=pointed)
    if abs(amount.value.numerator) > LIMIT or amount.value.denominator > LIMIT:
        raise too_large()
    return _rounded(amount) if roundly and not amount.place else amount


def _rounded(amount: Amount) -> Amount:
    """``~35000`` is rounded to its last digit that is not 0."""
    digits = str(abs(amount.value.numerator))
    zeros = len(digits) - len(digits.rstrip("0"))
    if amount.value.denominator != 1 or not zeros or amount.value == 0:
        return amount
    return Amount(amount.value, Fraction(10**zeros), amount.unit, amount.ambiguous)


def _scientific(match: re.Match[str], text: str) -> Amount:
    """``1.2e8``, ``1,2·10^8``."""
    minus, number, *exponents = match.groups()
    exponent = exponents[0] or exponents[1]
    if len(exponent.lstrip("0")) > 2:
        raise too_large()
    numeral = read_numeral(number)
    if numeral.other:
        # One digit before it, and it is a mantissa; and a point beside an e is a computer's.
        if number[1] not in ".," and not (exponents[1] and numeral.sign == "."):
            raise _either(text)
        numeral = numeral.other
    return _times(numeral, Fraction(10 ** int(exponent)), minus)


def _times(numeral: Numeral, by: Fraction, minus: str, unit: str = "", ambiguous: bool = False) -> Amount:
    value = numeral.value * by * (-1 if minus == "-" else 1)
    place = by / 10**numeral.decimals
    exact = place <= 1 and value.denominator == 1
    return Amount(value, Fraction(0) if exact else place, unit, ambiguous)


def _with_words(match: re.Match[str], text: str, kilobyte: int) -> Amount:
    """A number and the words behind it: ``138 millones de parámetros``, ``0.72 GMACs``, ``588 KB``, or none."""
    minus, number, words = match.groups()
    numeral = read_numeral(number)
    factor, unit, decimal_sign, unsure = _words((words or "").split(), text, kilobyte)
    if factor == 1:
        sign = -1 if minus == "-" else 1
        return Amount(
            numeral.value * sign, unit=unit, ambiguous=numeral.sign == "." or bool(numeral.sign and numeral.decimals)
        )
    if not numeral.other or numeral.decimals:
        return _times(numeral, Fraction(factor), minus, unit, unsure)
    if numeral.sign != decimal_sign:
        raise _either(text)
    return _times(numeral.other, Fraction(factor), minus, unit, True)


def _words(words: list[str], text: str, kilobyte: int) -> tuple[int, str, str, bool]:
    """What the words multiply by, the unit, the decimal sign of who writes so, and whether they are taken by faith."""
    factor, sign, unsure = 1, ".", False
    for length in (3, 2, 1):
        head = " ".join(words[:length])
        if len(words) >= length and (head in SPANISH or head in ENGLISH or head in LETTERS):
            factor = SPANISH.get(head) or ENGLISH.get(head) or LETTERS[head]
            sign = "," if head in SPANISH else "."
            unsure = head in ("billion", "billions", "trillion", "trillions")
            words = words[length:]
            break
    if words[:1] in (["de"], ["of"]):
        words = words[1:]
    if not words:
        return factor, "", sign, unsure
    if len(words) == 1:
        word = words[0]
        if word in UNITS:
            return factor, UNITS[word], sign, unsure
        prefixed, in_bytes = _PREFIXED.match(word), _BYTES.match(word)
        if factor == 1 and prefixed:
            return LETTERS[prefixed[1]], UNITS[prefixed[2]], sign, unsure
        if factor == 1 and in_bytes:
            thousand = 1024 if in_bytes[2] else kilobyte
            return thousand ** ("kmgt".index(in_bytes[1]) + 1), "bytes", sign, unsure
    raise _unknown_words(words, text)


def _unknown_words(words: list[str], text: str) -> Unreadable:
    word = words[0]
    if word in LONG_SCALE:
        powers = ("10^12", "10^9") if word.startswith("b") else ("10^18", "10^12")
        return Unreadable(
            t(
                "{word} is {long} in Spanish and {short} in US English; write the digits, or a power of ten",
                word=quote(word),
                long=powers[0],
                short=powers[1],
            )
        )
    if word == "b":
        return Unreadable(t("B is bytes to some and 10^9 to others; write bytes, or G for 10^9"))
    return Unreadable(t("{text} has words that are no unit known here; write the number alone", text=quote(text)))


def _either(text: str) -> Unreadable:
    reason = t("the separator in {text} may group thousands or begin decimals; write all the digits", text=quote(text))
    return Unreadable(reason)
