"""How long things take, beside what a user would otherwise run. Never asserted: read the table.

    pytest tests/benchmarks --benchmark-enable --benchmark-json=speed.json
    python tests/benchmarks/table.py speed.json

Each group is measured in one run, so that its ratios hold on a busy machine too.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from shutil import which
from typing import Any

import pytest

import cnncalc
from cnncalc import gallery
from cnncalc.analysis import Analysis
from cnncalc.api import build
from cnncalc.diffing import align
from cnncalc.graph import resting_collector
from cnncalc.inference import Run, forget
from cnncalc.source import Source

VGG_IN_TORCH = """
import torch
from torch import nn

widths = [64, 64, "M", 128, 128, "M", 256, 256, 256, "M", 512, 512, 512, "M", 512, 512, 512, "M"]
layers, channels = [], 3
with torch.device("meta"):
    for width in widths:
        if width == "M":
            layers.append(nn.MaxPool2d(2))
        else:
            layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU()]
            channels = width
    layers += [nn.Flatten(), nn.Linear(25088, 4096), nn.ReLU(), nn.Linear(4096, 4096), nn.ReLU(), nn.Linear(4096, 1000)]
    image = torch.empty(1, 3, 224, 224)
for layer in layers:
    image = layer(image)
    print(type(layer).__name__, tuple(image.shape), sum(p.numel() for p in layer.parameters()))
"""

PROCESSES: dict[str, list[str]] = {
    "import typer, rich.table, yaml": [sys.executable, "-c", "import typer, rich.table, yaml"],
    "cnncalc shapes vgg16": [sys.executable, "-m", "cnncalc", "shapes", "vgg16"],
    "the same table by PyTorch, meta device": [sys.executable, "-W", "ignore", "-c", VGG_IN_TORCH],
    "cnncalc diff resnet50 resnet101": [sys.executable, "-m", "cnncalc", "diff", "resnet50", "resnet101"],
    "cnncalc reconcile resnet50": [sys.executable, "-m", "cnncalc", "reconcile", "resnet50"],
    "cnncalc list": [sys.executable, "-m", "cnncalc", "list"],
}


@pytest.mark.benchmark(group="a whole process")
@pytest.mark.parametrize("command", PROCESSES)
def test_process(benchmark: Any, command: str) -> None:
    if "PyTorch" in command:
        pytest.importorskip("torch", reason="PyTorch is not installed: pip install 'cnncalc[torch]'")

    def run() -> None:
        subprocess.run(PROCESSES[command], check=True, stdout=subprocess.DEVNULL)

    benchmark.extra_info["name"] = command
    benchmark.pedantic(run, rounds=10, warmup_rounds=1)


WRITTEN_OUT = """\
# network {number}
name: Network {number}
input: 3x64x64
rounding: floor
layers:
{stages}  - global_avg_pool
  - flatten
  - dense: {{name: classes, units: 10}}
"""
STAGE = """\
  - conv: {{name: conv{stage}_1, filters: {filters}, kernel: 3, padding: 1, bias: false}}   # stage {stage}
  - batch_norm
  - relu
  - conv: {{name: conv{stage}_2, filters: {filters}, kernel: 3, padding: 1, bias: false}}
  - batch_norm
  - relu
  - max_pool: {{kernel: 2}}
"""


@pytest.fixture(scope="module", params=["written out", "built from blocks"])
def thousand(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of 1,000 architectures, no two the same: plain stacks of 20 to 45 layers, or those that come with
    cnncalc, each with a number at its end, which unroll to 120 layers on average."""
    folder = tmp_path_factory.mktemp(request.param.replace(" ", "-"))
    names = gallery.names()
    for number in range(1000):
        if request.param == "written out":
            stages = range(1, 4 + number % 4)
            text = "".join(STAGE.format(stage=stage, filters=(16 + number % 9) * 2**stage) for stage in stages)
            text = WRITTEN_OUT.format(number=number, stages=text)
        else:
            text = (gallery.folder() / f"{names[number % len(names)]}.yaml").read_text(encoding="utf-8")
            text += f"# {number}\n"
        (folder / f"{number}.yaml").write_text(text, encoding="utf-8")
    return folder


LINTERS: dict[str, list[str]] = {
    "cnncalc lint": [sys.executable, "-m", "cnncalc", "lint", ".", "--no-cache"],
    "cnncalc lint, a second time": [sys.executable, "-m", "cnncalc", "lint", "."],
    "yamllint": ["yamllint", "."],
}


