"""How the numbers of dense layers come about, and of those that only put numbers in another shape."""

from __future__ import annotations

from cnncalc.derivations.base import (
    Derivation,
    Section,
    Subject,
    axes,
    channels,
    cost_sections,
    no_weights,
    weight_sections,
)
from cnncalc.formula import Expression, Num, Symbol, product
from cnncalc.language import n, t
from cnncalc.layers.base import elements
from cnncalc.text import count_text, shape_text


def dense(subject: Subject) -> Derivation:
    """n·m weights and m biases: each of m units sees all n numbers."""
    layer = subject.settings
    flat = subject.x[0] if subject.rank == 0 else None
    inputs, units = Symbol("n", "", flat), Symbol("m", "", layer.units)
    matrix = inputs * units
    parts = [("weight", t("weights"), matrix)]
    all: Expression = matrix
    if layer.bias:
        all = (inputs + 1) * units
        parts.append(("bias", t("biases"), units))
    made = [Section("output", t("units"), Num(layer.units), subject.y[0], units)] if subject.facts.output else []
    sections = [
        *made,
        *weight_sections(subject, all, parts),
        *cost_sections(subject, matrix),
    ]
    words = n(
        "{n} unit sees every one of the {inputs} numbers that come in.",
        "Each of {n} units sees every one of the {inputs} numbers that come in.",
        layer.units,
        inputs=count_text(flat),
    )
    return Derivation(words, sections, [inputs, units])


def _numbers(subject: Subject) -> Expression:
    """C_I·H_I·W_I."""
    return product([channels(subject.x, "I"), *axes(subject.x, "I")])


def flatten(subject: Subject) -> Derivation:
    """All numbers of a map in one row."""
    sections = [
        Section("output", t("numbers"), _numbers(subject), subject.y[0], Symbol("n", "", subject.y[0])),
        no_weights(subject),
    ]
    words = t("The {shape} numbers are put in one row, channel by channel.", shape=shape_text(subject.x))
    return Derivation(words, sections)


def reshape(subject: Subject) -> Derivation:
    """The same numbers in another shape."""
    wanted = subject.settings.shape
    into = product([channels(wanted, "O"), *axes(wanted, "O")])
    result = elements(subject.facts.output)
    sections = [
        Section("input", t("numbers that come in"), _numbers(subject), elements(subject.x)),
        Section("output", t("numbers in the new shape"), into, result),
        no_weights(subject),
    ]
    words = t(
        "The same numbers in another shape: {before} becomes {after}.",
        before=shape_text(subject.x),
        after=shape_text(wanted),
    )
    return Derivation(words, sections)
