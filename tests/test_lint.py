"""The linter's command line: exit statuses, settings, allowances, repairs, and every format, also with hostile text."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner, Result

from cnncalc import Source, gallery
from cnncalc.cli.app import app
from cnncalc.lint import Settings, SettingsError, lint, lint_source
from cnncalc.lint.fixes import fixed
from cnncalc.lint.many import Job, lint_files, walk
from cnncalc.lint.rule import Edit, Finding, Fix
from cnncalc.lint.rules import CHECKED, NAMES, rule
from cnncalc.lint.settings import find_settings, read_settings
from cnncalc.lint.watching import rounds
from cnncalc.lint.writing import rewrite
from cnncalc.schema import schema

ROOT = Path(__file__).parent.parent
RULE = "bias-before-batch-norm"
BAD, GOOD = rule(RULE).bad, rule(RULE).good
SAID = f"conv1 has 64 biases, which batch_norm1 takes away again [{RULE}]"
BROKEN = "input: 3x32x32\nlayers:\n  - convv: {filters: 8, kernel: 3}\n"
MISFIT = "input: 3x224x224\nlayers:\n  - conv: {filters: 96, kernel: 11, stride: 4}\n"
DOUBTFUL = "input: 224x224\nlayers:\n  - relu\n"


def run(*words: str, input: str | bytes | None = None) -> Result:
    return CliRunner().invoke(app, ["lint", *words], input=input)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(name: str, text: str) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")
    return path


@pytest.fixture
def files(folder: Path) -> None:
    write("bad.yaml", BAD)
    write("good.yaml", GOOD)
    write("broken.yaml", BROKEN)
    write("misfit.yaml", MISFIT)
    write("latin.yaml", "")
    Path("latin.yaml").write_bytes("name: Résumé\n".encode("latin-1"))
    write("nets/deep/bad.yml", BAD)
    write("nets/other.yaml", "services: {web: {image: x}}\n")
    write("nets/.hidden/bad.yaml", BAD)
    write("nets/notes.txt", BAD)


# Words, exit status, a part of standard output, and of standard error.
RUNS: dict[str, tuple[str, int, str, str]] = {
    "clean": ("good.yaml", 0, "1 file, nothing found\n", ""),
    "warning": ("bad.yaml", 1, f"bad.yaml:3:5: warning: {SAID}\n", ""),
    "source-line": ("bad.yaml", 1, f"    3 | {BAD.splitlines()[2]}\n      |     ^^^^\n  help: ", ""),
    "summary": ("bad.yaml good.yaml", 1, "\n1 warning in 1 of 2 files; 1 can be repaired with --fix\n", ""),
    "concise": ("bad.yaml -f concise", 1, "bad.yaml:3:5: ", "1 warning in 1 file; 1 can be repaired with --fix\n"),
    "info-does-not-fail": (f"bad.yaml --severity {RULE}=info", 0, "bad.yaml:3:5: info: ", ""),
    "error-in-a-file": ("broken.yaml", 1, "[unknown-type]", ""),
    "shape-error": ("misfit.yaml", 1, "[non-integer-output]", ""),
    "not-utf-8": ("latin.yaml", 1, "latin.yaml:1:8: error: byte 0xe9 is not UTF-8 [syntax]", ""),
    "unreadable-and-others": ("nope.yaml bad.yaml", 2, f"[{RULE}]", ""),
    "unreadable": ("nope.yaml", 2, "nope.yaml: error: there is no file `nope.yaml`", ""),
    "folder": ("nets", 1, "nets/deep/bad.yml:3:5", ""),
    "folder-counts": ("nets", 1, "1 warning in 1 file;", ""),
    "hidden-folders-by-name": ("nets/.hidden", 1, "nets/.hidden/bad.yaml:3:5", ""),
    "here": (". -f concise", 1, "\nnets/deep/bad.yml:3:5: ", "in 4 of 5 files"),
    "named-twice": ("bad.yaml ./bad.yaml . --select " + RULE, 1, "\n2 warnings in 2 of 5 files", ""),
    "other-yaml-by-name": ("nets/other.yaml", 1, "[unknown-parameter]", ""),
    "only-architectures": ("nets/other.yaml good.yaml --only-architectures", 0, "1 file, nothing found", ""),
    "only-architectures-none": ("nets/other.yaml --only-architectures", 0, "0 files, nothing found", ""),
    "empty-folder": ("empty", 0, "0 files, nothing found", "no architecture in `empty`"),
    "bundled": ("lenet5 vgg16 --select " + RULE, 0, "2 files, nothing found", ""),
    "ignore": (f"bad.yaml --ignore {RULE}", 0, "1 file, nothing found", ""),
    "ignore-with-commas": (f"bad.yaml --ignore ,{RULE},", 0, "nothing found", ""),
    "select-another": (f"bad.yaml --select {next(name for name in CHECKED if name != RULE)}", 0, "nothing found", ""),
    "select-all": ("bad.yaml --select all", 1, RULE, ""),
    "budget": ("good.yaml --max-params 1k", 1, "has 1,856 parameters, 856 more than the budget of 1,000", ""),
    "statistics": ("bad.yaml nets --statistics", 1, f"       2  {RULE}  warning         2\n", ""),
    "statistics-json": ("bad.yaml --statistics -f json", 1, f'[{{"count": 1, "rule": "{RULE}", "severity": "w', ""),
    "json-clean": ("good.yaml -f json", 0, "[]\n", ""),
    "gitlab-clean": ("good.yaml -f gitlab", 0, "[]\n", ""),
    "diff": ("bad.yaml --diff", 1, "--- bad.yaml\n+++ bad.yaml\n@@ -1,5 +1,5 @@\n", "1 repair in 1 file\n"),
    "diff-clean": ("good.yaml --diff", 0, "", ""),
    "diff-unreadable": ("nope.yaml bad.yaml --diff", 2, "+++ bad.yaml", "nope.yaml: error: "),
    "unknown-rule": ("bad.yaml --select bias-before-batchnorm", 2, "", f"did you mean `{RULE}`"),
    "unknown-level": (f"bad.yaml --severity {RULE}=fatal", 2, "", "`fatal` is not one of error, warning or info"),
    "no-level": (f"bad.yaml --severity {RULE}", 2, "", "RULE=LEVEL"),
    "bad-budget": ("bad.yaml --max-params many", 2, "", "--max-params"),
    "unknown-format": ("bad.yaml -f xml", 2, "", "is not one of text, concise"),
    "statistics-as-sarif": ("bad.yaml --statistics -f sarif", 2, "", "for --statistics: "),
    "unsafe-alone": ("bad.yaml --unsafe-fixes", 2, "", "--fix or --diff"),
    "watch-standard-input": ("- --watch", 2, "", "--watch"),
    "fix-standard-input-and-a-file": ("- bad.yaml --fix", 2, "", "--fix"),
    "no-paths": ("", 2, "", "PATH"),
    "output-file-in-no-folder": ("bad.yaml --output-file no/such/folder", 2, "", "cannot write"),
}  # fmt: skip


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(("words", "status", "shown", "told"), RUNS.values(), ids=RUNS)
def test_run(words: str, status: int, shown: str, told: str) -> None:
    Path("empty").mkdir()
    result = run(*words.split())
    assert result.exit_code == status, result.output
    assert shown in result.stdout
    assert told in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("format", ["concise", "json", "github", "sarif", "gitlab", "junit"])
def test_nothing_is_told_beside_what_programs_read(format: str) -> None:
    assert run("good.yaml", "-f", format).stderr == ""
    assert run("good.yaml", "-f", "concise").output == ""


def test_standard_input() -> None:
    result = run("-", "-f", "concise", input=BAD)
    assert result.stdout.startswith("<stdin>:3:5: warning: ")
    assert result.exit_code == 1


# Settings


def settings(text: str, name: str = "pyproject.toml") -> Path:
    head = "" if name.endswith(".cnncalc.toml") else "[tool.cnncalc.lint]\n"
    return write(name, head + text)


def test_the_nearest_settings_count() -> None:
    write("a/b/bad.yaml", BAD)
    write("a/bad.yaml", BAD)
    settings(f'ignore = ["{RULE}"]\n')
    assert run("a").exit_code == 0
    settings(f'severity = {{{RULE} = "error"}}\n', "a/b/.cnncalc.toml")
    assert run("a").stdout.startswith("a/b/bad.yaml:3:5: error: ")
    write("a/pyproject.toml", "[tool.other]\n")  # not about the linter: the search goes on
    assert run("a/bad.yaml").exit_code == 0


def test_options_come_before_settings() -> None:
    write("bad.yaml", BAD)
    settings(f'ignore = ["{RULE}"]\n')
    assert run("bad.yaml", "--select", RULE).exit_code == 1
    settings(f'severity = {{{RULE} = "info"}}\n')
    assert run("bad.yaml").exit_code == 0
    assert run("bad.yaml", "--severity", f"{RULE}=warning").exit_code == 1


def test_rules_left_out_for_some_files() -> None:
    write("old/bad.yaml", BAD)
    write("new/bad.yaml", BAD)
    settings(f'per-file = {{"old/*" = ["{RULE}"]}}\n')
    found = json.loads(run(".", "-f", "json").stdout)
    assert [each["file"] for each in found] == ["new/bad.yaml"]


def test_a_file_above_does_not_take_the_settings_from_here(monkeypatch: pytest.MonkeyPatch) -> None:
    write("bad.yaml", BAD)
    settings(f'ignore = ["{RULE}"]\n', "here/pyproject.toml")
    monkeypatch.chdir("here")
    assert run("../bad.yaml").exit_code == 1


BAD_SETTINGS = {
    'selct = ["all"]': "there is no setting `selct`; did you mean `select`",
    'select = "all"': "write a list of rules' names",
    'select = ["bias-before-batchnorm"]': f"there is no rule `bias-before-batchnorm`; did you mean `{RULE}`",
    f'severity = {{{RULE} = "fatal"}}': "`fatal` is not one of error, warning or info",
    "severity = 1": "severity is a table",
    f"thresholds = {{{RULE} = {{most = 1}}}}": f"{RULE} has no threshold `most`; it has none",
    f"thresholds = {{{RULE} = 3}}": "is a table of numbers",
    'per-file = {"*" = "all"}': "write a list",
    "select = [": "pyproject.toml: ",
    "\x1b[31m = 1": "pyproject.toml: ",
}


@pytest.mark.parametrize(("text", "told"), BAD_SETTINGS.items(), ids=BAD_SETTINGS)
def test_settings_that_can_not_be_read_end_the_run(text: str, told: str) -> None:
    write("bad.yaml", BAD)
    settings(text)
    result = run("bad.yaml")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert told in result.stderr
    assert "\x1b" not in result.stderr


def test_settings_are_an_api() -> None:
    assert lint(Source("x.yaml", BAD), read_settings({"ignore": [RULE]}, "here")).found == []
    with pytest.raises(SettingsError):
        read_settings({"nope": 1}, "here")
    assert find_settings(Path.cwd(), {}) == Settings()


# Allowances: the text put before, behind or above the bad line, and the rules that are reported.

ALLOWANCES = {
    "on-the-line": ("  # here", f"  # cnncalc: allow[{RULE}] published so", []),
    "with-another-comment": ("  # here", f"  # a remark  # cnncalc: allow[{RULE}] published so", []),
    "above": ("  - conv", f"  # cnncalc: allow[{RULE}]\n  - conv", []),
    "for-the-file": ("input", f"# cnncalc: allow[{RULE}] published so\ninput", []),
    "another-line": ("  - relu", f"  - relu  # cnncalc: allow[{RULE}]", [RULE, "unused-allowance"]),
    "unknown-rule": ("  # here", "  # cnncalc: allow[bias-before-batchnorm]", [RULE, "unused-allowance"]),
    "not-by-a-comment": ("  # here", "  # cnncalc: allow[syntax]", [RULE, "unused-allowance"]),
    "misread": ("  # here", f"  # cnncalc: allow {RULE}", [RULE, "unused-allowance"]),
}


@pytest.mark.parametrize(("old", "new", "rules"), ALLOWANCES.values(), ids=ALLOWANCES)
def test_allowances(old: str, new: str, rules: list[str]) -> None:
    text = BAD.replace(old, new, 1)
    assert text != BAD
    found = [d.rule for d in lint_source(Source("x.yaml", text), Settings()).diagnostics]
    assert found == rules


def test_an_allowance_counts_on_each_line_of_its_layer() -> None:
    lines = [
        "  - conv:\n",
        "      filters: 8\n",
        "      kernel:\n",
        "        - 3\n",
        "        - 3\n",
        "  - batch_norm\n",
    ]
    for number, line in enumerate(lines):
        allowed = [*lines[:number], line.rstrip() + f"  # cnncalc: allow[{RULE}]\n", *lines[number + 1 :]]
        report = lint_source(Source("x.yaml", "input: 3x8x8\nlayers:\n" + "".join(allowed)), Settings())
        assert [d.rule for d in report.diagnostics] == ([RULE, "unused-allowance"] if "norm" in line else []), line


def test_time_grows_with_the_number_of_findings_and_repairs_and_not_with_its_square() -> None:
    def seconds(pairs: int) -> float:
        comment = f"  # cnncalc: allow[{RULE}]"
        pair = "  - conv: {filters: 8, kernel: 3, padding: 1}%s\n  - batch_norm\n  - relu\n  - relu\n"
        text = "input: 3x32x32\nlayers:\n" + "".join(pair % (comment if i % 2 else "") for i in range(pairs))
        start = time.process_time()
        _, count = fixed(Source("x.yaml", text), Settings())
        assert count == pairs // 2 + pairs
        return time.process_time() - start

    assert seconds(4000) < 12 * max(seconds(800), 0.1)


# Repairs

FIXED = BAD.replace("padding: 1}", "padding: 1, bias: false}")
BOM = b"\xef\xbb\xbf"


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", BOM], ids=["plain", "bom"])
def test_a_repair_changes_nothing_else(ending: str, mark: bytes) -> None:
    path = Path("bad.yaml")
    path.write_bytes(mark + BAD.replace("\n", ending).encode())
    path.chmod(0o640)
    result = run("bad.yaml", "--fix")
    assert result.exit_code == 0, result.output
    assert f"bad.yaml:3:5: repaired: set `bias: false` on conv1 [{RULE}]\n" in result.stdout
    assert "1 file, nothing found" in result.stdout
    assert path.read_bytes() == mark + FIXED.replace("\n", ending).encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert os.listdir() == ["bad.yaml"]


def test_an_inserted_line_ends_as_the_file_does() -> None:
    conv = "  - conv:\n      filters: 64\n      kernel: 3\n      padding: 1\n"
    text = f"input: 3x32x32\nlayers:\n{conv}  - batch_norm\n  - relu\n"
    Path("block.yaml").write_bytes(text.replace("\n", "\r\n").encode())
    assert run("block.yaml", "--fix", "--select", RULE).exit_code == 0
    after = text.replace("padding: 1\n", "padding: 1\n      bias: false\n")
    assert Path("block.yaml").read_bytes() == after.replace("\n", "\r\n").encode()


def test_a_repair_follows_a_link() -> None:
    write("real/bad.yaml", BAD)
    Path("link.yaml").symlink_to("real/bad.yaml")
    assert run("link.yaml", "--fix").exit_code == 0
    assert Path("link.yaml").is_symlink()
    assert Path("real/bad.yaml").read_text() == FIXED


def test_diff_writes_nothing() -> None:
    write("bad.yaml", BAD)
    result = run("bad.yaml", "--diff", "--fix")
    assert result.exit_code == 1
    assert [line for line in result.stdout.splitlines() if line[:1] in "+-"][2:] == [
        "-" + BAD.splitlines()[2],
        "+" + FIXED.splitlines()[2],
    ]
    assert Path("bad.yaml").read_text() == BAD


@pytest.mark.skipif(shutil.which("git") is None, reason="git applies it")
@pytest.mark.parametrize("text", [BAD, BAD.rstrip("\n"), BAD.replace("\n", "\r\n")], ids=["plain", "no-end", "crlf"])
def test_a_diff_can_be_applied(text: str) -> None:
    write("bad.yaml", text)
    process = subprocess.run([sys.executable, "-m", "cnncalc", "lint", "--diff", "bad.yaml"], capture_output=True)
    assert process.returncode == 1
    applied = subprocess.run(["git", "apply", "-p0", "-"], input=process.stdout, capture_output=True)
    assert applied.returncode == 0, applied.stderr
    assert Path("bad.yaml").read_bytes() == text.replace("padding: 1}", "padding: 1, bias: false}").encode()


def test_standard_input_is_repaired_onto_standard_output() -> None:
    result = run("-", "--fix", input=BAD)
    assert result.stdout == FIXED
    assert "repaired" in result.stderr
    assert run("-", "--fix", input=GOOD).stdout == GOOD


def test_what_comes_with_cnncalc_is_not_repaired(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shipped = tmp_path / "shipped"
    shipped.mkdir()
    (shipped / "flawed.yaml").write_text(BAD)
    monkeypatch.setattr(gallery, "folder", lambda: shipped)
    result = run("flawed", "--fix")
    assert result.exit_code == 2
    assert "cannot repair `flawed.yaml`: it comes with cnncalc" in result.stderr
    assert f"[{RULE}]" in result.stdout
    assert (shipped / "flawed.yaml").read_text() == BAD


def test_a_file_that_changed_meanwhile_is_left_alone() -> None:
    path = write("bad.yaml", "input: 4\nlayers: [relu]\n")
    with pytest.raises(OSError, match="changed meanwhile"):
        rewrite(str(path), Source("bad.yaml", BAD), Source("bad.yaml", FIXED))
    assert path.read_text() == "input: 4\nlayers: [relu]\n"


def test_a_failed_write_leaves_the_file_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    write("bad.yaml", BAD)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    result = run("bad.yaml", "--fix")
    assert result.exit_code == 2
    assert "cannot repair `bad.yaml`: no space left on device" in result.stderr
    assert f"[{RULE}]" in result.stdout
    assert Path("bad.yaml").read_text() == BAD
    assert os.listdir() == ["bad.yaml"]


# Formats, with a network of which every word is hostile

HOSTILE_NAMES = [
    "plain.yaml",
    "::error file=x,line=1::boo.yaml",
    "line\nbreak.yaml",
    "]]>&<b>\"'.yaml",
    "esc\x1b[31m\x9b2J.yaml",
    "per%0Acent,colon:.yaml",
    "ünï코드 space.yaml",
    "surrogate\udcff.yaml",
]
LAYER = "]]>&<b>::error::%0A,\\\"'"
HOSTILE = f"""\
name: "::error::x"
input: 3x32x32
layers:
  - conv: {{name: '{LAYER.replace("'", "''")}', filters: 64, kernel: 3, padding: 1}}
  - batch_norm
"""


@pytest.fixture
def hostile() -> list[str]:
    written = []
    for name in HOSTILE_NAMES:
        try:
            Path(name).write_text(HOSTILE, encoding="utf-8")
        except (OSError, UnicodeError):
            continue  # the file system has no such names
        written.append(name)
    return written


def output(*words: str) -> bytes:
    """Standard output, byte by byte, of a process of its own."""
    command = [sys.executable, "-m", "cnncalc", "lint", "--select", RULE, *words]
    process = subprocess.run(command, capture_output=True, env={**os.environ, "PYTHONUTF8": "1"})
    assert process.returncode == 1, process.stderr
    assert b"Traceback" not in process.stderr
    return process.stdout


@pytest.mark.parametrize("format", ["text", "concise", "json", "github", "sarif", "gitlab", "junit"])
def test_no_format_lets_control_characters_through(hostile: list[str], format: str) -> None:
    shown = output("--", *hostile).decode() if format == "text" else output("-f", format, "--", *hostile).decode()
    assert re.findall("[\x00-\x09\x0b-\x1f\x7f-\x9f]", shown) == []


@pytest.mark.parametrize("format", ["text", "concise"])
def test_no_line_is_a_command_to_a_runner(hostile: list[str], format: str) -> None:
    shown = output("-f", format, "--", *hostile).decode()
    assert [line for line in shown.splitlines() if line.lstrip().startswith(("::", "##["))] == []


def given(name: str) -> str:
    """A name as it is told."""
    return f"./{name}" if name.startswith("::") else name


def test_hostile_json(hostile: list[str]) -> None:
    found = json.loads(output("-f", "json", "--", *hostile))
    assert [each["file"] for each in found] == [given(name) for name in hostile]
    assert {each["layer"] for each in found} == {LAYER}
    assert {each["location"]["line"] for each in found} == {4}
    assert found[0]["fix"] == {
        "title": f"set `bias: false` on {LAYER}",
        "safe": True,
        "edits": [{"line": 4, "column": 80, "end_line": 4, "end_column": 80, "text": ", bias: false"}],
    }
    assert list(found[0]) == ["rule", "severity", "message", "help", "layer", "location", "file", "fix"]


COMMAND = re.compile(r"::(error|warning|notice) ([^\n]*?)::([^\n]*)\n")


def decoded(text: str) -> str:
    """What GitHub's runner makes of an escaped text (ActionCommand.cs)."""
    for code, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, character)
    return text


def test_hostile_github(hostile: list[str]) -> None:
    shown = output("-f", "github", "--", *hostile).decode()
    commands = COMMAND.findall(shown)
    assert len(commands) == shown.count("\n") == len(hostile)
    properties = [dict(part.split("=", 1) for part in given.split(",")) for _, given, _ in commands]
    visible = [name for name in hostile if name.replace("\n", "").isprintable()]
    assert {decoded(each["file"]) for each in properties} >= set(visible)
    assert {tuple(each) for each in properties} == {("title", "file", "line", "endLine", "col", "endColumn")}
    assert all(decoded(message).startswith(f"{LAYER} has 64 biases") for _, _, message in commands)


def test_hostile_gitlab(hostile: list[str]) -> None:
    issues = json.loads(output("-f", "gitlab", "--", *hostile))
    assert [issue["location"]["path"] for issue in issues] == hostile
    assert {issue["location"]["lines"]["begin"] for issue in issues} == {4}
    assert {issue["severity"] for issue in issues} == {"minor"}
    assert {issue["check_name"] for issue in issues} == {RULE}
    assert len({issue["fingerprint"] for issue in issues}) == len(hostile)
    assert all(LAYER in issue["description"] for issue in issues)


def test_hostile_junit(hostile: list[str]) -> None:
    write("good.yaml", GOOD)
    root = ET.fromstring(output("-f", "junit", "--", *hostile, "good.yaml"))
    assert root.attrib == {
        "name": "cnncalc",
        "tests": str(len(hostile) + 1),
        "failures": str(len(hostile)),
        "errors": "0",
    }
    cases = root.findall("./testsuite/testcase")
    visible = {name for name in hostile if name.isprintable()}
    assert {case.attrib["name"] for case in cases} >= visible
    assert [len(case.findall("failure")) for case in cases] == [1] * len(hostile) + [0]
    assert all(LAYER in (failure.text or "") for failure in root.iter("failure"))


def closed(required: dict[str, object], optional: dict[str, object] | None = None) -> dict[str, object]:
    """An object with these properties and no others."""
    properties = {**required, **(optional or {})}
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


# The part of SARIF 2.1.0 that is written (OASIS Standard, sections 3.13 to 3.57), closed to everything else.
TEXT = closed({"text": {"type": "string"}}, {"markdown": {"type": "string", "minLength": 1}})
URI = closed({"uri": {"type": "string", "pattern": r"^[A-Za-z0-9._~/%:-]+$"}})
PLACE = {"type": "integer", "minimum": 1}
REGION = closed({"startLine": PLACE, "startColumn": PLACE, "endLine": PLACE, "endColumn": PLACE})
LEVEL = {"enum": ["none", "note", "warning", "error"]}
REPLACEMENT = closed({"deletedRegion": REGION, "insertedContent": TEXT})
CHANGE = closed({"artifactLocation": URI, "replacements": {"type": "array", "items": REPLACEMENT, "minItems": 1}})
FIX = closed({"artifactChanges": {"type": "array", "items": CHANGE, "minItems": 1}, "description": TEXT})
LOCATION = closed(
    {"physicalLocation": closed({"artifactLocation": URI, "region": REGION})},
    {"logicalLocations": {"type": "array", "items": closed({"fullyQualifiedName": {"type": "string"}})}},
)
RESULT = closed(
    {
        "message": TEXT,
        "ruleId": {"type": "string"},
        "ruleIndex": {"type": "integer", "minimum": 0},
        "level": LEVEL,
        "locations": {"type": "array", "items": LOCATION},
        "partialFingerprints": {"type": "object", "additionalProperties": {"type": "string"}},
    },
    {"fixes": {"type": "array", "items": FIX, "uniqueItems": True}},
)
DESCRIPTOR = closed(
    {"id": {"type": "string"}},
    {"shortDescription": TEXT, "fullDescription": TEXT, "help": TEXT, "defaultConfiguration": closed({"level": LEVEL})},
)
DRIVER = closed(
    {"name": {"const": "cnncalc"}},
    {"version": {"type": "string"}, "rules": {"type": "array", "items": DESCRIPTOR, "uniqueItems": True}},
)
SARIF = closed(
    {
        "$schema": {
            "const": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
        },
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": closed(
                {"tool": closed({"driver": DRIVER}), "results": {"type": "array", "items": RESULT}},
                {
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "invocations": {
                        "type": "array",
                        "items": closed({"executionSuccessful": {"type": "boolean"}}),
                    },
                },
            ),
        },
    }
)


