"""What may be changed about one layer: other values for one of its parameters, a few around what it has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from cnncalc import window
from cnncalc.analysis import Layer
from cnncalc.layers import Layer as LayerType
from cnncalc.layers.sliding import Sliding
from cnncalc.values import SIDES, Shape

ORDER = (
    "padding",
    "output_padding",
    "together",
    "rounding",
    "stride",
    "kernel",
    "size",
    "scale",
    "output",
    "filters",
    "units",
)
"""The parameters, those whose change is the smallest edit first; ``together`` is the same padding on several layers."""

NEAR = 2
"""How far from a stride, a kernel or a padding others are tried."""


class Option(NamedTuple):
    """Another value for a parameter, as a file would have it. ``style`` is 0 for one number, more for longer values."""

    parameter: str
    value: Any
    style: int
    distance: int


def options(layer: Layer, wanted: Shape, wrong: Sequence[int]) -> Iterator[Option]:
    """The values to try for a layer whose way should end in the shape ``wanted``; on the axes ``wrong`` it does not."""
    settings = layer.facts.layer
    if settings is None:
        return
    axes = [axis - 1 for axis in wrong if axis]
    if axes:
        yield from _paddings(layer, settings, axes)
        yield from _numbers(settings, "output_padding", axes, 0)
        if isinstance(settings, Sliding):
            yield from (Option("rounding", word, 0, 1) for word in ("floor", "ceil") if word != settings.rounding)
        if hasattr(settings, "kernel"):
            yield from _numbers(settings, "stride", axes, 1)
            yield from _numbers(settings, "kernel", axes, 1)
        yield from _numbers(settings, "scale", axes, 1)
        spatial = wanted[1:]
        for name in ("size", "output"):
            now = getattr(settings, name, None) if name in settings.parameters else None
            if now is not None and None not in spatial and now != spatial:
                yield Option(name, _short(spatial), 0, sum(abs(a - b) for a, b in zip(now, spatial) if b is not None))
    for name in ("filters", "units"):
        if 0 in wrong and name in settings.parameters and wanted[0] is not None:
            yield Option(name, wanted[0], 0, abs(wanted[0] - getattr(settings, name)))


def extents(settings: LayerType) -> list[int] | None:
    """A window's extent on each axis, the holes of a dilation counted; None for a layer without a window."""
    kernel = getattr(settings, "kernel", None)
    if kernel is None:
        return None
    return [window.effective_kernel(f, d) for f, d in zip(kernel, getattr(settings, "dilation", (1,) * len(kernel)))]


def _paddings(layer: Layer, settings: LayerType, axes: list[int]) -> Iterator[Option]:
    """At most half a window, as the pools of frameworks have it; and the sides of a window of even extent."""
    pads, reach = layer.facts.padding, extents(settings)
    if "padding" not in settings.parameters or pads is None:
        return
    now = [pair for pair in pads if pair is not None]
    if len(now) < settings.rank:
        return
    most = [f // 2 for f in reach] if reach is not None else [max(pair) + NEAR for pair in now]
    near = {p + d for pair in now for p in pair for d in range(-NEAR, NEAR + 1)} | {m - d for m in most for d in (0, 1)}
    for p in sorted(near):
        pairs = [(p, p)] * settings.rank
        if 0 <= p <= min(most):
            yield Option("padding", p, 0, _distance(pairs, now))
        partly = [(p, p) if axis in axes else pair for axis, pair in enumerate(now)]
        if 0 <= p <= min(most[axis] for axis in axes) and all(before == after for before, after in partly):
            yield Option("padding", tuple(before for before, _ in partly), 2, _distance(partly, now))
    if reach is None:
        return
    if getattr(settings, "padding", None) != "same":
        yield Option("padding", "same", 1, 1)
    halves = tuple((f - 1) // 2 for f in reach)
    yield Option("padding", halves, 2, _distance([(p, p) for p in halves], now))
    if settings.rank in SIDES:
        for less in (0, 1):  # where the odd pixel goes: behind, or before
            pairs = [((f - less) // 2, (f - 1 + less) // 2) if f > 1 else (0, 0) for f in reach]
            pairs = [(min(pair), max(pair)) if less else (max(pair), min(pair)) for pair in pairs]
            sides = {name: p for names, pair in zip(SIDES[settings.rank], pairs) for name, p in zip(names, pair)}
            yield Option("padding", sides, 3, _distance(pairs, now))


def _distance(one: Iterable[tuple[int, int]], other: Iterable[tuple[int, int]]) -> int:
    return sum(abs(a - c) + abs(b - d) for (a, b), (c, d) in zip(one, other))


def _numbers(settings: LayerType, name: str, axes: list[int], least: int) -> Iterator[Option]:
    """Sizes near a parameter's own, for all axes or for those alone that are wrong."""
    now = getattr(settings, name, None) if name in settings.parameters else None
    if not isinstance(now, tuple):
        return
    near = {value + d for value in now for d in range(-NEAR, NEAR + 1) if d}
    if name == "kernel" and isinstance(settings, Sliding) and settings.padding != "same":
        near |= {2 * before + 1 for before, after in settings.padding if before == after > 0}
    for value in sorted(near):
        if value < least:
            continue
        for style, changed in enumerate(
            (
                (value,) * len(now),
                tuple(value if axis in axes else old for axis, old in enumerate(now)),
            )
        ):
            if changed != now and _sensible(settings, name, changed):
                yield Option(name, _short(changed), style, sum(abs(a - b) for a, b in zip(changed, now)))


def _sensible(settings: LayerType, name: str, value: tuple[int, ...]) -> bool:
    """Whether a stride leaves no pixel out, but for 1×1 windows, which are there for that."""
    if name != "stride":
        return True
    reach = extents(settings) or []
    return all(s <= max(2, f) or f == 1 for s, f in zip(value, reach))


def _short(sizes: Sequence[int | None]) -> Any:
    """One number where all axes have the same."""
    return sizes[0] if len(set(sizes)) == 1 else tuple(sizes)


def written(value: Any) -> str:
    """A value as a file has it: ``1``, ``1x0``, ``same``, ``{top: 0, bottom: 1}``."""
    if isinstance(value, tuple):
        return "x".join(map(str, value))
    if isinstance(value, dict):
        return "{" + ", ".join(f"{side}: {p}" for side, p in value.items()) + "}"
    return str(value)
