"""What derivations are made of: sections, each one formula with its numbers, and the letters of the lecture."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from cnncalc.formula import Division, Expression, Num, Number, Quotient, Symbol
from cnncalc.language import t
from cnncalc.layers import Facts, Tensor
from cnncalc.receptive_field import Field
from cnncalc.text import listing, shape_text
from cnncalc.values import SIDES, Shape, axis_names

LETTERS: dict[int, str] = {0: "", 1: "L", 2: "HW", 3: "DHW"}
"""The letters of a map's axes, by spatial rank."""


@dataclass(frozen=True, slots=True)
class Line:
    """One step of a derivation, and beside it the division that it makes, if any."""

    expression: Expression
    division: Division | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """One quantity, from its formula to its number.

    ``result`` is the engine's number, None where there is none: something is not known, or the window does not fit.
    ``symbol`` is what the formula is equal to; a count, such as the parameters, has its title in that place.
    ``division`` is the part of the formula whose remainder matters, ``remark`` what else is to be said, in words.
    """

    key: str
    title: str
    formula: Expression
    result: Number | None
    symbol: Symbol | None = None
    remark: str = ""
    division: Quotient | None = None

    @property
    def lines(self) -> list[Line]:
        """The formula in letters, with its numbers, with its division worked out, and what it comes to.

        The large numbers of a count are grouped.
        """
        steps = [self.formula, self.formula.numbers()]
        if self.division is not None and self.formula.value() is not None:
            steps.append(steps[-1].divided())
        count = self.symbol is None
        lines = [Line(step.grouped() if count else step) for step in _distinct(steps)]
        division = self.division.check() if self.division is not None else None
        if division is not None and division.below != 1:
            lines[-1] = Line(lines[-1].expression, division)
        if self.result is None and division is not None and division.left:
            return lines  # a window that does not fit: nothing says how to round, and so there is no result
        value = self.formula.value() if self.result is None and division is not None else self.result
        end = Num(value, apart=count)
        if lines[-1].expression.text() in (Num(value).text(), end.text()):
            return [*lines[:-1], Line(end, lines[-1].division)]
        return [*lines, Line(end)]


def _distinct(steps: Sequence[Expression]) -> Iterator[Expression]:
    before = ""
    for step in steps:
        if step.text() != before:
            yield step
        before = step.text()


@dataclass(frozen=True, slots=True)
class Subject:
    """What a derivation is about: a layer's facts, and the receptive fields of what comes in and goes out."""

    facts: Facts
    before: Field | None = None
    after: Field | None = None
    names: tuple[str, ...] = ()
    """What the inputs are called."""

    @property
    def settings(self) -> Any:
        """The layer type with its settings."""
        return self.facts.layer

    @property
    def rank(self) -> int:
        return len(self.x) - 1

    @property
    def x(self) -> Shape:
        """The shape that comes in, the first where there are several."""
        shape = self.facts.inputs[0]
        assert shape is not None
        return shape

    @property
    def y(self) -> Shape:
        """The shape that leaves, None for each axis that is not known."""
        return self.facts.output or (None,) * len(self.x)


@dataclass(frozen=True, slots=True)
class Derivation:
    """How a layer's numbers come about. ``given`` are its settings as letters; ``words`` say it in one sentence."""

    words: str
    sections: list[Section] = field(default_factory=list)
    given: list[Symbol] = field(default_factory=list)


Deriver = Callable[[Subject], Derivation]


# Letters


def axis_title(name: str) -> str:
    """The name of an axis in the language in use."""
    titles = {"length": t("length"), "depth": t("depth"), "height": t("height"), "width": t("width")}
    return titles.get(name, name)


def axes_title(rank: int, axes: Sequence[int]) -> str:
    """``height and width``."""
    names = axis_names(rank)
    return listing([axis_title(names[axis]) for axis in axes], t("and"))


def channels(shape: Shape, end: str) -> Symbol:
    """C_I or C_O."""
    return Symbol("C", end, shape[0])


def axes(shape: Shape, end: str) -> list[Symbol]:
    """H_I and W_I, or H_O and W_O: the letters of a map's axes."""
    return [Symbol(letter, end, size) for letter, size in zip(LETTERS[len(shape) - 1], shape[1:])]


def spread(letter: str, values: Sequence[int]) -> list[Symbol]:
    """A letter for each axis: F on all of them where they have one value, else F_h and F_w."""
    if len(set(values)) == 1:
        return [Symbol(letter, "", value) for value in values]
    return [Symbol(letter, axis.lower(), value) for axis, value in zip(LETTERS[len(values)], values)]


