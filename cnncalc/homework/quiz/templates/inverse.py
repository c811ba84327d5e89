"""A layer of which a setting is left out, and the output that it has to have."""

from __future__ import annotations

from typing import Any

from cnncalc import window
from cnncalc.homework.quiz.draws import Draws
from cnncalc.homework.quiz.templates.declaration import Drawn, Order, Template
from cnncalc.homework.quiz.templates.pieces import FILTERS, LOW, Map, Win, draw_channels, draw_map
from cnncalc.language import t

_LETTERS = {"kernel": "F", "stride": "S", "padding": "P", "filters": "K"}


_KERNELS = {1: (3, 5, 7, 9), 2: (3, 4, 5, 6, 7)}
_STRIDES = {1: (1,), 2: (1, 2, 2)}


def _window(draws: Draws, order: Order) -> Win:
    level, ask = order.difficulty, order.ask
    kernel = draws.choice(_KERNELS.get(level, (2, 3, 4, 5, 6, 7, 8, 9, 11)))
    if ask == "stride":  # a stride of 1 is a guess
        stride = draws.choice((2, 3) if level == 1 else (2, 3, 4, 5))
    else:
        stride = draws.choice(_STRIDES.get(level, (1, 2, 2, 3, 4)))
    if ask == "padding":
        padding = 1 + draws.below(max(1, kernel // 2))
    else:
        padding = draws.choice((0, (kernel - 1) // 2) if level < 3 else (0, 0, 1, 2, 3))
    dilation = draws.choice((1, 2, 2, 3)) if level >= 4 and kernel <= 5 else 1
    return Win(kernel, stride, min(padding, kernel // 2), dilation)


def _layer(draws: Draws, order: Order) -> Drawn:
    """A convolution or a pool. Its window leaves no remainder, and is told not to, so that one answer is right."""
    win = _window(draws, order)
    map = draw_map(draws, order._replace(whole=True), win)
    if map is None:
        return None
    pool = order.ask != "filters" and win.dilation == 1 and win.kernel <= 5 and draws.chance(1, 3)
    settings: dict[str, Any] = win.settings()
    filters = map.channels if pool else draws.choice(FILTERS)
    if not pool:
        settings = {"K": filters, **settings}
    output = map.through(win, filters)
    del settings[_LETTERS[order.ask]]
    if order.rounding != "strict":
        settings["rounding"] = "strict"
    return {"input": map.text, "layer": {"max_pool" if pool else "conv": settings}, "output": output.text}


def _transposed(draws: Draws, order: Order) -> Drawn:
    """The formula the other way round."""
    kernel, stride = draws.choice(((2, 2), (3, 2), (4, 2), (5, 2), (5, 3), (6, 2), (6, 3), (8, 4), (7, 3), (4, 3)))
    padding = draws.below((kernel + 1) // 2)
    size, filters = draws.choice(LOW), draws.choice(FILTERS)
    side = window.transposed_output(size, kernel, stride, padding, padding, 0)
    settings = {"K": filters, "F": kernel, "S": stride, "P": padding}
    del settings[_LETTERS[order.ask]]
    map = Map(draw_channels(draws, 1), size, size)
    return {"input": map.text, "layer": {"transposed_conv": settings}, "output": Map(filters, side, side).text}


def _draw(draws: Draws, order: Order) -> Drawn:
    if order.difficulty == 5 and draws.chance(1, 4):
        return _transposed(draws, order)
    return _layer(draws, order)


INVERSE = Template(
    name="inverse",
    about=lambda: t("which setting gives an output"),
    asks={
        1: ("padding", "kernel", "filters"),
        2: ("padding", "kernel", "stride"),
        3: ("padding", "kernel", "stride"),
        4: ("padding", "kernel", "stride"),
        5: ("padding", "kernel", "stride"),
    },
    others=("filters",),
    draw=_draw,
)
