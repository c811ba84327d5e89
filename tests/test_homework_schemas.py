"""The JSON Schemas of assignments and answer files: they take what the readers take, and refuse what those refuse."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from cnncalc.cli.app import app
from cnncalc.diagnostics import ArchitectureError
from cnncalc.homework.files import FOLDER, KEYS
from cnncalc.homework.questions import QUESTION_KEYS
from cnncalc.homework.quiz.asking import TEMPLATE_KEYS
from cnncalc.homework.quiz.variants import Quiz
from cnncalc.homework.schemas import answers_schema, assignment_schema
from cnncalc.homework.submissions import KEYS as ANSWER_KEYS
from cnncalc.homework.submissions import read_submission
from cnncalc.language import speaking
from cnncalc.source import Source

CONV = "input: 3x227x227, layer: {conv: {K: 96, F: 11, S: 4}}"

QUESTIONS = [
    f"{{{CONV}, ask: params}}",
    f"{{id: q1, text: How many are there, points: 1/3, {CONV}, ask: params}}",
    "{input: [3, 32, 32], layers: [conv: {K: 6, F: 5}, relu, flatten, dense: {units: 10}], ask: flops, points: 0.5}",
    "{architecture: vgg16, layer: conv1_1, ask: output}",
    "{architecture: vgg16, input: 3x256x256, ask: params}",
    "{architecture: {input: 3x8x8, layers: [conv: {K: 4, F: 3}]}, ask: output}",
    "{architecture: lenet5, table: [output, params], rows: [c1, s2], points: 10}",
    f"{{{CONV}, ask: output, axis: height}}",
    "{input: 1x28x28, layer: {conv: {K: 4, F: 5}}, output: 4x28x28, ask: padding}",
    "{input: 3x8x8, layer: relu, ask: params}",
    "{id: 7, template: one-layer}",
    "{template: one-layer, difficulty: 3, windows: any, ask: output, points: 2}",
    "{template: parameters, ask: params}",
]
NO_QUESTIONS = [
    "{ask: params}",
    f"{{{CONV}}}",
    "{architecture: vgg16, layer: conv1_1}",
    f"{{{CONV}, ask: colour}}",
    f"{{{CONV}, ask: params, axis: height}}",
    f"{{{CONV}, ask: output, axis: depth}}",
    "{input: 1x28x28, layer: {conv: {K: 4, F: 5}}, output: 4x28x28, ask: params}",
    f"{{{CONV}, ask: params, pionts: 2}}",
    "{input: 3x227x227, layer: {conv: {K: 96, F: 11, strid: 4}}, ask: params}",
    "{input: 3x227x227, layer: {conf: 3}, ask: params}",
    "{architecture: lenet5, table: []}",
    "{architecture: lenet5, table: [colour]}",
    "{template: two-layers}",
    "{template: one-layer, difficulty: 6}",
    "{template: one-layer, windows: some}",
    "{template: one-layer, input: 3x8x8}",
    "{template: inverse, ask: params}",
]
UNREADABLE = [
    "title: no questions",
    "questions: []",
    "questions: three",
    f"question: [{{{CONV}, ask: params}}]",
    f"questions: [{{{CONV}, ask: params, points: -1}}]",
    f"questions: [{{{CONV}, ask: params, points: many}}]",
    *(
        f"conventions: {{{pair}}}\nquestions: [{{{CONV}, ask: params}}]"
        for pair in (
            "rounding: up",
            "layout: WxHxC",
            "kilobyte: 1023",
            "counts: adds",
            "axes: 2",
            "rounded: -1/2",
            "unit: kB5",
            "biases: perhaps",
            "colour: red",
        )
    ),
]
CONVENTIONS = [
    "rounding: floor, counts: macs, layout: HxWxC, kilobyte: 1000, unit: MB, dtype: float16, memory: weights",
    "biases: false, axes: 1/2, other_layout: 25%, rounded: 0.5, carry_forward: false",
    "layout: hwc, unit: kb",
    "layout: c×h×w",
    "axes: 0, rounded: 1",
]
ANSWERS = [
    'student: ana\nanswers: {q1: 64x224x224, q2: "34,944", q3: {c1: {output: 6x28x28, params: 156}}}',
    "student: 1234\nanswers: {q1: [96, 55, 55], q2: 5, q3: , q4: true, q5: 0.5}",
    "answers:",
    "architecture: vgg16\ninput: 3x256x256\nanswers: {conv1_1: {output: 64x256x256}}",
    "architecture: {input: 3x8x8, layers: [relu]}\nanswers: {relu: {params: 0}}",
    "answers: {q3: {c1: 156, s2: 0}}",
]
NO_ANSWERS = ["student: ana", "answers: [1, 2]", "answers: 3", "[]", "student: ana\nanswer: {q1: 2}"]

assignments = Draft202012Validator(assignment_schema())
answer_files = Draft202012Validator(answers_schema())


def loaded(text: str) -> Any:
    return yaml.safe_load(text)


def read(text: str) -> Any:
    """The assignment, or None where it or one of its questions can't be read."""
    try:
        found = Quiz(Source("hw.yaml", text)).draw(b"a secret that is long enough for anybody", "ana").assignment
    except ArchitectureError:
        return None
    return None if found.diagnostics else found


