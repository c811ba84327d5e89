"""The commands: what goes where, in which format, and what they exit with."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner, Result

from cnncalc import analyze, gallery
from cnncalc.cli import COMMANDS
from cnncalc.cli.app import app
from cnncalc.cli.output import write_text
from cnncalc.render.table import broken
from cnncalc.schema import schema

NET = "input: 3x32x32\nlayers:\n  - conv: {name: 'a_b&c%|', K: 8, F: 3}\n  - relu\n"


def cnncalc(*words: str, input: str | None = None) -> Result:
    return CliRunner().invoke(app, list(words), input=input)


# Words, exit status, and what stands on standard output or error.
RUNS: dict[str, tuple[list[str], int, str]] = {
    "bundled": (["shapes", "vgg16"], 0, "138,357,544 parameters"),
    "bundled-with-ending": (["shapes", "vgg16.yaml"], 0, "138,357,544 parameters"),
    "folded": (["shapes", "googlenet", "--depth", "1"], 0, "3a"),
    "columns": (["shapes", "vgg16", "-c", "macs,rf"], 0, "15,470,264,320"),
    "all-columns": (["shapes", "lenet5", "--columns", "all"], 0, "receptive field"),
    "memory": (["shapes", "lenet5", "--batch", "2", "--dtype", "float16"], 0, "123,412 bytes"),
    "another-input": (["shapes", "vgg16", "--input", "3x256x256"], 0, "512×8×8"),
    "misfit": (["shapes", "vgg16", "-i", "3x225x225"], 1, "non-integer-output"),
    "unknown-file": (["shapes", "vgg61"], 2, "vgg16"),
    "unknown-input": (["shapes", "vgg16", "-i", "left=3x8x8"], 2, "no input"),
    "bad-input": (["shapes", "vgg16", "-i", "3xHELLO"], 2, "HELLO"),
    "unknown-column": (["shapes", "vgg16", "-c", "mac"], 2, "macs"),
    "unknown-format": (["shapes", "vgg16", "-f", "yaml"], 2, "is not one of"),
    "unknown-command": (["shape", "vgg16"], 2, "shapes"),
    "no-argument": (["shapes"], 2, "ARCH"),
    "params": (["params", "vgg16"], 0, "89.4%"),
    "conv-letters": (["conv", "3x227x227", "-K", "96", "-F", "11", "-S", "4"], 0, "96×55×55"),
    "conv-words": (["conv", "3x227x227", "--filters", "96", "--kernel", "11", "--stride", "4"], 0, "34,944"),
    "conv-hwc": (["conv", "227x227x3", "--layout", "hwc", "-K", "96", "-F", "11", "-S", "4"], 0, "96×55×55"),
    "conv-kernel-with-depth": (["conv", "3x32x32", "-K", "6", "-F", "3x3x3"], 1, "depth of a filter"),
    "conv-no-bias": (["conv", "3x8x8", "-K", "2", "-F", "3", "-P", "1", "--no-bias"], 0, "54 parameters"),
    "conv-transposed": (["conv", "3x8x8", "--kind", "transposed", "-K", "2", "-F", "2", "-S", "2"], 0, "2×16×16"),
    "pool": (["pool", "96x55x55", "-F", "3", "-S", "2"], 0, "96×27×27"),
    "pool-letter-k": (["pool", "96x54x54", "-K", "2"], 0, "96×27×27"),
    "pool-counts-nothing": (["pool", "96x55x55", "-F", "3", "-S", "2"], 0, "\nno parameters, no MACs\n"),
    "conv-commas": (["conv", "3,32,32", "-K", "4", "-F", "3"], 2, "write 3x32x32"),
    "conv-kernel-commas": (["conv", "3x32x32", "-K", "4", "-F", "3,3"], 2, "write 3x3"),
    "conv-depthwise-filters": (
        ["conv", "3x32x32", "--kind", "depthwise", "-K", "12", "-F", "3"],
        2,
        "command line:1:25: error: depthwise_conv has no parameter `filters`",
    ),
    "conv-rounding": (["conv", "3x224x224", "-K", "96", "-F", "11", "-S", "4"], 1, "say `--rounding floor`"),
    "columns-twice": (["shapes", "lenet5", "-c", "input", "-c", "macs"], 0, "1×32×32   6×28×28         156  117,600"),
    "pool-avg": (["pool", "4x28x28", "--kind", "avg", "-F", "2"], 0, "avg_pool"),
    "pool-adaptive": (["pool", "4x28x28", "--kind", "adaptive_avg", "--output", "7"], 0, "4×7×7"),
    "dense": (["dense", "3x200x200", "--units", "1000"], 0, "120,001,000"),
    "dense-flat": (["dense", "120000", "-U", "1000"], 0, "120,001,000"),
    "unknown-layer": (["explain", "lenet5", "c7"], 2, "there are `c1`, `s2`, `c3`, `s4`, `c5`, `flatten1`, `f6`"),
    "format-with-help": (["shapes", "vgg16", "-f", "jsn"], 2, "markdown, latex or csv; did you mean `json`?"),
    "budget-with-help": (["shapes", "vgg16", "--max-params", "many"], 2, "can't be `many`; write 1.5M"),
    "list": (["list"], 0, "lenet5"),
    "version": (["--version"], 0, "cnncalc 0."),
}


@pytest.mark.parametrize(("words", "status", "shown"), RUNS.values(), ids=RUNS)
def test_run(words: list[str], status: int, shown: str) -> None:
    result = cnncalc(*words)
    assert result.exit_code == status, result.output
    assert shown in result.output
    assert (result.stderr == "") == (status == 0)
    assert "Traceback" not in result.output


@pytest.mark.parametrize("command", COMMANDS)
def test_help(command: str) -> None:
    result = cnncalc(command, "--help")
    assert result.exit_code == 0
    assert "Usage" in result.output


# Whatever was asked for in JSON comes in JSON, also what can't be read, named or solved.
REFUSED_JSON = {
    "solve-zero": (["solve", "conv", "0", "--output", "5"], 2),
    "solve-nothing": (["solve", "conv", "28", "--output", "28", "-F", "4"], 1),
    "solve-no-size": (["solve", "conv"], 2),
    "solve-flat": (["solve", "vgg16", "--output", "1000"], 2),
    "solve-unknown": (["solve", "vgg61", "--output", "7"], 2),
    "solve-word": (["solve", "conv", "five", "--output", "5"], 2),
    "explain-name": (["explain", "lenet5", "nope"], 2),
    "explain-file": (["explain", "nowhere"], 2),
    "trace-word": (["trace", "cnv", "3x5x5"], 2),
    "shapes-budget": (["shapes", "vgg16", "--max-params", "many"], 2),
}


@pytest.mark.parametrize(("words", "status"), REFUSED_JSON.values(), ids=REFUSED_JSON)
def test_json_of_what_is_refused(words: list[str], status: int) -> None:
    result = cnncalc(*words, "--format", "json")
    assert (result.exit_code, result.stderr) == (status, "")
    document = json.loads(result.stdout)
    assert document["ok"] is False
    assert document.get("reason") or document["diagnostics"][0]["message"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["dense", "8", "-K", "10"], "there is no option -K. Did you mean -U or --units?"),
        (["conv", "3x8x8", "--units", "10"], "there is no option --units. Did you mean -K or --filters?"),
        (["conv", "3x8x8", "--filter", "10"], "there is no option --filter. Did you mean --filters or --multiplier?"),
        (["pool", "3x8x8", "-U", "10"], "there is no option -U."),
        (["shapes", "lenet5", "-U", "10"], "there is no option -U."),
    ],
)
def test_an_option_of_another_command_is_called_by_this_ones_name(words: list[str], message: str) -> None:
    result = subprocess.run([sys.executable, "-m", "cnncalc", *words], capture_output=True, encoding="utf-8")
    assert result.returncode == 2
    assert result.stderr.splitlines()[-1] == f"Error: {message}"


def test_help_names_no_type_of_an_argument() -> None:
    assert "<str>" not in "".join(cnncalc(command, "--help").stdout for command in COMMANDS)


def test_help_shows_whole_summaries() -> None:
    summaries = cnncalc("--help").stdout.partition("Commands:\n")[2].splitlines()
    assert [line for line in summaries if line.endswith("...")] == []


# An input, and what is said about the order of its axes: nothing where it is plainly right.
LAYOUTS = {
    "5x5x3": "--layout hwc",
    "3x5x5": "",
    "4x4x4": "",
    "8x5x3": "",
    "1x3x24x24": "there is no batch axis here: 1 channel, depth 3, height 24 and width 24",
    "1x24x24x3": "did you mean 3x24x24?",
    "1x16x24x24": "",
    "28x28": "read as 28 channels of length 28",
    "1x28": "",
}


@pytest.mark.parametrize(("shape", "said"), LAYOUTS.items(), ids=LAYOUTS)
def test_an_order_of_axes_that_is_likely_wrong_gets_a_note(shape: str, said: str) -> None:
    result = cnncalc("conv", shape, "-K", "2", "-F", "1")
    assert result.exit_code == 0
    assert said in result.stderr
    assert ("[layout]" in result.stderr) == bool(said)


def test_a_file_and_an_input_get_the_note_too() -> None:
    file = cnncalc("shapes", "-", input="input: 32x32x3\nlayers: [relu]")
    assert (file.exit_code, "<stdin>:1:8: info: the last axis looks like the channels" in file.stderr) == (0, True)
    named = "input: {channels: 32, height: 32, width: 3}\nlayers: [relu]"
    assert cnncalc("shapes", "-", input=named).stderr == ""
    other = cnncalc("shapes", "-", "-i", "32x32x3", input=NET)
    assert "--input: info: the last axis looks like the channels" in other.stderr
    assert "did you mean 3x32x32?" in cnncalc("shapes", "-", "-i", "1x3x32x32", input=NET).stderr


@pytest.mark.parametrize("name", gallery.names())
def test_nothing_is_said_about_what_ships(name: str) -> None:
    assert analyze(name).diagnostics == ()


def test_standard_input() -> None:
    assert "8×30×30" in cnncalc("shapes", "-", input=NET).output


def test_a_path_that_exists_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("vgg16").write_text(NET)
    assert "8×30×30" in cnncalc("shapes", "vgg16").output
    assert "4096" in cnncalc("shapes", "vgg16.yaml").output


def test_a_folder_does_not_hide_a_bundled_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("vgg16").mkdir()
    Path("mine").mkdir()
    assert "138,357,544 parameters" in cnncalc("shapes", "vgg16").output
    assert "it is a folder; name a file in it" in cnncalc("shapes", "mine").stderr


def test_json_of_folded_layers_has_their_groups() -> None:
    document = json.loads(cnncalc("shapes", "googlenet", "--depth", "1", "-f", "json").stdout)
    # GoogLeNet's first module: 28×28×192 in, 28×28×256 out (Szegedy et al., table 1).
    group = next(group for group in document["groups"] if group["path"] == "3a")
    assert (group["type"], group["output"], group["params"]) == ("inception", [256, 28, 28], 163_696)
    assert sum(group["macs"] for group in document["groups"]) == document["totals"]["macs"]
    assert len(document["layers"]) > len(document["groups"])
    assert "groups" not in json.loads(cnncalc("shapes", "googlenet", "-f", "json").stdout)


@pytest.mark.parametrize(("stride", "complete"), [("1", True), ("2", False)])
def test_json_tells_whether_totals_are_complete(stride: str, complete: bool) -> None:
    for words in (["conv", "3x32x32", "-K", "8", "-F", "3", "-S", stride], ["shapes", "-"], ["params", "-"]):
        text = f"input: 3x32x32\nlayers: [conv: {{K: 8, F: 3, S: {stride}}}]"
        document = json.loads(cnncalc(*words, "-f", "json", input=text).stdout)
        assert document["totals"]["complete"] is complete


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full disk to write to")
@pytest.mark.parametrize("words", [["shapes", "vgg16"], ["list", "-f", "json"], ["--help"], ["--version"]])
def test_a_full_disk_is_told(words: list[str]) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run([sys.executable, "-m", "cnncalc", *words], stdout=full, stderr=subprocess.PIPE, text=True)
    assert (done.returncode, done.stderr) == (2, "cnncalc: cannot write: No space left on device\n")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal of 40 columns."""
    for name, value in {"COLUMNS": "40", "TERM": "xterm"}.items():
        monkeypatch.setenv(name, value)
    return Terminal()


