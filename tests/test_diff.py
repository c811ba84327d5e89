"""Networks compared with each other, budgets, and copies of what comes with cnncalc."""

from __future__ import annotations

import json
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

import cnncalc
from cnncalc import gallery
from cnncalc.alignment import most_alike, once
from cnncalc.cli.app import app
from cnncalc.diffing import align


def run(*words: str, input: str | None = None) -> Result:
    return CliRunner().invoke(app, list(words), input=input)


# A window that does not fit, two inputs that have to be alike, and a chain without a name in it.
MISFIT = "input: 3x32x32\nlayers: [conv: {K: 8, F: 3, S: 2}, relu]"
TWIN = """\
inputs: {left: 3x32x32, right: 3x32x32}
layers:
  - conv: {from: left, K: 4, F: 3, name: a}
  - conv: {from: right, K: 4, F: 3, name: b}
  - concat: {from: [a, b]}
  - flatten
  - dense: {units: 3}
"""
CHAIN = ["conv: {K: 8, F: 3, P: 1}", "relu"]


def test_vgg19_adds_three_convolutions_to_vgg16() -> None:
    pairs = align(cnncalc.analyze("vgg16"), cnncalc.analyze("vgg19"))
    added = [pair.b.path for pair in pairs if pair.b and pair.change == "added" and pair.b.type == "conv"]
    assert added == ["conv3_4", "conv4_4", "conv5_4"]
    assert sum(pair.delta("params") or 0 for pair in pairs) == 143_667_240 - 138_357_544  # torchvision


@pytest.mark.parametrize(
    ("a", "b"), [("vgg16", "lenet5"), ("resnet50", "mobilenet_v2"), ("googlenet", "googlenet_aux")]
)
def test_every_layer_is_in_one_pair_in_order(a: str, b: str) -> None:
    one, two = cnncalc.analyze(a), cnncalc.analyze(b)
    pairs = align(one, two)
    assert [pair.a for pair in pairs if pair.a] == one.layers
    assert [pair.b for pair in pairs if pair.b] == two.layers


def test_a_network_is_like_itself() -> None:
    pairs = align(cnncalc.analyze("resnet18"), cnncalc.analyze("resnet18"))
    assert {pair.change for pair in pairs} == {"same"}


@pytest.mark.parametrize("times", [3, 200, 3000])
def test_a_layer_added_to_a_chain_is_the_only_difference(times: int) -> None:
    chains = CHAIN * times, [*CHAIN, "lrn", *CHAIN * (times - 1)]
    pairs = align(*(cnncalc.analyze_text(f"input: 3x8x8\nlayers: [{', '.join(chain)}]") for chain in chains))
    assert [(pair.change, pair.b and pair.b.path) for pair in pairs if pair.change != "same"] == [("added", "lrn1")]


def changes(one: str, two: str, input: str = "3x8x8") -> list[str]:
    """What differs, as the table shows it: ``~ conv1``."""
    signs = {"changed": "~ ", "added": "+ ", "removed": "- "}
    pairs = align(*(cnncalc.analyze_text(f"input: {input}\nlayers: [{layers}]") for layers in (one, two)))
    return [
        signs[pair.change] + " → ".join(dict.fromkeys(row.path for row in (pair.a, pair.b) if row))
        for pair in pairs
        if pair.change != "same"
    ]


WIDE = "conv: {K: 16, F: 3, P: 1}"
NARROW = "conv: {K: 8, F: 3, P: 1}"
NORMS = "repeat: [batch_norm, relu]"

