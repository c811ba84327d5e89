"""Homework, graded: verdicts and points, tables, whole classes, and that no student's text can speak to a format."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from cnncalc.cli.app import app
from cnncalc.diagnostics import ArchitectureError
from cnncalc.homework.classes import load_grader
from cnncalc.homework.files import read_assignment
from cnncalc.homework.grading import Grade, Grader
from cnncalc.homework.submissions import read_submission
from cnncalc.language import speaking
from cnncalc.source import Source

CONV = "input: 3x227x227, layer: {conv: {K: 96, F: 11, S: 4}}"
"""AlexNet's first layer: 96×55×55, (11·11·3 + 1)·96 = 34,944 parameters, 34,848·55·55 = 105,415,200 MACs."""


def grader(questions: str, conventions: str = "") -> Grader:
    head = f"conventions: {{{conventions}}}\n" if conventions else ""
    return Grader(read_assignment(Source("hw.yaml", f"{head}questions:\n{questions}\n")))


def grade(questions: str, answers: str, conventions: str = "") -> Grade:
    found = grader(questions, conventions)
    return found.grade(read_submission(Source("ana.yaml", f"answers:\n{answers}\n"), found.assignment.ids))


def one(ask: str, answer: str, conventions: str = "", network: str = CONV, more: str = ""):
    (item,) = grade(f"  - {{id: q, {network}, ask: {ask}{more}}}", f"  q: {answer}", conventions).items
    return item


def run(*words: str, input: str | None = None):
    return CliRunner().invoke(app, ["check", *words], input=input)


# One answer: what is asked, what was typed, the conventions, the verdict and its points of 1.
HALF, THIRD = Fraction(1, 2), Fraction(33, 100)
ANSWERS = [
    ("output", "96x55x55", "", "correct", 1),
    ("output", "(96, 55, 55)", "", "correct", 1),
    ("output", "[1, 96, 55, 55]", "", "correct", 1),
    ("output", "torch.Size([1, 96, 55, 55])", "", "correct", 1),
    ("output", "55 × 55 × 96", "", "partial", HALF),
    ("output", "55 × 55 × 96", "layout: HxWxC", "correct", 1),
    ("output", "55x55x96", "other_layout: 0", "wrong", 0),
    ("output", "96x55x55", "layout: HxWxC, other_layout: 1/4", "partial", Fraction(1, 4)),
    ("output", "96x54x54", "", "partial", THIRD),
    ("output", "96x54x54", "axes: 0", "wrong", 0),
    ("output", "3x227x227", "", "wrong", 0),
    ("output", "no cabe", "", "wrong", 0),
    ("output", "hola", "", "unreadable", 0),
    ("output", "", "", "missing", 0),
    ("output", "''", "", "missing", 0),
    ("params", "34944", "", "correct", 1),
    ("params", "'34,944'", "", "correct", 1),
    ("params", "34.944", "", "correct", 1),
    ("params", "(11*11*3+1)*96", "", "correct", 1),
    ("params", "34848", "", "wrong", 0),
    ("params", "34848", "biases: false", "correct", 1),
    ("params", "35K", "", "partial", HALF),
    ("params", "35K", "rounded: 1", "correct", 1),
    ("params", "36K", "", "wrong", 0),
    ("params", "0", "", "wrong", 0),
    ("weights", "34848", "", "correct", 1),
    ("biases", "96", "", "correct", 1),
    ("macs", "105415200", "", "correct", 1),
    ("flops", "210830400", "", "correct", 1),
    ("flops", "105415200", "counts: macs", "correct", 1),
    ("activations", "290400", "", "correct", 1),
    # (34,944 + 290,400) float32.
    ("memory", "1301376", "", "correct", 1),
    ("memory", "1161600", "memory: activations", "correct", 1),
    ("memory", "1161.6 KB", "memory: activations, kilobyte: 1000", "correct", 1),
    ("memory", "1161600/1000", "memory: activations, unit: KB, kilobyte: 1000", "correct", 1),
    ("receptive_field", "11", "", "correct", 1),
    ("receptive_field", "11x11", "", "correct", 1),
    ("effective_stride", "4", "", "correct", 1),
    ("kernel", "11", "", "correct", 1),
    ("padding", "0", "", "correct", 1),
    ("filters", "96", "", "correct", 1),
    ("fits", "sí", "", "correct", 1),
    ("fits", "no", "", "wrong", 0),
]