def pads(pairs: Sequence[tuple[int, int] | None]) -> list[tuple[Symbol, Symbol]]:
    """The padding before and after on each axis: P and P, P_h and P_h, or P_top and P_bottom."""
    found = []
    for axis, pair in enumerate(pairs):
        before, after = pair or (None, None)
        if before != after:
            names = SIDES[len(pairs)][axis]
        elif len(set(pairs)) == 1:
            names = ("", "")
        else:
            names = (LETTERS[len(pairs)][axis].lower(),) * 2
        found.append((Symbol("P", names[0], before), Symbol("P", names[1], after)))
    return found


def padded(size: Expression, pair: tuple[Symbol, Symbol], sign: int = 1) -> Expression:
    """The size and its padding: ``H_I + 2P``, ``H_I + P_top + P_bottom``; with sign −1 without it."""
    before, after = pair
    if before == after:
        return size + 2 * before if sign > 0 else size - 2 * before
    return size + before + after if sign > 0 else size - before - after


def distinct(symbols: Sequence[Symbol]) -> list[Symbol]:
    """Each letter once."""
    return list(dict.fromkeys(symbols))


def alike(keys: Sequence[object]) -> list[list[int]]:
    """The axes, those together that have the same key: what is told of height and width is told once."""
    groups: dict[object, list[int]] = {}
    for axis, key in enumerate(keys):
        groups.setdefault(key, []).append(axis)
    return list(groups.values())


# Sections that many layers have


def per_axis(
    subject: Subject, keys: Sequence[object], section: Callable[[int, str, Number | None], Section]
) -> list[Section]:
    """A section for each axis, or one for axes with the same key; ``section`` gets the axis, its title and its size."""
    sizes = subject.y[1:]
    groups = alike([(key, size) for key, size in zip(keys, sizes)])
    return [section(group[0], axes_title(len(sizes), group), sizes[group[0]]) for group in groups]


def channels_section(subject: Subject, formula: Expression, remark: str = "") -> Section:
    """C_O."""
    return Section("channels", t("channels"), formula, subject.y[0], Symbol("C", "O", subject.y[0]), remark)


def numel(tensors: Sequence[Tensor] | None, name: str) -> int | None:
    """The engine's count of a weight tensor."""
    return next((tensor.numel for tensor in tensors or () if tensor.name == name), None)


def weight_sections(subject: Subject, all: Expression, parts: Sequence[tuple[str, str, Expression]]) -> list[Section]:
    """The parameters, and their parts, if known: each a tensor's name, its title and its count's formula."""
    facts = subject.facts
    found = [Section("parameters", t("parameters"), all, facts.params)]
    if facts.tensors is None:
        return found
    shapes = {tensor.name: tensor.shape for tensor in facts.tensors}
    for name, title, formula in parts:
        shape = shapes.get(name, ())
        remark = t("a tensor of {shape}", shape=shape_text(shape)) if len(shape) > 1 else ""
        found.append(Section(f"weights.{name}", title, formula, numel(facts.tensors, name), None, remark))
    return found


def no_weights(subject: Subject) -> Section:
    """The parameters of a layer that has none."""
    return Section("parameters", t("parameters"), Num(0), subject.facts.params, remark=t("there is nothing to learn"))


def cost_sections(subject: Subject, macs: Expression) -> list[Section]:
    """The multiply-accumulates, and twice as many operations."""
    found = subject.facts.macs
    sections = [Section("macs", "MACs", macs, found)]
    if found is not None:
        sections.append(Section("flops", "FLOPs", 2 * Symbol("MACs", "", found), 2 * found))
    return sections


def field_sections(subject: Subject, letters: Sequence[Symbol]) -> list[Section]:
    """r ← r + (F' − 1)·j and j ← j·S on each axis, where the fields before and after are known.

    ``letters`` are those of the window, one for each axis.
    """
    before, after, windows = subject.before, subject.after, subject.facts.windows
    if not before or not after or not windows or not len(before) == len(after) == len(windows) == len(letters):
        return []
    found = []
    for group in alike([(*fields, letter.number) for *fields, letter in zip(before, after, windows, letters)]):
        old, new, window, letter = before[group[0]], after[group[0]], windows[group[0]], letters[group[0]]
        if old is None or new is None or window is None or old.stride is None:
            continue
        title = t("receptive field")
        if len(group) < len(letters):
            title = t("receptive field, {axes}", axes=axes_title(len(letters), group))
        jump = Symbol("j", "I", old.stride)
        seen = Symbol("r", "I", old.size) + (letter - 1) * jump
        found.append(Section("receptive_field", title, seen, new.size, Symbol("r", "O", new.size)))
    return found
