"""How many parameters a layer has."""

from __future__ import annotations

from typing import Any

from cnncalc.homework.quiz.draws import Draws
from cnncalc.homework.quiz.templates.declaration import Body, Drawn, Order, Template
from cnncalc.homework.quiz.templates.pieces import (
    CHANNELS,
    FILTERS,
    LARGE,
    LOW,
    SMALL,
    UNITS,
    Map,
    divisors,
    draw_channels,
)
from cnncalc.language import t


def _square(draws: Draws, order: Order) -> Map:
    size = draws.choice(SMALL if order.difficulty < 3 else SMALL + LARGE)
    return Map(draw_channels(draws, size), size, size)


def _kernel(draws: Draws, *more: int) -> dict[str, int]:
    """An odd kernel that keeps the size; 1 where it is among ``more``."""
    kernel = draws.choice((3, 3, 5, 7, *more))
    return {"F": kernel, "P": kernel // 2}


def _body(map: Map, type: str, settings: dict[str, Any]) -> Body:
    return {"input": map.text, "layer": {type: settings}}


def _conv(draws: Draws, order: Order) -> Drawn:
    return _body(_square(draws, order), "conv", {"K": draws.choice(FILTERS), **_kernel(draws, 11)})


def _unbiased(draws: Draws, order: Order) -> Drawn:
    settings = {"K": draws.choice(FILTERS), **_kernel(draws), "bias": False}
    return _body(_square(draws, order), "conv", settings)


def _dense(draws: Draws, order: Order) -> Drawn:
    return {"input": str(draws.choice(UNITS)), "layer": {"dense": {"units": draws.choice(UNITS)}}}


def _dense_on_map(draws: Draws, order: Order) -> Drawn:
    """A dense layer, whose flatten the question leaves to the student."""
    size = draws.choice((*LOW, 28, 32, 64))
    return _body(Map(draw_channels(draws, size), size, size), "dense", {"units": draws.choice(UNITS)})


def _norm(draws: Draws, order: Order) -> Drawn:
    return {"input": _square(draws, order)._replace(channels=draws.choice(FILTERS)).text, "layer": {"batch_norm": {}}}


def _grouped(draws: Draws, order: Order) -> Drawn:
    groups, channels, filters = divisors(draws, order)
    settings: dict[str, Any] = {"K": filters, **_kernel(draws), "G": groups}
    if order.difficulty == 5 and draws.chance(1, 2):
        settings["bias"] = False
    return _body(_square(draws, order)._replace(channels=channels), "conv", settings)


def _depthwise(draws: Draws, order: Order) -> Drawn:
    settings = {**_kernel(draws), "multiplier": draws.choice((1, 1, 2, 3))}
    if settings["multiplier"] == 1:
        del settings["multiplier"]
    return _body(_square(draws, order)._replace(channels=draws.choice(CHANNELS)), "depthwise_conv", settings)


def _separable(draws: Draws, order: Order) -> Drawn:
    settings = {"K": draws.choice(FILTERS), **_kernel(draws)}
    return _body(_square(draws, order)._replace(channels=draws.choice(CHANNELS)), "separable_conv", settings)


def _transposed(draws: Draws, order: Order) -> Drawn:
    kernel, stride = draws.choice(((2, 2), (3, 2), (4, 2), (5, 2), (6, 3)))
    settings = {"K": draws.choice(FILTERS), "F": kernel, "S": stride}
    size = draws.choice(LOW)
    return _body(Map(draws.choice(CHANNELS), size, size), "transposed_conv", settings)


def _oblong(draws: Draws, order: Order) -> Drawn:
    long = draws.choice((3, 5, 7))
    kernel = draws.choice((f"1x{long}", f"{long}x1"))
    return _body(_square(draws, order), "conv", {"K": draws.choice(FILTERS), "F": kernel})


def _behind_pool(draws: Draws, order: Order) -> Drawn:
    """A dense layer behind a pool and a flatten: which map is it that is laid out?"""
    size = draws.choice((6, 8, 10, 12, 14, 16, 20, 24, 28, 32))
    map = Map(draw_channels(draws, size), size, size)
    layers: list[Any] = [{"max_pool": {"F": 2}}, "flatten", {"dense": {"units": draws.choice(UNITS)}}]
    if order.difficulty == 5:
        layers.insert(0, {"conv": {"K": draws.choice(FILTERS), "F": 3, "P": 1}})
        layers.insert(1, "relu")
    return {"input": map.text, "layers": layers, "layer": "dense1"}


_KINDS = {
    1: (_conv, _conv, _dense),
    2: (_conv, _unbiased, _dense_on_map),
    3: (_unbiased, _dense_on_map, _norm, _grouped),
    4: (_grouped, _depthwise, _separable, _behind_pool),
    5: (_grouped, _separable, _transposed, _oblong, _behind_pool),
}


def _draw(draws: Draws, order: Order) -> Drawn:
    return draws.choice(_KINDS[order.difficulty])(draws, order)


PARAMETERS = Template(
    name="parameters",
    about=lambda: t("how many parameters a layer has"),
    asks={1: ("params",), 2: ("params",), 3: ("params",), 4: ("params", "weights"), 5: ("params", "weights")},
    others=("weights",),
    draw=_draw,
)