@pytest.mark.parametrize(("ask", "answer", "conventions", "verdict", "points"), ANSWERS)
def test_verdict(ask, answer, conventions, verdict, points):
    item = one(ask, answer, conventions)
    assert (item.verdict, item.points, item.max_points) == (verdict, points, 1)


def test_a_window_that_does_not_fit():
    # (224 − 11)/4 + 1 = 54.25.
    network = "input: 3x224x224, layer: {conv: {K: 96, F: 11, S: 4}}"
    assert one("output", "no cabe", network=network).verdict == "correct"
    assert one("output", "96x54x54", network=network).verdict == "wrong"
    assert one("output", "96x54x54", "rounding: floor", network=network).verdict == "correct"
    assert one("fits", "no", network=network).verdict == "correct"
    # Of what can't be known nothing can be asked.
    assert one("activations", "3", network=network).verdict == "ungradable"


@pytest.mark.parametrize(
    ("ask", "settings", "right", "wrong"),
    [
        ("kernel", "K: 96, S: 4", "11", "10"),
        ("stride", "K: 96, F: 11", "4", "3"),
        ("filters", "F: 11, S: 4", "96", "95"),
        # (227 − 13 + 2·1)/4 + 1 = 55
        ("padding", "K: 96, F: 13, S: 4", "1", "2"),
    ],
)
def test_a_setting_that_gives_an_output(ask, settings, right, wrong):
    network, more = f"input: 3x227x227, layer: {{conv: {{{settings}}}}}", ", output: 96x55x55"
    assert one(ask, right, network=network, more=more).verdict == "correct"
    assert one(ask, wrong, network=network, more=more).verdict == "wrong"


def test_any_setting_that_gives_the_output_is_right():
    # 5 − F + 1 under a stride of 3: both windows take 2 positions, floor((5 − 1)/3) + 1 and (5 − 2)/3 + 1.
    network, more = "input: 1x5x5, layer: {max_pool: {S: 3}}", ", output: 1x2x2"
    for answer in ("1", "2"):
        assert one("kernel", answer, "rounding: floor", network=network, more=more).verdict == "correct"


def test_a_setting_that_nothing_gives_is_the_questions_fault():
    network, more = "input: 1x5x5, layer: {conv: {K: 1, S: 1}}", ", output: 2x9x9"
    item = one("kernel", "3", network=network, more=more)
    assert (item.verdict, item.max_points) == ("ungradable", 0)


def test_one_side():
    assert one("output", "55", more=", axis: height").verdict == "correct"
    assert one("output", "96", more=", axis: channels").verdict == "correct"
    assert one("output", "54", more=", axis: width").verdict == "wrong"


def test_architectures_and_their_layers():
    # Simonyan & Zisserman 2014: 138M parameters, conv1_1 (3·3·3 + 1)·64.
    questions = (
        "  - {id: a, architecture: vgg16, ask: params}\n  - {id: b, architecture: vgg16, layer: conv1_1, ask: params}"
    )
    found = grade(questions, "  a: 138.357.544\n  b: 1_792")
    assert [item.verdict for item in found.items] == ["correct", "correct"]


def test_a_broken_question_costs_nobody_points():
    questions = f"  - {{id: a, architecture: vgg61, ask: params}}\n  - {{id: b, {CONV}, ask: params}}"
    found = grade(questions, "  a: 1\n  b: 34944")
    assert [item.verdict for item in found.items] == ["ungradable", "correct"]
    assert found.points == found.max_points == 1
    (diagnostic,) = grader(questions).assignment.diagnostics
    assert "vgg61" in diagnostic.message


def test_points_of_zero_stay_zero():
    item = one("params", "34944", more=", points: 0")
    assert (item.verdict, item.points, item.max_points) == ("correct", 0, 0)


@given(st.lists(st.fractions(0, 50, max_denominator=12), min_size=1, max_size=12), st.data())
@settings(max_examples=25, deadline=None)
def test_points_add_up_in_hundredths(points, data):
    answers = data.draw(
        st.lists(st.sampled_from(["96x55x55", "96x1x1", "55x55x96", "1"]), min_size=len(points), max_size=len(points))
    )
    questions = "\n".join(f"  - {{id: q{i}, {CONV}, ask: output, points: {p}}}" for i, p in enumerate(points))
    found = grade(questions, "\n".join(f"  q{i}: {a}" for i, a in enumerate(answers)))
    assert found.points == sum(item.points for item in found.items)
    assert all((item.points * 100).denominator == 1 and 0 <= item.points <= item.max_points for item in found.items)
    assert all(item.points == item.max_points for item in found.items if item.verdict == "correct")
    assert abs(found.max_points - sum(points)) <= Fraction(1, 200)


