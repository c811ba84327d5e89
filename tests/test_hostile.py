"""Files that mean harm, or look like it: refused with a clear error in bounded time and memory, or worked out."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cnncalc

SECONDS, MEGABYTES = 2, 300
HEAD = "input: 3x32x32\n"


def chain(count: int) -> str:
    """Blocks of blocks, each with the one before in it."""
    blocks = "".join(f"  b{i}: {{layers: [b{i - 1}]}}\n" for i in range(1, count))
    return f"{HEAD}blocks:\n  b0: {{layers: [relu]}}\n{blocks}layers: [b{count - 1}]\n"


def twice(count: int) -> str:
    """Blocks that hold the one before twice: 2**count layers."""
    blocks = "".join(f"  b{i}: {{layers: [b{i - 1}, b{i - 1}]}}\n" for i in range(1, count))
    return f"{HEAD}blocks:\n  b0: {{layers: [relu]}}\n{blocks}layers: [b{count - 1}]\n"


def tree(count: int) -> str:
    """Blocks that use the one before twice, never with the same argument."""
    blocks = "".join(
        f"  b{i}: {{parameters: [n], layers: [b{i - 1}: {{n: $n * 2}}, b{i - 1}: {{n: $n * 2 + 1}}]}}\n"
        for i in range(1, count)
    )
    first = "  b0: {parameters: [n], layers: [conv: {filters: $n, kernel: 1}]}\n"
    return f"{HEAD}blocks:\n{first}{blocks}layers: [b{count - 1}: {{n: 1}}]\n"


def bodies(count: int) -> str:
    """Lists of layers that double as they are handed down."""
    pair = "{repeat: $body, times: 1}"
    blocks = "".join(
        f"  b{i}: {{parameters: [body], layers: [b{i - 1}: {{body: [{pair}, {pair}]}}]}}\n" for i in range(1, count)
    )
    first = f"  b0: {{parameters: [body], layers: [{pair}]}}\n"
    return f"{HEAD}blocks:\n{first}{blocks}layers: [b{count - 1}: {{body: [relu]}}]\n"


BOMB = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{b}: &{b} [{','.join([f'*{a}'] * 10)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)

# The text, the exit status, and the rule that stderr names.
TEXTS: dict[str, tuple[str, int, str]] = {
    "alias-bomb": (BOMB, 2, "limit-exceeded"),
    "alias-chain": (
        "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}]\n" for i in range(1, 5000)),
        2,
        "limit-exceeded",
    ),
    "alias-of-itself": ("a: &a [*a]\n", 2, "syntax"),
    "deep-lists": ("[" * 200_000, 2, "limit-exceeded"),
    "deep-mappings": ("{a: " * 100_000, 2, "limit-exceeded"),
    "deep-block-lists": ("- " * 100_000, 2, "limit-exceeded"),
    "deep-keys": ("? " * 5_000, 2, "limit-exceeded"),
    "number-of-3-MB": (f"{HEAD}layers: [conv: {{filters: {'9' * 3_000_000}, kernel: 3}}]", 2, "limit-exceeded"),
    "number-past-10-to-18": (f"{HEAD}layers: [conv: {{filters: {10**18 + 1}, kernel: 3}}]", 2, "limit-exceeded"),
    "axis-past-10-to-18": ("input: 3x1000000000x1\nlayers: [upsample: {scale: 10000000000}]", 1, "limit-exceeded"),
    "million-of-a-million": (
        f"{HEAD}layers:\n- repeat: [{{repeat: [relu], times: 1000000}}]\n  times: 1000000",
        2,
        "limit-exceeded",
    ),
    "repeats-45-deep": (
        f"{HEAD}layers:\n- {'{repeat: [' * 45}relu{'], times: 1000000000000000000}' * 45}",
        2,
        "limit-exceeded",
    ),
    "named-empty-repeats": (
        f"{HEAD}layers:\n- repeat: [{{repeat: [], times: 1000000000, name: x}}]\n  times: 1000000\n- relu",
        2,
        "limit-exceeded",
    ),
    "empty-repeat": (f"{HEAD}layers:\n- repeat: []\n  times: 1000000000000000000\n- relu", 0, ""),
    "recursive-block": (f"{HEAD}blocks: {{a: {{layers: [a]}}}}\nlayers: [a]", 2, "recursive-block"),
    "mutual-blocks": (f"{HEAD}blocks: {{a: {{layers: [b]}}, b: {{layers: [a]}}}}\nlayers: [a]", 2, "recursive-block"),
    "recursive-by-default": (
        f"{HEAD}blocks: {{a: {{parameters: [body: [a]], layers: [repeat: $body, relu]}}}}\nlayers: [a]",
        2,
        "",
    ),
    "blocks-1000-deep": (chain(1000), 2, "limit-exceeded"),
    "blocks-90-deep": (chain(90), 0, ""),
    "blocks-doubling": (twice(60), 2, "limit-exceeded"),
    "blocks-all-different": (tree(40), 2, "limit-exceeded"),
    "bodies-doubling": (bodies(60), 2, "limit-exceeded"),
    "brackets-in-an-expression": (
        f"{HEAD}blocks: {{a: {{parameters: [c], layers: [conv: {{filters: {'(' * 5000}$c{')' * 5000}, kernel: 1}}]}}}}"
        "\nlayers: [a: {c: 1}]",
        2,
        "limit-exceeded",
    ),
    "nul": ("input: 3\0", 2, "syntax"),
    "escape": ("input: 3x32x32\x1b[31m", 2, "syntax"),
    "escape-in-a-name": (f'{HEAD}layers: [relu: {{name: "\\e[31mred"}}]', 2, "invalid-value"),
    "bidi-override-in-a-name": (f'{HEAD}layers: [relu: {{name: "\\u202egnp"}}]', 2, "invalid-value"),
    "markup-in-a-name": (f"{HEAD}layers: [relu: {{name: '[red]x'}}]", 0, ""),
    "name-of-1-MB": (f"{HEAD}layers: [relu: {{name: {'n' * 1_000_000}}}]", 2, "invalid-value"),
    "python-tag": ("!!python/object/apply:os.system [echo hello]", 2, "syntax"),
    "two-documents": (f"{HEAD}layers: [relu]\n---\na: 1", 2, "syntax"),
    "empty": ("", 2, "empty-network"),
    "comment": ("# nothing", 2, "empty-network"),
    "scalar": ("hello", 2, "syntax"),
    "5-MB": ("# " + "x" * 5_000_000, 2, "limit-exceeded"),
    "300000-nodes": (f"{HEAD}layers: [{'relu, ' * 300_000}]", 2, "limit-exceeded"),
    "100000-faults": (f"{HEAD}layers: [{'foo, ' * 100_000}]", 2, "unknown-type"),
    "100000-equal-keys": ("{" + "a: 1, " * 100_000 + "}", 2, "duplicate-key"),
    "a-bad-name-900000-times": (
        f"{HEAD}layers:\n- repeat: [relu: {{from: nope}}]\n  times: 900000",
        2,
        "unknown-reference",
    ),
}


def limited() -> None:
    """Bounds that end the process: generous ones, for a machine that is slow at it."""
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (60, 60))


def run(*words: str, text: bytes | None = None) -> tuple[subprocess.CompletedProcess[bytes], float, float]:
    """A run of the command: what came out, the CPU seconds and the megabytes that it took."""
    before = os.times()
    code = (
        "import resource, sys\nfrom cnncalc.cli import main\ntry: main()\nfinally:\n"
        "    print('peak', resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *words], input=text or b"", capture_output=True, timeout=120, preexec_fn=limited
    )
    after = os.times()
    seconds = after.children_user + after.children_system - before.children_user - before.children_system
    error, _, peak = done.stderr.rpartition(b"peak ")
    done.stderr = error
    return done, seconds, int(peak) / 1024


@pytest.mark.skipif(sys.platform != "linux", reason="memory is measured as Linux does")
@pytest.mark.parametrize("case", TEXTS)
def test_text(case: str, tmp_path: Path) -> None:
    text, status, rule = TEXTS[case]
    path = tmp_path / "net.yaml"
    path.write_bytes(text.encode())
    done, seconds, megabytes = run("shapes", str(path))
    assert done.returncode == status, done.stderr[:1000]
    assert rule.encode() in done.stderr
    assert b"Traceback" not in done.stderr
    assert not set(done.stdout + done.stderr) & (set(range(32)) - {10})
    if status == 2:
        assert seconds < SECONDS
        assert megabytes < MEGABYTES


def test_not_utf_8(tmp_path: Path) -> None:
    for data, place in ((b"input: 3x32x32\nlayers: [\xff]", b":2:10:"), (b"\xff\xfei\0n\0", b":1:1:")):
        (tmp_path / "net.yaml").write_bytes(data)
        done, _, _ = run("shapes", str(tmp_path / "net.yaml"))
        assert done.returncode == 2
        assert place in done.stderr


def test_a_byte_order_mark_is_no_harm(tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_bytes(b"\xef\xbb\xbfinput: 3x32x32\nlayers: [relu]")
    assert run("shapes", str(tmp_path / "net.yaml"))[0].returncode == 0


@pytest.mark.skipif(sys.platform != "linux", reason="devices and pipes as Linux has them")
@pytest.mark.parametrize("what", ["folder", "/dev/zero", "/dev/null", "pipe", "missing", "nul-in-the-name"])
def test_no_file(what: str, tmp_path: Path) -> None:
    path = {"folder": str(tmp_path), "missing": str(tmp_path / "x.yaml")}.get(what, what)
    if what == "pipe":
        path = str(tmp_path / "pipe")
        os.mkfifo(path)
    if what == "nul-in-the-name":
        with pytest.raises(cnncalc.ArchitectureError):
            cnncalc.analyze("a\0b")
        return
    done, seconds, _ = run("shapes", path)
    assert done.returncode == 2
    assert b"unreadable-file" in done.stderr
    assert seconds < SECONDS


@pytest.mark.skipif(sys.platform != "linux", reason="pipes as Linux has them")
def test_a_pipe_with_a_file_in_it() -> None:
    reader, writer = os.pipe()
    os.write(writer, b"input: 3x32x32\nlayers: [relu]")
    os.close(writer)
    done = subprocess.run(
        [sys.executable, "-m", "cnncalc", "shapes", f"/dev/fd/{reader}"], pass_fds=[reader], capture_output=True
    )
    os.close(reader)
    assert done.returncode == 0


def test_a_million_layers_come_as_a_stream(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(f"{HEAD}layers:\n- repeat: [conv: {{K: 3, F: 3, P: 1}}, relu]\n  times: 500000")
    command = [sys.executable, "-m", "cnncalc", "shapes", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        first = [process.stdout.readline() for _ in range(4)]
        running = process.poll() is None
        process.stdout.close()
        assert process.wait(timeout=120) == 0
        assert process.stderr is not None
        assert process.stderr.read() == b""
    assert b"repeat1/1/relu1" in first[3]
    assert running


WORDS = (
    "input: 3x32x32 layers: - conv: filters: kernel: 3 relu residual: branches: repeat: times: head: name: from: [ ] { "
    "} "
    "$c blocks: parameters: when: expect: output: 10 , \n \n  \n    \n   - concat: dense: units: flatten weights: x"
).split(" ")


@settings(max_examples=400)
@given(st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join) | st.text(max_size=80))
def test_nothing_breaks_the_reader(text: str) -> None:
    with suppress(cnncalc.ArchitectureError):
        cnncalc.analyze_text(text)


@settings(max_examples=300)
@given(st.sampled_from(["lenet5", "googlenet", "alexnet_grouped"]), st.data())
def test_a_broken_line_breaks_nothing(name: str, data: st.DataObject) -> None:
    from cnncalc import gallery

    path = gallery.find(name)
    assert path is not None
    lines = path.read_text(encoding="utf-8").splitlines()
    at = data.draw(st.integers(0, len(lines) - 1))
    change = data.draw(st.sampled_from(["delete", "double", "swap", "cut"]))
    if change == "delete":
        del lines[at]
    elif change == "double":
        lines.insert(at, lines[at])
    elif change == "swap":
        lines[at], lines[at - 1] = lines[at - 1], lines[at]
    else:
        lines[at] = lines[at][: data.draw(st.integers(0, len(lines[at])))]
    with suppress(cnncalc.ArchitectureError):
        cnncalc.analyze_text("\n".join(lines))
