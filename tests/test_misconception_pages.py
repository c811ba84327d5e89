"""``cnncalc misconception``: a page for each mistake that is recognised, with an example worked right and wrong."""

from __future__ import annotations

import json
import re

import pytest
from typer.testing import CliRunner

from cnncalc.cli.app import app
from cnncalc.homework.answers import read_answer
from cnncalc.homework.files import read_assignment
from cnncalc.homework.grading import Grader
from cnncalc.homework.misconceptions import MISCONCEPTIONS, Misconception, diagnose
from cnncalc.homework.submissions import read_submission
from cnncalc.language import languages, speaking
from cnncalc.render.misconception import document, markdown, page, worked
from cnncalc.source import Source

NAMES = [each.name for each in MISCONCEPTIONS]
BY_NAME = {each.name: each for each in MISCONCEPTIONS}


def command(*words: str):
    return CliRunner().invoke(app, ["misconception", *words])


@pytest.mark.parametrize("misconception", MISCONCEPTIONS, ids=NAMES)
def test_its_working_gives_its_number(misconception: Misconception) -> None:
    # The reader of students' answers works it out: both sides of the sign have to agree.
    example = misconception.example
    if not example.working:
        assert misconception.name in ("channels-kept", "layout-exchanged", "digits-exchanged")
        return
    value = read_answer(example.working, "count").value
    axes = example.wrong if isinstance(example.wrong, tuple) else (example.wrong,)
    assert value in axes


@pytest.mark.parametrize("misconception", MISCONCEPTIONS, ids=NAMES)
def test_its_example_is_its_own(misconception: Misconception) -> None:
    found = worked(misconception)
    example = misconception.example
    truth = found.truth if example.ask == "output" or not isinstance(found.truth, tuple) else found.truth[0]
    assert found.right != found.wrong
    assert misconception in diagnose(example.subject(), example.ask, truth, example.wrong)


# Two that are right by hand: (11·11·3 + 1)·96 = 34,944, and (28 − 5 + 2·2)/1 + 1 = 28.
def test_pages() -> None:
    assert command("bias-forgotten").stdout == (
        "bias-forgotten\n"
        "\n"
        "Each filter, and each unit of a dense layer, has a bias beside its weights, unless it is left out.\n"
        "\n"
        "hint: Did you add the bias of each filter?\n"
        "asked for: biases, params\n"
        "\n"
        "example:\n"
        "    3×227×227 goes into a convolution with K=96, F=11, S=4, P=0. How many parameters does it have?\n"
        "\n"
        "    right: 34,944\n"
        "      parameters: (F·F·C_I + 1)·K = (11·11·3 + 1)·96 = 34,944\n"
        "    wrong: 34,848\n"
        "      11·11·3·96 = 34,848\n"
    )
    padding = command("padding-forgotten").stdout
    assert "right: 4×28×28" in padding
    assert "(H_I − F + 2P)/S + 1 = (28 − 5 + 2·2)/1 + 1 = 27/1 + 1 = 28" in padding
    assert "wrong: 4×24×24\n      (28 − 5)/1 + 1 = 24" in padding


def test_a_window_that_does_not_fit_has_a_page() -> None:
    # (224 − 11)/4 + 1 = 54.25
    assert "right: it does not fit\n" in command("rounded-anyway").stdout


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("name", NAMES)
def test_every_page_in_every_format(name: str, language: str) -> None:
    with speaking(language):
        shown = {form: command(name, "--format", form) for form in ("table", "markdown", "json")}
    for found in shown.values():
        assert (found.exit_code, found.stderr) == (0, "")
    assert shown["markdown"].stdout.startswith(f"# {name}\n")
    assert json.loads(shown["json"].stdout)["name"] == name
    assert max(map(len, shown["table"].stdout.splitlines())) <= 120


def test_json() -> None:
    found = json.loads(command("bias-forgotten", "-f", "json").stdout)
    assert set(found) == {"name", "hint", "page", "asks", "example"}
    assert found["asks"] == ["biases", "params"]
    assert {key: found["example"][key] for key in ("input", "layers", "ask", "right", "wrong", "wrong_steps")} == {
        "input": "3x227x227",
        "layers": ["conv: {K: 96, F: 11, S: 4}"],
        "ask": "params",
        "right": 34944,
        "wrong": 34848,
        "wrong_steps": ["11·11·3·96 = 34,848"],
    }


