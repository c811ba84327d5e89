"""How the numbers of convolutions come about."""

from __future__ import annotations

from collections.abc import Sequence

from cnncalc.derivations.base import (
    Derivation,
    Section,
    Subject,
    axes,
    channels,
    channels_section,
    cost_sections,
    field_sections,
    padded,
    per_axis,
    weight_sections,
)
from cnncalc.derivations.sliding import Letters, output_sections
from cnncalc.formula import Expression, Number, Symbol, product
from cnncalc.language import n, t
from cnncalc.text import shape_text


def _kept(symbol: Symbol) -> list[Expression]:
    """The factor, unless it is a 1 that says nothing: a multiplier or a number of groups."""
    return [] if symbol.number == 1 else [symbol]


def _given(symbols: Sequence[Symbol]) -> list[Symbol]:
    return [symbol for symbol in symbols if symbol.number != 1]


def _one_kernel(
    subject: Subject, each: Expression, units: Expression, together: Expression | None = None
) -> list[Section]:
    """The weights of a layer with one kernel: ``each`` of them for each of the ``units``, and a bias.

    ``together`` is the count of all, where it is not ``(each + 1)·units``.
    """
    kernel = each * units
    parts = [("weight", t("weights"), kernel)]
    if not subject.settings.bias:
        return weight_sections(subject, kernel, parts)
    all = (each + 1) * units if together is None else together
    return weight_sections(subject, all, [*parts, ("bias", t("biases"), units)])


def conv(subject: Subject) -> Derivation:
    """F·F·(C_I/G) weights for each of K filters."""
    layer, use = subject.settings, Letters.of(subject)
    filters, groups = Symbol("K", "", layer.filters), Symbol("G", "", layer.groups)
    inputs = channels(subject.x, "I")
    deep: Expression = inputs if layer.groups == 1 else inputs / groups
    each = product([*use.kernel, deep])
    macs = product([each, filters, *axes(subject.y, "O")])
    sections = [
        *output_sections(subject, use),
        channels_section(subject, filters),
        *_one_kernel(subject, each, filters),
        *cost_sections(subject, macs),
        *field_sections(subject, use.reach),
    ]
    return Derivation(_conv_words(subject), sections, [filters, *use.given(subject), *_given([groups])])


def _conv_words(subject: Subject) -> str:
    layer = subject.settings
    depth = None if subject.x[0] is None else subject.x[0] // layer.groups
    values = {
        "filter": shape_text((*layer.kernel, depth)),
        "steps": shape_text(tuple(dict.fromkeys(layer.stride))),
        "map": shape_text(subject.y[1:]),
    }
    if layer.groups > 1:
        return n(
            "{n} filter of {filter} slides over the input in steps of {steps}, looks at one of {groups} groups of "
            "channels, and makes one map of {map}.",
            "{n} filters of {filter} slide over the input in steps of {steps}; each looks at one of {groups} groups of "
            "channels, and makes one map of {map}.",
            layer.filters,
            groups=layer.groups,
            **values,
        )
    return n(
        "{n} filter of {filter} slides over the input in steps of {steps}, and makes one map of {map}.",
        "{n} filters of {filter} slide over the input in steps of {steps}; each makes one map of {map}.",
        layer.filters,
        **values,
    )


def depthwise_conv(subject: Subject) -> Derivation:
    """F·F weights for each of C_I·M filters."""
    layer, use = subject.settings, Letters.of(subject)
    multiplier = Symbol("M", "", layer.multiplier)
    units = product([channels(subject.x, "I"), *_kept(multiplier)])
    each = product(use.kernel)
    sections = [
        *output_sections(subject, use),
        channels_section(subject, units),
        *_one_kernel(subject, each, units),
        *cost_sections(subject, product([each, units, *axes(subject.y, "O")])),
        *field_sections(subject, use.reach),
    ]
    words = n(
        "Each channel of the input has {n} filter of {filter} of its own, which looks at no other channel.",
        "Each channel of the input has {n} filters of {filter} of its own, which look at no other channel.",
        layer.multiplier,
        filter=shape_text(layer.kernel),
    )
    return Derivation(words, sections, [*use.given(subject), *_given([multiplier])])


def separable_conv(subject: Subject) -> Derivation:
    """F·F·C_I·M weights look at space, then C_I·M·K at the channels."""
    layer, use = subject.settings, Letters.of(subject)
    filters, multiplier = Symbol("K", "", layer.filters), Symbol("M", "", layer.multiplier)
    units = product([channels(subject.x, "I"), *_kept(multiplier)])
    depthwise, pointwise = product(use.kernel) * units, units * filters
    all = depthwise + pointwise
    parts = [("depthwise", t("depthwise weights"), depthwise), ("pointwise", t("pointwise weights"), pointwise)]
    if layer.bias:
        all = all + filters
        parts.append(("bias", t("biases"), filters))
    places = axes(subject.y, "O")
    sections = [
        *output_sections(subject, use),
        channels_section(subject, filters),
        *weight_sections(subject, all, parts),
        *cost_sections(subject, product([depthwise, *places]) + product([pointwise, *places])),
        *field_sections(subject, use.reach),
    ]
    words = t(
        "A {filter} filter slides over each channel by itself; then a convolution of 1×1 mixes the channels to "
        "{filters}.",
        filter=shape_text(layer.kernel),
        filters=layer.filters,
    )
    return Derivation(words, sections, [filters, *use.given(subject), *_given([multiplier])])


def transposed_conv(subject: Subject) -> Derivation:
    """S·(H_I − 1) + F' − 2P + P_out: every pixel of the input lays its filter onto the output."""
    layer, use = subject.settings, Letters.of(subject)
    filters, groups = Symbol("K", "", layer.filters), Symbol("G", "", layer.groups)
    extra = [Symbol("P", "out", value) for value in layer.output_padding]

    def section(axis: int, title: str, size: Number | None) -> Section:
        if layer.padding == "same":
            formula: Expression = use.size[axis] * use.stride[axis]
        else:
            formula = use.stride[axis] * (use.size[axis] - 1) + use.reach[axis]
            formula = padded(formula, use.padding[axis], -1)
            if extra[axis].number:
                formula = formula + extra[axis]
        return Section("output", title, formula, size, Symbol(use.size[axis].letter, "O", size))

    share: Expression = filters if layer.groups == 1 else filters / groups
    kernel = product([*use.kernel, channels(subject.x, "I"), share])
    parts = [("weight", t("weights"), kernel)]
    all = kernel
    if layer.bias:
        all = kernel + filters
        parts.append(("bias", t("biases"), filters))
    sections = [
        *use.dilated(),
        *per_axis(subject, list(zip(use.keys, layer.output_padding)), section),
        channels_section(subject, filters),
        *weight_sections(subject, all, parts),
        *cost_sections(subject, product([kernel, *axes(subject.x, "I")])),
    ]
    words = t(
        "Every pixel of the input lays filters of {filter} onto the output, {steps} pixels apart; where they overlap "
        "they are added.",
        filter=shape_text(layer.kernel),
        steps=shape_text(tuple(dict.fromkeys(layer.stride))),
    )
    given = [filters, *use.given(subject), *(s for s in dict.fromkeys(extra) if s.number), *_given([groups])]
    return Derivation(words, sections, given)
