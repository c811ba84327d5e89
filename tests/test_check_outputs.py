"""Where grades go: each format as what takes it in reads it, and that no student's text speaks to any of them."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from cnncalc.cli.app import app
from cnncalc.homework.classes import load_grader
from cnncalc.homework.grade import Grade
from cnncalc.homework.submissions import Given, Submission, read_submission
from cnncalc.language import speaking
from cnncalc.render.check import cell, grade_dict, grade_pieces, harmless, safe, write_items
from cnncalc.render.check_ci import github_classroom, gradescope, gradescope_failed, junit
from cnncalc.source import Source

FORMATS = ["text", "json", "csv", "junit", "gradescope", "github-classroom"]
MIXED = {
    "dense": "120,001,000",
    "conv1": "4x28x28",
    "conv1-params": "36",
    "conv2": "hola",
    "pool1": "14x14x4",
    "alexnet": "no sé",
}
"""Right, right, wrong, unreadable, in part, not answered: 1 + 2 + 0 + 0 + 1 + 0 of the lecture's 16 points."""


def graded(answers: dict[str, str], student: str = "ana") -> Grade:
    grader = load_grader("lecture")
    text = json.dumps({"student": student, "answers": answers})
    return grader.grade(read_submission(Source("ana.yaml", text), grader.assignment.ids))


@pytest.fixture
def mixed() -> Grade:
    return graded(MIXED)


def run(*words: str):
    return CliRunner().invoke(app, ["check", *words])


# Text and JSON


def test_a_question_is_told_where_its_answer_is_not_right(tmp_path: Path) -> None:
    file = tmp_path / "ana.yaml"
    file.write_text(json.dumps({"student": "ana", "answers": MIXED}))
    lines = run(str(file), "-a", "lecture").stdout.splitlines()
    assert lines[:6] == [
        "Convolutional networks: sizes and parameters",
        "student: ana",
        "  ✓ dense         1 of 1  correct  120,001,000 (read as 120001000)",
        "  ✓ conv1         2 of 2  correct  4x28x28",
        "  ✗ conv1-params  0 of 1  wrong  36",
        "      How many parameters does the convolution of conv1 have?",
    ]
    assert lines[6:8] == [
        "      Did you add the bias of each filter?",
        "      about this mistake: cnncalc misconception bias-forgotten",
    ]
    right = [line for line in lines if "1000 units" in line or "S=1, P=1" in line]
    assert right == [], "what is right needs no question again"


def test_a_tables_question_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "hw.yaml").write_text(
        "questions: [{id: t, architecture: lenet5, table: [output, params], text: Fill in}]"
    )
    (tmp_path / "ana.yaml").write_text("answers: {t: {c1: {output: 6x28x28, params: 1}}}")
    out = run(str(tmp_path / "ana.yaml"), "-a", str(tmp_path / "hw.yaml")).stdout
    assert out.count("Fill in") == 1
    items = json.loads(run(str(tmp_path / "ana.yaml"), "-a", str(tmp_path / "hw.yaml"), "-f", "json").stdout)["items"]
    assert {item["question"] for item in items} == {"Fill in"}


def test_json_has_the_question_of_every_item(mixed: Grade) -> None:
    items = {item["id"]: item for item in grade_dict(mixed)["items"]}
    assert items["conv2"]["question"].startswith("1×28×28 goes into a convolution with K=4, F=5")
    assert all(item["question"] for item in items.values())


def test_what_a_student_answers_of_their_own_accord_has_no_question(tmp_path: Path) -> None:
    (tmp_path / "ana.yaml").write_text("architecture: lenet5\nanswers: {c1: {params: 1}}")
    (item,) = json.loads(run(str(tmp_path / "ana.yaml"), "-f", "json").stdout)["items"]
    assert (item["verdict"], item["question"]) == ("wrong", "")


