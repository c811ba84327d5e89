"""Exercises on paper and for Moodle: what questions say, how they are worked out, and what is read back."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc.homework.assignment import Assignment, Question
from cnncalc.homework.blanks import decimal, spellings
from cnncalc.homework.files import find_assignment, read_assignment
from cnncalc.homework.solutions import Step, answer_text, solution
from cnncalc.homework.truth import ASKS
from cnncalc.homework.wording import asked, question_text
from cnncalc.language import speaking
from cnncalc.render.quiz_gift import gift, gift_text
from cnncalc.render.quiz_moodle import category_path, cloze_text, moodle, percent
from cnncalc.render.quiz_sheet import sheet
from cnncalc.source import Source
from tests.moodle_reader import Asked, Box, read_gift, read_moodle
from tests.test_explain import balanced as pieces_balanced

CONV = "input: 3x227x227, layer: {conv: {K: 96, F: 11, S: 4}}"
CHAIN = (
    "input: 3x32x32, layers: [{conv: {K: 6, F: 5, name: c1}}, relu, {max_pool: {F: 2, name: p1}}, "
    "{conv: {K: 16, F: 5, name: c2}}, flatten, {dense: {units: 10, name: out}}]"
)
BRANCHES = (
    "input: 8x14x14, layers: [{name: m, merge: concat, branches: "
    "[[{conv: {K: 4, F: 1, name: a}}], [{conv: {K: 6, F: 3, P: 1, name: b}}]]}]"
)


def balanced(page: str) -> None:
    """As for one explanation; and every environment ends inside the one that it began in."""
    bare = re.sub(r"\\(?:begin|end)\{(?:document|itemize|center|tabular)\}(?:\{[lr]+\})?", "", page)
    pieces_balanced(bare)
    open: list[str] = []
    for word, name in re.findall(r"(?<!\\)\\(begin|end)\{(.*?)\}", page):
        if word == "begin":
            open.append(name)
        else:
            assert open.pop() == name
    assert open == []


def read(*questions: str, head: str = "") -> Assignment:
    text = f"title: T\n{head}\nquestions:\n" + "".join(f"  - {{{question}}}\n" for question in questions)
    return read_assignment(Source("hw.yaml", text))


def one(question: str, head: str = "") -> Question:
    found = read(question, head=head)
    assert not found.diagnostics, found.diagnostics
    return found.questions[0]


def every_ask() -> Assignment:
    """Every ask, about one layer, a layer of a chain, a named network's, and whole networks, and tables."""
    questions = [f"{CONV}, ask: {ask}" for ask in ASKS]
    questions += [f"{CHAIN}, layer: c2, ask: {ask}" for ask in ASKS]
    questions += [f"architecture: vgg16, layer: conv2_1, ask: {ask}" for ask in ASKS]
    questions += [f"{CHAIN}, ask: {ask}" for ask in ASKS[:9]]
    questions += [f"architecture: lenet5, ask: {ask}" for ask in ASKS[:9]]
    questions += [f"{CONV}, ask: output, axis: {axis}" for axis in ("channels", "height", "width")]
    questions += [
        "architecture: lenet5, table: [output, params, macs, memory]",
        f"{CHAIN}, table: [output, weights, receptive_field, effective_stride, fits], rows: [c1, c2]",
        f"{BRANCHES}, table: [output, params], rows: [a, b, m]",
        "input: 3x224x224, layer: {conv: {K: 96, F: 11, S: 4}}, ask: output",
        "input: 3x224x224, layer: {conv: {K: 96, F: 11, S: 4}}, ask: output, axis: height",
        "input: 3x224x224, layer: {conv: {K: 96, F: 11, S: 4}}, ask: fits",
        "input: 3x9x15, layer: {conv: {K: 2, F: [3, 5], S: [2, 1]}}, ask: receptive_field",
        "input: 8x8x8, layer: {transposed_conv: {K: 4, F: 2, S: 2}}, ask: output",
        "input: 8x8x8, layer: {separable_conv: {K: 4, F: 3, P: same, bias: false}}, ask: weights",
        "input: 8x8x8, layer: {depthwise_conv: {F: 3, D: 2}}, ask: output",
        "input: 8x8x8, layer: batch_norm, ask: params",
        "input: 3x28x28, layer: {conv: {K: 4, F: 5, S: 1}}, output: 4x28x28, ask: padding",
        "input: 3x28x28, layer: {conv: {F: 5, S: 1}}, output: 7x24x24, ask: filters",
        "input: 3x28x28, layer: {conv: {K: 4, S: 2}}, output: 4x13x13, ask: kernel",
        "input: 3x28x28, layer: {conv: {K: 4, F: 4, P: 1}}, output: 4x14x14, ask: stride",
    ]
    return read(*questions)


