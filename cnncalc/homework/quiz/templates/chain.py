"""Several layers one after another, and a question about one of the last."""

from __future__ import annotations

from collections import Counter
from typing import Any

from cnncalc.homework.quiz.draws import Draws
from cnncalc.homework.quiz.templates.declaration import Drawn, Order, Template
from cnncalc.homework.quiz.templates.pieces import FILTERS, UNITS, WEIGHED, Map, Win
from cnncalc.language import t

_SIZES = (28, 29, 31, 32, 35, 36, 40, 44, 47, 48, 50, 56, 57, 60, 63, 64, 67, 71, 72, 80, 96, 100, 112, 128)
_LARGE = (147, 149, 160, 192, 224, 225, 227, 256)

_FIRST = (Win(3, 1, 1), Win(3), Win(5, 1, 2), Win(5), Win(7, 2, 3), Win(5, 2), Win(3, 2), Win(7, 2), Win(5, 2, 2))
_POOLS = (Win(2, 2), Win(2, 2), Win(3, 2), Win(3, 3))
_CONVS = (*_FIRST, Win(3, 1, 1), Win(3), Win(5, 1, 2))
_DILATED = (Win(3, 1, 0, 2), Win(3, 1, 2, 2), Win(5, 1, 0, 2), Win(3, 2, 0, 2), Win(3, 1, 3, 3), Win(3, 1, 0, 3))
_LAST_CONVS = (Win(3), Win(5), Win(5, 1, 2), Win(7, 1, 3), Win(3, 2), Win(5, 2), Win(4, 2), Win(7, 2, 3), Win(7, 3))
_LAST_POOLS = (Win(3, 2), Win(3, 3), Win(4, 4), Win(4, 2), Win(5, 2))


class _Stack:
    """The layers so far, and the map that leaves them. ``dead`` once a layer did not fit."""

    def __init__(self, draws: Draws, order: Order, map: Map) -> None:
        self.draws = draws
        self.order = order
        self.map = map
        self.layers: list[Any] = []
        self.names: Counter[str] = Counter()
        self.dead = False

    def add(self, type: str, **settings: Any) -> str:
        """Add a layer; returns what the reader calls it."""
        self.layers.append({type: settings} if settings else type)
        self.names[type] += 1
        return f"{type}{self.names[type]}"

    def window(self, type: str, wins: tuple[Win, ...]) -> str:
        """Add one of the windows that fit, as a convolution or a pool."""
        map, whole = self.map, self.order.whole
        fitting = [win for win in wins if map.fits(win, whole) and 2 * win.padding <= max(map.height, map.width)]
        if not fitting:
            self.dead = True
            return ""
        win = self.draws.choice(fitting)
        settings: dict[str, Any] = win.settings()
        if not win.padding:
            del settings["P"]
        if win.stride == 1 and type == "conv":
            del settings["S"]
        channels = map.channels
        if type == "conv":
            channels = self.draws.choice(FILTERS)
            settings = {"K": channels, **settings}
        if not whole:
            settings["rounding"] = "floor"
        self.map = map.through(win, channels)
        return self.add(type, **settings)

    def conv(self, wins: tuple[Win, ...]) -> str:
        return self.window("conv", wins)

    def pool(self, wins: tuple[Win, ...] = _POOLS) -> str:
        return self.window(self.draws.choice(("max_pool", "max_pool", "avg_pool")), wins)

    def activation(self) -> None:
        """What comes behind a convolution, and changes no shape."""
        if self.order.difficulty >= 4 and self.draws.chance(1, 3):
            self.add("batch_norm")
        self.add("relu")


def _draw(draws: Draws, order: Order) -> Drawn:
    level = order.difficulty
    height = width = draws.choice(_SIZES if level < 4 else _SIZES + _LARGE)
    if level == 5 and draws.chance(1, 3):
        width = draws.choice(_SIZES)
    image = Map(draws.choice((1, 3, 3)), height, width)
    stack = _Stack(draws, order, image)
    _trunk(stack, level)
    name = "" if stack.dead else _last(stack, order)
    return None if stack.dead else {"input": image.text, "layers": stack.layers, "layer": name}


def _trunk(stack: _Stack, level: int) -> None:
    """What comes before the layers that may be asked about: more with the difficulty."""
    draws = stack.draws
    stack.conv(_FIRST)
    stack.activation()
    for _ in range((0, 1, 1, 1, 2)[level - 1]):
        if stack.dead:
            return
        stack.pool()
        if level >= 3 and not stack.dead:
            stack.conv(_DILATED if level >= 4 and draws.chance(1, 3) else _CONVS)
            stack.activation()


def _last(stack: _Stack, order: Order) -> str:
    """The layers that end it; returns the name of the one that is asked about."""
    draws, ask, level = stack.draws, order.ask, order.difficulty
    if ask in WEIGHED and level >= 3 and draws.chance(1, 2):
        stack.pool()
        stack.add("flatten")
        return stack.add("dense", units=draws.choice(UNITS))
    if ask == "output" and level >= 3 and draws.chance(1, 4):
        stack.pool()
        return stack.add("flatten")
    if ask in ("output", "activations") and draws.chance(1, 3):
        return stack.pool(_LAST_POOLS)
    if ask == "effective_stride":
        return stack.pool() if draws.chance(1, 2) else stack.conv((Win(3, 2), Win(5, 2), Win(4, 2), Win(7, 3)))
    dilated = level >= 4 and draws.chance(1, 3)
    return stack.conv(_DILATED if dilated else _LAST_CONVS)


CHAIN = Template(
    name="chain",
    about=lambda: t("several layers one after another"),
    asks={
        1: ("output",),
        2: ("output", "params"),
        3: ("output", "params", "receptive_field"),
        4: ("output", "params", "receptive_field", "macs"),
        5: ("output", "params", "receptive_field", "effective_stride", "macs"),
    },
    others=("weights", "activations", "flops", "memory"),
    draw=_draw,
)
