"""Exercises drawn for each student: the draw itself, what is drawn, and who is graded by which numbers."""

from __future__ import annotations

import csv
import hashlib
import hmac
import json
import os
import re
import subprocess
import sys
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from cnncalc.cli.app import app
from cnncalc.diagnostics import ArchitectureError, Fault
from cnncalc.homework.assignment import Cell
from cnncalc.homework.classes import load_grader
from cnncalc.homework.files import read_assignment
from cnncalc.homework.misconceptions import Subject, candidates
from cnncalc.homework.quiz.clashes import clash
from cnncalc.homework.quiz.draws import Draws, normal_name, student_key
from cnncalc.homework.quiz.plain import answer_file, plain_text
from cnncalc.homework.quiz.roster import file_names, read_roster
from cnncalc.homework.quiz.secret import secret_of
from cnncalc.homework.quiz.templates import DIFFICULTIES, TEMPLATES
from cnncalc.homework.quiz.variants import Quiz, Variant
from cnncalc.homework.submissions import read_submission
from cnncalc.homework.wording import question_text
from cnncalc.language import speaking
from cnncalc.source import Source
from cnncalc.tree import Mapping
from cnncalc.yaml_text import word, yaml_text

SECRET = b"0123456789abcdefXYZ"


def quiz(questions: str, head: str = "title: Tarea 3\n") -> Quiz:
    return Quiz(Source("hw.yaml", f"{head}questions:\n{questions}\n"))


def one(settings: str, student: str = "ana", head: str = "title: Tarea 3\n") -> Variant:
    """The variant of an assignment with one question from a template."""
    return quiz(f"  - {{id: q1, {settings}}}", head).draw(SECRET, student)


# The draw


def mac(key: bytes, *parts: bytes) -> bytes:
    """HMAC-SHA256 (RFC 2104) of texts, each behind its length in eight bytes."""
    return hmac.new(key, b"".join(len(part).to_bytes(8, "big") + part for part in parts), hashlib.sha256).digest()


def test_the_key_of_a_student_is_an_hmac_of_assignment_and_name() -> None:
    key = student_key(SECRET, "Tarea 3", " Ana  MARÍA")
    assert key == mac(SECRET, b"cnncalc quiz 1", b"Tarea 3", "ana maría".encode())
    # Worked out once with the lines above, in a Python without cnncalc: no version and no machine may change it.
    assert key.hex() == "bc554715a15062ffda74da23c9a14adf09734d65936224e34f30ab5795118049"


def test_numbers_are_words_of_a_stream_of_hmacs() -> None:
    key = bytes.fromhex("bc554715a15062ffda74da23c9a14adf09734d65936224e34f30ab5795118049")
    stream = b"".join(
        hmac.new(mac(key, b"q1"), block.to_bytes(8, "big"), hashlib.sha256).digest() for block in range(3)
    )
    words = [int.from_bytes(stream[place : place + 8], "big") for place in range(0, len(stream), 8)]
    assert words[:3] == [13943584217130966740, 7671053830654968888, 8415459902966831588]
    draws = Draws(key, "q1")
    assert [draws.below(7) for _ in range(10)] == [6, 1, 6, 0, 5, 5, 3, 6, 5, 4] == [word % 7 for word in words[:10]]
    draws = Draws(key, "q1")
    assert [draws.below(100) for _ in range(10)] == [40, 88, 88, 70, 35, 64, 26, 72, 73, 32]


def test_the_words_that_would_make_small_numbers_likelier_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    # 2⁶⁴ = 3·6148914691236517205 + 1: the last word would be a fourth way to 0.
    words = iter([2**64 - 1, 2**64 - 2, 0])
    monkeypatch.setattr(Draws, "_word", lambda self: next(words))
    draws = Draws(b"", "q1")
    assert (draws.below(3), draws.below(3)) == (2, 0)


def test_every_number_is_as_likely() -> None:
    draws = Draws(SECRET, "q1")
    counts = [0] * 10
    for _ in range(10_000):
        counts[draws.below(10)] += 1
    # Of 1,000 each; the deviation of a binomial is √(10,000·0.1·0.9) = 30.
    assert max(abs(count - 1_000) for count in counts) < 150


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Ana", "ana"),
        ("  ana  maría ", "ana maría"),
        ("ANA\tMARI\u0301A", "ana maría"),
        ("ana\u00a0maría", "ana maría"),
        ("Straße", "strasse"),
        ("", ""),
    ],
)
def test_a_name_is_the_same_however_it_is_typed(typed: str, name: str) -> None:
    assert normal_name(typed) == name


def test_names_and_assignments_do_not_run_into_each_other() -> None:
    assert student_key(SECRET, "hw1", "ana") != student_key(SECRET, "hw", "1ana")
    keys = {student_key(s, a, n) for s in (SECRET, SECRET + b"!") for a in ("a", "b") for n in ("x", "y")}
    assert len(keys) == 8