EVERY = every_ask()
OTHER = "conventions: {rounding: floor, counts: macs, layout: HxWxC, kilobyte: 1000, unit: MB, biases: false}"

# What a question says


@pytest.mark.parametrize(
    ("question", "text"),
    [
        (
            f"{CONV}, ask: params",
            "3×227×227 goes into a convolution with K=96, F=11, S=4, P=0. How many parameters does it have?",
        ),
        ("architecture: vgg16, layer: conv1_1, ask: output", "In VGG-16, what shape leaves conv1_1?"),
        ("architecture: vgg16, ask: params", "How many parameters does VGG-16 have?"),
        (f"text: 'What is it?', {CONV}, ask: params", "What is it?"),
        (
            "input: 4x28x28, layer: {max_pool: {F: 2}}, ask: output",
            "4×28×28 goes into a max pooling with F=2, S=2. What is the shape that leaves?",
        ),
        (
            "input: 3x9x9, layer: {dense: {units: 10, bias: false}}, ask: weights",
            "3×9×9 goes into a dense layer with 10 units, no biases. "
            "How many weights does it have, biases not counted?",
        ),
        (
            "input: 3x9x9, layer: {depthwise_conv: {F: [1, 3], D: 2, P: {left: 1}}}, ask: fits",
            "3×9×9 goes into a depthwise convolution with F=1×3, S=1, P_top=0, P_bottom=0, P_left=1, P_right=0, D=2. "
            "Does its window fit?",
        ),
        (
            "input: 3x28x28, layer: {conv: {K: 4, F: 5, S: 1}}, output: 4x28x28, ask: padding",
            "3×28×28 goes into a convolution with K=4, F=5, S=1. Which padding P gives 4×28×28?",
        ),
        (
            "input: 3x28x28, layer: {conv: {F: 5}}, output: 7x24x24, ask: filters",
            "3×28×28 goes into a convolution with F=5, S=1, P=0. How many filters K give 7×24×24?",
        ),
        (
            f"{CHAIN}, layer: c2, ask: params",
            "3×32×32 goes through these layers:\n"
            "1. c1: a convolution with K=6, F=5, S=1, P=0\n"
            "2. relu1: a ReLU\n"
            "3. p1: a max pooling with F=2, S=2\n"
            "4. c2: a convolution with K=16, F=5, S=1, P=0\n"
            "5. flatten1: a flatten\n"
            "6. out: a dense layer with 10 units\n"
            "In this network, how many parameters does c2 have?",
        ),
        (
            f"{BRANCHES}, ask: output",
            "8×14×14 goes through these layers:\n"
            "1. m/a: a convolution with K=4, F=1, S=1, P=0\n"
            "2. m/b: a convolution with K=6, F=3, S=1, P=1, of input\n"
            "3. m: the concatenation, of m/a and m/b\n"
            "What shape leaves this network?",
        ),
        (
            "architecture: lenet5, table: [output, params], rows: [c1, f6]",
            "In LeNet-5, fill in the table for c1 and f6: output shape and parameters.",
        ),
    ],
)
def test_what_a_question_says(question: str, text: str) -> None:
    if "branches" in question:
        text = text.replace("m/a", "m/branch1/a").replace("m/b:", "m/branch2/b:").replace("m/b\n", "m/branch2/b\n")
    assert question_text(one(question)) == text


