"""How many filters, or units, a budget pays for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cnncalc.analysis import Analysis, Layer
from cnncalc.api import Inputs, analyze_layer
from cnncalc.diagnostics import Diagnostic, Fault, Span
from cnncalc.language import t
from cnncalc.text import listing
from cnncalc.tree import Scalar
from cnncalc.values import LIMIT, read_whole

UNITS = {
    "conv": "filters",
    "depthwise_conv": "multiplier",
    "separable_conv": "filters",
    "transposed_conv": "filters",
    "dense": "units",
}
"""The layer types that have weights to pay for, and the parameter that says how many."""

BUDGETS = {"max_params": "params", "max_macs": "macs"}
"""Every budget, and the count of a layer that it bounds."""


@dataclass(frozen=True)
class FilterCount:
    """The most units that are within a budget. None where what is wrong with the layer keeps its costs unknown.

    ``found`` is the network of one layer that has so many, and ``more`` that with one more (or one more for each
    group); of 0 units, which no layer has, ``found`` is None and ``more`` is the smallest layer.
    """

    type: str
    units: int | None
    found: Analysis | None
    more: Analysis

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What is wrong with the layer itself, such as a window that does not fit."""
        return (self.found or self.more).diagnostics

    def to_dict(self) -> dict[str, Any]:
        """The answer as it stands in JSON; ``more`` is what the next larger layer costs."""
        return {
            "unit": UNITS[self.type],
            "count": self.units,
            "layer": None if self.found is None else _costs(self.type, self.found),
            "more": _costs(self.type, self.more),
        }


def _costs(type: str, analysis: Analysis) -> dict[str, Any]:
    layer = analysis.layers[-1]
    keys = ("output", "params", "macs", "settings")
    return {UNITS[type]: unit_count(type, layer), **{key: layer.to_dict()[key] for key in keys}}


def unit_count(type: str, layer: Layer) -> int:
    """The filters, units or depthwise multiplier that a layer has."""
    return int(layer.settings[UNITS[type]])


def solve_filters(
    type: str, input: Inputs, *, max_params: int | None = None, max_macs: int | None = None, **parameters: Any
) -> FilterCount:
    """The largest number of filters (of a dense layer units, of a depthwise convolution multiplier) within a budget.

    ``solve_filters("conv", "64x56x56", kernel=3, max_params=1_000_000).units`` is 1733: (3·3·64 + 1)·1733 = 999,941.
    ``input`` and ``parameters`` are those of `analyze_layer`; with ``groups`` the filters are a multiple of them. Both
    costs are a + b·K, so that two layers tell the largest K; the engine then says what K and the next larger cost.
    Raises ArchitectureError for parameters that no layer has, Fault for a type or a budget that there is not.
    """
    budget = {name: most for name, most in (("max_params", max_params), ("max_macs", max_macs)) if most is not None}
    if type not in UNITS:
        message = t("{type} has no filters to count", type=type)
        raise Fault("unknown-type", message, t("one of {types}", types=listing(UNITS, t("or"))))
    if not budget:
        raise Fault("missing-parameter", t("neither max_params nor max_macs is given"))
    step = read_whole(Scalar(str(parameters.get("groups", 1)), Span(1, 1, 1, 2)), "groups")

    def layer(units: int) -> Analysis:
        return analyze_layer(type, input, **{**parameters, UNITS[type]: units})

    first, second = layer(step), layer(2 * step) if 2 * step <= LIMIT else layer(step)
    costs = [[getattr(a.layers[-1], BUDGETS[name]) for a in (first, second)] for name in budget]
    if any(None in pair for pair in costs):
        return FilterCount(type, None, None, first)
    times = min(
        (most - once) // (twice - once) + 1 if most >= once and twice > once else 0
        for most, (once, twice) in zip(budget.values(), costs)
    )
    if times == 0:
        return FilterCount(type, 0, None, first)
    if (times + 1) * step > LIMIT:
        raise Fault("limit-exceeded", t("more than 10¹⁸ filters are within the budget"), t("give a smaller budget"))
    return FilterCount(type, times * step, layer(times * step), layer((times + 1) * step))
