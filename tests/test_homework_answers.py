"""What students type, read: expected values are what the spelling means by its own convention, written by hand."""

from __future__ import annotations

import time
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc.homework.answers import Answer, Unreadable, read_answer
from cnncalc.text import hidden

EXACT = {
    # Any one grouping.
    "34944": 34944,
    " 34944. ": 34944,
    "34,944": 34944,
    "34.944": 34944,
    "34 944": 34944,
    "1.500": 1500,
    "1_000": 1000,
    "120,001,000": 120_001_000,
    "120.001.000": 120_001_000,
    "120'001'000": 120_001_000,
    "120’001’000": 120_001_000,
    "120_001_000": 120_001_000,
    "120 001 000": 120_001_000,
    "120\u00a0001\u00a0000": 120_001_000,  # no-break space
    "120\u2009001\u2009000": 120_001_000,  # thin space
    "120\u202f001\u202f000": 120_001_000,  # narrow no-break space
    "120\u2007001\u2007000": 120_001_000,  # figure space
    "120\u2005001\u2005000": 120_001_000,
    "120\u200a001\u200a000": 120_001_000,
    "120\u3000001\u3000000": 120_001_000,  # ideographic space
    "138.357.544": 138_357_544,
    "138,357,544.0": 138_357_544,
    "138.357.544,00": 138_357_544,
    "１２３４": 1234,  # full width
    "３４，９４４": 34944,
    "0": 0,
    "-3": -3,
    "−3": -3,
    "+5": 5,
    "007": 7,
    "34944.0": 34944,
    "34944,": 34944,
    "[34944]": 34944,
    "34,944 (con sesgo)": 34944,
    # Words that say nothing new.
    "34944 parámetros": 34944,
    "34 944 params": 34944,
    "params = 34944": 34944,
    "Total: 34944": 34944,
    "=34944": 34944,
    '"34944"': 34944,
    "$34{,}944$": 34944,
    # Exact in spite of the suffix.
    "34.944K": 34944,
    "34,944 mil": 34944,
    "3.4944e4": 34944,
    "3,4944·10^4": 34944,
    "602112 bytes": 602112,
    # Workings.
    "(11*11*3+1)*96": 34944,
    "(11·11·3+1)·96": 34944,
    "(11 × 11 × 3 + 1) × 96": 34944,
    "(11x11x3+1)x96": 34944,
    "(11²·3+1)·96": 34944,
    "(11**2*3+1)*96": 34944,
    r"(11\cdot 11\cdot 3+1)\cdot 96": 34944,
    "(11*11*3+1)*96 = 34944": 34944,
    "(11*11*3+1)*96 = 34.944": 34944,
    "55 por 55 por 96": 290_400,
    "55×55×96": 290_400,
    "4,096*1,000+1,000": 4_097_000,
    "10^6": 1_000_000,
    "2^3^2": 512,
    "-2^2": -4,
    "7 // 2": 3,
    "⌊(227-11)/4⌋+1": 55,
    "ceil(7/2)": 4,
    "6 ÷ 3": 2,
    "0.5*4": 2,
}

