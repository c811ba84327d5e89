"""Paths that part and come together: beside each other as in Inception, or added as in residual networks."""

from __future__ import annotations

from typing import Any, Union

from cnncalc.homework.quiz.draws import Draws
from cnncalc.homework.quiz.templates.declaration import Body, Drawn, Order, Template
from cnncalc.homework.quiz.templates.pieces import COUNTED, WEIGHED, Map, Win
from cnncalc.language import t

_SIZES = (7, 8, 13, 14, 15, 16, 17, 20, 24, 27, 28, 32, 35, 40, 48, 56, 57, 64)
_CHANNELS = (16, 24, 32, 48, 64, 72, 80, 96, 112, 128, 144, 160, 192, 224, 256, 288, 320, 384, 480, 512)
_WIDTHS = (8, 12, 16, 20, 24, 32, 36, 40, 48, 56, 60, 64, 72, 80, 96, 112, 128, 144, 160, 192, 208, 224, 256)
_NARROW = (4, 6, 8, 12, 16, 20, 24, 28, 32, 36, 40, 48)
_NAME = "mixed"

Kind = Union[tuple[Body, tuple[str, ...]], None]
"""A question without what it asks about, and the layers with weights that it may ask about; None as for `Drawn`."""


def _conv(filters: int, kernel: int, stride: int = 1, padding: int | None = None, **settings: Any) -> dict[str, Any]:
    """A convolution that keeps the size, unless a stride or a padding is given."""
    pad = kernel // 2 if padding is None else padding
    given: dict[str, Any] = {"K": filters, "F": kernel}
    given |= {"S": stride} if stride > 1 else {}
    given |= {"P": pad} if pad else {}
    return {"conv": {**given, **settings}}


def _map(draws: Draws) -> Map:
    size = draws.choice(_SIZES)
    return Map(draws.choice(_CHANNELS), size, size)


def _concat(draws: Draws, order: Order, paths: dict[str, list[Any]], *asked: str) -> Kind:
    """Paths that keep the size. What they see of an image only differs where something comes before them."""
    map = _map(draws)
    before: tuple[Any, ...] = ()
    if order.ask == "receptive_field":
        stem = _stem(draws, map)
        if stem is None:
            return None
        before = stem[0]
    return _joined(map, paths, before), asked


def _joined(map: Map, paths: dict[str, list[Any]], before: tuple[Any, ...] = ()) -> Body:
    return {"input": map.text, "layers": [*before, {"branches": paths, "merge": "concat", "name": _NAME}]}


def _added(map: Map, path: list[Any], shortcut: list[Any] | None = None, before: tuple[Any, ...] = ()) -> Body:
    block: dict[str, Any] = {"residual": path, "name": _NAME}
    if shortcut:
        block["shortcut"] = shortcut
    return {"input": map.text, "layers": [*before, block]}


# The kinds


def _two_paths(draws: Draws, order: Order) -> Kind:
    kernel = draws.choice((3, 5))
    paths = {
        "1x1": [_conv(draws.choice(_WIDTHS), 1)],
        f"{kernel}x{kernel}": [_conv(draws.choice(_WIDTHS), kernel)],
    }
    return _concat(draws, order, paths, f"{kernel}x{kernel}/conv1")


def _naive_inception(draws: Draws, order: Order) -> Kind:
    """Szegedy et al. 2014, figure 2(a)."""
    paths = {f"{kernel}x{kernel}": [_conv(draws.choice(_WIDTHS), kernel)] for kernel in (1, 3, 5)}
    paths["pool"] = [{"max_pool": {"F": 3, "S": 1, "P": 1}}]
    return _concat(draws, order, paths, "3x3/conv1", "5x5/conv1")


def _inception(draws: Draws, order: Order) -> Kind:
    """With reductions: Szegedy et al. 2014, figure 2(b)."""
    paths: dict[str, list[Any]] = {"1x1": [_conv(draws.choice(_WIDTHS), 1)]}
    for kernel in (3, 5):
        narrow = draws.choice(_NARROW)
        paths[f"{kernel}x{kernel}"] = [_conv(narrow, 1), "relu", _conv(draws.choice(_WIDTHS), kernel)]
    paths["pool"] = [{"max_pool": {"F": 3, "S": 1, "P": 1}}, _conv(draws.choice(_NARROW), 1)]
    return _concat(draws, order, paths, "3x3/conv2", "5x5/conv2")