def test_long_lines_go_on_below_their_text(terminal: Terminal) -> None:
    message = ("x.yaml:3:5: ", ""), ("error", ""), (": a word that is longer than this screen is wide\n", "")
    write_text([*message, ("  help: ", ""), ("write a shorter word, or take a wider screen\n\nend", "")], terminal)
    assert terminal.getvalue().splitlines() == [
        "x.yaml:3:5: error: a word that is",
        "  longer than this screen is wide",
        "  help: write a shorter word, or",
        "        take a wider screen",
        "",
        "end",
    ]


def test_names_are_broken_behind_a_slash() -> None:
    assert broken("stage1/block2/conv3", 14) == "stage1/block2/\nconv3"
    assert broken("stage1/block2/conv3", 13) == "stage1/\nblock2/conv3"
    assert broken("stage1/block2", 80) == "stage1/block2"


def test_json_of_the_contract() -> None:
    document = json.loads(cnncalc("shapes", "lenet5", "--format", "json").stdout)
    assert document["name"] == "LeNet-5"
    assert (document["input"], document["output"], document["ok"]) == ([1, 32, 32], [10], True)
    assert document["diagnostics"] == []
    layer = document["layers"][0]
    assert (layer["index"], layer["name"], layer["type"], layer["path"]) == (1, "c1", "conv", "c1")
    assert (layer["from"], layer["input"], layer["output"]) == (["input"], [1, 32, 32], [6, 28, 28])
    assert (layer["params"], layer["buffers"], layer["macs"]) == (156, 0, 117600)
    assert {"file": "lenet5.yaml", "line": 7, "column": 5}.items() <= layer["location"].items()


