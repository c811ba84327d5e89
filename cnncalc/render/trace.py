"""A trace in words: a step's place and its arithmetic, a table of all steps, and the JSON document."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain
from typing import Any

from cnncalc.language import n, t
from cnncalc.render.table import Column, Table
from cnncalc.text import shape_text
from cnncalc.trace_numbers import Grid, Number, exact_text, is_rounded, number_text, places_for
from cnncalc.trace_shapes import size_word
from cnncalc.trace_steps import Part, Step, Trace

MOST_TERMS = 49
"""Terms of a sum that are written out."""


class Writer:
    """Writes a trace's numbers: those that were given exactly, results rounded alike all over the output."""

    def __init__(self, trace: Trace, decimals: int | None = None) -> None:
        self.trace = trace
        self.decimals = decimals
        self.places = places_for((x for grid in trace.maps for row in grid for x in row), decimals)

    @cached_property
    def result_width(self) -> int:
        """The characters of the longest number of the output."""
        return max(len(self.result(x)) for grid in self.trace.maps for row in grid for x in row)

    def given(self, x: Number | None) -> str:
        """A number of the input or a filter; a dot where a max pool's padding has none."""
        return "·" if x is None else exact_text(x, self.decimals)

    def result(self, x: Number | None) -> str:
        """A number of the output; a dot where there is none yet."""
        return "·" if x is None else number_text(x, self.places)

    def value(self, x: Number) -> str:
        """A sum on its way, with as many decimals as it needs itself."""
        return number_text(x, places_for([x], self.decimals))

    def rounds(self, numbers: Iterable[Number | None]) -> bool:
        """Whether any of these numbers, written as given ones are, is rounded."""
        return any(x is not None and is_rounded(x, self.given(x)) for x in numbers)

    def equals(self, x: Number, text: str, rounded: bool = False) -> str:
        """``= 3``, or ``≈ 1.7`` where the text is rounded, or what stands before it is."""
        return f"{'≈' if rounded or is_rounded(x, text) else '='} {text}"


def heading(trace: Trace) -> str:
    """``conv, K = 2, F = 3, S = 2, P = 1: 3×5×5 → 2×3×3``, in the lecture's letters."""
    letters = {"K": str(trace.channels)} if trace.kernels else {}
    letters |= {"F": _axes(trace, trace.size), "S": _axes(trace, trace.stride), "P": _padding(trace)}
    if trace.dilation != (1, 1):
        letters["D"] = _axes(trace, trace.dilation)
    settings = ", ".join(f"{letter} = {value}" for letter, value in letters.items())
    input = shape_text((len(trace.input), *trace.input_size[2 - trace.rank :]))
    output = shape_text((trace.channels, *trace.output_size[2 - trace.rank :]))
    return f"{trace.type}, {settings}: {input} → {output}"


def drawn(trace: Trace) -> str:
    """Which numbers were drawn, and by which seed; nothing where all were given."""
    filters = len(trace.kernels)
    if trace.input_drawn and trace.kernels_drawn:
        return n(
            "input and filter drawn (seed {seed})",
            "input and {n} filters drawn (seed {seed})",
            filters,
            seed=trace.seed,
        )
    if trace.kernels_drawn:
        return n("filter drawn (seed {seed})", "{n} filters drawn (seed {seed})", filters, seed=trace.seed)
    return t("input drawn (seed {seed})", seed=trace.seed) if trace.input_drawn else ""


def _axes(trace: Trace, pair: Sequence[int]) -> str:
    return size_word(pair[2 - trace.rank :]).replace("x", "×")


def _padding(trace: Trace) -> str:
    pads = trace.padding[2 - trace.rank :]
    if all(before == after for before, after in pads):
        return _axes(trace, [before for before, _ in trace.padding])
    return "×".join(f"{before}+{after}" for before, after in pads)


def title(trace: Trace, step: Step) -> str:
    """``step 4 of 9: row 2, column 1``: the place in the output; of a transposed convolution, in the input."""
    count = t("step {i} of {n}", i=step.index, n=len(trace.steps))
    return f"{count}: {_place(trace, step)}"


def _place(trace: Trace, step: Step) -> str:
    row, column, k = step.at[0] + 1, step.at[1] + 1, step.filter + 1
    several = trace.channels > 1
    if trace.transposed:
        if trace.rank == 1:
            if several:
                return t("filter {k}, place {c} of the input", k=k, c=column)
            return t("place {c} of the input", c=column)
        if several:
            return t("filter {k}, row {r}, column {c} of the input", k=k, r=row, c=column)
        return t("row {r}, column {c} of the input", r=row, c=column)
    if trace.rank == 1:
        if several and trace.kernels:
            return t("filter {k}, place {c} of the output", k=k, c=column)
        if several:
            return t("channel {k}, place {c} of the output", k=k, c=column)
        return t("place {c} of the output", c=column)
    if several and trace.kernels:
        return t("filter {k}, row {r}, column {c} of the output", k=k, r=row, c=column)
    if several:
        return t("channel {k}, row {r}, column {c} of the output", k=k, r=row, c=column)
    return t("row {r}, column {c} of the output", r=row, c=column)