def _stem(draws: Draws, map: Map) -> tuple[tuple[Any, ...], Map] | None:
    """A convolution before the block, and the map that it leaves."""
    fitting = [win for win in (Win(3, 2), Win(5, 2), Win(4, 2), Win(7, 3)) if map.fits(win, whole=True)]
    if not fitting:
        return None
    win, filters = draws.choice(fitting), draws.choice(_WIDTHS)
    return (_conv(filters, win.kernel, win.stride, 0), "relu"), map.through(win, filters)


def _basic(draws: Draws, order: Order) -> Kind:
    """He et al. 2015, figure 5, left: two convolutions, and the input added to them."""
    map = _map(draws)
    stem = _stem(draws, map)
    if stem is None:
        return None
    before, inner = stem
    kernel = draws.choice((3, 3, 5))
    width = draws.choice(_WIDTHS)
    path = [_conv(width, kernel), "relu", _conv(inner.channels, kernel)]
    return _added(map, path, before=before), ("conv1", "conv2")


def _bottleneck(draws: Draws, order: Order) -> Kind:
    """He et al. 2015, figure 5, right."""
    map = _map(draws)
    stem = _stem(draws, map)
    if stem is None:
        return None
    before, inner = stem
    narrow = max(2, inner.channels // draws.choice((2, 4)))
    path = [_conv(narrow, 1), "relu", _conv(narrow, 3), "relu", _conv(inner.channels, 1)]
    return _added(map, path, before=before), ("conv2", "conv3")


def _projected(draws: Draws, order: Order) -> Kind:
    """The first block of a stage: the map is halved on both paths, the channels change."""
    filters, size = draws.choice(_WIDTHS), draws.choice([size for size in _SIZES if size % 2])
    map = Map(draws.choice(_CHANNELS), size, size)
    path = [_conv(filters, 3, 2), "relu", _conv(filters, 3)]
    return _added(map, path, [_conv(filters, 1, 2)]), ("conv1", "conv2", "shortcut/conv1")


def _reduction(draws: Draws, order: Order) -> Kind:
    """Szegedy et al. 2015, figure 10: convolution and pool halve the map beside each other."""
    size = draws.choice([size for size in _SIZES if size % 2])
    narrow = draws.choice(_NARROW)
    paths: dict[str, list[Any]] = {
        "3x3": [_conv(narrow, 1), "relu", _conv(draws.choice(_WIDTHS), 3, 2, 0)],
        "double": [_conv(narrow, 1), "relu", _conv(draws.choice(_WIDTHS), 3), "relu", _conv(narrow * 2, 3, 2, 0)],
        "pool": [{"max_pool": {"F": 3, "S": 2}}],
    }
    map = Map(draws.choice(_CHANNELS), size, size)
    return _joined(map, paths), ("3x3/conv2", "double/conv2", "double/conv3")


_KINDS = {
    1: (_two_paths,),
    2: (_two_paths, _naive_inception),
    3: (_naive_inception, _inception),
    4: (_inception, _basic, _bottleneck),
    5: (_bottleneck, _projected, _reduction),
}


def _draw(draws: Draws, order: Order) -> Drawn:
    drawn = draws.choice(_KINDS[order.difficulty])(draws, order)
    if drawn is None:
        return None
    body, layers = drawn
    inner = order.ask in WEIGHED | COUNTED
    return {**body, "layer": f"{_NAME}/{draws.choice(layers)}" if inner else _NAME}


BRANCHES = Template(
    name="branches",
    about=lambda: t("paths that part and come together, as in Inception and residual networks"),
    asks={
        1: ("output",),
        2: ("output", "params"),
        3: ("output", "params"),
        4: ("output", "params", "receptive_field"),
        5: ("output", "params", "receptive_field", "macs"),
    },
    others=("weights", "activations", "flops"),
    draw=_draw,
)
