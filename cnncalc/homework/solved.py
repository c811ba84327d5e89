"""The formula of a window's output, (H_I − F' + 2P)/S + 1, solved for one of its settings."""

from __future__ import annotations

from cnncalc.analysis import Layer
from cnncalc.derivations import Section, Subject
from cnncalc.derivations.sliding import Letters
from cnncalc.formula import Expression, Num, Quotient, Symbol
from cnncalc.language import t
from cnncalc.layers.sliding import Sliding


def solved_setting(layer: Layer, ask: str) -> Section | None:
    """``padding``, ``kernel`` or ``stride`` out of the height that leaves, or ``filters`` out of the channels.

    None where no formula gives the value that the layer has: one that is rounded has several settings that do.
    """
    kind, output = layer.facts.layer, layer.output
    if kind is None or not output or None in output:
        return None
    if ask == "filters":
        filters = Symbol("C", "O", output[0])
        return Section("filters", t("filters"), filters, output[0], Symbol("K", "", output[0]))
    if not isinstance(kind, Sliding) or kind.padding == "same":
        return None
    use = Letters.of(Subject(layer.facts))
    before, after = use.padding[0]
    if before != after:
        return None
    i, o = use.size[0], Symbol(use.size[0].letter, "O", output[1])
    found = _solved(ask, i, o, use)
    if found is None:
        return None
    symbol, formula, division = found
    if formula.value() != symbol.number:
        return None
    return Section(ask, _title(ask), formula, symbol.number, symbol, division=division)


def _solved(ask: str, i: Symbol, o: Symbol, use: Letters) -> tuple[Symbol, Expression, Quotient | None] | None:
    kernel, reach, stride, dilation = use.kernel[0], use.reach[0], use.stride[0], use.dilation[0]
    padding = use.padding[0][0]
    steps = (o - 1) * stride
    if ask == "padding":
        half = Quotient(steps + reach - i, Num(2))
        return padding, half, half
    if ask == "stride":
        if o.number == 1:
            return None
        whole = Quotient(i - reach + 2 * padding, o - 1)
        return stride, whole, whole
    if ask == "kernel":
        wide = i + 2 * padding - steps
        if dilation.number == 1:
            return kernel, wide, None
        spread = Quotient(wide - 1, dilation)
        return kernel, spread + 1, spread
    return None


def _title(ask: str) -> str:
    return {"padding": t("padding"), "stride": t("stride"), "kernel": t("kernel")}[ask]
