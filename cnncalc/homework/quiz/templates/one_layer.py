"""One layer and what goes into it."""

from __future__ import annotations

from typing import Any

from cnncalc.homework.quiz.draws import Draws
from cnncalc.homework.quiz.templates.declaration import Body, Drawn, Order, Template
from cnncalc.homework.quiz.templates.pieces import (
    COUNTED,
    FILTERS,
    LOW,
    WEIGHED,
    Map,
    Win,
    divisors,
    draw_channels,
    draw_map,
    draw_padding,
    draw_window,
    rounded,
)
from cnncalc.language import t


def _body(map: Map, type: str, settings: dict[str, Any]) -> Body:
    return {"input": map.text, "layer": {type: settings}}


def _conv(draws: Draws, order: Order) -> Drawn:
    win = draw_window(draws, order)
    map = draw_map(draws, order, win)
    settings = {"K": draws.choice(FILTERS), **win.settings()}
    return map and _body(map, "conv", rounded(draws, order, settings))


def _pool(draws: Draws, order: Order) -> Drawn:
    # Windows of 2 moved by 2 are not among them: without the + 1, and with the stride divided too early, these give
    # one size.
    wins = [Win(3, 2), Win(3, 3), Win(4, 4), Win(5, 5)]
    if order.difficulty > 1:
        wins += [Win(3, 2), Win(4, 2), Win(5, 2), Win(5, 3), Win(5, 4), Win(7, 2)]
    win = draws.choice(wins)
    map = draw_map(draws, order, win)
    type = draws.choice(("max_pool", "max_pool", "avg_pool"))
    return map and _body(map, type, rounded(draws, order, win.settings()))


def _depthwise(draws: Draws, order: Order) -> Drawn:
    win = draw_window(draws, order)
    map = draw_map(draws, order, win)
    settings = {"multiplier": draws.choice((2, 2, 3, 4)), **win.settings()}
    return map and _body(map, "depthwise_conv", {**settings, **({} if order.whole else {"rounding": "floor"})})


def _grouped(draws: Draws, order: Order) -> Drawn:
    win = draw_window(draws, order)
    map = draw_map(draws, order, win)
    groups, channels, filters = divisors(draws, order)
    settings = {"K": filters, **win.settings(), "G": groups}
    return map and _body(map._replace(channels=channels), "conv", rounded(draws, order, settings))


def _oblong(draws: Draws, order: Order) -> Drawn:
    """A kernel of one row, or of one column, as Inception's later versions have them."""
    long = draws.choice((3, 5, 7))
    wins = [Win(1), Win(long)]
    if draws.chance(1, 2):
        wins.reverse()
    padding = [draw_padding(draws, order, win.kernel, 1) for win in wins]
    map = draw_map(draws, order, Win(long, 1, max(padding)))
    settings = {"K": draws.choice(FILTERS), "F": f"{wins[0].kernel}x{wins[1].kernel}", "S": 1}
    if any(padding):
        settings["P"] = "x".join(str(pad if win.kernel > 1 else 0) for pad, win in zip(padding, wins))
    return map and _body(map, "conv", settings)


def _transposed(draws: Draws, order: Order) -> Drawn:
    """A transposed convolution, which always fits."""
    kernel, stride = draws.choice(((2, 2), (3, 2), (4, 2), (5, 2), (5, 3), (6, 2), (6, 3), (8, 4), (7, 3), (4, 4)))
    settings = {"K": draws.choice(FILTERS), "F": kernel, "S": stride, "P": draws.below((kernel + 1) // 2)}
    if draws.chance(1, 3):
        settings["output_padding"] = 1
    height = width = draws.choice(LOW)
    if draws.chance(1, 2):
        width = draws.choice(LOW)
    return _body(Map(draw_channels(draws, 1), height, width), "transposed_conv", settings)


_KINDS = {
    1: (_conv, _conv, _pool),
    2: (_conv, _conv, _pool),
    3: (_conv, _conv, _pool),
    4: (_conv, _pool, _depthwise, _grouped),
    5: (_conv, _depthwise, _grouped, _oblong, _transposed),
}


def _draw(draws: Draws, order: Order) -> Drawn:
    kinds = _KINDS[order.difficulty]
    if order.ask in WEIGHED | COUNTED:
        kinds = tuple(kind for kind in kinds if kind is not _pool)
    return draws.choice(kinds)(draws, order)


ONE_LAYER = Template(
    name="one-layer",
    about=lambda: t("one layer: what leaves it, and what it costs"),
    asks={
        1: ("output",),
        2: ("output", "activations"),
        3: ("output", "activations", "macs"),
        4: ("output", "macs", "flops"),
        5: ("output", "macs", "flops"),
    },
    others=("params", "weights", "memory"),
    draw=_draw,
)