def input_name(trace: Trace, channel: int) -> str:
    """What stands above a channel of the input."""
    return t("input {c}", c=channel + 1) if len(trace.input) > 1 else t("input")


def output_name(trace: Trace, channel: int) -> str:
    """What stands above a channel of the output."""
    return t("output {c}", c=channel + 1) if trace.channels > 1 else t("output")


def filter_name(trace: Trace, filter: int, channel: int) -> str:
    """What stands above the weights of a filter for a channel."""
    if len(trace.input) > 1 and len(trace.kernels) > 1:
        return t("filter {k}, ch. {c}", k=filter + 1, c=channel + 1)
    if len(trace.input) > 1:
        return t("filter, ch. {c}", c=channel + 1)
    return t("filter {k}", k=filter + 1) if len(trace.kernels) > 1 else t("filter")


def sums(writer: Writer, step: Step, write: Callable[[str], str] = str) -> list[str]:
    """The step's arithmetic, one line for each channel and one for the whole where there are several.

    ``write`` is what makes of each formula what stands in the line.
    """
    trace = writer.trace
    whole = write(f"{brief(writer, step)} {_result(writer, step)}")
    if len(step.parts) == 1 or trace.transposed:
        return [whole]
    lines = []
    for part in step.parts:
        total = writer.equals(part.sum, writer.value(part.sum), writer.rounds(_factors(part)))
        lines.append(t("channel {c}: {sum}", c=part.channel + 1, sum=write(f"{_products(writer, part)} {total}")))
    return [*lines, t("together: {sum}", sum=whole)]


def _result(writer: Writer, step: Step) -> str:
    """What stands behind the step's arithmetic: ``= 12``, ``= 15/9 ≈ 1.7``, ``= [0 1; 2 2]``."""
    trace = writer.trace
    rounded = writer.rounds(_terms(trace, step))
    if trace.transposed:
        rounded = rounded or any(is_rounded(x, writer.value(x)) for row in step.laid for x in row)
        return f"{'≈' if rounded else '='} {_grid(writer.value, step.laid)}"
    if trace.type == "avg_pool":
        total = step.parts[0].sum
        text = writer.value(total)
        mean = writer.equals(step.total, writer.result(step.total), is_rounded(total, text))
        return f"{writer.equals(total, text, rounded)}/{step.divisor} {mean}"
    return writer.equals(step.total, writer.value(step.total), rounded)


def _terms(trace: Trace, step: Step) -> Iterator[Number | None]:
    """The numbers that stand in `brief`."""
    if trace.transposed:
        return chain.from_iterable(map(_factors, step.parts))
    first = _factors(step.parts[0]) if len(step.parts) == 1 else (part.sum for part in step.parts)
    return chain(first, [step.bias])


def _factors(part: Part) -> Iterator[Number | None]:
    """The numbers of a channel that are multiplied, or taken by a pool."""
    return chain(*part.cells, *part.kernel)


def brief(writer: Writer, step: Step) -> str:
    """The step's arithmetic on one line, without its result: channels added up where there are several."""
    trace = writer.trace
    if trace.transposed:
        return _laying(writer, step)
    if trace.type == "max_pool":
        return _maximum(writer, step)
    if trace.type == "avg_pool":
        return f"({_sum(_signed(x, writer) for x in _cells(step))})/{step.divisor}"
    if len(step.parts) == 1:
        return _products(writer, step.parts[0]) + _bias(writer, step)
    return _sum(_signed(part.sum, writer) for part in step.parts) + _bias(writer, step)


def _products(writer: Writer, part: Part) -> str:
    """``3·0 + 2·(−1) + …``: each cell times its weight."""
    return _sum(
        f"{_signed(x, writer)}·{_signed(w, writer)}"
        for cells, weights in zip(part.cells, part.kernel)
        for x, w in zip(cells, weights)
    )


def _bias(writer: Writer, step: Step) -> str:
    """The bias as the last term, where any filter has one."""
    if not any(writer.trace.bias):
        return ""
    return f" + {t('{x} (bias)', x=_signed(step.bias, writer))}"


def _maximum(writer: Writer, step: Step) -> str:
    return f"max({_shortened([writer.given(x) for x in _cells(step)], ', ')})"