# JUnit: the elements and attributes of the two schemas that readers check against, as (needed, allowed, children).
# JUnit.xsd of windyroad/JUnit-Schema (that of Apache Ant's JUnit task):
ANT = {
    "testsuites": (set(), set(), ["testsuite*"]),
    "testsuite": (
        set("id package name timestamp hostname tests failures errors time".split()),
        {"skipped"},
        ["properties", "testcase*", "system-out", "system-err"],
    ),
    "properties": (set(), set(), ["property*"]),
    "property": ({"name", "value"}, set(), []),
    "testcase": ({"name", "classname", "time"}, set(), ["skipped|error|failure?"]),
    "skipped": (set(), {"message"}, []),
    "error": ({"type"}, {"message"}, []),
    "failure": ({"type"}, {"message"}, []),
    "system-out": (set(), set(), []),
    "system-err": (set(), set(), []),
}
# junit-10.xsd of jenkinsci/xunit-plugin, where it is stricter or laxer; all that Ant's needs is allowed there.
JENKINS_ALLOWS = {
    "testsuites": set("name time tests failures errors".split()),
    "testsuite": set(
        "name tests failures errors group time skipped timestamp hostname id package file log url".split()
    ),
    "testcase": set("name time classname group".split()),
    "property": {"name", "value"},
    **{tag: {"type", "message"} for tag in ("skipped", "error", "failure")},
}


def check_schemas(element: ET.Element) -> None:
    """Fails where either schema would refuse the element or what is in it."""
    needed, allowed, children = ANT[element.tag]
    keys = set(element.keys())
    assert needed <= keys <= needed | allowed
    assert keys <= JENKINS_ALLOWS.get(element.tag, set())
    pattern = "".join(f"(?:(?:{c.rstrip('*?')}) ){c[-1] if c[-1] in '*?' else ''}" for c in children)
    assert re.fullmatch(pattern, "".join(f"{child.tag} " for child in element)), element.tag
    for key in ("tests", "failures", "errors", "skipped", "id"):
        assert element.get(key, "0").isdigit()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", element.get("timestamp", "2026-01-01T00:00:00"))
    for key in ("name", "hostname"):
        assert element.get(key, "x").split(), "a token of one character at least"
    for child in element:
        check_schemas(child)


def parsed(document: str) -> ET.Element:
    return ET.fromstring(document.split("\n", 1)[1])


def test_junit(mixed: Grade) -> None:
    root = parsed(junit([mixed, graded({})]))
    check_schemas(root)
    first, second = root
    assert (first.get("name"), first.get("tests"), first.get("failures")) == ("ana", "11", "2")
    assert (first.get("errors"), first.get("skipped")) == ("1", "6")
    assert (second.get("id"), second.get("skipped")) == ("1", "11")
    kinds = {case.get("name"): [child.tag for child in case] for case in first.iter("testcase")}
    assert kinds["dense"] == []
    assert kinds["conv1-params"] == kinds["pool1"] == ["failure"]
    assert kinds["conv2"] == ["error"]
    assert kinds["alexnet"] == kinds["conv3"] == ["skipped"]
    points = {each.get("name"): each.get("value") for each in first.iter("property")}
    assert (points["points"], points["max_points"], points["pool1.points"], points["pool1.max_points"]) == (
        "4",
        "16",
        "1",
        "2",
    )


def test_junit_of_a_file_that_can_not_be_read() -> None:
    root = parsed(junit([load_grader("lecture").absent("bea", "bea.yaml", "it is empty\n::error::x")]))
    check_schemas(root)
    (suite,) = root
    assert suite.get("errors") == "11"
    assert suite.findtext("system-err") == "it is empty\\n::error::x"


# Gradescope: the fields that gradescope-autograders.readthedocs.io/en/latest/specs/ documents.

TOP = {
    *("score", "execution_time", "output", "output_format", "test_output_format", "test_name_format", "visibility"),
    *("stdout_visibility", "extra_data", "tests", "leaderboard"),
}
TEST = {
    *("score", "max_score", "status", "name", "name_format", "number", "output", "output_format", "tags"),
    *("visibility", "extra_data"),
}


def test_gradescope(mixed: Grade) -> None:
    document = gradescope(mixed)
    assert set(document) <= TOP
    assert document["score"] == 4
    tests = {test["name"]: test for test in document["tests"]}
    for test in tests.values():
        assert set(test) <= TEST
        assert test["status"] in ("passed", "failed")
        assert test["output_format"] in ("text", "html", "simple_format", "md", "ansi")
        assert isinstance(test["score"], (int, float))
    assert (tests["pool1"]["status"], tests["pool1"]["score"], tests["pool1"]["max_score"]) == ("failed", 1, 2)
    assert (tests["conv1"]["status"], tests["conv1"]["score"]) == ("passed", 2)
    assert set(gradescope_failed("no such file")) <= TOP


# GitHub Classroom: what classroom-resources/autograding-grading-reporter does with its input.