PINNED = [
    # (30 − 5)/5 + 1 = 6.
    ("one-layer", 1, "input: 3x30x30, layer: {avg_pool: {F: 5, S: 5, P: 0}}, ask: output", (3, 6, 6)),
    # 19 − 5 + 1 = 15.
    ("one-layer", 5, "input: 40x19x15, layer: {conv: {K: 20, F: 5x1, S: 1}}, ask: output", (20, 15, 15)),
    # 112 − 3 + 2 + 1 = 112; (112 − 2)/2 + 1 = 56; 56 − 3 + 1 = 54; 54 − 5 + 4 + 1 = 54.
    (
        "chain",
        3,
        "input: 3x112x112, layers: [{conv: {K: 50, F: 3, P: 1}}, relu, {avg_pool: {F: 2, S: 2}}, "
        "{conv: {K: 40, F: 3}}, relu, {conv: {K: 8, F: 5, P: 2}}], layer: conv3, ask: output",
        (8, 54, 54),
    ),
    # (32·12·12 + 1)·50 = 230,450.
    (
        "parameters",
        4,
        "input: 32x24x24, layers: [{max_pool: {F: 2}}, flatten, {dense: {units: 50}}], layer: dense1, ask: params",
        230_450,
    ),
    # (15 − 5 + 2·1)/4 + 1 = 4.
    ("inverse", 3, "input: 12x15x15, layer: {max_pool: {F: 5, S: 4}}, output: 12x4x4, ask: padding", (1,)),
    # (35 − 3)/2 + 1 = 17.
    (
        "branches",
        4,
        "input: 128x35x35, layers: [{conv: {K: 112, F: 3, S: 2}}, relu, {residual: [{conv: {K: 56, F: 1}}, relu, "
        "{conv: {K: 56, F: 3, P: 1}}, relu, {conv: {K: 112, F: 1}}], name: mixed}], layer: mixed, ask: output",
        (112, 17, 17),
    ),
]
"""What this student gets, and what is right by the lecture's formulas. Drawn otherwise, all numbers are lost."""


@pytest.mark.parametrize(("template", "difficulty", "question", "truth"), PINNED)
def test_what_is_drawn_stays(template: str, difficulty: int, question: str, truth: object) -> None:
    found = one(f"template: {template}, difficulty: {difficulty}")
    assert yaml_text(found.nodes[0]) == f"{{id: q1, {question}}}"
    assert found.assignment.cells[0].truth == truth


def test_the_draw_is_the_same_in_another_process() -> None:
    """Whatever seeds the hashes of the interpreter."""
    code = (
        "from cnncalc.homework.quiz.variants import Quiz\n"
        "from cnncalc.source import Source\n"
        "text = 'title: Tarea 3\\nquestions:\\n  - {template: chain, difficulty: 5}\\n  - {template: branches}\\n'\n"
        f"print(Quiz(Source('hw.yaml', text)).draw({SECRET!r}, 'ana').assignment.variant)"
    )
    found = set()
    for seed in ("1", "2"):
        run = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "CNNCALC_LANG": "es" if seed == "1" else "en"},
        )
        found.add(run.stdout)
    assert len(found) == 1


# What is drawn

KINDS = [
    (name, difficulty, ask)
    for name, template in TEMPLATES.items()
    for difficulty in DIFFICULTIES
    for ask in template.suitable()
]


def windows_of(cell: Cell) -> list[tuple[int, ...]]:
    """Input, kernel, stride, padding, dilation and remainder of each window of the network, along each axis."""
    assert cell.analysis is not None
    found = []
    for layer in cell.analysis.layers:
        kind: Any = layer.facts.layer
        if layer.type not in ("conv", "depthwise_conv", "separable_conv", "max_pool", "avg_pool"):
            continue
        assert layer.input is not None
        dilation = getattr(kind, "dilation", (1, 1))
        for size, f, s, d, pads in zip(layer.input[1:], kind.kernel, kind.stride, dilation, layer.facts.padding or ()):
            assert size is not None
            assert pads is not None
            found.append((size, f, s, pads[0], d, (size - d * (f - 1) - 1 + sum(pads)) % s))
    return found


def check_apart(cell: Cell) -> None:
    """No mistake gives what another gives, and none what is right."""
    assert cell.layer is not None
    assert cell.analysis is not None
    truth: object = cell.truth
    if isinstance(truth, tuple) and cell.ask != "output" and len(set(truth)) == 1:
        truth = truth[0]
    owners: dict[object, str] = {}
    for misconception, value in candidates(Subject(cell.layer, cell.analysis), cell.ask, truth):
        assert value != truth
        assert owners.setdefault(value, misconception.name) == misconception.name