# Two chains, and what a person would say differs. A layer after a widened one has other weights, and so differs.
DIFFERENCES: dict[str, tuple[str, str, list[str]]] = {
    "widened-and-one-more": (
        "conv: {name: conv1, K: 8, F: 3, P: 1}",
        "conv: {name: conv1, K: 16, F: 3, P: 1}, conv: {name: conv2, K: 8, F: 3, P: 1}",
        ["~ conv1", "+ conv2"],
    ),
    "one-more-before-a-named-one": (
        "conv: {name: stem, K: 8, F: 3, P: 1}, global_avg_pool",
        "conv: {name: pre, K: 3, F: 1}, conv: {name: stem, K: 16, F: 3, P: 1}, global_avg_pool",
        ["+ pre", "~ stem", "~ global_avg_pool1"],
    ),
    "unnamed-widened-and-one-more": (NARROW, f"{WIDE}, {NARROW}", ["~ conv1", "+ conv2"]),
    # With equal contents on both sides, it is the layer in between that is new; relu2 is only called relu3 now.
    "numbers-shift": (
        f"{NARROW}, relu, {WIDE}, relu",
        f"{NARROW}, relu, {NARROW}, relu, {WIDE}, relu",
        ["+ conv2", "+ relu2", "~ conv2 → conv3", "~ relu2 → relu3"],
    ),
    "a-relu-more": (
        f"{NARROW}, relu, {NARROW}, relu, {NARROW}",
        f"{NARROW}, relu, relu, {NARROW}, relu, {NARROW}",
        ["+ relu2"],
    ),
    "names-in-another-order": (
        "relu: {name: a}, relu: {name: b}, relu: {name: c}",
        "relu: {name: b}, relu: {name: c}, relu: {name: a}",
        ["- a", "+ a"],
    ),
    "one-more-residual-in-front": (
        "residual: [relu], residual: [gelu]",
        "residual: [tanh], residual: [relu], residual: [gelu]",
        ["+ residual1/tanh1", "+ add1"],
    ),
    "another-round": (
        f"{{{NORMS}, times: 2}}",
        f"{{{NORMS}, times: 3}}",
        ["+ repeat1/3/batch_norm1", "+ repeat1/3/relu1"],
    ),
}


@pytest.mark.parametrize(("one", "two", "found"), DIFFERENCES.values(), ids=DIFFERENCES)
def test_partners(one: str, two: str, found: list[str]) -> None:
    assert changes(one, two) == found


@pytest.mark.parametrize("way", ["repeated", "written-out"])
def test_many_scattered_edits(way: str) -> None:
    """A batch norm in each of 5,000 rounds, which a comparison of each with each would never end."""
    plain, normed = (["relu", "tanh"], ["relu", "batch_norm", "tanh"])
    if way == "repeated":
        one, two = (f"{{repeat: [{', '.join(body)}], times: 5000}}" for body in (plain, normed))
    else:
        one, two = (", ".join(body * 5000) for body in (plain, normed))
    found = changes(one, two, "3x1x1")
    assert len(found) == 5000
    assert all(line.startswith("+ ") and "batch_norm" in line for line in found)


@given(st.text("ab", max_size=12), st.text("ab", max_size=12))
def test_as_many_as_can_be_are_side_by_side(one: str, two: str) -> None:
    pairs = most_alike(one, two)
    assert all(one[i] == two[j] for i, j in pairs)
    assert all(p[0] < q[0] and p[1] < q[1] for p, q in pairwise(pairs))
    assert len(pairs) == longest(one, two)


def longest(one: str, two: str) -> int:
    """The length of the longest common subsequence, by the textbook's table (Cormen et al., section 15.4)."""
    row = [0] * (len(two) + 1)
    for x in one:
        above = row[:]
        for j, y in enumerate(two, 1):
            row[j] = above[j - 1] + 1 if x == y else max(above[j], row[j - 1])
    return row[-1]


@given(st.permutations(range(7)))
def test_names_found_once_are_paired_as_far_as_they_are_in_order(order: list[int]) -> None:
    pairs = once(range(7), order)
    assert all(order[j] == i for i, j in pairs)
    assert all(p[1] < q[1] for p, q in pairwise(pairs))
    # Every increasing part of so short a list can be tried.
    parts = (part for n in range(8) for part in combinations(order, n) if list(part) == sorted(part))
    assert len(pairs) == max(map(len, parts))


def test_names_found_twice_are_not_paired() -> None:
    assert once("abcb", "bca") == [(2, 1)]


