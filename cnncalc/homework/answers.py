"""What a student typed, read as what was asked for: a shape, a count, a size, or whether the window fits.

A text is read one way or not at all: what could be two things is read by what is wanted, and the answer says how; where
that does not decide, it is `Unreadable`, with what to write instead.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Literal

from cnncalc.homework.amounts import UNITS, Amount, read_amount
from cnncalc.homework.answer import Answer, Unreadable
from cnncalc.homework.axes import axes_in, read_axes, read_labelled, without_layout
from cnncalc.homework.numerals import NUMBER, read_numeral
from cnncalc.homework.remarks import without_remarks
from cnncalc.homework.spelling import clean
from cnncalc.homework.unanswered import check_answered
from cnncalc.language import t
from cnncalc.text import quote, shape_text
from cnncalc.trace_numbers import Number, plain

__all__ = ["Answer", "Unreadable", "Wants", "read_answer"]

Wants = Literal["shape", "count", "size", "fit"]

_NAMED = re.compile(r"[a-z][a-z_ ]*[0-9]* ?(?:=|:) ?")
_SIMPLE_SHAPE = re.compile(r"[1-9][0-9]{0,8}(?:x[1-9][0-9]{0,8}){1,4}\Z")
_BYTES = re.compile(r"(?<=[0-9]) ?b\Z")
_WINDOW = r"(?:(?:the |la |el )?(?:window|kernel|filter|ventana|filtro|nucleo|kernel) |it )?"
_NO_FIT = re.compile(
    rf"(?:no )?{_WINDOW}(?:no (?:cabe|caben|entra|encaja|cuadra|calza|se ajusta|ajusta)"
    r"|(?:does not|doesnt|do not|dont|cannot|cant|will not|wont|not|no) fit"
    r"|(?:da |gives |es |is )?(?:an? |un )?(?:error|imposible|impossible|invalid[ao]?|no (?:es )?(?:valid[ao]|posible)"
    r"|not (?:valid|possible))"
    r"|no (?:es|da|sale|queda) (?:un )?(?:numero )?(?:enter[oa]|exact[oa])"
    r"|(?:it )?(?:is )?not (?:an? )?(?:whole(?: number)?|integer)"
    r"|no existe|does not exist|undefined|indefinid[oa]|no (?:esta )?definid[oa]"
    r"|no se puede)\Z"
)
_FITS = frozenset(
    "si,s,yes,y,true,verdadero,cierto,cabe,entra,encaja,fits,it fits,si cabe,si entra,yes it fits,claro,ok,"
    "no sobra nada,no hay resto,no queda resto,sin resto,no remainder,nothing left over,nothing is left over".split(",")
)
_YES_SIGNS, _NO_SIGNS = frozenset("✓✔✅"), frozenset("✗✘❌")
_NO = frozenset("no n nope false falso".split())
_ZERO = frozenset(
    "cero,zero,ninguno,ninguna,none,no tiene,no tiene ninguno,no hay,sin parametros,no tiene parametros,"
    "ningun parametro,no parameters,it has none".split(",")
)
_VECTOR = re.compile(
    r"(?:(?:un |a )?vector (?:de|of) )?(?P<size>[0-9][0-9,. ]*?)(?: (?:unidades|units|neuronas|neurons|features|values"
    r"|valores|numeros|numbers|elementos|elements|componentes|caracteristicas|clases|classes))?\Z"
)
_SETTING = re.compile(
    r"(?:un |una |el |la |a |the )?(?:kernel|filtro|filter|ventana|window|padding|relleno|stride|paso)(?: de| of)? "
    r"(?=[0-9(\[])"
)
_CLAUSE = re.compile(r"[,:;.(]|\b(?:porque|because|pues|ya que|since|dado que)\b")


def read_answer(
    text: str, wants: Wants, *, axes: int | None = None, kilobyte: int = 1024, memory: bool = False, whole: bool = True
) -> Answer:
    """What the text answers. Raises Unreadable, and Unanswered where it says that there is no answer.

    ``axes`` is how many axes the true shape has, without a batch, where that is known: it tells the shape ``9,216``
    from the number. A KB is ``kilobyte`` bytes; a KiB always 1024; in an amount of ``memory`` a B is a
    byte. A count is whole, unless ``whole`` is false; then ``34.944`` has its other reading beside it.
    """
    if wants == "shape" and len(text) < 60 and _SIMPLE_SHAPE.match(text):
        return _shape(tuple(map(int, text.split("x"))))
    if wants == "count" and len(text) < 19 and text.isascii() and text.isdigit():
        return Answer("count", int(text), str(int(text)))
    check_answered(text)
    words = clean(text)
    check_answered(text, words)
    if words[0] == "=":
        words = words[1:].lstrip()
    letters = re.sub(r"[^a-z ]", "", words) if words[:1].isalpha() else ""
    if letters and _NO_FIT.match(letters):
        return _fit(False)
    if wants == "fit":
        return _read_fit(words, text)
    words, told = without_layout(words) if wants == "shape" else (words, "")
    labelled = _read_labelled(words, wants)
    if labelled is not None:
        return labelled
    named = _NAMED.match(words)
    if named:
        words = words[named.end() :]
    words = without_remarks(words)
    if wants != "shape" and words in _ZERO:
        return Answer("size" if wants == "size" else "count", 0, "0")
    if wants == "size":
        words = _SETTING.sub("", words)
    if not re.search("[0-9]", words):
        raise Unreadable(_no_number(words, text, wants))
    if wants == "shape":
        return _read_shape(words, text, axes, told)
    if memory:
        words = _BYTES.sub(" bytes", words)
    return _read_size(words, text) if wants == "size" else _read_count(words, text, kilobyte, whole)


def _read_labelled(words: str, wants: Wants) -> Answer | None:
    """A shape, or height and width, whose axes have their names beside them."""
    found = read_labelled(words) if wants in ("shape", "size") and re.search("[a-z]", words) else None
    if found is None or (wants == "shape") != bool(found.layout):
        return None
    if wants == "shape":
        return _shape(found.value, layout=found.layout)
    return Answer("size", found.value, shape_text(found.value))


def _fit(fits: bool) -> Answer:
    return Answer("fit", True, t("fits")) if fits else Answer("no-fit", None, t("does not fit"))


def _read_fit(words: str, text: str) -> Answer:
    """``no, porque 54.25 no es entero``: what its first clause says, if no other says the opposite."""
    signs = set(text.split())
    if len(signs) == 1 and signs <= _YES_SIGNS | _NO_SIGNS:
        return _fit(signs <= _YES_SIGNS)
    clauses = _CLAUSE.split(words)
    if not re.search("[a-z]", clauses[0]):  # a working, and then the answer
        clauses = [clause for clause in clauses if re.search("[a-z]", clause)] or clauses
    said = [_says(clause) for clause in clauses]
    if said[0] is None or (not said[0]) in said:
        raise Unreadable(t("{text} says neither yes nor no; write one of them", text=quote(text)))
    return _fit(said[0])


def _says(clause: str) -> bool | None:
    letters = re.sub(r"[^a-z ]", "", clause).strip()
    if letters in _FITS:
        return True
    return False if letters in _NO or _NO_FIT.match(letters) else None


def _no_number(words: str, text: str, wants: Wants) -> str:
    if wants != "shape" and words in ("nada", "nothing"):
        return t("{text} is a word; write 0 if that is the answer", text=quote(text))
    return t("there is no number in {text}", text=quote(text))


def _shape(value: tuple[int, ...], *, ambiguous: bool = False, layout: str = "") -> Answer:
    read_as = shape_text(value)
    return Answer("shape", value, read_as, ambiguous=_note(read_as) if ambiguous else "", layout=layout)


def _note(read_as: str) -> str:
    return t("read as {value}", value=read_as)


def _read_shape(words: str, text: str, axes: int | None, layout: str) -> Answer:
    if axes == 1 and (vector := _VECTOR.match(words)):
        words = vector["size"]
    elif axes == 1 and "=" in words:  # 16·5·5 = 400
        value = plain(_chain(words, text, 1024).value)
        return _shape((value,)) if isinstance(value, int) else _read_shape("", text, None, "")
    found = read_axes(words, axes)
    if found is None:
        raise Unreadable(t("{text} is not a shape; write its axes with x between them: 3x32x32", text=quote(text)))
    return _shape(found.value, ambiguous=found.ambiguous, layout=layout or found.layout)


def _read_count(words: str, text: str, kilobyte: int, whole: bool) -> Answer:
    if axes_in(words):
        raise Unreadable(t("{text} is a shape, and one number is asked for", text=quote(text)))
    if words.startswith("0x"):
        raise Unreadable(
            t("{text} may be hexadecimal, or a product; write the number in decimal digits", text=quote(text))
        )
    amount = _chain(words.strip("[]"), text, kilobyte)
    value = plain(amount.value)
    if amount.place:
        low, high = plain(amount.value - amount.place / 2), plain(amount.value + amount.place / 2)
        read_as = f"≈{number_text(value)}"
        note = _note(read_as) if amount.ambiguous else ""
        return Answer("count", value, read_as, low, high, note, unit=amount.unit)
    if whole and isinstance(value, Fraction) and not any(sign in words for sign in "/*x+^("):
        raise Unreadable(t("{text} is not a whole number; is a K, an M or a G missing?", text=quote(text)))
    read_as = number_text(value)
    note = _note(read_as) if amount.ambiguous else ""
    decimal = None if whole or not re.fullmatch(NUMBER, words) else read_numeral(words).other
    return Answer(
        "count", value, read_as, ambiguous=note, unit=amount.unit, other=plain(decimal.value) if decimal else None
    )


def _chain(words: str, text: str, kilobyte: int) -> Amount:
    """``(5*5*1+1)*6 = 156``: the last of equal amounts. Raises Unreadable where they are not equal."""
    parts = [read_amount(part.strip(), kilobyte) for part in words.split("=")]
    last = parts[-1]
    for part in parts[:-1]:
        if not (last.stands_for(part.value) or part.stands_for(last.value)):
            raise Unreadable(
                t(
                    "{text} says two things, {one} and {other}; write one",
                    text=quote(text),
                    one=number_text(plain(part.value)),
                    other=number_text(plain(last.value)),
                )
            )
    return last


def _read_size(words: str, text: str) -> Answer:
    head, _, unit = words.rpartition(" ")
    unit = UNITS.get(unit, "")
    if unit in ("pixels", "filters"):
        words = head
    square = re.fullmatch(r"([0-9]+) ?\^ ?2", words)
    if square:
        return _pair(square[1], square[1], text)
    bare = re.fullmatch(r"([0-9]+),([0-9]+)", words)
    if bare:
        return _pair(bare[1], bare[2], text)
    found = read_axes(words, None) if axes_in(words) or _is_product(words) else None
    if found is not None:
        if len(found.value) > 3:
            raise Unreadable(t("{text} has more than three axes; a size is 3 or 3x3", text=quote(text)))
        value: object = found.value if len(found.value) > 1 else found.value[0]
        read_as = shape_text(found.value)
        return Answer("size", value, read_as, ambiguous=_note(read_as) if "*" in words else "", unit=unit)
    amount = _chain(words, text, 1024)
    if amount.place:
        raise Unreadable(t("{text} is rounded; write the size exactly", text=quote(text)))
    number = plain(amount.value)
    read_as = number_text(number)
    return Answer(
        "size", number, read_as, ambiguous=_note(read_as) if amount.ambiguous else "", unit=unit or amount.unit
    )


def _is_product(words: str) -> bool:
    return re.fullmatch(r"[0-9]+(?: ?[x*] ?[0-9]+)+", words) is not None


def _pair(height: str, width: str, text: str) -> Answer:
    """``3,3`` with nothing around it, or ``3²``: two sides if they are equal, for such a decimal is unlikely."""
    if height == width:
        value = (int(height), int(width))
        return Answer("size", value, shape_text(value), ambiguous=_note(shape_text(value)))
    reason = t("{text} may be a decimal, a grouped number or two sides; write 0.5, 1000 or 3x5", text=quote(text))
    raise Unreadable(reason)


def number_text(number: Number) -> str:
    """``34944``; a decimal where it ends (``0.5``), else a quotient (``1/3``)."""
    if isinstance(number, int):
        return str(number)
    for decimals in range(1, 7):
        if 10**decimals % number.denominator == 0:
            sign, digits = "-" * (number < 0), str(abs(int(number * 10**decimals))).rjust(decimals + 1, "0")
            return f"{sign}{digits[:-decimals]}.{digits[-decimals:]}"
    return f"{number.numerator}/{number.denominator}"