ROUNDED = {
    # value, least and greatest number that rounds to it
    "138M": (138_000_000, 137_500_000, 138_500_000),
    "138 M": (138_000_000, 137_500_000, 138_500_000),
    "138m": (138_000_000, 137_500_000, 138_500_000),
    "138.4M": (138_400_000, 138_350_000, 138_450_000),
    "2.7K": (2700, 2650, 2750),
    "2,7k": (2700, 2650, 2750),
    "7,4 mil": (7400, 7350, 7450),
    "138 millones": (138_000_000, 137_500_000, 138_500_000),
    "138 millones de parámetros": (138_000_000, 137_500_000, 138_500_000),
    "138,4 millones": (138_400_000, 138_350_000, 138_450_000),
    "138.4 million parameters": (138_400_000, 138_350_000, 138_450_000),
    "15,5 mil millones": (15_500_000_000, 15_450_000_000, 15_550_000_000),
    "15,5 miles de millones": (15_500_000_000, 15_450_000_000, 15_550_000_000),
    "15.5 billion": (15_500_000_000, 15_450_000_000, 15_550_000_000),
    "15.5 GMACs": (15_500_000_000, 15_450_000_000, 15_550_000_000),
    "15.5G": (15_500_000_000, 15_450_000_000, 15_550_000_000),
    "1.2e8": (120_000_000, 115_000_000, 125_000_000),
    "1.2E+8": (120_000_000, 115_000_000, 125_000_000),
    "1,2·10^8": (120_000_000, 115_000_000, 125_000_000),
    "1,2 × 10⁸": (120_000_000, 115_000_000, 125_000_000),
    "1.2x10^8": (120_000_000, 115_000_000, 125_000_000),
    "1.2*10**8": (120_000_000, 115_000_000, 125_000_000),
    r"1.2 \times 10^{8}": (120_000_000, 115_000_000, 125_000_000),
    "１.２ｅ８": (120_000_000, 115_000_000, 125_000_000),
    "≈ 35000": (35000, 34500, 35500),
    "~138M": (138_000_000, 137_500_000, 138_500_000),
    "aprox. 35000": (35000, 34500, 35500),
    "2 KB": (2048, 1536, 2560),
    "1 KiB": (1024, 512, 1536),
    "(11*11*3+1)*96 = 34.9K": (34900, 34850, 34950),
}

SHAPES = {
    "3x3x2": (3, 3, 2),
    "55 × 55 × 96": (55, 55, 96),
    "55X55X96": (55, 55, 96),
    "55х55х96": (55, 55, 96),  # Cyrillic
    "55*55*96": (55, 55, 96),
    "55·55·96": (55, 55, 96),
    "５５×５５×９６": (55, 55, 96),
    "(96, 55, 55)": (96, 55, 55),
    "(96,55,55)": (96, 55, 55),
    "( 96 , 55 , 55 )": (96, 55, 55),
    "[1, 96, 55, 55]": (1, 96, 55, 55),
    "torch.Size([1, 96, 55, 55])": (1, 96, 55, 55),
    "torch.Size((96, 55, 55))": (96, 55, 55),
    "TensorShape([1, 55, 55, 96])": (1, 55, 55, 96),
    "(None, 55, 55, 96)": (55, 55, 96),  # as Keras prints a batch
    "[-1, 96, 55, 55]": (96, 55, 55),  # as torchsummary prints it
    "N x 96 x 55 x 55": (96, 55, 55),
    "55 por 55 por 96": (55, 55, 96),
    "55 by 55 by 96": (55, 55, 96),
    "96, 55, 55": (96, 55, 55),
    "96,55,55": (96, 55, 55),
    "96;55;55": (96, 55, 55),
    "96 55 55": (96, 55, 55),
    "[96 55 55]": (96, 55, 55),
    "(9216,)": (9216,),
    "9216": (9216,),
    "[9216]": (9216,),
    "25,088": (25088,),
    "25.088": (25088,),
    "25 088": (25088,),
    "1x25,088": (1, 25088),
    "(9,216)": (9, 216),
    "output = 96x55x55": (96, 55, 55),
    "shape: (96, 55, 55)": (96, 55, 55),
    r"$55\times55\times96$": (55, 55, 96),
    "-5x-5x96": (-5, -5, 96),
    "0x3": (0, 3),
}

SIZES = {
    "3": 3,
    "3x3": (3, 3),
    "3 × 5": (3, 5),
    "3 por 5": (3, 5),
    "(3, 5)": (3, 5),
    "3, 5": (3, 5),
    "[3, 3]": (3, 3),
    "3*3": (3, 3),
    "3,3": (3, 3),
    "224,224": (224, 224),
    "3x3x3": (3, 3, 3),
    "F = 11": 11,
    "195": 195,
    "195x195 px": (195, 195),
    "96 filtros": 96,
    "0.5": Fraction(1, 2),
    "1/2": Fraction(1, 2),
    "109.5": Fraction(219, 2),
    "(227-11)/4+1": 55,
    "(227-11)/4+1 = 55": 55,
    "1.500": 1500,
    "-1": -1,
}

NO_FIT = (
    "no cabe|No cabe.|NO CABE|no entra|no encaja|no se ajusta|la ventana no cabe|el filtro no entra|no, no cabe"
    "|does not fit|Doesn't fit|doesn’t fit|doesnt fit|it does not fit|the window does not fit|can't fit|no fit"
    "|error|Error!|da error|invalid|inválido|inva\u0301lido|no válido|imposible|not possible|no es posible"
).split("|")

