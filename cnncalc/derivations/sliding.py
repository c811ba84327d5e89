"""The output of a sliding window, axis by axis: what convolutions and pools share."""

from __future__ import annotations

from typing import NamedTuple

from cnncalc.derivations.base import Section, Subject, axes, distinct, padded, pads, per_axis, spread
from cnncalc.formula import Division, Expression, Largest, Num, Number, Quotient, Rounded, Symbol
from cnncalc.language import n, t
from cnncalc.layers.base import spatial
from cnncalc.window import effective_kernel


class Letters(NamedTuple):
    """The letters of a window, one of each for every axis. ``reach`` is F, or F' where a dilation widens it."""

    size: list[Symbol]
    kernel: list[Symbol]
    reach: list[Symbol]
    stride: list[Symbol]
    dilation: list[Symbol]
    padding: list[tuple[Symbol, Symbol]]
    keys: list[object]
    """What an axis is like: axes with the same are told together."""

    @classmethod
    def of(cls, subject: Subject) -> Letters:
        layer = subject.settings
        pairs = layer.padding_pixels(subject.x)
        kernel = spread("F", layer.kernel)
        dilated = any(d != 1 for d in layer.dilation)
        reaches = [effective_kernel(f, d) for f, d in zip(layer.kernel, layer.dilation)]
        return cls(
            axes(subject.x, "I"),
            kernel,
            spread("F'", reaches) if dilated else kernel,
            spread("S", layer.stride),
            spread("D", layer.dilation),
            pads(pairs),
            list(zip(spatial(subject.x), layer.kernel, layer.stride, layer.dilation, pairs)),
        )

    def given(self, subject: Subject) -> list[Symbol]:
        """The settings of the window, each letter once; a padding that follows from the input is no setting."""
        found = distinct([*self.kernel, *self.stride])
        if self.reach is not self.kernel:
            found += distinct(self.dilation)
        if subject.settings.padding != "same":
            found += distinct([symbol for pair in self.padding for symbol in pair])
        return found

    def dilated(self) -> list[Section]:
        """F' = D·(F − 1) + 1, where a dilation widens the window."""
        if self.reach is self.kernel:
            return []
        title = t("window with its dilation")
        return [
            Section("reach", title, d * (f - 1) + 1, reach.number, reach)
            for reach, f, d in dict.fromkeys(zip(self.reach, self.kernel, self.dilation))
        ]


def output_sections(subject: Subject, use: Letters) -> list[Section]:
    """H_O and W_O of a window that slides, and what a dilation and ``same`` padding come to."""

    def section(axis: int, title: str, size: Number | None) -> Section:
        return (_same if subject.settings.padding == "same" else _fit)(subject, use, axis, title, size)

    found = use.dilated() + per_axis(subject, use.keys, section)
    if subject.settings.padding == "same":
        found += per_axis(subject, use.keys, lambda axis, title, size: _same_padding(subject, use, axis, title, size))
    return found


def _output(use: Letters, axis: int, size: Number | None) -> Symbol:
    """H_O, for that axis."""
    return Symbol(use.size[axis].letter, "O", size)


def _same(subject: Subject, use: Letters, axis: int, title: str, size: Number | None) -> Section:
    """⌈H_I/S⌉."""
    steps = use.size[axis] / use.stride[axis]
    return Section("output", title, Rounded("ceil", steps), size, _output(use, axis, size), division=steps)


def _same_padding(subject: Subject, use: Letters, axis: int, title: str, size: Number | None) -> Section:
    """The padding that gives that output, the odd pixel after."""
    output = _output(use, axis, size)
    formula = Largest(((output - 1) * use.stride[axis] + use.reach[axis] - use.size[axis], Num(0)))
    before, after = (symbol.number for symbol in use.padding[axis])
    result = None if before is None or after is None else before + after
    remark = ""
    if before != after:
        remark = t("{before} before and {after} after: the odd pixel comes after", before=before, after=after)
    elif result:
        remark = t("{before} before and {after} after", before=before, after=after)
    return Section("padding", t("padding, {axes}", axes=title), formula, result, Symbol("P", "", result), remark)


def _fit(subject: Subject, use: Letters, axis: int, title: str, size: Number | None) -> Section:
    """(H_I − F' + 2P)/S + 1, rounded as the layer asks."""
    rounding = subject.settings.rounding
    steps = Quotient(padded(use.size[axis] - use.reach[axis], use.padding[axis]), use.stride[axis])
    rounded: Expression = steps if rounding == "strict" else Rounded(rounding, steps)
    formula = rounded + 1
    if rounding == "ceil" and size is not None and formula.value() != size:
        formula = formula - 1  # the window that would start beyond the input
    remark = _remark(subject, use, axis, size, steps)
    return Section("output", title, formula, size, _output(use, axis, size), remark, division=steps)


def _remark(subject: Subject, use: Letters, axis: int, size: Number | None, steps: Quotient) -> str:
    """What becomes of what the division leaves over."""
    division = steps.check()
    if division is None:
        return ""
    if size is None and division.above < 0:
        return t("the window is larger than the padded input, and has no place on it")
    if size is None:
        return t(
            "the window does not fit: {pixels} pixels are no whole number of steps of {stride}",
            pixels=division.above,
            stride=division.below,
        )
    if subject.settings.rounding == "ceil":
        return _ceil_remark(int(size), division)
    if not division.left:
        return ""
    unread = (subject.facts.unread or ())[axis] or 0
    if not unread:
        return t("floor drops what is left over, which is padding alone")
    return n(
        "floor drops what is left over: along this axis no window reads {n} pixel of the input",
        "floor drops what is left over: along this axis no window reads {n} pixels of the input",
        unread,
    )


def _ceil_remark(size: int, division: Division) -> str:
    asked = division.whole + (division.left > 0) + 1
    if asked != size:
        return t(
            "one window less than ceil gives: the last would start {start} pixels after the first, behind the input",
            start=size * division.below,
        )
    if not division.left:
        return ""
    return n(
        "ceil adds a window for what is left over; it reaches {n} pixel beyond the edge",
        "ceil adds a window for what is left over; it reaches {n} pixels beyond the edge",
        division.below - division.left,
    )