def check_by_hand(cell: Cell) -> None:
    """What the commonest mistakes give by the lecture's formula O = (I − F' + 2P)/S + 1, worked out here anew."""
    assert cell.layer is not None
    kind: Any = cell.layer.facts.layer
    if cell.ask != "output" or cell.layer.type not in ("conv", "max_pool", "avg_pool"):
        return
    assert cell.layer.input is not None
    sides = []
    dilations = getattr(kind, "dilation", (1, 1))
    for size, f, s, d, pads in zip(cell.layer.input[1:], kind.kernel, kind.stride, dilations, cell.layer.facts.padding):
        reach, p = d * (f - 1) + 1, pads[0]
        if kind.rounding == "ceil" and (size - reach + 2 * p) % s:
            return
        out = (size - reach + 2 * p) // s + 1
        wrong = {"without the + 1": out - 1}
        if p:
            wrong["no padding"] = (size - reach) // s + 1
            wrong["padding once"] = (size - reach + p) // s + 1
            wrong["padding taken away"] = (size - reach - 2 * p) // s + 1
        if s > 1:
            wrong["no stride"] = size - reach + 2 * p + 1
            wrong["stride too early"] = size // s - reach + 2 * p + 1
        if d > 1 and f > 1:
            wrong["no dilation"] = (size - f + 2 * p) // s + 1
        sides.append((out, wrong))
    if {frozenset(wrong) for _, wrong in sides} != {frozenset(sides[0][1])}:
        return  # a kernel of one row: the mistakes are not the same along both axes
    assert cell.truth == (cell.truth[0], *(out for out, _ in sides))  # type: ignore[index]
    shapes = {name: tuple(wrong[name] for _, wrong in sides) for name in sides[0][1]}
    shapes = {name: shape for name, shape in shapes.items() if min(shape) > 0}
    right = tuple(out for out, _ in sides)
    assert all(shape != right for shape in shapes.values())
    assert all(shapes[a] != shapes[b] for a, b in combinations(shapes, 2))


def check_count_by_hand(cell: Cell) -> None:
    """The same of a convolution's parameters, (F·F·C + 1)·K; no value that comes out right by chance is left out."""
    assert cell.layer is not None
    kind: Any = cell.layer.facts.layer
    if cell.layer.type != "conv" or kind.groups > 1 or cell.ask not in ("params", "weights"):
        return
    assert cell.layer.input is not None
    (high, wide), filters, channels = kind.kernel, kind.filters, cell.layer.input[0]
    assert channels is not None
    biases = filters if kind.bias and cell.ask == "params" else 0
    weights = high * wide * channels * filters
    wrong = [high * wide * channels + (biases > 0)]  # one filter
    wrong += [high * wide * filters + biases] if channels > 1 else []
    wrong += [high * channels * filters + biases] if wide > 1 else []
    wrong += [weights, weights + 1, weights + channels, weights + channels * filters] if biases else []
    wrong += [weights + filters] if cell.ask == "params" and not biases else []
    assert cell.truth == weights + biases
    assert len({cell.truth, *wrong}) == 1 + len(wrong)


@pytest.mark.parametrize(("name", "difficulty", "ask"), KINDS)
def test_a_class_shares_no_numbers_and_no_mistake_gives_two_answers(name: str, difficulty: int, ask: str) -> None:
    """Of 25 students hardly two have the same question: there are several hundreds of each kind at least."""
    found = quiz(f"  - {{template: {name}, difficulty: {difficulty}, ask: {ask}}}")
    seen = set()
    for student in range(25):
        variant = found.draw(SECRET, str(student))
        seen.add(variant.assignment.variant)
        cell = variant.assignment.cells[0]
        assert cell.ask == ask
        assert cell.truth is not None
        assert clash(cell) is None
        check_apart(cell)
        check_by_hand(cell)
        check_count_by_hand(cell)
        assert not any(remainder for *_, remainder in windows_of(cell))
    # With 300 equally likely kinds, 25·24/2/300 = 1 pair is alike.
    assert len(seen) >= 24


@settings(max_examples=150)
@given(
    secret=st.binary(min_size=16, max_size=64),
    student=st.text(max_size=20),
    kinds=st.lists(st.sampled_from(KINDS), min_size=1, max_size=3),
    windows=st.sampled_from(["whole", "any"]),
    rounding=st.sampled_from(["strict", "floor", "ceil"]),
    layout=st.sampled_from(["CxHxW", "HxWxC"]),
)
def test_every_variant_is_a_plain_assignment_that_tells_mistakes_apart(
    secret: bytes, student: str, kinds: list[tuple[str, int, str]], windows: str, rounding: str, layout: str
) -> None:
    questions = "\n".join(
        f"  - {{template: {name}, difficulty: {difficulty}, ask: {ask}, windows: {windows}}}"
        for name, difficulty, ask in kinds
    )
    found = quiz(questions, f"id: t\nconventions: {{rounding: {rounding}, layout: {layout}}}\n")
    variant = found.draw(secret, student)
    for cell in variant.assignment.cells:
        assert clash(cell) is None
        check_apart(cell)
        check_by_hand(cell)
        check_count_by_hand(cell)
        if windows == "whole":
            assert not any(remainder for *_, remainder in windows_of(cell))
    text = plain_text(found, variant)
    plain = read_assignment(Source("plain.yaml", text))
    assert plain.diagnostics == ()
    assert (plain.student, plain.variant) == (student, variant.assignment.variant)
    assert [cell.truth for cell in plain.cells] == [cell.truth for cell in variant.assignment.cells]
    assert all(question.text for question in plain.questions)
    again = quiz(questions, f"id: t\nconventions: {{rounding: {rounding}, layout: {layout}}}\n")
    assert plain_text(again, again.draw(secret, student)) == text
    answers = read_submission(Source("a.yaml", answer_file(variant.assignment)), variant.assignment.ids)
    assert answers.variant == variant.assignment.variant
    assert list(answers.answers) == [question.id for question in plain.questions]