@pytest.mark.benchmark(group="1,000 files")
@pytest.mark.parametrize("tool", LINTERS)
def test_linting(benchmark: Any, thousand: Path, tool: str) -> None:
    if tool == "yamllint" and which("yamllint") is None:
        pytest.skip("yamllint is not installed")
    if benchmark.disabled:
        pytest.skip("a thousand files are for benchmarks alone")

    def run() -> None:
        subprocess.run(LINTERS[tool], cwd=thousand, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    benchmark.extra_info["name"] = f"{tool}, 1,000 files {thousand.name[:-1].replace('-', ' ')}"
    benchmark.pedantic(run, rounds=5, warmup_rounds=1)


def alike(count: int) -> str:
    """A chain that repeats itself."""
    body = "[conv: {filters: 64, kernel: 3, padding: 1}, relu]"
    return f"input: 64x56x56\nlayers:\n  - repeat: {body}\n    times: {count // 2}\n"


def different(count: int) -> str:
    """A chain in which no two layers have the same settings and input."""
    pair = "  - conv: {{filters: {}, kernel: 3, padding: 1}}\n  - relu\n"
    return "input: 3x56x56\nlayers:\n" + "".join(pair.format(number) for number in range(1, count // 2 + 1))


CHAINS: dict[str, tuple[Callable[[int], str], int]] = {
    "inference, 1,000 layers": (alike, 1_000),
    "inference, 10,000 layers": (alike, 10_000),
    "inference, 100,000 layers": (alike, 100_000),
    "inference, 10,000 layers, no two alike": (different, 10_000),
}


@pytest.mark.benchmark(group="inference of a chain, once read")
@pytest.mark.parametrize("chain", CHAINS)
def test_inference(benchmark: Any, chain: str) -> None:
    text, count = CHAINS[chain]

    def ready() -> tuple[tuple[Run], dict[str, Any]]:
        forget()
        return (Run(*build(Source("chain.yaml", text(count)))),), {}

    def run(run: Run) -> None:
        with resting_collector():
            for _ in run:
                pass
            run.analysis()

    benchmark.extra_info.update(name=chain, layers=count)
    benchmark.pedantic(run, setup=ready, rounds=10 if count > 10_000 else 30, warmup_rounds=1)


@pytest.mark.benchmark(group="inference of a chain, once read")
def test_onnx(benchmark: Any) -> None:
    onnx = pytest.importorskip("onnx", reason="ONNX is not installed: pip install onnx")
    helper, float32 = onnx.helper, onnx.TensorProto.FLOAT
    nodes, weights = [], [helper.make_tensor_value_info("w", float32, [64, 64, 3, 3])]
    count = 10_000
    for number in range(0, count, 2):
        nodes.append(helper.make_node("Conv", [f"x{number}", "w"], [f"x{number + 1}"], pads=[1, 1, 1, 1]))
        nodes.append(helper.make_node("Relu", [f"x{number + 1}"], [f"x{number + 2}"]))
    first = helper.make_tensor_value_info("x0", float32, [1, 64, 56, 56])
    last = helper.make_tensor_value_info(f"x{count}", float32, None)
    model = helper.make_model(helper.make_graph(nodes, "chain", [first, *weights], [last]))
    benchmark.extra_info.update(name="ONNX shape inference, 10,000 layers, shapes alone", layers=count)
    benchmark.pedantic(onnx.shape_inference.infer_shapes, args=(model,), rounds=10, warmup_rounds=1)


@pytest.mark.benchmark(group="reading and inference")
@pytest.mark.parametrize("chain", ["alike", "different"])
def test_from_text(benchmark: Any, chain: str) -> None:
    count = 10_000
    source = Source("chain.yaml", (alike if chain == "alike" else different)(count))

    def run() -> None:
        with resting_collector():
            for _ in Run(*build(source)):
                pass

    name = "from text, 10,000 layers, " + ("one repeat" if chain == "alike" else "each written out")
    benchmark.extra_info.update(name=name, layers=count)
    benchmark.pedantic(run, rounds=5, warmup_rounds=1)


def inferred(text: str) -> Analysis:
    """What is known of a chain."""
    run = Run(*build(Source("chain.yaml", text)))
    with resting_collector():
        for _ in run:
            pass
    return run.analysis()


def narrower(count: int) -> str:
    """The chain with other filters: each layer has its partner, and none is the same."""
    return alike(count).replace("filters: 64", "filters: 32")


def normalized(count: int) -> str:
    """The chain with a batch norm in each round: as many insertions, far from one another."""
    return alike(count).replace(", relu]", ", batch_norm, relu]")


DIFFS: dict[str, tuple[Callable[[int], str], int]] = {
    "diff, 10,000 layers, other filters": (narrower, 10_000),
    "diff, 1,000 layers, 500 batch norms more": (normalized, 1_000),
    "diff, 10,000 layers, 5,000 batch norms more": (normalized, 10_000),
}


def compare(a: Analysis, b: Analysis) -> list[str]:
    with resting_collector():
        return [pair.change for pair in align(a, b)]


@pytest.mark.benchmark(group="a diff, once both are inferred")
def test_diff(benchmark: Any) -> None:
    a, b = cnncalc.analyze("resnet50"), cnncalc.analyze("resnet101")
    benchmark.extra_info.update(name="diff, resnet50 and resnet101", layers=len(a.layers))
    benchmark.pedantic(compare, args=(a, b), rounds=30, warmup_rounds=1)


@pytest.mark.benchmark(group="a diff, once both are inferred")
@pytest.mark.parametrize("change", DIFFS)
def test_diff_of_chains(benchmark: Any, change: str) -> None:
    other, count = DIFFS[change]
    a, b = inferred(alike(count)), inferred(other(count))
    benchmark.extra_info.update(name=change, layers=count)
    benchmark.pedantic(compare, args=(a, b), rounds=5, warmup_rounds=1)