def test_conventions_are_told_where_they_are_not_the_usual_ones() -> None:
    question = one(f"{CONV}, ask: memory", head="conventions: {unit: KB, rounding: floor, memory: weights}")
    assert question_text(question) == (
        "3×227×227 goes into a convolution with K=96, F=11, S=4, P=0. How much memory do its weights take?\n"
        "What the division of a window leaves over is dropped (floor). "
        "Memory is told in KB, with 1024 bytes to the KB; a number is a float32 of 32 bits."
    )
    question = one(f"{CONV}, ask: output", head="conventions: {layout: HxWxC}")
    assert question_text(question) == (
        "227×227×3 goes into a convolution with K=96, F=11, S=4, P=0. What is the shape that leaves?\n"
        "Shapes are written H×W×C."
    )
    question = one(f"{CONV}, ask: params", head="conventions: {biases: false}")
    assert question_text(question).endswith("Biases do not count as parameters.")
    # A named network says itself what its windows get.
    question = one("architecture: vgg16, layer: conv1_1, ask: output", head="conventions: {rounding: ceil}")
    assert question_text(question) == "In VGG-16, what shape leaves conv1_1?"


def test_a_setting_that_is_asked_for_is_not_told() -> None:
    for ask, letter in (("kernel", "F="), ("stride", "S="), ("padding", "P="), ("filters", "K=")):
        question = next(q for q in EVERY.questions if q.cells[0].inverse and q.cells[0].ask == ask)
        assert letter not in question_text(question)


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_ask_has_a_sentence(language: str) -> None:
    with speaking(language):
        texts = [question_text(question) for question in EVERY.questions]
    for question, text in zip(EVERY.questions, texts):
        assert text.rstrip(".").endswith("?") or question.table or not text
        assert bool(text) is any(not cell.broken for cell in question.cells)
        assert all(line.isprintable() for line in text.splitlines())


def test_a_question_that_is_broken_says_nothing() -> None:
    question = read("architecture: nowhere, ask: output").questions[0]
    assert question_text(question) == ""
    assert solution(question) == []


def test_control_characters_are_written_out() -> None:
    question = one(rf'text: "a\e[31m b\u202ec\nline\ttwo\0", {CONV}, ask: params')
    assert question_text(question) == "a\\x1b[31m b\\u202ec\nline    two\\x00"


def test_a_long_network_is_cut() -> None:
    question = one("input: 3x8x8, layers: [{repeat: [relu], times: 900}], ask: output")
    lines = question_text(question).splitlines()
    assert len(lines) < 210
    assert lines[-2] == "… and 700 layers more"


# Worked solutions


def results(steps: list[Step]) -> list[object]:
    return [section.result for step in steps for section in step.sections]


@pytest.mark.parametrize("question", EVERY.questions, ids=lambda q: f"{q.id}-{q.cells[0].ask}")
def test_the_steps_come_to_the_truth(question: Question) -> None:
    found = results(solution(question))
    for cell in question.cells:
        if cell.broken or cell.truth is None or isinstance(cell.truth, bool):
            continue
        if cell.ask in ("kernel", "stride", "padding", "filters") and cell.inverse is None:
            letter = {"kernel": "F", "stride": "S", "padding": "P", "filters": "K"}[cell.ask]
            assert f"{letter} = {answer_text(cell, question.conventions)}" in solution(question)[-1].title
            continue
        for number in cell.truth if isinstance(cell.truth, tuple) else [cell.truth]:
            assert number in found, (cell.id, number, found)


def formulas(question: str) -> list[str]:
    """Each formula of a solution, letters first, then with its numbers, to the result."""
    steps = solution(one(question))
    return [" = ".join(line.expression.text() for line in section.lines) for step in steps for section in step.sections]


def test_the_lectures_layer_worked_out() -> None:
    # Krizhevsky et al. 2012, the first layer, as the lecture works it out.
    assert formulas(f"{CONV}, ask: output")[0] == "(H_I − F + 2P)/S + 1 = (227 − 11 + 2·0)/4 + 1 = 216/4 + 1 = 55"
    assert formulas(f"{CONV}, ask: params") == ["(F·F·C_I + 1)·K = (11·11·3 + 1)·96 = 34,944"]
    assert formulas(f"{CONV}, ask: weights") == ["F·F·C_I·K = 11·11·3·96 = 34,848"]
    assert formulas(f"{CONV}, ask: activations")[-1] == "C_O·H_O·W_O = 96·55·55 = 290,400"
    assert formulas(f"{CONV}, ask: memory")[-1] == "(34,944 + 290,400)·4 = 1,301,376"


