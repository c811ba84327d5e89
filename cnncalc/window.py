"""The arithmetic of a sliding window along one axis. Each formula of cnncalc about windows stands here, once.

Letters, as in the lecture: I input, O output, F kernel, S stride, P padding, D dilation; all in pixels.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Rounding = Literal["strict", "floor", "ceil"]


def effective_kernel(kernel: int, dilation: int) -> int:
    """F' = D·(F − 1) + 1: the pixels from a dilated window's first to its last (Dumoulin & Visin 2016, section 5.1)."""
    return dilation * (kernel - 1) + 1


class Fit(NamedTuple):
    """How a window fits an axis: the positions that it takes, and what the division left over.

    ``output`` below 1 means that the window is larger than the padded input.
    """

    output: int
    remainder: int


def fit(size: int, kernel: int, stride: int, before: int, after: int, rounding: Rounding) -> Fit:
    """O = (I − F' + P_before + P_after)/S + 1, with the division rounded as asked; ``strict`` rounds down too.

    Under ``ceil`` the last window must start inside the input or its left padding, as PyTorch and ONNX have it:
    one less where (O − 1)·S ≥ I + P_before.
    """
    steps, remainder = divmod(size - kernel + before + after, stride)
    if rounding == "ceil":
        steps += remainder > 0
        steps -= steps * stride >= size + before
    return Fit(steps + 1, remainder)


def same_padding(size: int, kernel: int, stride: int) -> tuple[int, int]:
    """The padding that gives ⌈I/S⌉, the odd pixel after, as TensorFlow's ``SAME`` has it."""
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


def transposed_output(size: int, kernel: int, stride: int, before: int, after: int, extra: int) -> int:
    """O = S·(I − 1) + F' − P_before − P_after + P_out (Dumoulin & Visin 2016, relationship 14)."""
    return stride * (size - 1) + kernel - before - after + extra


def transposed_same_padding(kernel: int, stride: int) -> tuple[int, int]:
    """The padding that a transposed ``same`` takes away to give I·S: that of the convolution it reverses."""
    total = max(kernel - stride, 0)
    return total // 2, total - total // 2


def unread(size: int, kernel: int, stride: int, before: int, output: int) -> int:
    """How many of the input's pixels along the axis lie in no window (left over at the end, or between windows)."""

    def covered(position: int) -> int:
        """How many positions below this one, counted from the first window's start, lie in a window."""
        if position <= 0:
            return 0
        if stride <= kernel:
            return min(position, (output - 1) * stride + kernel)
        whole, part = divmod(position, stride)
        return output * kernel if whole >= output else whole * kernel + min(part, kernel)

    return size - (covered(size + before) - covered(before))


SEARCHED = 16
"""How far from a setting its neighbours are searched for one that fits."""


def nearest_fits(size: int, kernel: int, stride: int, padding: int, dilation: int) -> dict[str, list[int]]:
    """For a window that leaves a remainder: the nearest padding, kernel, stride and input size that leave none.

    Each is changed alone; at most two of each, the nearest first. A padding stays below the effective kernel.
    """

    def fits(i: int = size, f: int = kernel, s: int = stride, p: int = padding) -> bool:
        window = effective_kernel(f, dilation)
        found = fit(i, window, s, p, p, "strict")
        return found.remainder == 0 and found.output >= 1 and p < window

    remainder = fit(size, effective_kernel(kernel, dilation), stride, padding, padding, "strict").remainder
    candidates = {
        "padding": [p for p in _neighbours(padding, 0) if fits(p=p)],
        "kernel": [f for f in _neighbours(kernel, 1) if fits(f=f)],
        "stride": [s for s in _neighbours(stride, 1) if fits(s=s)],
        "input": [i for i in (size - remainder, size - remainder + stride) if i >= 1 and fits(i=i)],
    }
    return {name: found[:2] for name, found in candidates.items() if found}


def _neighbours(value: int, least: int) -> list[int]:
    near = range(max(least, value - SEARCHED), value + SEARCHED + 1)
    return sorted((v for v in near if v != value), key=lambda v: abs(v - value))
