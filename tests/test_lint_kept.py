"""Findings kept between runs: the same as without, never after a change, and never in the way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cnncalc.cli.app import app
from cnncalc.language import speaking
from cnncalc.lint.kept import MOST_BYTES, folder
from cnncalc.lint.many import PARALLEL

CLEAN = "input: 3x32x32\nlayers:\n  - conv: {{filters: {n}, kernel: 3, padding: 1}}\n  - relu\n"
BIASED = "input: 3x32x32\nlayers:\n  - conv: {filters: 4, kernel: 3, padding: 1}\n  - batch_norm\n  - relu\n"
BROKEN = "input: 3x32x32\nlayers:\n  - conv: {filters: 4, kernel: 3, padding: 1\n"


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of networks, and the file in which findings about them are kept."""
    (tmp_path / "networks").mkdir()
    monkeypatch.chdir(tmp_path / "networks")
    monkeypatch.setenv("CNNCALC_CACHE_DIR", str(tmp_path / "cache"))
    for number in range(PARALLEL):
        Path(f"{number}.yaml").write_text(CLEAN.format(n=number + 1))
    Path("0.yaml").write_text(BIASED)
    Path("1.yaml").write_text(BROKEN)
    return tmp_path / "cache" / "lint.json"


def lint(*words: str) -> Result:
    return CliRunner().invoke(app, ["lint", ".", *words])


def forge(kept: Path, change: Any) -> None:
    document = json.loads(kept.read_text())
    for found in document["found"].values():
        for finding in found:
            change(finding)
    kept.write_text(json.dumps(document))


def reword(finding: list[Any]) -> None:
    finding[2] = "from the last run"


@pytest.mark.parametrize("format", ["text", "json", "sarif"])
def test_the_second_run_says_what_the_first_said(format: str) -> None:
    first, again, without = lint("--format", format), lint("--format", format), lint("--format", format, "--no-cache")
    assert first.stdout == again.stdout == without.stdout
    assert "bias-before-batch-norm" in first.stdout
    assert first.exit_code == again.exit_code == 1


def test_files_that_are_the_same_are_not_linted_again(kept: Path) -> None:
    lint()
    forge(kept, reword)
    assert "from the last run" in lint().stdout
    assert "from the last run" not in lint("--no-cache").stdout


CHANGES = {
    "text": lambda: Path("0.yaml").write_text(BIASED + "# \n"),
    "settings": lambda: Path(".cnncalc.toml").write_text("[lint]\nignore = ['syntax']\n"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_changed_is_linted_again(change: str, kept: Path) -> None:
    lint()
    forge(kept, reword)
    CHANGES[change]()
    lines = lint("--format", "concise").stdout.splitlines()
    assert any("biases" in line for line in lines)


@pytest.mark.parametrize("words", [(), ("--no-cache",)])
def test_a_copy_is_told_under_its_own_name(words: tuple[str, ...]) -> None:
    lint(*words)
    Path("copy.yaml").write_text(BIASED)
    concise = lint("--format", "concise", *words).stdout.splitlines()
    own, copy = (next(line for line in concise if line.startswith(f"{name}.yaml")) for name in ("0", "copy"))
    assert copy.removeprefix("copy") == own.removeprefix("0")


def test_settings_for_some_files_are_for_these_alone() -> None:
    Path(".cnncalc.toml").write_text("[lint.per-file]\n'copy.yaml' = ['bias-before-batch-norm']\n")
    Path("copy.yaml").write_text(BIASED)
    for _ in range(2):
        told = lint("--format", "concise").stdout
        assert "\n0.yaml" in f"\n{told}"
        assert "copy.yaml" not in told


@pytest.mark.parametrize("option", [("--max-params", "10"), ("--ignore", "unused-block")])
def test_other_options_lint_again(option: tuple[str, str], kept: Path) -> None:
    lint()
    forge(kept, reword)
    assert "from the last run" not in lint(*option).stdout


def test_another_language_lints_again(kept: Path) -> None:
    lint()
    forge(kept, reword)
    with speaking("es"):
        assert "from the last run" not in lint().stdout


def test_another_version_lints_again(kept: Path) -> None:
    lint()
    forge(kept, reword)
    document = json.loads(kept.read_text())
    kept.write_text(json.dumps({**document, "state": "0.0.1"}))
    assert "from the last run" not in lint().stdout


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "[" * 100_000,
        '{"state": 1}',
        '{"found": {}}',
        "\ud800".encode("utf-8", "surrogatepass"),
        b" " * (MOST_BYTES + 1),
    ],
    ids=range(8),
)
def test_a_file_that_is_no_cache_is_nothing(content: str | bytes, kept: Path) -> None:
    expected = lint("--no-cache").stdout
    kept.parent.mkdir(exist_ok=True)
    kept.write_bytes(content.encode() if isinstance(content, str) else content)
    assert lint().stdout == expected


@pytest.mark.parametrize("entry", [1, None, "x", [], ["a"], [1, 2, 3, 4, 5, 6, 7], ["a", "b", "c", "d", "e", 5, 1]])
def test_entries_that_are_none_are_nothing(entry: Any, kept: Path) -> None:
    expected = lint().stdout
    document = json.loads(kept.read_text())
    found = {key: entry if entry == 1 else [entry] for key in document["found"]}
    kept.write_text(json.dumps({**document, "found": found}))
    assert lint().stdout == expected


def test_a_folder_that_can_not_be_written_is_no_matter(kept: Path) -> None:
    kept.parent.write_text("a file in the folder's place")
    result = lint()
    assert result.exit_code == 1
    assert not result.stderr.count("Traceback")


def test_nothing_is_kept_of_few_files_or_repairs(kept: Path) -> None:
    CliRunner().invoke(app, ["lint", "0.yaml"])
    lint("--no-cache")
    lint("--diff")
    assert not kept.exists()


def test_where_it_lies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CNNCALC_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    monkeypatch.setattr("sys.platform", "linux")
    assert folder() == Path("/somewhere/cnncalc")
    monkeypatch.setattr("sys.platform", "darwin")
    monkeypatch.setenv("HOME", "/Users/ana")
    assert folder() == Path("/Users/ana/Library/Caches/cnncalc")