def test_any_windows_leave_remainders_at_times_and_say_how_they_are_rounded() -> None:
    left = 0
    for student in range(40):
        found = one("template: one-layer, difficulty: 2, ask: output, windows: any", str(student))
        layer = found.assignment.cells[0].layer
        assert layer is not None
        kind: Any = layer.facts.layer
        assert kind.rounding in ("floor", "ceil")
        left += any(remainder for *_, remainder in windows_of(found.assignment.cells[0]))
    assert 10 <= left < 40


@pytest.mark.parametrize("student", range(30))
def test_a_layer_with_a_setting_left_out_has_one_answer(student: int) -> None:
    ask = ("kernel", "stride", "padding", "filters")[student % 4]
    head = "title: t\nconventions: {rounding: floor}\n"
    found = one(f"template: inverse, difficulty: {1 + student % 5}, ask: {ask}", str(student), head)
    inverse = found.assignment.cells[0].inverse
    assert inverse is not None
    assert sum(inverse.gives(value) for value in range(130)) == 1


def test_the_questions_of_one_student_are_different() -> None:
    found = quiz("\n".join("  - {template: one-layer, difficulty: 1}" for _ in range(40)))
    assert len({without_id(node) for node in found.draw(SECRET, "ana").nodes}) == 40


def without_id(node: Mapping) -> str:
    return yaml_text(Mapping([entry for entry in node.entries if entry[0].text != "id"], node.span))


def test_a_question_keeps_its_numbers_when_others_come_and_go() -> None:
    few = quiz("  - {id: a, template: chain}").draw(SECRET, "ana")
    many = quiz("  - {id: b, template: chain}\n  - {id: a, template: chain}").draw(SECRET, "ana")
    assert without_id(few.nodes[0]) == without_id(many.nodes[1]) != without_id(many.nodes[0])


def test_the_id_counts_where_there_is_one_and_the_title_where_not() -> None:
    ask = "template: one-layer"
    assert one(ask).assignment.variant != one(ask, head="title: Tarea 4\n").assignment.variant
    assert (
        one(ask, head="title: A\nid: x\n").assignment.variant == one(ask, head="title: B\nid: x\n").assignment.variant
    )


def test_the_code_of_a_variant_follows_from_its_numbers_alone() -> None:
    """So it tells nothing of the secret: whoever has the sheet can work it out."""
    found = one("template: one-layer")
    assert found.assignment.variant == hashlib.sha256(yaml_text(found.nodes[0]).encode()).hexdigest()[:8]


def cell_of(question: str) -> Cell:
    reading = read_assignment(Source("hw.yaml", f"questions:\n  - {{id: q, {question}}}\n"))
    assert reading.diagnostics == ()
    return reading.cells[0]


@pytest.mark.parametrize(
    ("question", "names"),
    [
        # (28 − 2)/2 + 1 = 14; without the + 1 13; ⌊28/2⌋ − 2 + 1 = 13.
        ("input: 4x28x28, layer: {max_pool: {F: 2, S: 2}}, ask: output", ("one-forgotten", "stride-early")),
        # 28 − 3 + 2 + 1 = 28; with the padding once 27, without the + 1 27.
        ("input: 3x28x28, layer: {conv: {K: 8, F: 3, P: 1}}, ask: output", ("one-forgotten", "padding-once")),
        # 3 channels and a kernel of 3: 3·3·8 in place of 3·3·3·8 either way.
        (
            "input: 3x28x28, layer: {conv: {K: 8, F: 3}}, ask: weights",
            ("input-channels-forgotten", "kernel-not-squared"),
        ),
        # As many channels as filters: one bias for each channel is one for each filter.
        ("input: 8x28x28, layer: {conv: {K: 8, F: 5}}, ask: params", ("bias-for-inputs", "")),
        # The channels that come in are kept: 8, as there are filters.
        ("input: 8x28x28, layer: {conv: {K: 8, F: 5}}, ask: output", ("channels-kept", "")),
        # (9 − 1)/2 + 1 = 5; without the + 1 4; ⌊9/2⌋ − 1 + 1 = 4.
        ("input: 3x9x9, layer: {conv: {K: 8, F: 1, S: 2}}, ask: output", ("one-forgotten", "stride-early")),
        # 28×28×28: the order of the axes does not show.
        ("input: 5x30x30, layer: {conv: {K: 28, F: 3}}, ask: output", ("layout-exchanged", "")),
    ],
)
def test_two_mistakes_with_one_answer_are_found(question: str, names: tuple[str, str]) -> None:
    assert clash(cell_of(question)) == names


@pytest.mark.parametrize(
    "question",
    [
        # No padding, no stride, no dilation: these mistakes change nothing, and the others differ.
        "input: 3x28x28, layer: {conv: {K: 8, F: 5}}, ask: output",
        "input: 3x227x227, layer: {conv: {K: 96, F: 11, S: 4}}, ask: output",
        "input: 3x227x227, layer: {conv: {K: 96, F: 11, S: 4}}, ask: params",
        "input: 64x56x56, layer: {batch_norm: {}}, ask: params",
        # An addition keeps the channels: so it is no mistake to.
        "input: 16x28x28, layers: [{residual: [{conv: {K: 16, F: 3, P: 1}}], name: r}], layer: r, ask: output",
        "input: 3x28x28, layers: [{conv: {K: 8, F: 5}}, {conv: {K: 6, F: 7}}], layer: conv2, ask: receptive_field",
    ],
)
def test_a_mistake_that_changes_nothing_is_not_there(question: str) -> None:
    assert clash(cell_of(question)) is None