def test_a_setting_solved_for() -> None:
    # The lecture: P = (F − 1)/2 keeps the size where S = 1.
    padding = "input: 1x28x28, layer: {conv: {K: 4, F: 5, S: 1}}, output: 4x28x28, ask: padding"
    assert formulas(padding)[0] == "((H_O − 1)·S + F − H_I)/2 = ((28 − 1)·1 + 5 − 28)/2 = 4/2 = 2"
    stride = "input: 3x227x227, layer: {conv: {K: 96, F: 11, P: 0}}, output: 96x55x55, ask: stride"
    assert formulas(stride)[0] == "(H_I − F + 2P)/(H_O − 1) = (227 − 11 + 2·0)/(55 − 1) = 216/54 = 4"
    kernel = "input: 1x28x28, layer: {conv: {K: 4, S: 1}}, output: 4x24x24, ask: kernel"
    assert formulas(kernel)[0] == "H_I + 2P − (H_O − 1)·S = 28 + 2·0 − (24 − 1)·1 = 5"


def test_the_receptive_field_of_a_chain() -> None:
    # Two 3×3 convolutions see 5×5 (Simonyan and Zisserman 2014, 2.3); a pool then doubles the step.
    found = formulas("architecture: vgg16, layer: pool1, ask: receptive_field")
    assert found == [
        "r_I + (F − 1)·j_I = 1 + (3 − 1)·1 = 3", "j_I·S = 1·1 = 1",
        "r_I + (F − 1)·j_I = 3 + (3 − 1)·1 = 5", "j_I·S = 1·1 = 1",
        "r_I + (F − 1)·j_I = 5 + (2 − 1)·1 = 6",
    ]  # fmt: skip


def test_the_sum_of_a_network() -> None:
    # Simonyan and Zisserman 2014, Table 2: 138 million; as PyTorch counts them.
    found = solution(one("architecture: vgg16, ask: params"))[0].sections
    assert found[-1].result == 138_357_544
    assert sum(int(section.result or 0) for section in found[:-1]) == 138_357_544
    assert [section.title for section in found[:2]] == ["conv1_1", "conv1_2"]


def test_what_does_not_fit_is_said() -> None:
    page = sheet(read("input: 3x224x224, layer: {conv: {K: 96, F: 11, S: 4}}, ask: fits"), solutions=True)
    assert "**Answer:** it does not fit" in page
    assert "213 = 4 \\cdot 53 + 1" in page
    assert "213 pixels are no whole number of steps of 4" in page


# Sheets


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("solutions", [False, True])
@pytest.mark.parametrize("format", ["markdown", "latex"])
def test_sheets_are_whole(format: str, solutions: bool, language: str) -> None:
    with speaking(language):
        for assignment in (EVERY, read_assignment(find_assignment("lecture"))):
            page = sheet(assignment, "Ana", solutions, format)
            balanced(page)
            assert page.endswith("\n")
            assert "Ana" in page
            if format == "latex":
                letters = "ÁÉÍÓÚÜÑáéíóúüñ¿¡«»"
                strange = {c for c in page if ord(c) > 126} - set(letters)
                assert not strange
                assert page.startswith("\\documentclass")
                assert "\n\n\\end{align*}" not in page
            for question in assignment.questions:
                if asked(question):
                    assert re.search(rf"(##|\\subsection\*\{{)\s?\d+\. {question.id} \(", page)


def test_a_sheet_without_solutions_gives_nothing_away() -> None:
    lecture = read_assignment(find_assignment("lecture"))
    for format in ("markdown", "latex"):
        page = sheet(lecture, format=format)
        for number in ("120,001,000", "34,944", "4×14×14", "4$\\times$14$\\times$14", "aligned", "align*"):
            assert number not in page
        solved = sheet(lecture, solutions=True, format=format)
        assert "120,001,000" in solved
        assert "34,944" in solved
    table = sheet(read("architecture: lenet5, table: [output, params]"))
    assert "| c1 |  |  |" in table
    assert "| c1 | 6×28×28 | 156 |" in sheet(read("architecture: lenet5, table: [output, params]"), solutions=True)


def test_a_table_too_long_for_a_page_is_cut() -> None:
    page = sheet(read("architecture: googlenet, table: [output]"), format="latex")
    assert page.count("\\begin{tabular}") == page.count("\\end{tabular}") >= 2
    balanced(page)


def test_points_are_told() -> None:
    page = sheet(read(f"points: 2, {CONV}, ask: params", f"points: 1/3, {CONV}, ask: params", f"{CONV}, ask: params"))
    assert re.findall(r"\((.*)\)\n", page) == ["2 points", "0.33 points", "1 point"]


