"""Layers that take several inputs and make one output; none has weights."""

from __future__ import annotations

from collections.abc import Sequence

from cnncalc.diagnostics import Fault
from cnncalc.language import t
from cnncalc.layers.base import Facts, Layer, Misfit, axis_words
from cnncalc.text import axis_word, listing, shape_text
from cnncalc.values import Shape


class Merge(Layer):
    """What the merges share: inputs of one rank."""

    merges = True

    def output_shape(self, x: Shape, *more: Shape) -> Shape:
        shapes = (x, *more)
        if any(len(shape) != len(x) for shape in more):
            texts = listing(shape_text(s) for s in dict.fromkeys(shapes))
            message = t("{word} can't join shapes of different rank: {shapes}", word=self.word, shapes=texts)
            raise Misfit([Fault("merge-mismatch", message, t("flatten or reshape them alike"))], None)
        axes = self._axes(shapes)
        wrong = [index for index, (_, agree) in enumerate(axes) if not agree]
        output = tuple(size for size, _ in axes)
        if wrong:
            raise Misfit([self._mismatch(shapes, wrong)], output)
        return output

    def _axes(self, shapes: Sequence[Shape]) -> list[tuple[int | None, bool]]:
        return [self.axis(index, [shape[index] for shape in shapes]) for index in range(len(shapes[0]))]

    def wrong_axes(self, shapes: Sequence[Shape]) -> list[int]:
        """The axes on which inputs of one rank do not agree, 0 the channels."""
        return [index for index, (_, agree) in enumerate(self._axes(shapes)) if not agree]

    def axis(self, index: int, sizes: list[int | None]) -> tuple[int | None, bool]:
        """The output's size along one axis (0 the channels), and whether the inputs agree on it."""
        raise NotImplementedError

    def _mismatch(self, shapes: tuple[Shape, ...], wrong: list[int]) -> Fault:
        names = (axis_word("channels"), *axis_words(self.rank)) if self.rank else (axis_word("features"),)
        parts = [
            f"{names[index]} ({listing(dict.fromkeys(str(s[index]) for s in shapes if s[index] is not None))})"
            for index in wrong
        ]
        texts = ", ".join(shape_text(s) for s in shapes[:8]) + (", …" if len(shapes) > 8 else "")
        return Fault(
            "merge-mismatch",
            t("the inputs of {word} differ in {axes}: {shapes}", word=self.word, axes=listing(parts), shapes=texts),
            self.advice(),
        )

    def advice(self) -> str:
        """What has to be equal, and how to bring that about."""
        raise NotImplementedError


class Concat(Merge):
    """The inputs' channels one after another; everything else has to agree."""

    word = "concat"
    synonyms = ("concatenate", "cat", "join", "route", "depthconcat", "filter_concat")

    def advice(self) -> str:
        return t("concat adds up channels; height and width have to be the same in all inputs")

    def axis(self, index: int, sizes: list[int | None]) -> tuple[int | None, bool]:
        known = [s for s in sizes if s is not None]
        if index == 0:
            return (sum(known) if len(known) == len(sizes) else None), True
        return _one(known)


def _one(known: list[int]) -> tuple[int | None, bool]:
    """The one size of inputs that agree; inputs that are not known agree with any."""
    if not known:
        return None, True
    agree = min(known) == max(known)
    return (known[0] if agree else None), agree


class Elementwise(Merge):
    """Number by number; an axis of 1 is stretched to the others' size."""

    def advice(self) -> str:
        return t(
            "shapes have to be equal, or 1 where one is stretched; a 1×1 convolution on the shortcut changes channels"
        )

    def axis(self, index: int, sizes: list[int | None]) -> tuple[int | None, bool]:
        size, agree = _one([s for s in sizes if s is not None and s != 1])
        if size is None and agree and None not in sizes:
            return 1, True
        return size, agree


class Add(Elementwise):
    """The sum, number by number; an axis of 1 is stretched."""

    word = "add"
    synonyms = ("sum", "eltwise", "plus", "elementwise_add")


class Multiply(Elementwise):
    """The product, number by number; an axis of 1 is stretched."""

    word = "multiply"
    synonyms = ("mul", "product", "elementwise_mul")


def gate_inputs(facts: Facts) -> set[int]:
    """Which inputs of a multiplication are gates: one number a channel, stretched over a larger map."""
    if facts.output is None or all(axis == 1 for axis in facts.output[1:]):
        return set()
    return {i for i, s in enumerate(facts.inputs) if s is not None and len(s) > 1 and all(a == 1 for a in s[1:])}


def seen_inputs(type: type[Layer], facts: Facts, inputs: tuple[int, ...]) -> tuple[int, ...]:
    """The inputs that a unit looks at: all, but for the gate of a multiplication."""
    if type is not Multiply:
        return inputs
    gates = gate_inputs(facts)
    return tuple(value for i, value in enumerate(inputs) if i not in gates) or inputs