def sarif(*words: str) -> dict[str, object]:
    document = json.loads(run("-f", "sarif", *words).stdout)
    assert [error.message for error in Draft202012Validator(SARIF).iter_errors(document)] == []
    run_: dict[str, object] = document["runs"][0]
    return run_


def test_hostile_sarif(hostile: list[str]) -> None:
    document = json.loads(output("-f", "sarif", "--", *hostile))
    assert [error.message for error in Draft202012Validator(SARIF).iter_errors(document)] == []
    results = document["runs"][0]["results"]
    uris = [result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in results]
    assert [unquote(uri, errors="surrogateescape") for uri in uris] == hostile
    assert all(result["message"]["text"].startswith(LAYER) for result in results)


@pytest.mark.usefixtures("files")
def test_sarif_of_every_kind_of_finding() -> None:
    found = json.loads(run("-f", "sarif", ".", "nope.yaml").stdout)["runs"][0]
    shown = sarif(".", "nope.yaml")
    assert shown == found
    assert found["invocations"] == [{"executionSuccessful": False}]
    rules = found["tool"]["driver"]["rules"]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in found["results"])
    (page,) = [each for each in rules if each["id"] == RULE]
    assert page["defaultConfiguration"] == {"level": "warning"}
    assert "## Bad\n\n```yaml\n" in page["help"]["markdown"]
    assert sarif("good.yaml")["results"] == []