def test_json_of_a_refused_file() -> None:
    result = cnncalc("shapes", "-", "-f", "json", input="input: 3x8x8\nlayers: [foo]")
    document = json.loads(result.stdout)
    assert result.exit_code == 2
    assert (document["ok"], document["layers"]) == (False, [])
    found = document["diagnostics"][0]
    assert (found["rule"], found["severity"], found["location"]["line"]) == ("unknown-type", "error", 2)


def test_csv() -> None:
    rows = list(csv.DictReader(io.StringIO(cnncalc("shapes", "-", "-f", "csv", input=NET).stdout)))
    assert rows[0] == {"index": "1", "name": "a_b&c%|", "type": "conv", "output": "8x30x30", "params": "224"}


def test_markdown_rows_have_the_same_cells() -> None:
    lines = cnncalc("shapes", "-", "-f", "markdown", input=NET).stdout.splitlines()
    assert {line.replace("\\|", "").count("|") for line in lines} == {6}


def test_latex_is_escaped() -> None:
    text = cnncalc("shapes", "-", "-f", "latex", input=NET).stdout
    assert r"a\_b\&c\%\textbar{}" in text
    assert r"8$\times$30$\times$30" in text


def test_schema_takes_what_ships_and_refuses_what_is_wrong() -> None:
    import yaml

    Draft202012Validator.check_schema(schema())
    validator = Draft202012Validator(schema())
    for name in gallery.names():
        path = gallery.find(name)
        assert path is not None
        assert validator.is_valid(yaml.safe_load(path.read_text(encoding="utf-8"))), name
    for wrong in (
        {"layers": ["relu"]},
        {"input": "3x8x8", "layers": []},
        {"input": "3x8x8", "layers": [{"conv": {"filters": 3, "kernel": 3, "strid": 2}}]},
        {"input": "3x8x8", "layers": [{"repeat": ["relu"]}]},
        {"input": "3x8x8", "layer": ["relu"], "layers": ["relu"]},
    ):
        assert not validator.is_valid(wrong), wrong