UNREADABLE = {
    # wants, text: words that the reason must have
    ("count", "15 billones"): "10^12 in Spanish and 10^9 in US English",
    ("count", "1 billón"): "10^12 in Spanish and 10^9 in US English",
    ("count", "1 billo\u0301n"): "10^12 in Spanish and 10^9 in US English",
    ("count", "2 trillones"): "10^18 in Spanish",
    ("count", "7B"): "write bytes, or G",
    ("count", "1,234M"): "may group thousands or begin decimals",
    ("count", "15.470 millones"): "may group thousands or begin decimals",
    ("count", "138,357·10^3"): "may group thousands or begin decimals",
    ("count", "2.7"): "not a whole number",
    ("count", "0,944"): "not a whole number",
    ("count", "1,20,01,000"): "not grouped by three",
    ("count", "1_00"): "not grouped by three",
    ("count", "0 944"): "not grouped by three",
    ("count", "1.234,567.890"): "more than one way",
    ("count", "1 234,567'890"): "more than one way",
    ("count", "(96, 55, 55)"): "is a shape",
    ("count", "torch.Size([1, 96, 55, 55])"): "is a shape",
    ("count", "(11*11*3+1)*96 = 34943"): "says two things, 34944 and 34943",
    ("count", "1/0"): "divides by zero",
    ("count", "1//(2-2)"): "divides by zero",
    ("count", "9**9**9"): "larger, or finer",
    ("count", "9^999999999"): "larger, or finer",
    ("count", "1e999999"): "larger, or finer",
    ("count", "2^0.5"): "a power here",
    ("count", "9" * 40): "larger, or finer",
    ("count", "(" * 90 + "1" + ")" * 90): "deeper",
    ("count", "(3+1"): "neither a number nor a working",
    ("count", "2(3+1)"): "neither a number nor a working",
    ("count", "3+"): "neither a number nor a working",
    ("count", "__import__('os').system('1')"): "neither a number nor a working",
    ("count", "34944 patatas"): "no unit",
    ("count", "muchos"): "no number",
    ("count", "nada"): "write 0",
    ("count", "١٢٣"): "digit from 0 to 9",
    ("count", "३"): "digit from 0 to 9",
    ("count", "½"): "digit from 0 to 9",
    ("count", "120\u200b001"): "U+200B",
    ("count", "12\x1b[31m"): "U+001B",
    ("count", "1\u202e2"): "U+202E",
    ("count", "12\n34"): "one line",
    ("count", "1\x002"): "U+0000",
    ("count", ""): "empty",
    ("count", " \u00a0 "): "empty",
    ("count", "''"): "no answer",
    ("count", "1" * 1_000_000): "200 characters",
    ("shape", "x" * 1_000_000): "200 characters",
    ("shape", "54.5x54.5x96"): "whole number",
    ("shape", "54,5x54,5x96"): "whole number",
    ("shape", "96,55x55"): "whole number",
    ("shape", "(1, 25,088)"): "does not begin with 0",
    ("shape", "55x55x"): "is not a shape",
    ("shape", "(55, 55, 96"): "is not a shape",
    ("shape", "[[96, 55], [55]]"): "is not a shape",
    ("shape", "96.55.55"): "not grouped by three",
    ("shape", "x".join("123456789")): "more than 8 axes",
    ("shape", "96 y 55"): "is not a shape",
    ("size", "3,5"): "two sides",
    ("size", "0,5"): "two sides",
    ("size", "1,000"): "a grouped number",
    ("count", "0x8880"): "hexadecimal",
    ("count", "-2.7"): "not a whole number",
    ("shape", "none"): "no number",
    ("shape", "W=55 H=55 D=9 C=96"): "is not a shape",
    ("size", "1.2e3"): "rounded",
    ("size", "same"): "no number",
    ("size", "1x2x3x4"): "more than three",
    ("fit", "quizás"): "neither yes nor no",
    ("fit", "55"): "neither yes nor no",
}