def test_the_schemas_are_schemas() -> None:
    for schema in (assignment_schema(), answers_schema()):
        Draft202012Validator.check_schema(schema)
        with speaking("es"):
            assert assignment_schema()["title"] == "cnncalc assignment"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.name)
def test_what_ships(path) -> None:
    assignments.validate(loaded(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question(question: str) -> None:
    text = f"title: Homework\nquestions:\n  - {question}\n"
    assignments.validate(loaded(text))
    assert read(text)


@pytest.mark.parametrize("question", NO_QUESTIONS)
def test_what_is_no_question(question: str) -> None:
    text = f"title: Homework\nquestions:\n  - {question}\n"
    assert not assignments.is_valid(loaded(text))
    assert not read(text)


@pytest.mark.parametrize("conventions", CONVENTIONS)
def test_conventions(conventions: str) -> None:
    text = f"conventions: {{{conventions}}}\nquestions: [{{{CONV}, ask: params}}]\n"
    if "hwc" in conventions:  # words that the reader does not take, either
        assert not assignments.is_valid(loaded(text))
        assert not read(text)
    else:
        assignments.validate(loaded(text))
        assert read(text)


@pytest.mark.parametrize("text", UNREADABLE)
def test_what_is_no_assignment(text: str) -> None:
    assert not assignments.is_valid(loaded(text))
    assert not read(text)


@pytest.mark.parametrize("text", ANSWERS)
def test_answers(text: str) -> None:
    answer_files.validate(loaded(text))
    assert read_submission(Source("ana.yaml", text)).notes == []


@pytest.mark.parametrize("text", NO_ANSWERS)
def test_what_are_no_answers(text: str) -> None:
    assert not answer_files.is_valid(loaded(text))
    with pytest.raises(ArchitectureError):
        read_submission(Source("ana.yaml", text))


def test_every_key_is_described() -> None:
    schema = assignment_schema()
    tables = {
        KEYS: schema["properties"],
        QUESTION_KEYS: schema["$defs"]["question"]["properties"],
        TEMPLATE_KEYS: schema["$defs"]["drawn"]["properties"],
        ANSWER_KEYS: answers_schema()["properties"],
    }
    for keys, properties in tables.items():
        assert tuple(properties) == keys
        assert all(properties[key]["description"] for key in keys)


@pytest.mark.parametrize(
    ("of", "title"), [("", "architecture"), ("architecture",) * 2, ("assignment",) * 2, ("answers",) * 2]
)
def test_command(of: str, title: str) -> None:
    found = CliRunner().invoke(app, ["schema", *(["--of", of] if of else [])])
    assert json.loads(found.stdout)["title"] == f"cnncalc {title}"


def test_command_of_nothing() -> None:
    found = CliRunner().invoke(app, ["schema", "--of", "homework"])
    assert found.exit_code == 2
    assert "architecture, assignment or answers" in found.stderr