@pytest.mark.parametrize(
    ("ask", "answer", "word"),
    [
        ("params", "34848", "bias"),
        ("params", "11712", "channel"),  # (11·11·1 + 1)·96
        ("output", "no cabe", ""),
        ("macs", "210830400", "flops"),
        ("fits", "no", ""),
    ],
)
def test_a_wrong_answer_names_its_mistake(ask, answer, word):
    item = one(ask, answer)
    assert item.verdict == "wrong"
    assert len(item.misconceptions) <= 2
    if word:
        assert any(word in name for name in item.misconceptions)
        assert item.hint
        assert not any(character.isdigit() for character in item.hint)


def test_a_shape_where_the_window_does_not_fit():
    # floor((224 − 11)/4) + 1 = 54, which the teacher's convention does not allow.
    network = "input: 3x224x224, layer: {conv: {K: 96, F: 11, S: 4}}"
    assert one("output", "96x54x54", network=network).misconceptions


# Files as students write them.


def test_a_comma_between_braces_is_told():
    found = grader(f"  - {{id: q, {CONV}, ask: params}}")
    graded = found.grade(read_submission(Source("a.yaml", "answers: {q: 120,001,000}"), found.assignment.ids))
    (item,) = graded.items
    assert item.verdict == "unreadable"
    assert '"120,001,000"' in item.reason


@pytest.mark.parametrize("bad", ["  a: [3, 2", "  a: 'open", "  a: x: y", "\ta: 3", "  a: }", "  a: @3"])
def test_one_bad_line_never_costs_the_others(bad):
    questions = "\n".join(f"  - {{id: {id}, {CONV}, ask: params}}" for id in "abc")
    found = grade(questions, f"  b: 34944\n{bad}\n  c: 34944")
    verdicts = {item.id: item.verdict for item in found.items}
    assert verdicts["b"] == verdicts["c"] == "correct"
    assert verdicts["a"] in ("wrong", "unreadable", "missing")


def test_unknown_questions_are_told():
    found = grade(f"  - {{id: first, {CONV}, ask: params}}", "  frist: 34944")
    assert found.items[0].verdict == "missing"
    assert "first" in found.notes[0]


@pytest.mark.parametrize("text", ["", "[]", "answers: 3", "student: ana", "{", "answers: {q: [[1]]"])
def test_what_is_no_file_of_answers(text):
    with pytest.raises(ArchitectureError):
        read_submission(Source("a.yaml", text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "questions: []",
        "questions: {}",
        "title: x",
        "questions: [3]",
        "questions: [{id: a, ask: output}]\nmore: 1",
        "conventions: {layout: WxH}\nquestions: [{id: a}]",
        "conventions: {rounded: 2}\nquestions: [{id: a}]",
        "questions: [{points: -1}]",
        "questions: [{points: 1e9}]",
        "questions: [{id: a}, {id: a}]",
    ],
)
def test_what_is_no_assignment(text):
    with pytest.raises(ArchitectureError):
        read_assignment(Source("hw.yaml", text))


@pytest.mark.parametrize(
    "question",
    [
        "{}",
        "{ask: params}",
        f"{{{CONV}}}",
        f"{{{CONV}, ask: parms}}",
        f"{{{CONV}, ask: params, axis: width}}",
        f"{{{CONV}, ask: params, output: 3x3x3}}",
        f"{{{CONV}, aks: params}}",
        "{input: 3x0x3, layer: relu, ask: output}",
        "{input: 3x8x8, layer: {conf: {K: 2}}, ask: output}",
        "{architecture: '-', ask: params}",
        "{architecture: lenet5, layer: c9, ask: params}",
        "{architecture: lenet5, table: []}",
        "{architecture: lenet5, table: [output], rows: [c9]}",
        "{architecture: lenet5, layer: c1, ask: padding, points: 3, output: 6x28x28}",
    ],
)
def test_a_question_that_is_broken(question):
    found = grader(f"  - {question}")
    assert [cell.broken != "" for cell in found.assignment.cells] == [True]
    assert len(found.assignment.diagnostics) == 1


# Tables. LeNet-5 (LeCun et al. 1998): C1 6×28×28, 156; S2 6×14×14; C3 16×10×10.

LAYERS = "conv: {name: c1, K: 6, F: 5}, max_pool: {name: s2, F: 2}, conv: {name: c3, K: 16, F: 5}"
NET = f"architecture: {{input: 1x32x32, layers: [{LAYERS}]}}"
TABLE = f"  - {{id: t, {NET}, table: [output, params], points: 6}}"


