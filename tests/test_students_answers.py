"""Answers as students type them, in both languages and on any keyboard: what each is taken for, and what it earns.

All are about the first layer of AlexNet, 3×227×227 → 96×55×55 with (11·11·3 + 1)·96 = 34,944 parameters, as the lecture
has it; or about the window of 11 on 224 pixels, which does not fit: (224 − 11)/4 + 1 = 54.25.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc.homework.answer import Unanswered, Unreadable
from cnncalc.homework.answers import read_answer
from cnncalc.homework.files import read_assignment
from cnncalc.homework.grade import Item
from cnncalc.homework.grading import Grader
from cnncalc.homework.submissions import read_submission
from cnncalc.homework.unanswered import check_answered
from cnncalc.language import speaking
from cnncalc.source import Source

CONV = "layer: {conv: {K: 96, F: 11, S: 4}}"
QUESTIONS = {
    "output": f"input: 3x227x227, {CONV}, ask: output",
    "params": f"input: 3x227x227, {CONV}, ask: params",
    "macs": f"input: 3x227x227, {CONV}, ask: macs",
    "memory": f"input: 3x227x227, {CONV}, ask: memory",
    "fits": f"input: 3x224x224, {CONV}, ask: fits",
    "misfit": f"input: 3x224x224, {CONV}, ask: output",
    "field": "architecture: vgg16, layer: conv3_1, ask: receptive_field",
    "nothing": "input: 4x28x28, layer: {max_pool: {F: 2}}, ask: params",
    "whole": "input: 3x227x227, layer: {conv: {K: 96, F: 11, S: 4}}, ask: fits",
    "flat": "architecture: {input: 16x5x5, layers: [flatten, dense: {units: 10}]}, layer: flatten1, ask: output",
    "kernel": "input: 1x28x28, layer: {conv: {K: 4}}, output: 4x24x24, ask: kernel",
    "channels": "input: 3x227x227, layer: {conv: {K: 96, F: 11, S: 4}}, ask: output, axis: channels",
}


def item(question: str, answer: str, conventions: str = "") -> Item:
    """The grade of an answer, as it stands behind the colon in a file."""
    head = f"conventions: {{{conventions}}}\n" if conventions else ""
    text = f"{head}questions:\n  - {{id: q, {QUESTIONS[question]}}}\n"
    found = Grader(read_assignment(Source("hw.yaml", text)))
    (graded,) = found.grade(read_submission(Source("ana.yaml", f"answers:\n  q: {answer}\n"), {"q"})).items
    return graded


# What is right, however it is written.

CORRECT = {
    "nothing": "0|0 parámetros|cero|zero|ninguno|none|no tiene|no hay|sin parámetros|no parameters",
    "whole": "sí|Yes, 55|cabe|sí, porque no sobra nada|no sobra nada|no hay resto|no remainder|✓|ok|claro",
    "flat": "400|(400,)|1x400|16·5·5 = 400|vector de 400|un vector de 400 elementos|400 neuronas",
    "kernel": "5|5x5|F=5|kernel 5|un kernel de 5x5|kernel_size=5",
    "channels": "96|C=96|96 canales|96 channels|96 mapas",
    "output": """
        96x55x55|96 x 55 x 55|96X55X55|96 × 55 × 55|96 ✕ 55 ✕ 55|96*55*55|96·55·55|96,55,55|96, 55, 55|96 55 55|96;55;55
        (96,55,55)|[96,55,55]|{96,55,55}|torch.Size([1, 96, 55, 55])|(None, 96, 55, 55)|N x 96 x 55 x 55|?x96x55x55
        1x96x55x55|96@55×55|96 por 55 por 55|96 by 55 by 55|96 canales de 55x55|96 mapas de 55 × 55|96 filtros de 55x55
        96 feature maps of size 55x55|96 canales, 55x55|C=96, H=55, W=55|C: 96 H: 55 W: 55|96 x 55²|96x55^2|96x55x55 px
        la salida es 96x55x55|the output is 96x55x55|output: 96x55x55|O=96x55x55|96x55x55?|`96x55x55`|“96x55x55”
        96x55x55 # creo|96 × 55 × 55 (C×H×W)|９６x５５x５５|$96\\times55\\times55$|96.0x55.0x55.0|"96x55x55"
        55x55 con 96 canales|55x55, 96 canales|55x55 (96 canales)|96 feature maps 55x55|96 maps 55x55|55x55x96 (HxWxC)
        H=55, W=55, C=96|"{C: 96, H: 55, W: 55}"|alto 55, ancho 55, canales 96|96 filtros, 55 de alto, 55 de ancho
        96 (canales), 55 (alto), 55 (ancho)|W=55, H=55, C=96|96x55x55 (C,H,W)|"HWC: 55x55x96"|creo que 96x55x55
        el resultado es de 96x55x55.
    """,
    "params": """
        34944|34,944|34.944|34 944|34'944|34_944|34944.0|34944,0|34.944,00|34,944.00|34\u202f944|34\u2009944|+34944
        34944 parámetros|34,944 parameters in total|son 34944|total: 34944|= 34944|da 34944|34944 en total|34944!|34944?
        (11*11*3+1)*96|(11·11·3+1)·96|(11×11×3 + 1) × 96|11^2*3*96+96|11²·3·96+96|(11**2*3+1)*96|34848+96
        (11*11*3+1)*96 = 34944|34944 = (11*11*3+1)*96|34848 + 96 = 34,944|34848 pesos + 96 sesgos
        34848 weights and 96 biases|34944 (con sesgo)|34944 con sesgo|34944 incluyendo los sesgos|34944 including biases
        3.4944e4|3,4944·10^4|34.944K|0.034944M|Hay 34.944 parámetros en total.
    """,
    "macs": "105415200|105,415,200|105.415.200|105 415 200|11*11*3*96*55*55|105.4152M|105,4152 millones|105415200 MACs",
    "fits": """
        no|No.|NO|n|false|falso|no cabe|no, no cabe|does not fit|doesn't fit|doesn’t fit|it does not fit|no entra
        (224-11)/4+1=54.25, no|✗
        it does not fit because 213/4 is not whole|no porque sobra 1|No: (224-11)/4 no es entero|no se puede
    """,
    "misfit": "no cabe|does not fit|error|imposible|no es posible|no es entero|no da exacto|not an integer|undefined",
    "field": """24|24x24|24 × 24|(24,24)|24,24|24 px|24×24 píxeles|24²|24^2|r=24|24 por 24
        24 pixeles de lado|H=24, W=24""",
}

WORTH = [
    # (question, answer, verdict, hundredths of a point, a word of the reason or the misconception)
    ("output", "55x55x96", "partial", 50, "another order"),
    ("output", "CxHxW = 55x55x96", "partial", 50, "another order"),
    ("output", "55 × 55 × 96", "partial", 50, "layout-exchanged"),
    ("output", "96x54x54", "partial", 33, "one-forgotten"),
    ("output", "3x55x55", "partial", 67, "channels-kept"),
    ("output", "55x55", "partial", 67, "channels are missing"),
    ("output", "96x55", "wrong", 0, ""),
    ("output", "no cabe", "wrong", 0, ""),
    ("output", "290400", "wrong", 0, ""),
    ("output", "64x96x55x55", "wrong", 0, ""),
    ("params", "34,9K", "partial", 50, "rounded"),
    ("params", "35 mil", "partial", 50, "rounded"),
    ("params", "cerca de 35000", "partial", 50, "rounded"),
    ("params", "más o menos 35 000", "partial", 50, "rounded"),
    ("params", "roughly 35,000", "partial", 50, "rounded"),
    ("params", "3.5e4", "partial", 50, "rounded"),
    ("params", "3e4", "wrong", 0, "too far"),
    ("params", "0M", "wrong", 0, "too far"),
    ("params", "0.0G", "wrong", 0, "too far"),
    ("params", "0e9", "wrong", 0, "too far"),
    ("params", "0·10^9", "wrong", 0, "too far"),
    ("params", "35000", "wrong", 0, ""),
    ("params", "34848", "wrong", 0, "bias-forgotten"),
    ("params", "34,848 sin sesgos", "wrong", 0, "bias-forgotten"),
    ("params", "34.8K", "wrong", 0, "bias-forgotten"),
    ("params", "34,8 mil", "wrong", 0, "bias-forgotten"),
    ("params", "~34850", "wrong", 0, "bias-forgotten"),
    ("params", "105.7M", "wrong", 0, "weights-not-shared"),
    ("params", "290 mil", "wrong", 0, "activations-as-parameters"),
    ("params", "349440", "wrong", 0, "power-of-ten"),
    ("params", "39444", "wrong", 0, "digits-exchanged"),
    ("params", "-34944", "wrong", 0, ""),
    ("params", "137 KB", "wrong", 0, "memory"),
    ("params", "0", "wrong", 0, ""),
    ("macs", "211M", "wrong", 0, "macs-and-flops"),
    ("fits", "sí", "wrong", 0, "rounded-anyway"),
    ("fits", "Yes, it fits", "wrong", 0, "rounded-anyway"),
    ("fits", "sí, porque 54 es entero", "wrong", 0, "rounded-anyway"),
    ("misfit", "96x54x54", "wrong", 0, "rounded-anyway"),
    ("misfit", "96x55x55", "wrong", 0, "rounded-anyway"),
    ("field", "3", "wrong", 0, "earlier-layers-forgotten"),
    ("field", "24x3", "partial", 50, ""),
]

UNREADABLE = {
    "output": "96-55-55|96/55/55|noventa y seis por 55 por 55|96xx55x55|x96x55x55|hola|no|**96x55x55**|96→55→55|54.25",
    "params": "34944 o 34848|34944, no 34848|34,94,4|34..944|(1|1/0|2(3)|nan|inf|muchos|x|1 billón|9**9**9**9|0x8880"
    "|34944 patatas",
    "fits": "tal vez|maybe|0|54|sí, no cabe|no, sí cabe|correcto|ambos",
}

NO_ANSWER = (
    "no sé|No sé.|¿no sé?|no lo sé|NO SE|no sé la respuesta|ni idea|no tengo idea|no me acuerdo|no entendí|ns/nc|N/S"
    "|sin responder|sin respuesta|en blanco|pendiente|I don't know|I don’t know|i do not know|idk|no idea"
    "|not sure|n/a|N/A|n.a.|skip"
    "|TODO|tbd|?|??|¿?|-|--|---|—|–|…|...|_|___|'?'|'-'|''|'  '|null|~"
).split("|")


def split(text: str) -> list[str]:
    return [answer.strip() for line in text.strip().splitlines() for answer in line.split("|")]


@pytest.mark.parametrize(("question", "answer"), [(q, answer) for q, text in CORRECT.items() for answer in split(text)])
def test_right_however_it_is_written(question: str, answer: str) -> None:
    found = item(question, answer)
    assert (found.verdict, found.reason) == ("correct", found.reason if "read as" in found.reason else "")
    assert found.cents == 100


@pytest.mark.parametrize(
    ("question", "answer", "verdict", "cents", "word"), WORTH, ids=[f"{w[0]}: {w[1]}" for w in WORTH]
)
def test_what_it_is_worth(question: str, answer: str, verdict: str, cents: int, word: str) -> None:
    found = item(question, answer)
    assert (found.verdict, found.cents) == (verdict, cents)
    assert word in " ".join((found.reason, *found.misconceptions))


@pytest.mark.parametrize(("question", "answer"), [(q, a) for q, text in UNREADABLE.items() for a in text.split("|")])
@pytest.mark.parametrize("language", ["en", "es"])
def test_unreadable_is_not_wrong_and_says_why(question: str, answer: str, language: str) -> None:
    with speaking(language):
        found = item(question, answer)
    assert (found.verdict, found.cents) == ("unreadable", 0)
    assert found.reason
    assert found.misconceptions == ()


@pytest.mark.parametrize("answer", NO_ANSWER)
@pytest.mark.parametrize("question", ["output", "params", "fits", "field"])
def test_no_answer_is_missing(question: str, answer: str) -> None:
    found = item(question, answer)
    assert (found.verdict, found.cents) == ("missing", 0)


def test_what_is_taken_as_no_answer_is_told() -> None:
    assert item("params", "no sé").reason == "`no sé` is taken as no answer"
    assert item("params", "n/a").reason == "`n/a` is taken as no answer; write 0 where there is nothing to count"
    assert item("params", "''").reason == ""


@pytest.mark.parametrize(
    "answer", ["no", "no cabe", "no se puede", "no es entero", "-1", "*", "0", "none", "nada", "x"]
)
def test_what_is_an_answer_or_may_be_one(answer: str) -> None:
    if answer == "*":
        with pytest.raises(Unanswered):
            check_answered(answer)
    else:
        check_answered(answer, answer)


def test_the_other_layout_is_a_mistake_with_a_name_in_either() -> None:
    found = item("output", "96x55x55", "layout: HxWxC")
    assert (found.cents, found.misconceptions) == (50, ("layout-exchanged",))


@pytest.mark.parametrize("layout", ["CxHxW", "HxWxC"])
@pytest.mark.parametrize("answer", ["96 canales de 55x55", "C=96, H=55, W=55", "55x55x96 (HxWxC)", "96@55x55"])
def test_axes_that_are_named_are_right_in_any_order(answer: str, layout: str) -> None:
    assert item("output", answer, f"layout: {layout}").verdict == "correct"


@pytest.mark.parametrize("answer", ["no sé", "?", "'—'", "", "{c1: no sé, s2: '?'}", "{c1: {output: n/a}}"])
def test_a_table_without_answers(answer: str) -> None:
    text = "questions: [{id: t, architecture: lenet5, table: [output, params], rows: [c1, s2]}]"
    found = Grader(read_assignment(Source("hw.yaml", text)))
    grade = found.grade(read_submission(Source("ana.yaml", f"answers:\n  t: {answer}\n"), {"t"}))
    assert {item.verdict for item in grade.items} == {"missing"}


# Memory, in a unit of which it is no whole number: 4·(34,944 + 290,400) = 1,301,376 bytes = 1270.875 KB of 1024.


@pytest.mark.parametrize(
    ("answer", "conventions", "verdict"),
    [
        ("1301376", "", "correct"),
        ("1,301,376 bytes", "", "correct"),
        ("1270.875 KB", "", "correct"),
        ("1270.88 KB", "", "partial"),
        ("1.3 MB", "", "wrong"),
        ("1.24 MiB", "", "partial"),
        ("1270.875", "unit: KB", "correct"),
        ("1270.88", "unit: KB", "correct"),
        ("1270,9", "unit: KB", "correct"),
        ("1271", "unit: KB", "correct"),
        ("1,270.88", "unit: KB", "correct"),
        ("(34944+290400)*4/1024", "unit: KB", "correct"),
        ("1301376 bytes", "unit: KB", "correct"),
        ("1301.376", "unit: KB, kilobyte: 1000", "correct"),
        ("1.241", "unit: MB", "correct"),
        ("1250", "unit: KB", "wrong"),
        ("1301376", "unit: KB", "wrong"),
        ("1.2", "unit: MB", "wrong"),
    ],
)
def test_memory_in_units(answer: str, conventions: str, verdict: str) -> None:
    assert item("memory", answer, conventions).verdict == verdict


@pytest.mark.parametrize("conventions", ["", "unit: KB", "unit: MB", "unit: GB", "unit: KB, kilobyte: 1000"])
def test_what_is_revealed_is_right(conventions: str) -> None:
    for question in QUESTIONS:
        truth = item(question, "1", conventions).truth
        assert item(question, f'"{truth}"', conventions).verdict == "correct", (question, truth)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=40), st.sampled_from(["shape", "count", "size", "fit"]), st.booleans())
def test_any_text_is_read_or_refused(text: str, wants: str, whole: bool) -> None:
    try:
        found = read_answer(text, wants, whole=whole)  # type: ignore[arg-type]
    except Unreadable as refused:
        told = refused.reason
    else:
        told = found.read_as
    assert told


@settings(max_examples=200, deadline=None)
@given(
    st.integers(1, 10**12), st.sampled_from(["son {}", "total: {}", "{} en total", "{}?", "la respuesta es {}", "`{}`"])
)
def test_remarks_change_no_number(number: int, pattern: str) -> None:
    assert read_answer(pattern.format(number), "count").value == number