@pytest.mark.parametrize(("text", "value"), EXACT.items())
def test_an_exact_count(text: str, value: int) -> None:
    answer = read_answer(text, "count")
    assert (answer.kind, answer.value, answer.low, answer.high) == ("count", value, None, None)
    assert answer.read_as == str(value)
    assert type(answer.value) is int


@pytest.mark.parametrize(("text", "numbers"), ROUNDED.items())
def test_a_rounded_count(text: str, numbers: tuple[int, int, int]) -> None:
    answer = read_answer(text, "count")
    assert (answer.value, answer.low, answer.high) == numbers
    assert answer.read_as == f"≈{numbers[0]}"


@pytest.mark.parametrize(("text", "value"), SHAPES.items())
def test_a_shape(text: str, value: tuple[int, ...]) -> None:
    answer = read_answer(text, "shape")
    assert (answer.kind, answer.value, answer.read_as) == ("shape", value, "×".join(map(str, value)))


@pytest.mark.parametrize(("text", "value"), SIZES.items())
def test_a_size(text: str, value: object) -> None:
    answer = read_answer(text, "size")
    assert (answer.kind, answer.value) == ("size", value)


@pytest.mark.parametrize("text", NO_FIT)
@pytest.mark.parametrize("wants", ["shape", "count", "size", "fit"])
def test_it_does_not_fit(text: str, wants: str) -> None:
    assert read_answer(text, wants) == Answer("no-fit", None, "does not fit")


@pytest.mark.parametrize("text", ["sí", "Si", "yes", "cabe", "Sí, cabe.", "it fits", "true", "verdadero"])
def test_it_fits(text: str) -> None:
    assert read_answer(text, "fit") == Answer("fit", True, "fits")


def test_a_bare_no_is_no_shape() -> None:
    assert read_answer("no", "fit").kind == "no-fit"
    with pytest.raises(Unreadable):
        read_answer("no", "shape")


@pytest.mark.parametrize(("question", "why"), UNREADABLE.items(), ids=[text[:20] for _, text in UNREADABLE])
def test_unreadable(question: tuple[str, str], why: str) -> None:
    wants, text = question
    with pytest.raises(Unreadable) as refused:
        read_answer(text, wants)
    assert why in refused.value.reason
    assert len(refused.value.reason) < 300
    assert refused.value.reason.isprintable()


AMBIGUOUS = {
    ("count", "34.944"): "read as 34944",
    ("count", "1.500"): "read as 1500",
    ("count", "1.000*3"): "read as 3000",
    ("count", "120,001.000"): "read as 120001",
    ("count", "34,944 mil"): "read as 34944",
    ("count", "138.357M"): "read as ≈138357000",
    ("count", "15.5 billion"): "read as ≈15500000000",
    ("count", "34,944"): "",
    ("count", "138.357.544"): "",
    ("count", "34 944"): "",
    ("count", "1.234e8"): "",
    ("count", "1,234·10^8"): "",
    ("shape", "9,216"): "read as 9216",
    ("shape", "3,224,224"): "read as 3×224×224",
    ("shape", "3 224 224"): "read as 3×224×224",
    ("shape", "1.024x7x7"): "read as 1024×7×7",
    ("shape", "96,55,55"): "",
    ("shape", "25,088"): "",
    ("shape", "3, 224, 224"): "",
    ("size", "3,3"): "read as 3×3",
    ("size", "3*3"): "read as 3×3",
    ("size", "1.500"): "read as 1500",
    ("size", "3x3"): "",
}


@pytest.mark.parametrize(("question", "note"), AMBIGUOUS.items())
def test_what_is_ambiguous_says_how_it_was_read(question: tuple[str, str], note: str) -> None:
    wants, text = question
    assert read_answer(text, wants).ambiguous == note


def test_the_number_of_axes_decides() -> None:
    assert read_answer("9,216", "shape", axes=2).value == (9, 216)
    assert read_answer("9,216", "shape", axes=1).value == (9216,)
    assert read_answer("3,224,224", "shape", axes=1).value == (3_224_224,)
    assert read_answer("3,224,224", "shape", axes=3).value == (3, 224, 224)