def _cells(step: Step) -> list[Number]:
    """The numbers under a pool's window."""
    return [x for row in step.parts[0].cells for x in row if x is not None]


def _laying(writer: Writer, step: Step) -> str:
    """``2·[0 1; 2 2]``: an input pixel times its filter, channel by channel."""
    return _sum(f"{_signed(part.cells[0][0], writer)}·{_grid(writer.given, part.kernel)}" for part in step.parts)


def _grid(write: Callable[[Number], str], grid: Grid) -> str:
    """Rows of numbers as one types them; of many numbers, that there are some."""
    if len(grid) * len(grid[0]) > MOST_TERMS:
        return "[…]"
    return f"[{'; '.join(' '.join(map(write, row)) for row in grid)}]"


def _signed(x: Number | None, writer: Writer) -> str:
    """A number as a factor or term: a negative one in brackets, as is a quotient."""
    text = writer.given(x)
    return f"({text})" if text.startswith("−") or "/" in text else text


def _sum(terms: Iterable[str]) -> str:
    return _shortened(list(terms), " + ")


def _shortened(terms: list[str], between: str) -> str:
    """The terms, joined; of very many only the first, and how many more there are."""
    if len(terms) <= MOST_TERMS:
        return between.join(terms)
    more = t("… {count} more", count=len(terms) - MOST_TERMS + 1)
    return between.join([*terms[: MOST_TERMS - 1], more])


def steps_table(writer: Writer, steps: Sequence[Step]) -> Table:
    """A row for each step: its place, its arithmetic and the result."""
    trace = writer.trace
    columns = [_whole("step", t("step"), lambda step: step.index)]
    if trace.channels > 1:
        word = ("filter", t("filter")) if trace.kernels else ("channel", t("channel"))
        columns.append(_whole(*word, lambda step: step.filter + 1))
    if trace.rank == 2:
        columns.append(_whole("row", t("row"), lambda step: step.at[0] + 1))
        columns.append(_whole("column", t("column"), lambda step: step.at[1] + 1))
    else:
        columns.append(_whole("place", t("place"), lambda step: step.at[1] + 1))
    columns.append(Column("sum", t("sum"), lambda s: brief(writer, s), lambda s: brief(writer, s), folds=True))
    if not trace.transposed:
        result = Column(
            "result", t("result"), lambda s: writer.result(s.total), lambda s: exact(s.total), right=True, style="bold"
        )
        columns.append(result)
    return Table(columns, list(steps))


def _whole(key: str, title: str, value: Callable[[Step], int]) -> Column:
    return Column(key, title, lambda step: str(value(step)), value, right=True)


def exact(x: Number | None) -> int | str | None:
    """A number as it stands in JSON and CSV: whole ones as numbers, others as the text of a quotient, ``"5/3"``."""
    return x if x is None or isinstance(x, int) else str(x)


def _exact_grid(grid: Sequence[Sequence[Number | None]]) -> list[list[int | str | None]]:
    return [[exact(x) for x in row] for row in grid]


def trace_dict(trace: Trace, steps: Sequence[Step]) -> dict[str, Any]:
    """The JSON document of ``cnncalc trace``. Places and channels count from 0; with one spatial axis, rows are 0.

    ``padded`` is what the window moves on; ``output``, ``input`` and ``kernel`` have their channels first.
    """
    maps = [_exact_grid(grid) for grid in trace.maps]
    return {
        "type": trace.type,
        "ok": True,
        "rank": trace.rank,
        "input": [_exact_grid(grid) for grid in trace.input],
        "kernel": [[_exact_grid(grid) for grid in filter] for filter in trace.kernels],
        "bias": [exact(x) for x in trace.bias],
        "size": list(trace.size),
        "stride": list(trace.stride),
        "dilation": list(trace.dilation),
        "padding": [list(pair) for pair in trace.padding],
        "padded": [_exact_grid(grid) for grid in trace.padded],
        "output": maps,
        "steps": [_step_dict(trace, step) for step in steps],
        "diagnostics": [d.to_dict() for d in trace.diagnostics],
    }


def _step_dict(trace: Trace, step: Step) -> dict[str, Any]:
    document: dict[str, Any] = {
        "step": step.index,
        "filter": step.filter,
        "at": list(step.at),
        "start": list(step.start),
        "channels": [
            {
                "channel": part.channel,
                "cells": _exact_grid(part.cells),
                "kernel": _exact_grid(part.kernel),
                "products": _exact_grid(part.products),
                "sum": exact(part.sum),
            }
            for part in step.parts
        ],
        "bias": exact(step.bias),
        "divisor": step.divisor,
        "result": exact(step.total),
    }
    if trace.transposed:
        document["laid"] = _exact_grid(step.laid)
    return document