def reported(results: dict) -> tuple[list[str], list[str]]:
    """What the reporter prints about each test (console-results.js), and its two notices (notify-classroom.js)."""
    lines: list[str] = []
    for test in results["tests"]:
        place = f" - line {test.get('line_no')}" if test.get("line_no") != 0 else ""
        if test["status"] == "pass":
            lines.append(f"\x1b[32m✅ {test['name']}{place}\x1b[0m")
        elif test["status"] == "error":
            lines += f"Error: {test['message'] or 'failed to run'}\n\x1b[0m".split("\n")
        else:
            lines.append(f"\x1b[31m❌ {test['name']}{place}\x1b[0m")
        assert "test_code" not in test
    total = sum(test["score"] for test in results["tests"])
    most = results["max_score"]
    told = json.dumps({"totalPoints": total, "maxPoints": most}, separators=(",", ":"))
    notices = [("Autograding complete", f"Points {total:g}/{most:g}"), ("Autograding report", told)]
    return lines, [f"::notice title={title}::{text.replace('%', '%25')}" for title, text in notices]


def test_github_classroom(mixed: Grade) -> None:
    first, *notices = github_classroom(mixed).splitlines()
    results = json.loads(first)
    assert (results["version"], results["status"], results["max_score"]) == (1, "fail", 16)
    assert sum(test["max_score"] for test in results["tests"]) == 16
    assert {test["status"] for test in results["tests"]} == {"pass", "fail", "error"}
    lines, told = reported(results)
    assert notices == told
    assert "undefined" not in "".join(lines)
    assert " - line" not in "".join(lines)


def test_github_classroom_of_a_file_that_can_not_be_read(tmp_path: Path) -> None:
    found = run(str(tmp_path / "none.yaml"), "-a", "lecture", "-f", "github-classroom")
    assert found.exit_code == 2
    results = json.loads(found.stdout)
    assert (results["status"], results["max_score"]) == ("error", 0)
    lines, _ = reported(results)
    assert lines[0].startswith("Error: cannot read")


# Whatever a student writes is data.

REGISTERED = {"error", "notice", "set-output", "add-mask", "stop-commands", "group", "debug", "warning", "set-env"}
INVISIBLE = re.compile(
    "[\u034f\u00ad\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff]"
)


def commands(output: str) -> list[str]:
    """The commands that GitHub's runner takes from an output (ActionCommand.cs), new syntax and old.

    It compares as the language does, where characters that show nothing count for nothing. Azure's old `##vso` as well.
    """
    found = []
    for line in re.split("[\r\n]", output):
        seen = INVISIBLE.sub("", line)
        named = re.findall(r"\A\s*::(.*?)::", seen) + re.findall(r"##\[(.*?)\]", seen)
        if "##vso[" in seen or any(name.split(" ")[0] in REGISTERED for name in named):
            found.append(line)
    return found


def test_the_runner_of_these_tests_sees_commands() -> None:
    seen = [
        "::error::x",
        "  ::set-output name=a::b",
        "x ##[error]y",
        "\ufe0f::error::x",
        "#\ufe0f#[error]x",
        "##vso[a]",
    ]
    assert [bool(commands(line)) for line in [*seen, "x ::error::", "::what::x", "# [error]"]] == [True] * 6 + [
        False
    ] * 3


SPACES = [
    "",
    " ",
    "\t",
    "\u00a0",
    "\u3000",
    "\u2028",
    "\u0085",
    "\u200b",
    "\ufeff",
    "\ufe0f",
    "\u034f",
    "\u00ad",
    "\u3164",
]
FORGERIES = [
    *(f"{space}::error::forged" for space in SPACES),
    *(f"#{space}#[error]forged" for space in SPACES),
    *(f"##{space}[error]forged" for space in SPACES),
    *(f":{space}:error::forged" for space in SPACES),
    '::notice title=Autograding report::{"totalPoints":99,"maxPoints":99}',
    "x\n::error::forged",
    "x\r::set-output name=points::99",
    "x%0A::error::forged",
    "::stop-commands::x",
    "##vso[task.complete result=Succeeded;]",
    "##teamcity[testFailed name='x']",
    "section_start:1:x\r\x1b[0K",
    "</testcase><testcase name='forged'/>",
    "]]><property name='points' value='99'/>",
    "<![CDATA[x]]>",
    "&lt;&#10;&unknown;",
    '", "score": 99, "x": "',
    '=HYPERLINK("http://x")',
    "\t=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "＝1+1",
    "'=1+1",
    'a",99,99\nb,1',
    "a;=1",
    "   ",
    "\x1b[2K\x1b[1Atotal: 16 of 16 points",
    "\x1b]0;title\x07",
    "\x9b2J",
    "\x00",
    "a\x00b",
    "\x08\x08\x08\x08",
    "total: 16 of 16 points",
    "\n  total: 16 of 16 points",
    "<script>alert(1)</script>",
    "[bold red]x[/]",
    "[link=http://x]y[/link]",
    "${{ secrets.TOKEN }}",
    "$(reboot) `reboot`",
    "\u202e61 fo 61",
    "\u2066x\u2069",
    "\ufffe",
    "\ud800",
    "\U000e0041",
    "e\u0301" * 300,
    "x" * 10_000,
]