def test_networks_of_one_name_are_told_as_typed(tmp_path: Path) -> None:
    for file in ("one.yaml", "two.yaml"):
        (tmp_path / file).write_text(f"name: Net\ninput: 4\nlayers: [dense: {{units: {len(file)}}}]\n")
    one, two = tmp_path / "one.yaml", tmp_path / "two.yaml"
    assert run("diff", str(one), str(two)).stdout.startswith(f"− Net, input 4 ({one})\n+ Net, input 4 ({two})\n")
    assert "(" not in run("diff", str(one), "-i", "5").stdout.partition("\n\n")[0]


@pytest.mark.parametrize(
    ("option", "shown"),
    [
        (["--max-macs", "1M"], "info: the bound of 1,000,000 MACs could not be checked in full"),
        (["--max-memory", "1M"], "could not be checked in full"),
        (["--max-params", "1k"], ""),  # the weights of a window that does not fit are known
        (["--max-params", "100"], "error: <stdin> has 224 parameters, 124 more than the budget"),
    ],
)
def test_budgets_of_what_is_not_known(option: list[str], shown: str) -> None:
    result = run("shapes", "-", *option, input=MISFIT)
    assert result.exit_code == 1  # for the window
    assert shown in result.stderr
    assert result.stderr.count("info:") == shown.count("checked in full")


def test_a_bound_in_a_file_that_can_not_be_checked_is_noted() -> None:
    found = cnncalc.analyze_text(MISFIT + "\nexpect: {max_macs: 12e6}").diagnostics[-1]
    assert (found.rule, found.severity) == ("unchecked-budget", "info")
    assert found.message.startswith("the bound of 12,000,000 MACs")