def test_a_mistake_that_comes_out_right_by_chance_is_found_though_it_is_no_wrong_answer() -> None:
    """(10 − 6 + 2·3)/2 + 1 = 6, and with the stride divided too early ⌊10/2⌋ − 6 + 2·3 + 1 = 6."""
    cell = cell_of("input: 3x10x10, layer: {conv: {K: 7, F: 6, S: 2, P: 3}}, ask: output")
    assert cell.truth == (7, 6, 6)
    assert cell.layer is not None
    assert cell.analysis is not None
    named = {mistake.name for mistake, _ in candidates(Subject(cell.layer, cell.analysis), "output", (7, 6, 6))}
    assert "stride-early" not in named
    assert clash(cell) == ("stride-early", "")


# Reading


@pytest.mark.parametrize(
    ("question", "said", "help"),
    [
        ("template: one-layr", "there is no template `one-layr`", "one-layer"),
        ("template: chain, difficulty: 6", "6", "5"),
        ("template: chain, difficulty: hard", "hard", "1"),
        ("template: chain, ask: kernel", "does not ask for `kernel`", "output"),
        ("template: chain, ask: fits", "does not ask for `fits`", ""),
        ("template: chain, windows: some", "some", "whole"),
        ("template: chain, input: 3x28x28", "has no `input`", "the rest is drawn"),
        ("template: chain, points: many", "points", ""),
        ("template: [chain]", "", ""),
    ],
)
def test_what_is_wrong_with_a_template_is_told(question: str, said: str, help: str) -> None:
    with pytest.raises(ArchitectureError) as error:
        one(question)
    (found,) = error.value.diagnostics
    assert said in found.message
    assert help in found.help + found.message
    assert found.span is not None
    assert found.span.line == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("questions: [{template: chain}]", "neither `id` nor `title`"),
        ("title: t\nquestions: [{id: a, template: chain}, {id: a, template: chain}]", "two questions are called `a`"),
        ("title: t\nquestions: []", "list of questions"),
        ("title: t\nquestions: [chain]", "a question is a mapping"),
        ("title: t\nquestions: {template: chain}", "list of questions"),
        (f"title: t\nquestions: [{', '.join(['{template: chain}'] * 201)}]", "more than 200"),
        ("title: t\nconventions: {counts: macs}\nquestions: [{template: one-layer, ask: flops}]", "`flops`"),
        ("title: t\nconventions: {biases: false}\nquestions: [{template: chain, ask: params}]", "`params`"),
    ],
)
def test_what_is_wrong_with_the_assignment_is_told(text: str, said: str) -> None:
    with pytest.raises(ArchitectureError, match=re.escape(said)):
        Quiz(Source("hw.yaml", text)).draw(SECRET, "ana")


def test_what_the_conventions_count_otherwise_is_not_drawn() -> None:
    conventions = "title: t\nconventions: {counts: macs, biases: false}\n"
    for student in range(20):
        found = one("template: parameters, difficulty: 2", str(student), conventions)
        assert found.assignment.cells[0].ask == "weights"
        assert one("template: one-layer, difficulty: 5", str(student), conventions).assignment.cells[0].ask != "flops"


def test_a_question_without_a_template_is_alike_for_everybody() -> None:
    text = "  - {template: chain}\n  - {id: v, architecture: lenet5, table: [output], rows: [c1]}"
    found = quiz(text)
    drawn = [found.draw(SECRET, student) for student in ("ana", "beto")]
    assert [variant.assignment.questions[1].cells[0].truth for variant in drawn] == [(6, 28, 28)] * 2
    assert drawn[0].assignment.variant != drawn[1].assignment.variant
    assert "  - id: v" in plain_text(found, drawn[0])


@pytest.mark.parametrize(
    "title", ['a: "b" {c} #', "línea\nnueva", "null", "~", "- x", "\u2028end", "'", "[1]", "x" * 300]
)
def test_any_title_and_name_survive_the_writing(title: str) -> None:
    found = quiz("  - {template: one-layer}", f"title: {word(title)}\n")
    plain = read_assignment(Source("p.yaml", plain_text(found, found.draw(SECRET, title))))
    assert (plain.title, plain.student) == (title, title)
    answers = read_submission(Source("a.yaml", answer_file(found.draw(SECRET, title).assignment)))
    assert answers.student == title


# The secret and the class


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "shorter than 16"), ("short", "shorter"), ("a" * 40, "different"), ("ab" * 3000, "different")],
)
def test_a_weak_secret_is_refused_with_the_command_to_make_one(text: str, said: str) -> None:
    with pytest.raises(Fault, match=said) as fault:
        secret_of(text)
    assert "secrets.token_hex" in fault.value.help


def test_the_space_around_a_secret_does_not_count() -> None:
    assert secret_of(" 0123456789abcdefXYZ\r\n") == SECRET