def hostile(text: str) -> Grade:
    """Everything that a student writes: the name, an answer, the name of a question, that of a file."""
    grader = load_grader("lecture")
    answers = {"conv1": Given(text), text: Given(text), "dense": Given("120001000")}
    return grader.grade(Submission(Source(f"{text}.yaml", ""), text, answers))


def shown(grade: Grade, format: str) -> str:
    if format == "text":
        return "".join(text for text, _ in grade_pieces(grade, True))
    if format == "csv":
        out = io.StringIO()
        write_items(grade, out)
        return out.getvalue()
    return {
        "json": lambda: harmless(json.dumps(grade_dict(grade, True), ensure_ascii=False)),
        "junit": lambda: junit([grade], True),
        "gradescope": lambda: harmless(json.dumps(gradescope(grade, True), ensure_ascii=False)),
        "github-classroom": lambda: github_classroom(grade, True),
    }[format]()


@pytest.mark.parametrize("text", FORGERIES, ids=[ascii(text)[:40] for text in FORGERIES])
@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("language", ["en", "es"])
def test_no_text_speaks(format: str, text: str, language: str) -> None:
    with speaking(language):
        grade = hostile(text)
        assert grade.cents == 100
        out = shown(grade, format)
    ours = github_classroom(graded({"dense": "120001000"})).splitlines()[1:] if format == "github-classroom" else []
    assert commands(out) == ours
    controls = {c for c in out if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") and c != "\n"}
    if format in ("text", "csv", "junit"):
        assert controls == set()
    assert "\x1b" not in out
    if format == "csv":
        for row in csv.reader(io.StringIO(out)):
            assert len(row) == 10
            assert not any(cell.lstrip().startswith(("=", "+", "-", "@", "＝")) for cell in row)
    if format == "junit":
        root = parsed(out)
        check_schemas(root)
        assert len(list(root.iter("testcase"))) == 11
    if format == "text":
        assert len([line for line in out.splitlines() if line.startswith("total:")]) == 1


@pytest.mark.parametrize("text", FORGERIES, ids=[ascii(text)[:40] for text in FORGERIES])
def test_the_reporters_lines_are_no_commands(text: str) -> None:
    results = json.loads(github_classroom(hostile(text), True).splitlines()[0])
    lines, _ = reported(results)
    assert commands("\n".join(lines)) == []


@pytest.mark.parametrize("text", FORGERIES, ids=[ascii(text)[:40] for text in FORGERIES])
@pytest.mark.parametrize("format", FORMATS)
def test_a_file_of_ones_own_architecture_speaks_to_nobody(tmp_path: Path, format: str, text: str) -> None:
    file = tmp_path / "ana.yaml"
    network = {"name": text, "input": "3x8x8", "layers": [{"relu": {"name": text}}]}
    file.write_text(
        json.dumps(
            {"student": text, "architecture": network, "answers": {text: {text: text}, "relu": {"params": text}}}
        )
    )
    found = run(str(file), "-f", format)
    out = found.stdout + found.stderr
    told = [line for line in commands(out) if not line.startswith("::notice title=Autograding ")]
    assert told == []
    assert "\x1b" not in out
    assert found.exception is None or isinstance(found.exception, SystemExit)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.sampled_from([*":#[]=+-@ \t\nerror", *SPACES[1:]]), max_size=30))
def test_safe_text_is_no_command_anywhere(text: str) -> None:
    assert commands(safe(text)) == []
    assert "\n" not in safe(text)
    assert commands(harmless(json.dumps({"x": text}, ensure_ascii=False))) == []
    assert json.loads(harmless(json.dumps({"x": text}, ensure_ascii=False))) == {"x": text}
    assert not cell(text).lstrip().startswith(("=", "+", "-", "@"))