def test_all_are_listed() -> None:
    lines = command().stdout.splitlines()
    assert [line.split()[0] for line in lines[1:]] == NAMES
    assert [each["name"] for each in json.loads(command("-f", "json").stdout)] == NAMES
    assert command("-f", "markdown").stdout.count("\n") == len(NAMES) + 2


@pytest.mark.parametrize(
    ("name", "said"), [("bias-forgoten", "did you mean `bias-forgotten`"), ("\x1b[2J", "lists them")]
)
def test_a_name_that_there_is_not(name: str, said: str) -> None:
    found = command(name)
    assert found.exit_code == 2
    assert said in found.stderr
    assert "\x1b" not in found.stderr


def test_a_bad_format() -> None:
    assert command("bias-forgotten", "-f", "csv").exit_code == 2


@pytest.mark.parametrize("misconception", MISCONCEPTIONS, ids=NAMES)
def test_a_hint_gives_no_number_away(misconception: Misconception) -> None:
    assert misconception.hint().endswith("?")
    assert not re.search("[0-9]", misconception.hint())


def test_functions_say_what_the_command_shows() -> None:
    bias = BY_NAME["bias-forgotten"]
    assert "".join(text for text, _ in page(bias)) == command("bias-forgotten").stdout
    assert markdown(bias) == command("bias-forgotten", "-f", "markdown").stdout
    assert document(bias)["example"]["right"] == 34944


def told(misconception: Misconception, answer: str) -> tuple[str, tuple[str, ...]]:
    """The verdict of the grader on an answer to the example, and the mistakes that it names."""
    example = misconception.example
    layers = "".join(f"\n      - {layer}" for layer in example.layers.splitlines())
    last = example.subject().layer.path
    question = f"id: q\n    input: {example.input}\n    layers:{layers}\n    layer: {last}\n    ask: {example.ask}"
    grader = Grader(read_assignment(Source("hw.yaml", f"questions:\n  - {question}\n")))
    (item,) = grader.grade(read_submission(Source("ana.yaml", f"answers:\n  q: {answer}\n"), {"q"})).items
    return item.verdict, item.misconceptions


@pytest.mark.parametrize("misconception", MISCONCEPTIONS, ids=NAMES)
def test_a_student_who_makes_it_is_told(misconception: Misconception) -> None:
    wrong = misconception.example.wrong
    verdict, names = told(misconception, "x".join(map(str, wrong)) if isinstance(wrong, tuple) else str(wrong))
    assert verdict in ("wrong", "partial")
    assert misconception.name in names


# Of a rounded number two mistakes may be the reason; where the right one rounds to it as well, none is.
@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("bias-forgotten", "34.8K"),
        ("bias-forgotten", "34,8 mil"),
        ("bias-forgotten", "3.48e4"),
        ("input-channels-forgotten", "11.7K"),
        ("kernel-not-squared", "3,3 mil"),
        ("weights-not-shared", "106M"),
        ("activations-as-parameters", "290K"),
        ("macs-and-flops", "211 millones"),
        ("macs-and-flops", "0.21 GMACs"),
        ("pool-with-parameters", "16.4K"),
        ("groups-ignored", "615K"),
        ("flatten-before-pool", "192 mil"),
        ("power-of-ten", "0.35M"),
    ],
)
def test_a_rounded_answer_is_told_too(name: str, answer: str) -> None:
    verdict, names = told(BY_NAME[name], answer)
    assert verdict == "wrong"
    assert name in names


@pytest.mark.parametrize("answer", ["34.9K", "35K", "3.5e4"])
def test_what_rounds_the_truth_is_no_mistake(answer: str) -> None:
    assert told(BY_NAME["bias-forgotten"], answer) == ("partial", ())


@pytest.mark.parametrize("answer", ["0M", "1M", "0.1M", "0e5", "1e4", "5e4"])
def test_what_is_rounded_to_nothing_is_no_mistake_that_has_a_name(answer: str) -> None:
    assert told(BY_NAME["bias-forgotten"], answer) == ("wrong", ())