def verdicts(found: Grade) -> dict[str, str]:
    return {item.id.removeprefix("t."): item.verdict for item in found.items}


def test_table():
    rows = (
        "{c1: {output: 6x28x28, params: 156}, s2: {output: 6x14x14, params: 0}, c3: {output: 16x10x10, params: 2416}}"
    )
    found = grade(TABLE, f"  t: {rows}")
    assert set(verdicts(found).values()) == {"correct"}
    assert found.points == found.max_points == 6


def test_one_slip_costs_one_row():
    # No stride of 1 but padding 2 in C1 gives 6×32×32; pooled 6×16×16; (16 − 5) + 1 = 12.
    rows = (
        "{c1: {output: 6x32x32, params: 156}, s2: {output: 6x16x16, params: 0}, c3: {output: 16x12x12, params: 2416}}"
    )
    found = grade(TABLE, f"  t: {rows}")
    assert verdicts(found) == {
        "c1.output": "partial",
        "c1.params": "correct",
        "s2.output": "correct",
        "s2.params": "correct",
        "c3.output": "correct",
        "c3.params": "correct",
    }
    assert [item.id for item in found.items if item.carried] == ["t.s2.output", "t.c3.output"]
    # A third of one point for the channels of C1.
    assert found.points == Fraction(533, 100)
    strict = grade(TABLE, f"  t: {rows}", "carry_forward: false")
    assert verdicts(strict)["s2.output"] == "partial"
    assert strict.points == Fraction(399, 100)


def test_a_slip_in_the_channels_carries_to_the_parameters():
    # 8 channels instead of 6: (5·5·8 + 1)·16 = 3,216.
    rows = (
        "{c1: {output: 8x28x28, params: 156}, s2: {output: 8x14x14, params: 0}, c3: {output: 16x10x10, params: 3216}}"
    )
    found = grade(TABLE, f"  t: {rows}")
    assert verdicts(found)["c3.params"] == "correct"


def test_receptive_fields_carry():
    questions = f"  - {{id: t, {NET}, table: [receptive_field, effective_stride]}}"
    # After C1 5 and 1; a student says 3: the pool sees 3 + 1 = 4, C3 4 + 4·2 = 12 (right is 5, 6 and 14).
    said = {"c1": (3, 1), "s2": (4, 2), "c3": (12, 2)}
    rows = json.dumps({row: {"receptive_field": r, "effective_stride": j} for row, (r, j) in said.items()})
    found = grade(questions, f"  t: {rows}")
    assert [v for id, v in verdicts(found).items() if "field" in id] == ["wrong", "correct", "correct"]


def test_rows_that_are_named_and_one_column():
    found = grade(f"  - {{id: t, {NET}, table: [params], rows: [c1, c3]}}", "  t: {c1: 156, c3: 2416}")
    assert verdicts(found) == {"c1.params": "correct", "c3.params": "correct"}


def test_what_a_table_lacks():
    found = grade(TABLE, "  t: {c1: {output: 6x28x28}, c9: {output: 3}, s2: 6x14x14, c3: {parms: 3}}")
    assert verdicts(found)["c1.params"] == "missing"
    assert verdicts(found)["s2.output"] == "unreadable"
    assert len(found.notes) == 2
    assert set(verdicts(grade(TABLE, "  t: 6x28x28")).values()) == {"unreadable"}


# A file that names its own architecture.


def test_a_file_that_names_its_architecture(tmp_path):
    file = tmp_path / "ana.yaml"
    file.write_text("student: ana\narchitecture: vgg16\nanswers: {conv1_1: {output: 64x224x224, params: '1,792'}}\n")
    assert run(str(file)).exit_code == 0
    file.write_text("architecture: vgg16\nanswers: {conv1_1: {parms: 3, output: 64x224x224}}\n")
    found = run(str(file), "--format", "json")
    assert found.exit_code == 1
    assert [item["verdict"] for item in json.loads(found.stdout)["items"]] == ["unreadable", "correct"]


# The lecture's own exercises.