@pytest.mark.parametrize(
    ("name", "text", "students"),
    [
        ("c.txt", "Ana\n\n# nobody\n  José  Luis \nbeto", ["Ana", "José Luis", "beto"]),
        ("c.csv", "grupo,student\n1,Ana\n2,\n1,beto\n", ["Ana", "beto"]),
        ("c.csv", 'Nombre;Grupo\n"Pérez; Ana";1\n', ["Pérez; Ana"]),
        ("c.csv", "Ana\nbeto\n", ["Ana", "beto"]),
        ("c.csv", "name\tx\nAna\t1\n", ["Ana"]),
    ],
)
def test_a_class_is_read(name: str, text: str, students: list[str]) -> None:
    assert read_roster(Source(name, text)) == students


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("c.txt", "# nobody\n", "no student"),
        ("c.txt", "Ana\nANA\n", "two students are called"),
        ("c.txt", "María\nMari\u0301a\n", "two students are called"),
        ("c.txt", "x" * 201, "more than 200 characters"),
        ("c.csv", "a,b\n1,2\n", "no column is called"),
        ("c.txt", "\n".join(map(str, range(10_001))), "more than 10,000"),
    ],
)
def test_what_is_wrong_with_a_class_is_told(name: str, text: str, said: str) -> None:
    with pytest.raises(Fault, match=said):
        read_roster(Source(name, text))


@given(st.lists(st.text(max_size=80), max_size=8, unique=True))
def test_no_name_of_a_file_leads_anywhere_else(students: list[str]) -> None:
    names = list(file_names(students).values())
    assert len({name.casefold() for name in names}) == len(students)
    for name in names:
        assert name == os.path.basename(name)
        assert all(c.isalnum() or c in "-_" for c in name)
        assert name.upper() not in ("CON", "NUL", "AUX", "PRN", "COM1", "LPT1", "")
        assert len(name.encode()) < 250


# The command