@pytest.mark.parametrize(
    ("text", "value", "layout"),
    [
        ("96 canales de 55x55", (96, 55, 55), "CxHxW"),
        ("96 mapas de características de 55×55", (96, 55, 55), "CxHxW"),
        ("96 feature maps of 55x55", (96, 55, 55), "CxHxW"),
        ("6@28x28", (6, 28, 28), "CxHxW"),  # LeCun et al. 1998, figure 2
        ("55x55 con 96 canales", (55, 55, 96), "HxWxC"),
        ("96x55x55", (96, 55, 55), ""),
    ],
)
def test_words_that_tell_the_layout(text: str, value: tuple[int, ...], layout: str) -> None:
    answer = read_answer(text, "shape")
    assert (answer.value, answer.layout) == (value, layout)


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("105.4 MMACs", 105_400_000, "macs"),
        ("211 MFLOPs", 211_000_000, "flops"),
        ("34944 pesos", 34944, "weights"),
        ("588 KB", 588_000, "bytes"),
        ("588 KiB", 602_112, "bytes"),
        ("1.5 MB", 1_500_000, "bytes"),
    ],
)
def test_a_unit(text: str, value: int, unit: str) -> None:
    answer = read_answer(text, "count", kilobyte=1000)
    assert (answer.value, answer.unit) == (value, unit)


def test_a_working_that_is_not_whole_is_read() -> None:
    assert read_answer("(227-10)/4+1", "count").value == Fraction(221, 4)


GROUPINGS = [",", ".", " ", "'", "’", "_", *"\u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f"]


@given(st.integers(0, 10**20), st.sampled_from(GROUPINGS))
def test_a_count_with_any_one_grouping_reads_back(count: int, sign: str) -> None:
    assert read_answer(f"{count:,}".replace(",", sign), "count").value == count


@given(st.lists(st.integers(1, 10**6), min_size=2, max_size=5), st.sampled_from(["x", " × ", "*", " por ", "·"]))
def test_a_shape_with_any_sign_reads_back(axes: list[int], sign: str) -> None:
    assert read_answer(sign.join(map(str, axes)), "shape").value == tuple(axes)


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=5))
def test_a_printed_shape_reads_back(axes: list[int]) -> None:
    assert read_answer(str(axes), "shape").value == tuple(axes)
    assert read_answer(str(tuple(axes)), "shape").value == tuple(axes)
    assert read_answer(f"torch.Size({axes})", "shape").value == tuple(axes)


@given(st.integers(1, 10**12), st.integers(1, 6))
def test_a_rounded_count_holds_the_exact_one(count: int, digits: int) -> None:
    answer = read_answer(f"{count:.{digits - 1}e}", "count")
    low = answer.value if answer.low is None else answer.low
    high = answer.value if answer.high is None else answer.high
    assert low <= count <= high


WORKING = st.recursive(
    st.integers(0, 500).map(str),
    lambda inner: st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda parts: f"({''.join(parts)})"),
    max_leaves=8,
)


@given(WORKING)
def test_a_working_is_what_python_makes_of_it(text: str) -> None:
    assert read_answer(text, "count").value == eval(text)


@settings(max_examples=500)
@given(
    st.text(max_size=60) | st.text("0123456789.,x*()[]^/+-=eE_' MKmil@;~{}\\", max_size=60),
    st.sampled_from(["shape", "count", "size", "fit"]),
)
def test_any_text_is_read_or_refused(text: str, wants: str) -> None:
    result = _read_or_reason(text, wants)
    if isinstance(result, Answer):
        assert result.kind in (wants, "no-fit")
    else:
        assert not any(map(hidden, result))


def _read_or_reason(text: str, wants: str) -> Answer | str:
    try:
        return read_answer(text, wants)
    except Unreadable as refused:
        return refused.reason


@pytest.mark.parametrize("wants", ["shape", "count", "size", "fit"])
@pytest.mark.parametrize("piece", ["(", "-", "1,", "1 ", "^9", "9^", "x1", " ", "no ", "a ", "[", "=", "1=", "{", "'"])
def test_hostile_repetitions_are_quick(piece: str, wants: str) -> None:
    start = time.perf_counter()
    for text in ((piece * 200)[:200], "1" + (piece * 199)[:199], piece * 10**6):
        assert _read_or_reason(text, wants)
    assert time.perf_counter() - start < 0.5
