"""What it costs to grade a class, beside the bare reading of its files. Never asserted: read the table.

    pytest tests/benchmarks --benchmark-enable --benchmark-json=speed.json
    python tests/benchmarks/table.py speed.json

Grading 10,000 files of 20 answers should cost at most five times `yaml.load` with as many processes. Its 10,000 files
of grades go to a folder in memory where there is one: a disk may take longer to make them than all the rest takes.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest

FILES = 10_000

LOAD = """
import os, sys
from concurrent.futures import ProcessPoolExecutor
import yaml

def load(files):
    for file in files:
        with open(file, "rb") as stream:
            yaml.load(stream, Loader=yaml.CSafeLoader)

if __name__ == "__main__":
    with os.scandir(sys.argv[1]) as entries:
        files = sorted(entry.path for entry in entries)
    parts = [files[start : start + 200] for start in range(0, len(files), 200)]
    with ProcessPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        list(pool.map(load, parts))
"""

# A layer and its input; what is right for output, params, macs and activations; and what is often answered instead.
LAYERS = [
    ("3x227x227", "conv: {K: 96, F: 11, S: 4}", "96x55x55 34944 105415200 290400", "96x54x54 34848 210830400 9075"),
    ("1x28x28", "conv: {K: 4, F: 3, S: 1, P: 1}", "4x28x28 40 28224 3136", "4x26x26 36 56448 784"),
    ("4x28x28", "max_pool: {F: 2, S: 2}", "4x14x14 0 0 784", "14x14x4 20 3136 196"),
    ("16x32x32", "conv: {K: 32, F: 5, S: 1, P: 2}", "32x32x32 12832 13107200 32768", "32x28x28 12800 819200 1024"),
    ("8x15x15", "conv: {K: 8, F: 3, S: 2, P: 1}", "8x8x8 584 36864 512", "8x7x7 576 73728 64"),
]
ASKS = ("output", "params", "macs", "activations")


@pytest.fixture(scope="module")
def homework(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An assignment of 20 questions, and a folder with the answers of 10,000 students, each as able as chance says."""
    folder = tmp_path_factory.mktemp("class")
    questions, answers = [], []
    for input, layer, right, wrong in LAYERS:
        for ask, *pair in zip(ASKS, right.split(), wrong.split()):
            questions.append(f"  - {{id: q{len(questions) + 1}, input: {input}, layer: {{{layer}}}, ask: {ask}}}\n")
            answers.append(pair)
    (folder / "hw.yaml").write_text("questions:\n" + "".join(questions))
    (folder / "in").mkdir()
    random = Random(1)
    for number in range(FILES):
        able = random.random()
        lines = [f"student: student{number}\nanswers:\n"]
        for place, (right, wrong) in enumerate(answers, 1):
            luck = random.random()
            given = right if luck < 0.3 + 0.5 * able else wrong if luck < 0.95 else str(random.randrange(100_000))
            lines.append(f"  q{place}: {given}\n")
        (folder / "in" / f"{number:05}.yaml").write_text("".join(lines))
    return folder


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory, where there is one."""
    if not Path("/dev/shm").is_dir():
        yield tmp_path
        return
    with TemporaryDirectory(dir="/dev/shm") as folder:
        yield Path(folder)


@pytest.mark.benchmark(group="a class of 10,000 students and 20 questions")
@pytest.mark.parametrize("tool", ["yaml.load with CSafeLoader", "cnncalc check", "cnncalc check again"])
def test_class(benchmark: Any, request: pytest.FixtureRequest, memory: Path, tool: str) -> None:
    if benchmark.disabled:
        pytest.skip("ten thousand files are for benchmarks alone")
    folder: Path = request.getfixturevalue("homework")
    out = memory / "out"
    answers = str(folder / "in")
    check = [sys.executable, "-m", "cnncalc", "check", answers, "-a", str(folder / "hw.yaml"), "-o", str(out)]
    words = [sys.executable, "-c", LOAD, answers] if "yaml" in tool else check

    def fresh() -> None:
        if tool == "cnncalc check":
            shutil.rmtree(out, ignore_errors=True)

    def run() -> None:
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL)

    benchmark.extra_info["name"] = f"{tool}, 10,000 files of 20 answers"
    benchmark.pedantic(run, setup=fresh, rounds=5, warmup_rounds=1)


@pytest.mark.benchmark(group="a class of 1,000 students, each with other numbers")
def test_variants(benchmark: Any, request: pytest.FixtureRequest, memory: Path) -> None:
    if benchmark.disabled:
        pytest.skip("a thousand files are for benchmarks alone")
    folder: Path = request.getfixturevalue("homework")
    templates = (
        f"  - {{id: q{n}, template: {('one-layer', 'parameters')[n % 2]}, difficulty: 2}}\n" for n in range(1, 21)
    )
    (memory / "quiz.yaml").write_text("title: quiz\nquestions:\n" + "".join(templates))
    (memory / "secret.txt").write_text("for a benchmark, any secret that is long enough will do\n")
    (memory / "in").mkdir()
    for file in sorted((folder / "in").iterdir())[: FILES // 10]:
        shutil.copy(file, memory / "in")
    words = [sys.executable, "-m", "cnncalc", "check", str(memory / "in"), "-a", str(memory / "quiz.yaml")]
    words += ["--secret-file", str(memory / "secret.txt"), "-o", str(memory / "out")]

    def run() -> None:
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL)

    benchmark.extra_info["name"] = "cnncalc check, 1,000 files of 20 answers, other numbers for each student"
    benchmark.pedantic(run, rounds=3)