HOMEWORK = """\
title: Tarea 3
questions:
  - {id: q1, template: one-layer, difficulty: 2, ask: output, points: 2}
  - {id: q2, template: inverse, difficulty: 2}
  - {id: q3, template: chain, difficulty: 3, ask: params}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CNNCALC_SECRET", raising=False)
    (tmp_path / "hw.yaml").write_text(HOMEWORK)
    (tmp_path / "secret.txt").write_text(SECRET.decode() + "\n")
    return tmp_path


def run(*words: str, **options: Any) -> Any:
    return CliRunner().invoke(app, list(words), **options)


def test_a_student_gets_a_plain_assignment(folder: Path) -> None:
    found = run("quiz", "hw.yaml", "--student", "ana", "--secret-file", "secret.txt")
    assert found.exit_code == 0
    plain = read_assignment(Source("p.yaml", found.stdout))
    assert plain.diagnostics == ()
    assert [cell.truth for cell in plain.cells] == [
        cell.truth for cell in Quiz(Source("hw.yaml", HOMEWORK)).draw(SECRET, "ana").assignment.cells
    ]
    by_environment = run("quiz", "hw.yaml", "--student", "ana", env={"CNNCALC_SECRET": SECRET.decode()})
    assert by_environment.stdout == found.stdout
    assert SECRET.decode() not in found.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("quiz", "--template"),
        ("quiz hw.yaml", "--student"),
        ("quiz hw.yaml --student ana", "CNNCALC_SECRET"),
        ("quiz hw.yaml --template chain", "--template"),
        ("quiz hw.yaml --student ana --secret-file short.txt", "token_hex"),
        ("quiz hw.yaml --student ana --secret-file none.txt", "none.txt"),
        ("quiz hw.yaml --student ana --secret-file .", "folder"),
        ("quiz hw.yaml --student ana --secret-file binary", "line of text"),
        ("quiz hw.yaml --student ana --seed 3", "--seed"),
        ("quiz hw.yaml --students c.txt --secret-file secret.txt", "--output"),
        ("quiz hw.yaml --students none.txt -o x --secret-file secret.txt", "none.txt"),
        ("quiz hw.yaml --student ana -o secret.txt/x --secret-file secret.txt", "cannot write"),
        ("quiz none.yaml --student ana", "none.yaml"),
        ("quiz --template chian", "chain"),
        ("quiz --template chain --difficulty 0", "--difficulty"),
        ("quiz --template chain --ask kernel", "--ask"),
        ("quiz --template chain --questions 0", "--questions"),
        ("quiz --template chain --questions 10000000000", "at most 200"),
        ("quiz --template chain --format pdf", "--format"),
        ("quiz --template chain --solutions --format yaml", "--solutions"),
        ("quiz --template chain --variants 3", "--variants"),
        ("quiz --template chain --variants 30000 --format moodle", "10,000"),
        ("quiz --template chain --format moodle --mistakes 26%", "26"),
        ("quiz --template chain --format moodle -o x", "--output"),
        ("quiz --template chain --mistakes 10%", "--mistakes"),
        ("check ana.yaml --assignment hw.yaml", "--secret-file"),
        ("check ana.yaml --assignment hw.yaml --secret-file short.txt", "token_hex"),
        ("check ana.yaml --secret-file secret.txt", "--assignment"),
        ("check . --assignment hw.yaml", "--secret-file"),
    ],
)
def test_bad_usage_is_told(folder: Path, words: str, said: str) -> None:
    (folder / "short.txt").write_text("short")
    (folder / "binary").write_bytes(bytes(range(256)))
    (folder / "c.txt").write_text("ana\n")
    (folder / "ana.yaml").write_text("student: ana\nanswers: {q1: 1}\n")
    found = run(*words.split())
    assert found.exit_code == 2
    assert said in found.output
    assert "Traceback" not in found.output


def test_practice_says_how_to_get_the_same_again(folder: Path) -> None:
    first = run("quiz", "--template", "one-layer", "--difficulty", "1", "--questions", "3")
    assert first.exit_code == 0
    seed = re.search(r"--seed (\w+)", first.stderr)
    assert seed
    again = run("quiz", "--template", "one-layer", "--difficulty", "1", "--questions", "3", "--seed", seed[1])
    assert again.stdout == first.stdout
    assert len(read_assignment(Source("p.yaml", first.stdout)).questions) == 3
    other = run("quiz", "--template", "one-layer", "--difficulty", "1", "--questions", "3", "--seed", "other")
    assert other.stdout != first.stdout


@pytest.mark.parametrize("format", ["markdown", "latex", "moodle", "gift"])
def test_other_formats_are_written(folder: Path, format: str) -> None:
    words = ["quiz", "--template", "chain", "--questions", "2", "--seed", "s", "--format", format]
    found = run(*words, *(["--solutions"] if format in ("markdown", "latex") else ["--variants", "3"]))
    assert found.exit_code == 0
    sign = {"markdown": "# ", "latex": r"\begin{document}", "moodle": "<quiz>", "gift": "$CATEGORY"}[format]
    assert sign in found.stdout


def test_a_class_gets_sheets_and_files_to_fill_in(folder: Path) -> None:
    (folder / "class.csv").write_text("student\nAna María\n../../evil\n=1+1\n")
    words = ("quiz", "hw.yaml", "--students", "class.csv", "-o", "out", "--secret-file", "secret.txt", "--solutions")
    found = run(*words)
    assert found.exit_code == 0
    files = sorted(path.relative_to(folder).as_posix() for path in (folder / "out").rglob("*.*"))
    names = ("1-1", "Ana-María", "evil")
    assert files == sorted(
        ["out/variants.csv", *(f"out/{kind}/{name}.{ending}" for kind, ending in KIND_OF_FILE for name in names)]
    )
    rows = list(csv.DictReader((folder / "out/variants.csv").read_text("utf-8-sig").splitlines()))
    assert rows[0]["student"] == "Ana María"
    assert rows[2]["student"] == "'=1+1"
    quiz_ = Quiz(Source("hw.yaml", HOMEWORK))
    assert rows[0]["variant"] == quiz_.draw(SECRET, "Ana María").assignment.variant
    sheet = (folder / "out/sheets/Ana-María.md").read_text()
    assert "Ana María" in sheet
    truth = quiz_.draw(SECRET, "Ana María").assignment.cells[0].truth
    assert isinstance(truth, tuple)
    assert "×".join(map(str, truth)) not in sheet
    assert "×".join(map(str, truth)) in (folder / "out/solutions/Ana-María.md").read_text()


KIND_OF_FILE = (("sheets", "md"), ("solutions", "md"), ("answers", "yaml"))


def right_answers(student: str) -> str:
    """An answer file in which all is right for the student."""
    variant = Quiz(Source("hw.yaml", HOMEWORK)).draw(SECRET, student).assignment
    lines = [f"student: {student}", f"variant: {variant.variant}", "answers:"]
    for cell in variant.cells:
        value = cell.truth if isinstance(cell.truth, tuple) else (cell.truth,)
        lines.append(f"  {cell.id}: {'x'.join(map(str, value))}")
    return "\n".join(lines) + "\n"


def test_each_is_graded_by_their_own_numbers(folder: Path) -> None:
    (folder / "ana.yaml").write_text(right_answers("ana"))
    words = ("check", "ana.yaml", "--assignment", "hw.yaml", "--secret-file", "secret.txt", "--format", "json")
    found = run(*words)
    assert found.exit_code == 0
    document = json.loads(found.stdout)
    assert (document["points"], document["max_points"]) == (4, 4)
    assert document["variant"] == Quiz(Source("hw.yaml", HOMEWORK)).draw(SECRET, "ana").assignment.variant
    assert document["notes"] == []
    assert all(item["question"] for item in document["items"])
    assert SECRET.decode() not in found.output
    # The same numbers under another name are right for nobody else, and the note says so.
    (folder / "ana.yaml").write_text(right_answers("ana").replace("student: ana", "student: beto"))
    other = json.loads(run(*words).stdout)
    assert other["points"] < 4
    assert document["variant"] in other["notes"][0]
    assert other["variant"] in other["notes"][0]
    # However the name is typed.
    (folder / "ana.yaml").write_text(right_answers("ana").replace("student: ana", "student: ' ANA '"))
    assert json.loads(run(*words).stdout)["points"] == 4


def test_a_plain_variant_is_graded_without_the_secret(folder: Path) -> None:
    plain = run("quiz", "hw.yaml", "--student", "ana", "--secret-file", "secret.txt").stdout
    (folder / "plain.yaml").write_text(plain)
    (folder / "ana.yaml").write_text(right_answers("ana"))
    found = run("check", "ana.yaml", "--assignment", "plain.yaml", "--format", "json")
    document = json.loads(found.stdout)
    assert (found.exit_code, document["points"]) == (0, 4)
    assert re.search(f"variant: {document['variant']}$", plain, re.MULTILINE)


@pytest.mark.parametrize("count", [3, 120])
def test_a_class_is_graded_each_by_their_own_numbers(folder: Path, count: int) -> None:
    """By one process, or by several."""
    (folder / "all").mkdir()
    for number in range(count):
        (folder / f"all/s{number}.yaml").write_text(right_answers(f"s{number}"))
    (folder / "all/broken.yaml").write_text("student: [\n")
    found = run("check", "all", "--assignment", "hw.yaml", "--secret-file", "secret.txt", "--format", "csv")
    assert found.exit_code == 0
    rows = list(csv.DictReader(found.stdout.splitlines()))
    assert len(rows) == count + 1
    assert {(row["points"], row["max_points"]) for row in rows if row["student"] != "broken"} == {("4", "4")}
    assert [row["points"] for row in rows if row["student"] == "broken"] == ["0"]
    grade = json.loads((folder / "grades/students/s1.json").read_text())
    assert grade["variant"] == Quiz(Source("hw.yaml", HOMEWORK)).draw(SECRET, "s1").assignment.variant
    written = "".join(path.read_text() for path in (folder / "grades").rglob("*.*"))
    assert SECRET.decode() not in written


def test_the_report_of_a_class_tells_nobodys_numbers(folder: Path) -> None:
    grader = load_grader("hw.yaml", SECRET)
    texts = [question_text(question) for question in grader.assignment.questions]
    assert texts[0] == "Drawn for each student: one-layer, difficulty 2."
    absent = grader.absent("ana", "ana.yaml", "unreadable")
    assert [item.truth for item in absent.items] == ["", "", ""]
    assert absent.max_points == 4


def test_numbers_do_not_hang_on_the_language(folder: Path) -> None:
    found = Quiz(Source("hw.yaml", HOMEWORK))
    english = found.draw(SECRET, "ana").assignment.variant
    with speaking("es"):
        assert found.draw(SECRET, "ana").assignment.variant == english


def test_a_mistake_about_a_setting_left_out_is_named() -> None:
    """(I − F + 2P)/S + 1 = O: without the + 1, F is another."""
    cell = cell_of("input: 3x32x32, layer: {conv: {K: 8, P: 2}}, output: 8x32x32, ask: kernel")
    # 32 − F + 4 + 1 = 32 gives 5; without the + 1, 4.
    assert cell.truth == (5,)
    assert cell.layer is not None
    assert cell.analysis is not None
    found = {m.name: value for m, value in candidates(Subject(cell.layer, cell.analysis), "kernel", 5)}
    assert found["one-forgotten"] == 4
    assert found["padding-forgotten"] == 1


def test_every_difficulty_has_something_to_ask() -> None:
    for template in TEMPLATES.values():
        assert tuple(template.asks) == DIFFICULTIES
        assert all(template.asks.values())
        assert not {"fits", "biases"} & set(template.suitable())


@pytest.fixture
def classroom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a secret, a class of two and an assignment that is drawn."""
    monkeypatch.chdir(tmp_path)
    Path("secret.txt").write_text("0123456789abcdefXYZ\n")
    Path("class.txt").write_text("ana\nbeto\n")
    Path("hw.yaml").write_text("title: T\nquestions:\n  - {id: q1, template: parameters, difficulty: 1, ask: params}\n")
    return tmp_path