LECTURE = """student: ana
answers:
  dense: 120.001.000
  conv1: 4x28x28
  conv1-params: 40
  conv2: 4x24x24
  conv3: 4x14x14
  conv4: 2
  pool1: 4x14x14
  pool1-params: 0
  pool2: 4x7x7
  alexnet: 34,944
  alexnet-224: no cabe
"""


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_lectures_exercises(language):
    with speaking(language):
        lecture = load_grader("lecture")
        found = lecture.grade(read_submission(Source("a.yaml", LECTURE), lecture.assignment.ids))
    assert lecture.assignment.diagnostics == ()
    assert {item.verdict for item in found.items} == {"correct"}
    assert ("Redes" in found.title) == (language == "es")


# Large and strange files take no time.


@pytest.mark.parametrize(
    "answers",
    [
        "{" + ", ".join(f"x{i}: {i}" for i in range(50_000)) + "}",
        "{conv1: " + "9" * 100_000 + "}",
        "{conv1: 10**10**10, conv2: " + "(" * 5_000 + "}",
        "{conv1: " + "[" * 90 + "]" * 90 + "}",
        "{conv1: {conv1: {conv1: 3}}, conv2: 1000000000000000000x0x0, conv3: -4x-4x-4}",
    ],
    ids=["unknown", "long", "power", "deep", "strange"],
)
def test_hostile_answers(answers):
    lecture = load_grader("lecture")
    found = lecture.grade(read_submission(Source("a.yaml", f"answers: {answers}"), lecture.assignment.ids))
    assert found.points == 0
    assert len(found.notes) <= 20


def test_a_file_with_too_many_answers_of_its_own(tmp_path):
    file = tmp_path / "a.yaml"
    file.write_text("architecture: vgg16\nanswers: {" + ", ".join(f"x{i}: {i}" for i in range(2_000)) + "}")
    assert run(str(file)).exit_code == 2


# Formats and statuses.


@pytest.fixture
def answers(tmp_path):
    file = tmp_path / "ana.yaml"
    file.write_text(LECTURE.replace("40", "36"), encoding="utf-8")
    return str(file)


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ([], 1),
        (["--fail-under", "90%"], 0),
        (["--fail-under", "0.95"], 1),
        (["--fail-under", "0"], 0),
        (["--fail-under", "x"], 2),
        (["--fail-under", "-1"], 2),
        (["--format", "xml"], 2),
        (["--output", "x"], 2),
        (["--assignment", "nothing"], 2),
    ],
)
def test_exit_status(answers, words, status):
    assert run(answers, "--assignment", "lecture", *words).exit_code == status


def test_hints_give_no_number_away(answers):
    told = run(answers, "-a", "lecture").stdout
    assert "40" not in told
    assert "40" in run(answers, "-a", "lecture", "--reveal").stdout
    document = json.loads(run(answers, "-a", "lecture", "-f", "json").stdout)
    item = next(item for item in document["items"] if item["id"] == "conv1-params")
    assert item["hint"].endswith("?")
    assert item["misconceptions"]
    assert "truth" not in item


def totals(format: str, text: str) -> tuple[Decimal, Decimal]:
    """The sums of the items' points as each format has them."""
    if format == "csv":
        rows = list(csv.DictReader(io.StringIO(text)))
        return sum(Decimal(r["points"]) for r in rows), sum(Decimal(r["max_points"]) for r in rows)
    if format == "junit":
        root = ET.fromstring(text.split("\n", 1)[1])
        values = [(p.get("name"), Decimal(p.get("value"))) for p in root.iter("property")]
        points = sum(value for name, value in values if name.endswith(".points"))
        assert points == dict(values)["points"]
        return points, sum(value for name, value in values if name.endswith(".max_points"))
    tests = json.loads(text.splitlines()[0], parse_float=Decimal)
    points = "points" if format == "json" else "score"
    items = tests["items" if format == "json" else "tests"]
    return sum(Decimal(i[points]) for i in items), sum(Decimal(i[f"max_{points}"]) for i in items)


FORMATS = ["json", "csv", "junit", "gradescope", "github-classroom"]


@pytest.mark.parametrize("format", FORMATS)
def test_items_add_up_in_every_format(answers, format):
    assert totals(format, run(answers, "-a", "lecture", "-f", format).stdout) == (15, 16)


def test_github_classroom_prints_what_its_reporter_prints(answers):
    # notify-classroom.js of classroom-resources/autograding-grading-reporter.
    document, complete, report = run(answers, "-a", "lecture", "-f", "github-classroom").stdout.splitlines()
    assert json.loads(document)["max_score"] == 16
    assert complete == "::notice title=Autograding complete::Points 15/16"
    assert report == '::notice title=Autograding report::{"totalPoints":15,"maxPoints":16}'


