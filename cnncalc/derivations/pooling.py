"""How the numbers of pools come about: the window of a convolution, and nothing to learn."""

from __future__ import annotations

from fractions import Fraction

from cnncalc.derivations.base import (
    Derivation,
    Section,
    Subject,
    axes,
    axes_title,
    channels,
    channels_section,
    field_sections,
    no_weights,
    per_axis,
)
from cnncalc.derivations.sliding import Letters, output_sections
from cnncalc.formula import Expression, Num, Number, Rounded, Symbol
from cnncalc.language import t
from cnncalc.layers.base import spatial
from cnncalc.text import shape_text


def _pool(subject: Subject, words: str) -> Derivation:
    use = Letters.of(subject)
    sections = [
        *output_sections(subject, use),
        channels_section(subject, channels(subject.x, "I")),
        no_weights(subject),
        *field_sections(subject, use.reach),
    ]
    return Derivation(words, sections, use.given(subject))


def _values(subject: Subject) -> dict[str, str]:
    layer = subject.settings
    return {"window": shape_text(layer.kernel), "steps": shape_text(tuple(dict.fromkeys(layer.stride)))}


def max_pool(subject: Subject) -> Derivation:
    """The largest number in each window."""
    words = t(
        "A window of {window} moves over each channel in steps of {steps}, and the largest number in it is kept.",
        **_values(subject),
    )
    return _pool(subject, words)


def avg_pool(subject: Subject) -> Derivation:
    """The mean of each window."""
    words = t(
        "A window of {window} moves over each channel in steps of {steps}, and its mean is kept.", **_values(subject)
    )
    return _pool(subject, words)


def global_pool(subject: Subject, words: str) -> Derivation:
    """C×1×1."""
    sizes = axes(subject.x, "I")
    whole = axes_title(subject.rank, range(subject.rank))
    sections = [
        Section("output", whole, Num(1), subject.y[1], Symbol(sizes[0].letter, "O", subject.y[1])),
        channels_section(subject, channels(subject.x, "I")),
        no_weights(subject),
        *field_sections(subject, sizes),
    ]
    return Derivation(words, sections)


def global_avg_pool(subject: Subject) -> Derivation:
    """The mean of each channel's map."""
    words = t("Of each channel's whole map, {map}, the mean is kept.", map=shape_text(spatial(subject.x)))
    return global_pool(subject, words)


def global_max_pool(subject: Subject) -> Derivation:
    """The largest number of each channel's map."""
    words = t("Of each channel's whole map, {map}, the largest number is kept.", map=shape_text(spatial(subject.x)))
    return global_pool(subject, words)


def adaptive_pool(subject: Subject) -> Derivation:
    """As many windows as asked for; unit n sees the pixels from ⌊n·I/O⌋ to ⌈(n + 1)·I/O⌉."""
    layer = subject.settings
    inputs = axes(subject.x, "I")
    keys = list(zip(spatial(subject.x), layer.output))

    def output(axis: int, title: str, size: Number | None) -> Section:
        return Section("output", title, Num(layer.output[axis]), size, Symbol(inputs[axis].letter, "O", size))

    def window(axis: int, title: str, size: Number | None) -> Section:
        found = (subject.facts.windows or ())[axis]
        result = None if found is None else found.size
        formula, remark = _widest(inputs[axis], layer.output[axis])
        return Section("window", t("window, {axes}", axes=title), formula, result, Symbol("F", "", result), remark)

    sections = [
        *per_axis(subject, keys, output),
        *per_axis(subject, keys, window),
        channels_section(subject, channels(subject.x, "I")),
        no_weights(subject),
    ]
    words = t(
        "The input, {input}, is shared out over windows so that {output} come out, whatever comes in.",
        input=shape_text(spatial(subject.x)),
        output=shape_text(layer.output),
    )
    return Derivation(words, sections)


def _widest(size: Symbol, output: int) -> tuple[Expression, str]:
    """The widest window's formula: H_I/H_O where that is whole, else ⌈(a + b − 1)/b⌉."""
    wanted = Symbol(size.letter, "O", output)
    if not isinstance(size.number, int) or size.number % output == 0:
        return (size if output == 1 else size / wanted), ""
    share = Fraction(size.number, output)
    a, b = Symbol("a", "", share.numerator), Symbol("b", "", share.denominator)
    remark = t(
        "the widest window, where {letters} is {share} in lowest terms", letters="a/b", share=f"{a.number}/{b.number}"
    )
    return Rounded("ceil", (a + b - 1) / b), remark