HOSTILE = [
    "} ~ = # { : \\ // ]]> <b>&amp;",
    "{1:NUMERICAL:=5}",
    "{#1}",
    "::x::{=y}",
    "// comment",
    "$CATEGORY: $course$/top/x",
    "[html]<script>alert(1)</script>",
    "&&058; &#125; %100%",
    "\\end{document} $x$ \\input{/etc/passwd} ^_&%",
    "1. list\n- item\n# heading\n=====",
    "\\",
    "'\"`",
    "¿Cuántos parámetros?\n\nlínea tres",
]


def hostile(text: str) -> Assignment:
    """A number, a shape, a table and a choice, each with this text."""
    assignment = read(
        f"{CONV}, ask: params",
        f"{CONV}, ask: output",
        f"{CHAIN}, table: [output, params], rows: [c1, c2]",
        "input: 3x224x224, layer: {conv: {K: 96, F: 11, S: 4}}, ask: output",
    )
    for question in assignment.questions:
        question.text = text
    assignment.title = text
    return assignment


def lines_of(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_on_paper(text: str) -> None:
    for solutions in (False, True):
        page = sheet(hostile(text), text, solutions, "latex")
        balanced(page)
        assert page.count("\\end{document}") == 1
        assert "\\input" not in page
        page = sheet(hostile(text), text, solutions, "markdown")
        assert len(re.findall("^# ", page, re.MULTILINE)) == 1
        assert len(re.findall("^## ", page, re.MULTILINE)) == 4
        assert not re.search(r"(?<!\\)<script", page)


# Moodle and GIFT


def by_name(document: str) -> dict[str, Asked]:
    found = read_gift(document) if document.startswith("$") else read_moodle(document)
    assert len({(question.category, question.name) for question in found}) == len(found)
    return {question.name: question for question in found}


LECTURE = read_assignment(find_assignment("lecture"))


def test_the_lectures_parameters() -> None:
    # The values of the lecture, and of the mistakes that are made: (11·11·3)·96, 11·11·96 + 96, (11·3 + 1)·96.
    for question in (by_name(moodle([LECTURE]))["alexnet"], by_name(gift([LECTURE]))["alexnet"]):
        assert question.kind == "numerical"
        (box,) = question.boxes
        assert box.earns("34944") == 100
        for typed in ("34848", "11712", "3264", "34849"):
            assert box.earns(typed) == 25
        assert box.earns("34945") == 0
        assert box.says("34848") == "Did you add the bias of each filter?"
        assert question.text.startswith("3×227×227 goes into a convolution with K=96, F=11, S=4.")


def test_the_lectures_shape_in_moodle() -> None:
    question = by_name(moodle([LECTURE]))["conv1"]
    assert question.kind == "cloze"
    assert [box.earns(typed) for box, typed in zip(question.boxes, ("4", "28", "28"))] == [100, 100, 100]
    # Without the padding 26, without the +1 27; channels kept 1.
    channels, height, width = question.boxes
    assert (channels.earns("1"), height.earns("26"), width.earns("27"), width.earns("29")) == (25, 25, 25, 0)
    assert height.says("26") == "Is there a border of zeros around the input?"
    assert question.text.endswith("channels ▢ × height ▢ × width ▢")


def test_the_lectures_shape_in_gift() -> None:
    question = by_name(gift([LECTURE]))["conv1"]
    assert question.kind == "shortanswer"
    (box,) = question.boxes
    for typed in ("4x28x28", "4×28×28", "4 x 28 x 28", "(4, 28, 28)", "[4,28,28]", "4,28,28"):
        assert box.earns(typed) == 100
    assert box.earns("4x26x26") == box.earns("(28, 28, 4)") == 25
    assert box.earns("4x28x29") == 0


def test_whether_it_fits() -> None:
    for document in (moodle([LECTURE]), gift([LECTURE])):
        question = by_name(document)["alexnet-224"]
        assert question.kind == "truefalse"
        assert question.boxes[0].earns("false") == 100
        assert question.boxes[0].earns("true") == 0
        assert question.boxes[0].says("true")


def test_a_shape_that_there_is_none_of() -> None:
    assignment = read("input: 3x224x224, layer: {conv: {K: 96, F: 11, S: 4}}, ask: output")
    for document in (moodle([assignment]), gift([assignment])):
        question = by_name(document)["q1"]
        assert question.kind == "multichoice"
        assert question.boxes[0].earns("it does not fit") == 100
        assert question.boxes[0].earns("96×54×54") == 25


def test_another_layout() -> None:
    head = "conventions: {layout: HxWxC}"
    assignment = read("input: 3x9x15, layer: {conv: {K: 2, F: 3}}, ask: output", head=head)
    question = by_name(moodle([assignment]))["q1"]
    assert question.text.endswith("height ▢ × width ▢ × channels ▢")
    assert [box.answers[0].text for box in question.boxes] == ["7", "13", "2"]
    assert by_name(gift([assignment]))["q1"].boxes[0].earns("7x13x2") == 100


def test_memory_in_kilobytes() -> None:
    assignment = read(f"{CONV}, ask: memory", head="conventions: {unit: KB}")
    for document in (moodle([assignment]), gift([assignment])):
        (box,) = by_name(document)["q1"].boxes
        # 1,301,376 bytes are 1270.875 KB; a thousandth of it more or less is right, as `check` has it.
        assert box.earns("1270.875") == box.earns("1270.88") == box.earns("1270.87") == 100
        assert box.earns("1271") == 100
        assert box.earns("1273") == 0


def test_every_setting_that_gives_the_output_is_right() -> None:
    question = "input: 3x28x28, layer: {conv: {K: 4, F: 3, P: 0}}, output: 4x13x13, ask: stride"
    both = "input: 3x28x28, layer: {conv: {K: 4, S: 2, P: 0}}, output: 4x13x13, ask: kernel"
    assignment = read(question, both, head="conventions: {rounding: floor}")
    for document in (moodle([assignment]), gift([assignment])):
        stride, kernel = (asked.boxes[0] for asked in by_name(document).values())
        assert stride.earns("2") == 100
        assert (kernel.earns("3"), kernel.earns("4"), kernel.earns("5")) == (100, 100, 0)


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_truth_earns_everything_and_every_mistake_its_part(language: str) -> None:
    with speaking(language):
        for assignment in (EVERY, LECTURE):
            for document in (moodle([assignment], Fraction(1, 3)), gift([assignment], Fraction(1, 3))):
                found = by_name(document)
                names = set()
                for question in assignment.questions:
                    cells = [cell for cell in question.cells if not cell.broken]
                    names |= (
                        {cell.id for cell in cells} if document.startswith("$") else {q for q in [question.id] if cells}
                    )
                assert set(found) == names
                for question in found.values():
                    for box in question.boxes:
                        assert box.answers[0].worth in (100, 0)
                        for answer in box.answers:
                            # The first answer that matches counts: what is listed must earn what it says.
                            assert box.earns(answer.text) == answer.worth
                            assert answer.worth in (0, 33.33333, 100)
                            assert answer.feedback or answer.worth != 33.33333


def test_truths_of_each_ask_are_those_of_the_engine() -> None:
    found = by_name(moodle([EVERY]))
    for question in EVERY.questions:
        cells = [cell for cell in question.cells if not cell.broken]
        if question.table or not cells:
            continue
        cell = cells[0]
        boxes = found[question.id].boxes
        told = answer_text(cell, question.conventions)
        if isinstance(cell.truth, tuple) and not cell.axis:
            numbers = [str(number) for number in cell.truth]
            numbers = numbers[:1] if len(boxes) == 1 else numbers
            assert [box.earns(number) for box, number in zip(boxes, numbers, strict=True)] == [100] * len(numbers)
        elif cell.ask == "fits":
            assert boxes[0].earns("true" if cell.truth else "false") == 100
        elif cell.truth is None:
            assert boxes[0].earns(told) == 100
        else:
            assert boxes[0].earns(re.sub("[^0-9]", "", told)) == 100


def test_a_table_is_one_cloze_and_many_of_gift() -> None:
    # LeCun et al. 1998, as the lecture has it: 156 and 1,516 are its own; 2,416 where every map sees all six.
    assignment = read("architecture: lenet5, table: [output, params], rows: [c1, c3]")
    question = by_name(moodle([assignment]))["q1"]
    assert [box.answers[0].text for box in question.boxes] == ["6", "28", "28", "156", "16", "10", "10", "2416"]
    assert " layer  output shape  parameters " in question.text
    found = by_name(gift([assignment]))
    assert list(found) == ["q1.c1.output", "q1.c1.params", "q1.c3.output", "q1.c3.params"]
    assert found["q1.c3.params"].boxes[0].earns("2416") == 100
    assert found["q1.c3.params"].text.startswith("In LeNet-5, how many parameters does c3 have?")


def test_marks_are_the_points() -> None:
    assignment = read(
        f"points: 2, {CONV}, ask: output",
        f"points: 1, {CONV}, ask: params",
        "points: 10, architecture: lenet5, table: [output, params], rows: [c1, f6]",
        f"points: 1/2, {CONV}, ask: macs",
    )
    found = by_name(moodle([assignment]))
    marks = [sum(box.mark for box in question.boxes) for question in found.values()]
    assert [mark / marks[1] for mark in marks] == [2, 1, 10, 0.5]
    for question in found.values():
        if question.kind == "cloze":
            assert all(box.mark == int(box.mark) > 0 for box in question.boxes)


# Variants


def test_variants_share_a_category() -> None:
    variants = [read(f"id: a/b, input: 3x{n}x{n}, layer: {{conv: {{K: 4, F: 3}}}}, ask: output") for n in (9, 11, 9)]
    for document in (moodle(variants), gift(variants)):
        found = read_gift(document) if document.startswith("$") else read_moodle(document)
        # The third is the first once more, and would only be drawn twice as often.
        assert [question.name for question in found] == ["a/b (1)", "a/b (2)"]
        assert {question.category for question in found} == {"$course$/top/T/a//b"}


def test_names_of_categories() -> None:
    # The names of Moodle's own test of assemble_category_path.
    names = ["Tricky things like / // and so on", "Category name ending in /", "/ and one that starts with one"]
    assert category_path(names) == (
        "$course$/top/Tricky things like // //// and so on/Category name ending in // / // and one that starts with one"
    )


# Bad and hostile input


@pytest.mark.parametrize("part", ["0.42", "1", "-1/4", "3/2", "1/1000"])
def test_parts_that_moodle_refuses(part: str) -> None:
    for export in (moodle, gift):
        with pytest.raises(ValueError, match=r"Moodle has no answer that is worth .*; it has 0%, 5%, .* or 90%"):
            export([LECTURE], Fraction(part))


@pytest.mark.parametrize(("part", "text"), [("1/6", "16.66667"), ("1/7", "14.28571"), ("1/8", "12.5"), ("0", "0")])
def test_parts_as_moodle_writes_them(part: str, text: str) -> None:
    assert percent(Fraction(part)) == text
    assert f'fraction="{text}"' in moodle([LECTURE], Fraction(part))
    by_name(moodle([LECTURE], Fraction(part)))
    by_name(gift([LECTURE], Fraction(part)))


def test_questions_that_can_not_be_graded_are_left_out() -> None:
    assignment = read("architecture: nowhere, ask: output", f"{CONV}, ask: params")
    assert list(by_name(moodle([assignment]))) == ["q2"]
    assert list(by_name(gift([assignment]))) == ["q2"]
    assert read_moodle(moodle([])) == []
    assert read_gift(gift([])) == []


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_come_back(text: str) -> None:
    assignment = hostile(text)
    for document in (moodle([assignment]), gift([assignment])):
        for question in by_name(document).values():
            path = re.split("(?<!/)/(?!/)", question.category)
            assert [part.strip().replace("//", "/") for part in path] == ["$course$", "top", " ".join(text.split())]
            if document.startswith("$") and question.name.startswith("q3"):
                continue  # a row of a table has its own sentence
            assert lines_of(question.text)[: len(lines_of(text))] == lines_of(text)


@settings(max_examples=200)
@given(st.text(min_size=1))
def test_any_hint_comes_back_from_a_box(text: str) -> None:
    from tests.moodle_reader import _cloze

    boxes: list[Box] = []
    _cloze("{1:NUMERICAL:=1:0~%25%2:0#" + cloze_text(text) + "}{1:MULTICHOICE:=x~%25%" + cloze_text(text) + "}", boxes)
    assert boxes[0].answers[1].feedback == html.unescape(html.escape(text))
    assert boxes[1].answers[1].text == html.unescape(html.escape(text))


@settings(max_examples=200)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Co"]), min_size=1).filter(str.strip))
def test_any_text_comes_back_from_gift(text: str) -> None:
    from tests.moodle_reader import _bare, _hidden

    hidden = _hidden(gift_text(text))
    assert not set("~=#{}:\\") & set(hidden)
    assert _bare(hidden) == text


@settings(max_examples=50)
@given(st.text(max_size=60))
def test_any_question_text_comes_back(text: str) -> None:
    assignment = read(f"{CONV}, ask: params", f"{CONV}, ask: output")
    for question in assignment.questions:
        question.text = text
    wanted = [lines_of(asked(question)) for question in assignment.questions]
    for document in (moodle([assignment]), gift([assignment])):
        for question, lines in zip(by_name(document).values(), wanted):
            assert [line.strip() for line in lines_of(question.text)[: len(lines)]] == [line.strip() for line in lines]
    for format in ("markdown", "latex"):
        balanced(sheet(assignment, text, True, format)) if format == "latex" else sheet(assignment, text)


def test_decimals() -> None:
    assert [decimal(Fraction(n)) for n in ("0", "5", "1215/64", "1/3", "-1/8", "1000")] == [
        "0", "5", "18.984375", "0.333333", "-0.125", "1000",
    ]  # fmt: skip
    assert spellings((1, 2))[:3] == ["1x2", "1×2", "1 x 2"]


def test_a_setting_is_asked_for_of_one_layer_only() -> None:
    # Of several layers, or of one without settings, nobody could say which is meant, and any answer would be right.
    for question in (
        f"{CHAIN}, output: 10, ask: padding",
        "input: 3x8x8, layer: relu, output: 3x8x8, ask: kernel",
        "architecture: lenet5, layer: c1, output: 6x28x28, ask: padding",
    ):
        cell = read(question).questions[0].cells[0]
        assert cell.broken == "a stated `output` goes with an `input` and one `layer` with its settings"


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not here")
@pytest.mark.parametrize("solutions", [False, True])
@pytest.mark.parametrize("language", ["en", "es"])
def test_pdflatex_reads_the_sheets(language: str, solutions: bool, tmp_path: Path) -> None:
    with speaking(language):
        pages = [sheet(EVERY, "Ñandú", solutions, "latex")]
        pages += [sheet(hostile(text), text, solutions, "latex") for text in HOSTILE[::4]]
        pages += [sheet(EVERY, name, solutions, "latex") for name in ("李小龙", "Łukasz Żak", "Ωμέγα 😀 “א”")]
    for number, page in enumerate(pages):
        (tmp_path / f"{number}.tex").write_text(page, encoding="utf-8")
        command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", f"{number}.tex"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=120, check=False)
        assert done.returncode == 0, done.stdout[-2000:]


def test_letters_without_a_font_are_told_to_pdflatex() -> None:
    page = sheet(EVERY, "李 Żak", format="latex")
    assert "\\DeclareUnicodeCharacter{674E}{?}\n" in page
    assert "{017B}" not in page  # Ż is in the fonts
    assert "DeclareUnicodeCharacter" not in sheet(EVERY, "Ñandú – “Żak”", format="latex")


def test_a_small_amount_of_memory_is_not_nothing() -> None:
    # (3·3·1 + 1)·4 = 40 parameters and 4·4·4 = 64 numbers of 4 bytes: 416 bytes, 0.000416 MB of 1000 KB.
    layer = "input: 1x6x6, layer: {conv: {K: 4, F: 3}}, ask: memory"
    assignment = read(layer, head="conventions: {unit: MB, kilobyte: 1000}")
    (box,) = by_name(moodle([assignment]))["q1"].boxes
    assert (box.earns("0.000416"), box.earns("0"), box.earns("0.0005")) == (100, 0, 0)


@pytest.mark.parametrize(
    ("layer", "told"),
    [
        ("{max_pool: {F: 3, S: 1, P: 1}}", "with F=3, S=1, P=1."),
        ("{max_pool: {F: 1, S: 2}}", "with F=1, S=2."),
        ("{max_pool: {F: 3}}", "with F=3, S=3."),
        ("{conv: {K: 1, F: 1, P: 1}}", "with K=1, F=1, S=1, P=1."),
    ],
)
def test_a_question_says_all_that_changes_the_answer(layer: str, told: str) -> None:
    assert told in question_text(read(f"input: 3x30x30, layer: {layer}, ask: output").questions[0])
