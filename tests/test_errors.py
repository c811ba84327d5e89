"""Every kind of mistake, and the whole message that a student reads: ``errors/NAME.yaml`` gives ``errors/NAME.out``.

A new case is two files. ``pytest --update-snapshots`` writes the second, whose text then wants reading.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

import cnncalc
from cnncalc.cli.app import app
from cnncalc.diagnostics import REFUSALS

ERRORS = Path(__file__).parent / "errors"
NAMES = sorted(path.stem for path in ERRORS.glob("*.yaml"))

# The names that the contract of the JSON document gives to what reader and engine raise.
RULES = (
    "syntax unknown-type unknown-parameter missing-parameter invalid-value unknown-reference duplicate-name "
    "duplicate-key recursive-block empty-network limit-exceeded non-integer-output window-too-large channel-mismatch "
    "feature-mismatch merge-mismatch groups-mismatch weights-mismatch missing-flatten reshape-mismatch "
    "expectation-failed"
).split()


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that messages name a file without its folder."""
    monkeypatch.chdir(ERRORS)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("name", NAMES)
def test_message(name: str, request: pytest.FixtureRequest) -> None:
    result = CliRunner().invoke(app, ["shapes", f"{name}.yaml"])
    found = f"{result.stderr}exit status {result.exit_code}\n"
    path = ERRORS / f"{name}.out"
    if request.config.getoption("--update-snapshots"):
        path.write_text(found, encoding="utf-8")
    assert found == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_status_follows_from_the_rules(name: str) -> None:
    text = (ERRORS / f"{name}.out").read_text(encoding="utf-8")
    rules = set(re.findall(r"\[([a-z-]+)\]$", text, re.MULTILINE))
    status = int(text.rsplit(maxsplit=1)[1])
    assert rules
    assert status == (2 if rules & REFUSALS and not _worked(name) else 1)


def _worked(name: str) -> bool:
    """Whether the file could be read, so that what is wrong was found while shapes were worked out."""
    try:
        return bool(cnncalc.analyze(ERRORS / f"{name}.yaml").layers)
    except cnncalc.ArchitectureError:
        return False


def test_every_rule_has_a_case() -> None:
    shown = "".join(path.read_text(encoding="utf-8") for path in ERRORS.glob("*.out"))
    assert [rule for rule in RULES if f"[{rule}]" not in shown] == []


@pytest.mark.parametrize("name", NAMES)
def test_messages_are_short_sentences(name: str) -> None:
    """Lower case, no full stop, and no more than a screen's few lines each."""
    for line in (ERRORS / f"{name}.out").read_text(encoding="utf-8").splitlines():
        message = re.match(r"\S+: error: (.*) \[[a-z-]+\]$", line)
        if message:
            assert not message[1].endswith(".")
            assert len(message[1].split()) <= 32