def test_a_budget_names_its_file(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("input: 4\nlayers: [dense: {units: 5}]\n")
    result = run("shapes", str(tmp_path / "mine.yaml"), "--max-params", "10")
    assert result.stderr.startswith(f"{tmp_path}/mine.yaml: error: mine has 25 parameters")


def test_what_is_wrong_with_both_is_told_once() -> None:
    result = run("diff", "-", "-", input=MISFIT)
    assert result.exit_code == 1
    assert result.stderr.count("non-integer-output") == 1
    found = json.loads(run("diff", "-", "-", "-f", "json", input=MISFIT).stdout)["diagnostics"]
    assert [d["rule"] for d in found] == ["non-integer-output"]


def test_a_sum_of_what_is_known_is_compared_with_none() -> None:
    result = run("diff", "-", "-i", "left=3x16x16", input=TWIN)
    assert "total of what is known" in result.stdout
    # (3·3·3 + 1)·4 for each convolution, and 8·30·30·3 + 3 that can no longer be known.
    assert "parameters: 21,827 → at least 224\n" in result.stdout
    assert "%" not in result.stdout


def test_csv_has_shapes_as_other_tables_have_them() -> None:
    rows = run("diff", "vgg16", "-i", "3x256x256", "-f", "csv").stdout.splitlines()
    assert rows[0] == "change,name,type,output,params,macs,rf"
    assert rows[1].startswith("changed,conv1_1,conv,64x224x224 → 64x256x256,0,")


# Words, exit status, and what stands in the output.
RUNS: dict[str, tuple[list[str], int, str]] = {
    "diff": (["diff", "conv_5x5", "conv_3x3_3x3"], 0, "−28.0%"),
    "diff-inputs": (["diff", "vgg16", "-i", "3x256x256"], 0, "512×7×7 → 512×8×8"),
    "diff-two-inputs": (["diff", "vgg16", "-i", "3x256x256", "-i", "3x224x224"], 0, "512×8×8 → 512×7×7"),
    "diff-one-alone": (["diff", "vgg16"], 2, "second architecture"),
    "diff-unknown": (["diff", "vgg16", "vgg61"], 2, "vgg16"),
    "diff-budget": (["diff", "resnet50", "resnet101", "--max-params", "30M"], 1, "14,549,160 more than the budget"),
    "diff-memory": (["diff", "lenet5", "lenet5", "--batch", "2", "--dtype", "float16"], 0, "156,268 bytes"),
    "budget-kept": (["shapes", "resnet50", "--max-params", "25.6M"], 0, "25,557,032"),
    "budget-params": (["params", "vgg16", "--max-params", "100M"], 1, "38,357,544 more than the budget of 100,000,000"),
    "budget-macs": (["shapes", "lenet5", "--max-macs", "416.5k"], 1, "20 more than the budget of 416,500"),
    "budget-memory": (["shapes", "lenet5", "--max-memory", "256KiB"], 1, "279,680 bytes"),
    "budget-memory-says-of-what": (["shapes", "lenet5", "--max-memory", "1k"], 1, "bytes of weights and activations"),
    "budget-unit": (["shapes", "lenet5", "--max-params", "5X"], 2, "1.5M"),
    "reconcile": (["reconcile", "resnet50"], 0, "4,133,742,592"),
    "budget-exact": (["shapes", "lenet5", "--max-params", "12345678901234567890123456789.5"], 2, "no whole number"),
    "copy-unknown": (["copy", "lenet6"], 2, "no architecture that comes with cnncalc is called `lenet6`"),
    "show": (["show", "lenet5"], 0, "name: LeNet-5"),
    "list-family": (["list", "--family", "vgg"], 0, "vgg16_bn"),
    "list-two-families": (["list", "--family", "vgg", "--family", "lenet"], 0, "lenet5"),
    "copy-to-standard-output": (["copy", "lenet5", "-"], 0, "name: LeNet-5"),
    "list-unknown-family": (["list", "--family", "vvg"], 2, "vgg"),
}


@pytest.mark.parametrize(("words", "status", "shown"), RUNS.values(), ids=RUNS)
def test_run(words: list[str], status: int, shown: str) -> None:
    result = run(*words)
    assert result.exit_code == status, result.output
    assert shown in result.output


def test_json_of_diff() -> None:
    document = json.loads(run("diff", "vgg16", "vgg19", "-f", "json").stdout)
    assert document["totals"]["params"] == [138_357_544, 143_667_240]
    assert {pair["change"] for pair in document["layers"]} == {"same", "changed", "added"}
    field = document["layers"][0]["a"]["receptive_field"]
    assert field == {"size": [3, 3], "stride": [1, 1], "start": [-1, -1]}


@pytest.mark.parametrize(
    ("bound", "ok"),
    [("max_params: 61_706", True), ("max_params: 61.7k", False), ("max_macs: 1M", True), ("max_memory: 1KiB", False)],
)
def test_a_file_can_hold_a_budget(bound: str, ok: bool) -> None:
    text = run("show", "lenet5").stdout.replace("expect: {output: 10,", f"expect: {{{bound}, output: 10,")
    found = cnncalc.analyze_text(text)
    assert found.ok is ok
    assert [d.rule for d in found.diagnostics] == ([] if ok else ["expectation-failed"])


def test_outputs_by_name_are_promised() -> None:
    text = "input: 4\nlayers:\n  - head: [dense: {units: 5}]\n    name: aux\n  - dense: {units: 9}\n"
    assert cnncalc.analyze_text(text + "expect: {output: {output: 9, aux: 5}}\n").ok
    (found,) = cnncalc.analyze_text(text + "expect: {output: {output: 9, aux: 6}}\n").diagnostics
    assert found.message == "output aux is 5, and the file expects 6"
    assert found.span is not None
    assert found.span.column == 35


def test_copy_writes_a_file_and_never_over_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("copy", "lenet5").exit_code == 0
    assert (tmp_path / "lenet5.yaml").read_text(encoding="utf-8").startswith("name: LeNet-5")
    (tmp_path / "lenet5.yaml").write_text("mine", encoding="utf-8")
    assert run("copy", "lenet5").exit_code == 2
    assert (tmp_path / "lenet5.yaml").read_text(encoding="utf-8") == "mine"
    assert run("copy", "lenet5", "--force").exit_code == 0
    assert run("copy", "vgg61").exit_code == 2


def test_copy_of_a_file_onto_itself_leaves_it_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "small.yaml").write_text("input: 4\nlayers: [relu]\n", encoding="utf-8")
    monkeypatch.setattr(gallery, "folder", lambda: tmp_path)
    assert run("copy", "small", str(tmp_path), "--force").exit_code == 0
    assert (tmp_path / "small.yaml").read_text(encoding="utf-8") == "input: 4\nlayers: [relu]\n"