def test_gradescope_gets_its_file_even_where_grading_fails(tmp_path):
    results = tmp_path / "results.json"
    found = run(str(tmp_path / "none.yaml"), "-a", "lecture", "-f", "gradescope", "--output-file", str(results))
    assert found.exit_code == 2
    assert json.loads(results.read_text())["score"] == 0


# Whatever a student writes: it is data.

FORGERIES = [
    '::notice title=Autograding report::{"totalPoints":99,"maxPoints":99}',
    "x\n::error::forged",
    "x\r::set-output name=points::99",
    "##[error]forged",
    "##vso[task.complete result=Succeeded;]",
    "</testcase><testcase name='forged'/>",
    "]]><property name='points' value='99'/>",
    '", "score": 99, "x": "',
    '=HYPERLINK("http://x")',
    "+1+1",
    "-1+1",
    "@SUM(1)",
    'a",99,99\nb,1',
    "\x1b[2K\x1b[1Atotal: 16 of 16 points",
    "\u2028::error::forged",
    "total: 16 of 16 points",
    "\n  total: 16 of 16 points",
    "<script>alert(1)</script>",
    "\u202e61 fo 61",
    "\ufffe",
]


@pytest.mark.parametrize("text", FORGERIES)
@pytest.mark.parametrize("format", ["text", *FORMATS])
def test_no_text_forges_points(tmp_path, format, text):
    # Everything that a student writes: the name, an answer, the name of a question.
    file = tmp_path / "a.yaml"
    file.write_text(json.dumps({"student": text, "answers": {"conv1": text, text: text, "dense": "120001000"}}))
    out = run(str(file), "-a", "lecture", "-f", format).stdout
    lines = out.splitlines()
    assert "##[" not in out
    assert "##vso" not in out
    commands = [line for line in lines if line.lstrip().startswith("::")]
    if format == "github-classroom":
        assert commands == [
            "::notice title=Autograding complete::Points 1/16",
            '::notice title=Autograding report::{"totalPoints":1,"maxPoints":16}',
        ]
    else:
        assert commands == []
    if format == "text":
        assert [line for line in lines if line.startswith("total:")] == ["total: 1 of 16 points"]
        assert "\x1b" not in out
        assert "\u202e" not in out
    else:
        assert totals(format, out) == (1, 16)
    if format == "csv":
        for row in csv.reader(io.StringIO(out)):
            assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for cell in row)
    if format == "junit":
        assert len(list(ET.fromstring(out.split("\n", 1)[1]).iter("testcase"))) == 11


def test_a_refused_file_speaks_to_nobody(tmp_path):
    file = tmp_path / "a.yaml"
    file.write_text("answers: [\n##[error]forged\n::error::forged\n")
    found = run(str(file), "-a", "lecture")
    assert found.exit_code == 2
    assert "##[" not in found.stderr
    assert not any(line.lstrip().startswith("::") for line in found.stderr.splitlines())


def test_weights_do_not_hang_on_whether_the_window_fits() -> None:
    text = "questions:\n  - {id: q, input: 3x224x224, layer: {conv: {K: 96, F: 11, S: 4}}, ask: params}\n"
    cell = read_assignment(Source("hw.yaml", text)).cells[0]
    assert (cell.broken, cell.truth) == ("", 34_944)  # (11·11·3 + 1)·96


def test_a_question_behind_a_mistake_tells_the_mistake() -> None:
    text = "questions:\n  - {id: q, architecture: vgg16, input: 3x250x250, layer: pool5, ask: output}\n"
    cell = read_assignment(Source("hw.yaml", text)).cells[0]
    assert cell.broken.startswith("pool2: the window does not fit the height and width of 125")


def test_an_input_that_looks_like_another_order_gets_a_note() -> None:
    text = "questions:\n  - {id: q, input: 227x227x3, layer: {conv: {K: 96, F: 11, S: 4}}, ask: output}\n"
    assert [found.rule for found in read_assignment(Source("hw.yaml", text)).diagnostics] == ["layout"]


def test_junit_tells_of_a_file_that_can_not_be_read(tmp_path: Path) -> None:
    answers = tmp_path / "ana.yaml"
    answers.write_bytes(b"\xff\xfes\x00")
    found = CliRunner().invoke(app, ["check", str(answers), "-a", "lecture", "-f", "junit"])
    assert found.exit_code == 2
    (suite,) = ET.fromstring(found.stdout)
    assert (suite.get("name"), suite.get("errors")) == ("ana", "1")
    assert "UTF-16" in (suite.findtext("testcase/error") or "")