def test_sarif_of_a_file_elsewhere(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("else where") / "bad.yaml"
    path.write_text(BAD)
    text = run("-f", "sarif", str(path)).stdout
    assert f'"uri": "file://{str(path).replace(" ", "%20")}"' in text


def prints(text: str) -> list[str]:
    """The fingerprints of a text's findings."""
    write("net.yaml", text)
    results = json.loads(run("net.yaml", "-f", "sarif", "--select", RULE).stdout)["runs"][0]["results"]
    return [result["partialFingerprints"]["ruleAndLine/v1"] for result in results]


def test_fingerprints_stay_when_lines_move() -> None:
    line = "  - conv: {filters: 64, kernel: 3, padding: 1}\n  - batch_norm\n  - relu\n"
    head = "input: 3x32x32\nlayers:\n"
    once, twice = prints(head + line), prints(head + line + line)
    assert len({*once, *twice}) == 2
    assert twice[:1] == once
    assert prints(f"# moved\n\n{head}  - relu\n{line}") == once
    assert prints(head + line.replace("64", "32")) != once


def test_columns_count_characters() -> None:
    text = "input: 3x32x32\nlayers: [{conv: {name: 𝔠𝔬𝔫𝔳, filters: 8, kernel: 3, padding: 1}}, batch_norm]\n"
    write("net.yaml", text)
    found = sarif("net.yaml", "--select", RULE)
    assert found["columnKind"] == "unicodeCodePoints"
    edit = json.loads(run("net.yaml", "-f", "json", "--select", RULE).stdout)[0]["fix"]["edits"][0]
    assert text.splitlines()[1][: edit["column"] - 1].endswith("padding: 1")


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("format", ["text", "json", "sarif"])
def test_findings_can_go_into_a_file(format: str) -> None:
    shown = run(".", "-f", format).stdout
    result = run(".", "-f", format, "--output-file", "out.txt")
    assert result.stdout == ""
    assert result.exit_code == 1
    assert Path("out.txt").read_text(encoding="utf-8") == shown


# Many files, and files that change


def many() -> list[str]:
    texts = [BAD, GOOD, BROKEN, MISFIT, DOUBTFUL]
    return [str(write(f"many/{number:03}.yaml", texts[number % len(texts)])) for number in range(150)]


def test_many_files_are_linted_as_few_are(monkeypatch: pytest.MonkeyPatch) -> None:
    settings(f'severity = {{{RULE} = "error"}}\n')
    files = [*many(), "nope.yaml"]
    job = Job(((), ("outsized",) if "outsized" in NAMES else (), ()), (("max_params", 100),), "safe")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    together, alone = list(lint_files(files, job)), job.run(files)
    assert len(together) == 151
    assert together == alone
    assert [report.name for report in together] == files
    assert {d.severity for report in together for d in report.diagnostics} >= {"error", "info"}


def test_bad_settings_end_many_files(monkeypatch: pytest.MonkeyPatch) -> None:
    many()
    settings("nope = 1")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    result = run("many")
    assert result.exit_code == 2
    assert "there is no setting `nope`" in result.stderr


def test_walking_is_sorted_and_names_each_file_once() -> None:
    for name in ("b/x.yaml", "a/y.yml", "a/x.yaml"):
        write(name, GOOD)
    Path("a/dangling.yaml").symlink_to("nowhere")
    expected = ["a/dangling.yaml", "a/x.yaml", "a/y.yml", "b/x.yaml"]
    assert list(walk(["."])) == expected
    assert list(walk(["b/x.yaml", ".", str(Path("b").absolute())])) == ["b/x.yaml", *expected[:3]]


def test_watching_sees_files_come_change_and_go() -> None:
    def edits() -> Iterator[None]:
        yield  # nothing
        write("a.yaml", BAD + "# longer\n")
        yield
        write("b.yaml", GOOD)
        yield
        Path("a.yaml").unlink()
        yield
        settings(f'ignore = ["{RULE}"]\n')
        yield

    write("a.yaml", BAD)
    steps = edits()
    looking = rounds(lambda: list(walk(["."])), lambda: next(steps))
    seen = [next(looking) for _ in range(5)]
    assert seen == [["a.yaml"], ["a.yaml"], ["a.yaml", "b.yaml"], ["b.yaml"], ["b.yaml"]]


def test_watching_ends_with_ctrl_c(monkeypatch: pytest.MonkeyPatch) -> None:
    write("bad.yaml", BAD)
    waits = iter([None])

    def sleep(_: float) -> None:
        if next(waits, "end") == "end":
            raise KeyboardInterrupt
        write("bad.yaml", GOOD)

    monkeypatch.setattr("time.sleep", sleep)
    result = run("bad.yaml", "--watch")
    assert result.exit_code == 130
    assert result.stdout.count(RULE) == 1
    assert result.stdout.endswith("1 file, nothing found\n")
    assert result.stderr.count("watching") == 2


# Repairs that are not safe


def test_unsafe_repairs_are_made_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    import cnncalc.lint.linter as linter

    declared = rule(RULE)

    def check(net: object, limits: object) -> Iterator[Finding]:
        for finding in declared.check(net, limits):  # type: ignore[arg-type]
            assert finding.fix is not None
            yield Finding(finding.message, "", finding.span, fix=Fix(finding.fix.edits, "unsafe", safe=False))

    from dataclasses import replace

    fake = replace(declared, check=check)  # type: ignore[arg-type]
    monkeypatch.setattr(linter, "rule", lambda name: fake if name == RULE else rule(name))
    write("bad.yaml", BAD)
    result = run("bad.yaml", "--fix")
    assert result.exit_code == 1
    assert "1 can be repaired with --fix --unsafe-fixes" in result.stdout
    assert Path("bad.yaml").read_text() == BAD
    assert run("bad.yaml", "--fix", "--unsafe-fixes").exit_code == 0
    assert Path("bad.yaml").read_text() == FIXED


def test_a_repair_that_breaks_the_file_is_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    import cnncalc.lint.linter as linter
    from cnncalc.diagnostics import Span
    from cnncalc.lint.fixes import fixed

    declared = rule(RULE)
    from dataclasses import replace

    def check(net: object, limits: object) -> Iterator[Finding]:
        for finding in declared.check(net, limits):  # type: ignore[arg-type]
            yield Finding(finding.message, "", finding.span, fix=Fix((Edit(Span(3, 5, 3, 9), "convv"),), "worse"))

    monkeypatch.setattr(linter, "rule", lambda name: replace(declared, check=check) if name == RULE else rule(name))  # type: ignore[arg-type]
    assert fixed(Source("bad.yaml", BAD), Settings()) == (Source("bad.yaml", BAD), 0)


# Pages of rules


def page(*words: str) -> Result:
    return CliRunner().invoke(app, ["rule", *words])


def test_the_list_has_every_rule() -> None:
    assert [line.split()[0] for line in page().stdout.splitlines()[1:]] == list(NAMES)
    assert [each["name"] for each in json.loads(page("-f", "json").stdout)] == list(NAMES)
    assert page("-f", "markdown").stdout.count("\n") == len(NAMES) + 2


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_the_rules(name: str) -> None:
    declared = rule(name)
    result = page(name)
    assert result.exit_code == 0
    assert result.stdout.startswith(f"{name} ({declared.severity}): {declared.summary}\n")
    markdown = page(name, "-f", "markdown").stdout
    for example in filter(None, (declared.bad, declared.good)):
        assert f"```yaml\n{example}```\n" in markdown
        assert all(f"    {line}\n" in result.stdout for line in example.splitlines() if line)
    assert (f"# cnncalc: allow[{name}] the reason" in result.stdout) == (name in CHECKED)
    assert set(json.loads(page(name, "-f", "json").stdout)) == {
        "name", "severity", "summary", "why", "bad", "good", "thresholds", "fixes", "source", "allow",
    }  # fmt: skip


@pytest.mark.parametrize("name", CHECKED)
def test_a_page_shows_what_is_said_about_the_bad_example(name: str) -> None:
    assert f"[{name}]\n" in page(name).stdout


def test_an_unknown_rule_is_bad_usage() -> None:
    result = page("bias-before-batchnorm")
    assert result.exit_code == 2
    assert f"did you mean `{RULE}`" in result.stderr
    assert page(RULE, "-f", "csv").exit_code == 2


# What stands beside the command


@pytest.mark.parametrize("name", gallery.names())
def test_editors_find_the_schema(name: str) -> None:
    text = (ROOT / "architectures" / f"{name}.yaml").read_text(encoding="utf-8")
    assert text.endswith(gallery.MODELINE)
    # With a comment above, editors would take it for a part of that one.
    assert not text.removesuffix(gallery.MODELINE).splitlines()[-1].startswith("#")


def test_the_schema_beside_the_architectures_is_todays(request: pytest.FixtureRequest) -> None:
    path = ROOT / "architectures" / gallery.SCHEMA
    text = json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
    if request.config.getoption("--update-snapshots"):
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


def test_a_copy_points_to_no_schema() -> None:
    copied = CliRunner().invoke(app, ["copy", "lenet5", "-"]).stdout
    assert "yaml-language-server" not in copied
    assert copied + gallery.MODELINE == (ROOT / "architectures" / "lenet5.yaml").read_text(encoding="utf-8")


def test_hook_and_action_call_what_there_is() -> None:
    import yaml

    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert (hook["id"], hook["language"], hook["types"]) == ("cnncalc-lint", "python", ["yaml"])
    write("other.yaml", "a: 1\n")
    write("good.yaml", GOOD)
    words = hook["entry"].split()
    assert words[:2] == ["cnncalc", "lint"]
    assert run(*words[2:], "other.yaml", "good.yaml").exit_code == 0
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    (step,) = action["runs"]["steps"]
    assert set(action["inputs"]) == {"paths", "args", "format"}
    assert "${{" not in step["run"], "an input in the script could run as a command"


def test_the_json_of_bad_usage_names_what_was_named() -> None:
    found = run("--select", "nosuch", "--format", "json", "a.yaml", "b")
    assert found.exit_code == 2
    assert json.loads(found.stdout)["name"] == "a.yaml, b"
