"""How the numbers of layers come about that add, cut, stretch or reorder rows, columns and channels."""

from __future__ import annotations

from collections.abc import Sequence

from cnncalc.derivations.base import (
    Derivation,
    Section,
    Subject,
    axes,
    channels,
    channels_section,
    no_weights,
    padded,
    pads,
    per_axis,
    spread,
)
from cnncalc.formula import Expression, Num, Power, Symbol
from cnncalc.language import n, t
from cnncalc.layers.base import spatial


def _sizes(subject: Subject, formulas: Sequence[Expression], keys: Sequence[object]) -> list[Section]:
    """H_O and W_O, each by its formula; axes with the same key together."""
    letters = axes(subject.x, "O")

    def section(axis: int, title: str, size: object) -> Section:
        result = subject.y[axis + 1]
        return Section("output", title, formulas[axis], result, Symbol(letters[axis].letter, "O", result))

    return per_axis(subject, list(zip(spatial(subject.x), keys)), section)


def _kept_channels(subject: Subject) -> list[Section]:
    return [channels_section(subject, channels(subject.x, "I")), no_weights(subject)]


def zero_pad(subject: Subject) -> Derivation:
    """H_I + 2P."""
    pairs = pads(subject.settings.padding)
    formulas = [padded(size, pair) for size, pair in zip(axes(subject.x, "I"), pairs)]
    sections = [*_sizes(subject, formulas, subject.settings.padding), *_kept_channels(subject)]
    words = t("Rows and columns of zeros are put around every channel.")
    return Derivation(words, sections, list(dict.fromkeys(symbol for pair in pairs for symbol in pair)))


def crop(subject: Subject) -> Derivation:
    """H_I less what is cut off on both sides."""
    layer = subject.settings
    cuts = [_cut(subject, axis) for axis in range(subject.rank)]
    letters = [
        (Symbol("a", "", None if c is None else c[0]), Symbol("b", "", None if c is None else c[1])) for c in cuts
    ]
    formulas = [size - a - b for size, (a, b) in zip(axes(subject.x, "I"), letters)]
    sections = [*_sizes(subject, formulas, cuts), *_kept_channels(subject)]
    if layer.sides is not None or layer.offset is not None:
        words = t("A part is left: rows or columns are cut off before it (a) and after it (b).")
    else:
        words = t(
            "The middle is left: rows or columns are cut off before it (a) and after it (b), an odd one after it."
        )
    return Derivation(words, sections)


def _cut(subject: Subject, axis: int) -> tuple[int, int] | None:
    """What the engine cuts off before and after; by its windows, whose first begins behind the cut."""
    window = (subject.facts.windows or (None,) * subject.rank)[axis]
    size, kept = subject.x[axis + 1], subject.y[axis + 1]
    if window is None or size is None or kept is None:
        return None
    before = int(window.start)
    return before, size - kept - before


def upsample(subject: Subject) -> Derivation:
    """H_I·s, or the size that is asked for."""
    layer = subject.settings
    inputs = axes(subject.x, "I")
    given: list[Symbol] = []
    formulas: list[Expression]
    if layer.scale is not None:
        factors = spread("s", layer.scale)
        given = list(dict.fromkeys(factors))
        formulas = [size * factor for size, factor in zip(inputs, factors)]
        keys: Sequence[object] = layer.scale
        words = t("The map is stretched by whole factors ({mode}).", mode=layer.mode)
    else:
        keys = spatial(subject.y)
        formulas = [Num(size) for size in spatial(subject.y)]
        words = t("The map is stretched to the size that is asked for ({mode}).", mode=layer.mode)
    return Derivation(words, [*_sizes(subject, formulas, keys), *_kept_channels(subject)], given)


def pixel_shuffle(subject: Subject) -> Derivation:
    """C_I/r² channels, on a map r times as high and wide."""
    factor = Symbol("r", "", subject.settings.factor)
    parts: Expression = factor if subject.rank == 1 else Power(factor, subject.rank)
    share = channels(subject.x, "I") / parts
    result = subject.y[0]
    sections = [
        Section("channels", t("channels"), share, result, Symbol("C", "O", result), division=share),
        *_sizes(subject, [size * factor for size in axes(subject.x, "I")], [0] * subject.rank),
        no_weights(subject),
    ]
    words = t(
        "The channels are put side by side: {parts} of them become one with {factor} times the pixels along each axis.",
        parts=subject.settings.factor**subject.rank,
        factor=subject.settings.factor,
    )
    return Derivation(words, sections, [factor])


def channel_shuffle(subject: Subject) -> Derivation:
    """C_I/G channels in each group, dealt out in turn."""
    groups = Symbol("G", "", subject.settings.groups)
    inputs = channels(subject.x, "I")
    share = inputs / groups
    value = share.value()
    result = None if subject.facts.faults else value
    sections = [
        Section("groups", t("channels in a group"), share, result, division=share),
        *_kept_channels(subject),
    ]
    words = t("The channels are put in another order, one from each group in turn; the shape stays.")
    return Derivation(words, sections, [groups])


def slice_(subject: Subject) -> Derivation:
    """The channels from start up to, and without, end."""
    layer = subject.settings
    end = subject.x[0] if layer.end is None else layer.end
    formula = Symbol("end", "", end) - Symbol("start", "", layer.start)
    words = n(
        "{n} channel is kept, from number {start} on, counted from 0.",
        "{n} channels are kept, from number {start} on, counted from 0.",
        subject.y[0] or 0,
        start=layer.start,
    )
    return Derivation(words, [channels_section(subject, formula), no_weights(subject)])