def told(*words: str) -> Any:
    return CliRunner().invoke(app, [*words, "--secret-file", "secret.txt"])


def test_answers_that_are_there_are_left_as_they_are(classroom: Path) -> None:
    command = ("quiz", "hw.yaml", "--students", "class.txt", "--output", "out")
    assert told(*command).exit_code == 0
    Path("out/answers/ana.yaml").write_text("student: ana\nanswers: {q1: 7}\n")
    again = told(*command)
    assert again.exit_code == 0
    assert "left as they are" in again.stderr
    assert Path("out/answers/ana.yaml").read_text() == "student: ana\nanswers: {q1: 7}\n"


def test_a_question_that_is_broken_makes_no_sheets(classroom: Path) -> None:
    Path("bad.yaml").write_text(
        Path("hw.yaml").read_text() + "  - {id: q2, architecture: vgg16, layr: x, ask: params}\n"
    )
    done = told("quiz", "bad.yaml", "--students", "class.txt", "--output", "out")
    assert done.exit_code == 2
    assert "layr" in done.stderr
    assert not Path("out").exists()


def test_a_secret_is_one_line() -> None:
    with pytest.raises(Fault, match="one line"):
        secret_of("title: Homework 4\nquestions:\n  - {id: q1}\n")


def test_a_class_is_told_of_answers_to_other_numbers(classroom: Path) -> None:
    told("quiz", "hw.yaml", "--students", "class.txt", "--output", "out")
    ana = Path("out/answers/ana.yaml")
    ana.write_text(ana.read_text().replace("student: ana", "student: ana maria"))
    done = told("check", "out/answers", "--assignment", "hw.yaml", "--output", "grades")
    assert "ana.yaml: " in done.stderr
    assert "variant" in done.stderr
    table = Path("grades/grades.csv").read_text(encoding="utf-8-sig")
    (row,) = [row for row in csv.DictReader(table.splitlines()) if "ana" in row["file"]]
    assert "variant" in row["remark"]
