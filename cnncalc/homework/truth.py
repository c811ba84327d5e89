"""What is right: every answer that can be asked for, out of the facts that the engine computes."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Union

from cnncalc.analysis import DTYPES, Analysis, Layer
from cnncalc.diagnostics import Fault
from cnncalc.homework.conventions import Conventions
from cnncalc.language import t
from cnncalc.layers import Facts
from cnncalc.receptive_field import Field
from cnncalc.text import shape_text

if TYPE_CHECKING:
    from cnncalc.homework.answers import Wants

ASKS = (
    "output",
    "fits",
    "weights",
    "biases",
    "params",
    "macs",
    "flops",
    "memory",
    "activations",
    "receptive_field",
    "effective_stride",
    "kernel",
    "stride",
    "padding",
    "filters",
)
SETTINGS = ("kernel", "stride", "padding", "filters")
"""Settings of a layer: asked for as they are, or so that the layer has a stated output."""

WANTS: dict[str, Wants] = {
    "output": "shape",
    "fits": "fit",
    "receptive_field": "size",
    "effective_stride": "size",
    "kernel": "size",
    "stride": "size",
    "padding": "size",
}
"""What kind of answer an ask wants, where it is no count."""

WEIGHTS = frozenset({"weights", "biases", "params"})
"""Asks that count weights."""

MISFITS = frozenset({"non-integer-output", "window-too-large"})

Value = Union[tuple[int, ...], int, Fraction, bool, None]
"""A shape C×H×W, or a size for each axis; a count; whether it fits. None: the window does not fit."""


class Ungradable(Exception):
    """The question has no answer that cnncalc knows; ``reason`` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def layer_truth(layer: Layer, ask: str, conventions: Conventions) -> Value:
    """The right answer about a layer. Raises Ungradable."""
    return facts_truth(layer.facts, layer.field, ask, conventions)


def facts_truth(facts: Facts, field: Field, ask: str, conventions: Conventions) -> Value:
    """The right answer about a layer with these facts. Raises Ungradable."""
    misfit = any(fault.rule in MISFITS for fault in facts.faults)
    if ask == "fits":
        return not misfit
    if ask == "output" and misfit:
        return None
    if ask in SETTINGS:
        return _setting(facts, ask)
    if ask in ("receptive_field", "effective_stride"):
        return _seen(field, ask)
    # A window that does not fit has its weights all the same.
    weighed = misfit and ask in WEIGHTS and all(fault.rule in MISFITS for fault in facts.faults)
    return _known(_count(facts, ask, conventions), () if weighed else facts.faults)


def _known(value: Value, faults: Sequence[Fault]) -> Value:
    whole = value is not None and not (isinstance(value, tuple) and None in value)
    if faults or not whole:
        raise Ungradable(faults[0].message if faults else t("the network does not say"))
    return value


def _count(facts: Facts, ask: str, conventions: Conventions) -> Value:
    if ask == "output":
        return facts.output  # type: ignore[return-value]
    if ask in ("weights", "biases") or (ask == "params" and not conventions.biases):
        if facts.tensors is None:
            return None
        return sum(tensor.numel for tensor in facts.tensors if (tensor.name == "bias") == (ask == "biases"))
    if ask == "memory":
        return _memory(facts.params, facts.activations, conventions)
    if ask == "macs" or ask == "flops":
        return _operations(facts.macs, ask, conventions)
    return facts.activations if ask == "activations" else facts.params


def _operations(macs: int | None, ask: str, conventions: Conventions) -> int | None:
    return macs * 2 if macs is not None and ask == "flops" and conventions.counts == "flops" else macs


def _memory(params: int | None, activations: int | None, conventions: Conventions) -> int | None:
    """In bytes."""
    kept = {"all": (params, activations), "weights": (params,), "activations": (activations,)}[conventions.memory]
    return None if None in kept else sum(count or 0 for count in kept) * DTYPES[conventions.dtype]


def _setting(facts: Facts, ask: str) -> Value:
    value = getattr(facts.layer, ask, None)
    if ask == "padding" and facts.padding is not None:
        sides = facts.padding
        if any(pair is None or pair[0] != pair[1] for pair in sides):
            raise Ungradable(t("its padding is not one number for each axis"))
        return tuple(pair[0] for pair in sides if pair)
    if value is None or isinstance(value, str):
        raise Ungradable(t("the layer has no {name}", name=ask))
    return value  # type: ignore[no-any-return]


def _seen(field: Field, ask: str) -> Value:
    numbers = [extent and (extent.size if ask == "receptive_field" else extent.stride) for extent in field]
    if not numbers or not all(isinstance(number, int) for number in numbers):
        raise Ungradable(t("the receptive field is no whole number of pixels"))
    return tuple(number for number in numbers if isinstance(number, int))


def network_truth(analysis: Analysis, ask: str, conventions: Conventions) -> Value:
    """The right answer about a whole network: sums over its layers, and what leaves it. Raises Ungradable."""
    if ask == "fits":
        return not any(fault.rule in MISFITS for layer in analysis.layers for fault in layer.facts.faults)
    if not analysis.ok:
        raise Ungradable(next(d.message for d in analysis.diagnostics if d.severity == "error"))
    totals = analysis.totals
    sums: dict[str, Value] = {
        "macs": _operations(totals.macs, ask, conventions),
        "flops": _operations(totals.macs, ask, conventions),
        "memory": _memory(totals.params, totals.activations, conventions),
        "activations": totals.activations,
    }
    if ask in WEIGHTS:
        kinds = "params" if ask == "params" and conventions.biases else "biases" if ask == "biases" else "weights"
        own = [layer for layer in analysis.layers if layer.node.shared is None]
        counts: list[Any] = [layer_truth(layer, kinds, conventions) for layer in own]
        total: int = sum(counts)
        return total
    if ask in sums:
        return sums[ask]
    return layer_truth(analysis.layers[-1], ask, conventions)


def truth_text(value: Value, ask: str, conventions: Conventions) -> str:
    """The right answer as it is told."""
    if ask == "fits":
        return t("it fits") if value else t("it does not fit")
    if value is None:
        return t("it does not fit")
    if isinstance(value, tuple):
        if ask != "output":
            return str(value[0]) if len(set(value)) == 1 else shape_text(value)
        return shape_text(laid_out(value, conventions.layout))
    if ask == "memory":
        amount = Fraction(value) / conventions.bytes
        if amount.denominator == 1:
            return f"{amount.numerator:,} {conventions.unit}"
        digits = f"{float(amount):,.2f}" if amount >= 10 else f"{float(amount):.4g}"
        return f"{digits} {conventions.unit}"
    return f"{value:,}"


def laid_out(shape: tuple[int, ...], layout: str) -> tuple[int, ...]:
    """A shape C×H×W in the layout; a flat one has only one."""
    return shape if layout == "CxHxW" else (*shape[1:], shape[0])


def channels_first(shape: tuple[int, ...], layout: str) -> tuple[int, ...]:
    """A shape in the layout as C×H×W."""
    return shape if layout == "CxHxW" else (shape[-1], *shape[:-1])
