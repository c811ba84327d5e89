"""The README is true: every command in it is run, and prints what stands there.

``pytest --update-snapshots`` writes what is printed into the README, to be read in the diff.
"""

from __future__ import annotations

import doctest
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

import cnncalc
from cnncalc.cli import speak
from cnncalc.cli.app import app
from cnncalc.homework.conventions import READERS, Conventions
from cnncalc.homework.truth import ASKS
from cnncalc.language import ENGLISH, speaking
from cnncalc.reference import layer_reference, rule_reference

README = Path(__file__).parent.parent / "README.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def run(command: str) -> str:
    """What ``$ cnncalc …`` prints on both streams."""
    words = shlex.split(command)
    assert words[0] == "cnncalc"
    with speaking(ENGLISH):
        speak(words[1:])
        return CliRunner().invoke(app, words[1:]).output


def played(block: str) -> str:
    """A console block with each command's output as it is now."""
    commands = [line for line in block.splitlines() if line.startswith("$ ")]
    return "".join(f"{command}\n{run(command[2:])}" for command in commands)


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The YAML files that the README shows; their first line says their name."""
    monkeypatch.chdir(tmp_path)
    for language, text in BLOCK.findall(README.read_text(encoding="utf-8")):
        if language == "yaml":
            Path(text.splitlines()[0].removeprefix("# ")).write_text(text, encoding="utf-8")


@pytest.mark.usefixtures("files")
def test_commands_print_what_the_readme_shows(request: pytest.FixtureRequest) -> None:
    text = README.read_text(encoding="utf-8")
    found = re.sub(r"^```console\n(.*?)^```$", lambda m: f"```console\n{played(m[1])}```", text, flags=re.M | re.S)
    if request.config.getoption("--update-snapshots"):
        README.write_text(found, encoding="utf-8")
    assert found == README.read_text(encoding="utf-8")


@pytest.mark.parametrize(("marker", "reference"), [("layers", layer_reference), ("rules", rule_reference)])
def test_tables_are_those_that_are_declared(
    marker: str, reference: Callable[[], str], request: pytest.FixtureRequest
) -> None:
    text = README.read_text(encoding="utf-8")
    assert f"<!-- {marker} -->" in text
    table = re.compile(rf"(?<=<!-- {marker} -->\n).*?(?=<!-- end of {marker} -->)", re.DOTALL)
    found = table.sub(lambda _: reference(), text)
    if request.config.getoption("--update-snapshots"):
        README.write_text(found, encoding="utf-8")
    assert found == README.read_text(encoding="utf-8")


def test_conventions_are_told_with_their_defaults() -> None:
    rows = re.findall(r"^\| `(\w+)` \| `([^`]+)` \| ", README.read_text(encoding="utf-8"), re.M)
    told = {name: default for name, default in rows if name in READERS}
    assert told == {name: str(getattr(Conventions(), name)).replace("True", "true") for name in READERS}


def test_asks_are_told() -> None:
    text = README.read_text(encoding="utf-8")
    assert [ask for ask in ASKS if f"`{ask}`" not in text] == []


def test_python_examples() -> None:
    assert doctest.testmod(cnncalc).failed == 0
    text = "\n".join(block for language, block in BLOCK.findall(README.read_text(encoding="utf-8")) if ">>>" in block)
    test = doctest.DocTestParser().get_doctest(text, {"cnncalc": cnncalc}, "README", str(README), 0)
    assert doctest.DocTestRunner().run(test).failed == 0


def test_files_keep_their_promises() -> None:
    for language, text in BLOCK.findall(README.read_text(encoding="utf-8")):
        # The branches of residual.yaml disagree on purpose; answers are no architecture.
        if language == "yaml" and "layers:" in text and not text.startswith("# residual.yaml"):
            assert cnncalc.analyze_text(text).ok


def test_every_command_is_shown_or_named() -> None:
    from cnncalc.cli import COMMANDS

    text = README.read_text(encoding="utf-8")
    assert [command for command in COMMANDS if command not in text] == []
