"""Worked answers: the steps that lead to what a question asks for, each a formula with its numbers put in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from cnncalc.analysis import DTYPES, Analysis, Layer
from cnncalc.derivations import Section, Subject
from cnncalc.derivations.base import axes, axes_title, channels, field_sections
from cnncalc.explaining import explain_layer, input_field
from cnncalc.formula import Num, Number, Symbol, product, total
from cnncalc.homework.assignment import AXES, Cell, Question
from cnncalc.homework.conventions import Conventions
from cnncalc.homework.solved import solved_setting
from cnncalc.homework.truth import SETTINGS, WEIGHTS, Ungradable, layer_truth, truth_text
from cnncalc.language import t
from cnncalc.text import printable, shape_text

MOST_STEPS = 60
"""Layers that lead to an answer are worked out up to so many, the nearest ones."""

MOST_TERMS = 200
"""A sum over a network shows so many layers."""

_COUNTS = ("parameters", "weights", "macs", "flops", "receptive_field", "buffers")
"""Sections that say nothing about shapes, by the beginning of their keys."""


@dataclass
class Step:
    """A part of a worked answer: formulas, and what is said about them. ``title`` is plain text, and may be empty."""

    title: str
    sections: list[Section] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)


def answer_text(cell: Cell, conventions: Conventions) -> str:
    """What is right, as it is told."""
    if cell.axis and isinstance(cell.truth, tuple):
        return str(cell.truth[AXES.index(cell.axis)])
    return truth_text(cell.truth, cell.ask, conventions)


def solution(question: Question) -> list[Step]:
    """The steps to the answers of a question; none where it can't be graded."""
    cells = [cell for cell in question.cells if not cell.broken and not cell.misnamed]
    if not cells:
        return []
    conventions = question.conventions
    if question.table:
        return list(_table(cells, conventions))
    cell = cells[0]
    if cell.inverse is not None:
        return list(_inverse(cell))
    assert cell.analysis is not None
    if cell.layer is None:
        return list(_network(cell.analysis, cell.ask, conventions))
    return list(_single(cell.analysis, cell.layer, cell.ask, conventions, question.written))


# One layer


def _single(analysis: Analysis, layer: Layer, ask: str, conventions: Conventions, written: bool) -> Iterator[Step]:
    if ask in ("receptive_field", "effective_stride"):
        yield from _seen(analysis, layer, ask)
        return
    if written:
        yield from _shapes(analysis, _before(analysis, layer))
    yield _step(analysis, layer, [ask], conventions)


def _step(analysis: Analysis, layer: Layer, asks: Iterable[str], conventions: Conventions) -> Step:
    """What is asked about a layer, with the formulas that the answers need."""
    explained = explain_layer(analysis, layer)
    sections: dict[int, Section] = {}
    for ask in asks:
        for section in _sections(explained.sections, layer, ask, conventions):
            sections.setdefault(id(section), section)
    inputs = ", ".join(shape_text(shape) for shape in layer.inputs[:4])
    given = [f"{symbol.text()} = {symbol.numbers().text()}" for symbol in explained.derivation.given]
    shapes = f"{inputs} → {shape_text(layer.output)}" if None not in (layer.output or (None,)) else inputs
    title = ", ".join([f"{printable(layer.path)}: {layer.type}", *given, shapes])
    sentences = [fault.message for fault in explained.faults]
    if "memory" in asks and layer.facts.params is not None and layer.activations is not None:
        sentences += _in_unit(layer.facts.params, layer.activations, conventions)
    return Step(title, list(sections.values()), sentences)


def _sections(found: list[Section], layer: Layer, ask: str, conventions: Conventions) -> list[Section]:
    """The sections of a layer's derivation that lead to the answer, and what there is beyond them."""
    shape = [section for section in found if not section.key.startswith(_COUNTS)]
    if ask == "output":
        return shape
    if ask == "fits":
        return [section for section in shape if section.key != "channels"]
    if ask == "activations":
        return [*shape, *_activations(layer)]
    if ask in ("macs", "flops"):
        doubled = ask == "flops" and conventions.counts == "flops"
        return [*shape, *(s for s in found if s.key == "macs" or (doubled and s.key == "flops"))]
    if ask == "params" and conventions.biases:
        return [s for s in found if s.key == "parameters"]
    if ask in WEIGHTS:
        return _part(found, layer, ask == "biases")
    if ask == "memory":
        counted = conventions.memory
        first = [] if counted == "activations" else [s for s in found if s.key == "parameters"]
        second = [] if counted == "weights" else [*shape, *_activations(layer)]
        return [*first, *second, *_memory(layer.facts.params, layer.activations, conventions)]
    if ask in ("receptive_field", "effective_stride"):
        return [s for s in found if s.key == ask]
    return []


def _part(found: list[Section], layer: Layer, biases: bool) -> list[Section]:
    """The weights, or the biases, of a layer."""
    parts = [s for s in found if s.key.startswith("weights.") and (s.key == "weights.bias") == biases]
    title = t("biases") if biases else t("weights")
    key = "biases" if biases else "weights"
    if not parts:
        tensors = layer.facts.tensors or ()
        result = sum(tensor.numel for tensor in tensors if (tensor.name == "bias") == biases)
        return [Section(key, title, Num(result), result)]
    if len(parts) > 1:
        counts = [part.result or 0 for part in parts]
        parts.append(Section(key, title, total([Num(count) for count in counts]), sum(counts)))
    return parts


def _activations(layer: Layer) -> list[Section]:
    """C_O·H_O·W_O."""
    shape = layer.output
    if not shape or None in shape or len(shape) > 4:
        return []
    factors = [Symbol("n", "", shape[0])] if len(shape) == 1 else [channels(shape, "O"), *axes(shape, "O")]
    return [Section("activations", t("activations"), product(factors), layer.activations)]


def _memory(params: int | None, activations: int | None, conventions: Conventions) -> list[Section]:
    """Numbers times the bytes of each."""
    kept = _kept(params or 0, activations or 0, conventions)
    each = DTYPES[conventions.dtype]
    return [Section("memory", t("bytes"), total([Num(count) for count in kept]) * each, sum(kept) * each)]


def _kept(params: int, activations: int, conventions: Conventions) -> list[int]:
    """The numbers that memory counts."""
    return {"all": [params, activations], "weights": [params], "activations": [activations]}[conventions.memory]


def _in_unit(params: int, activations: int, conventions: Conventions) -> list[str]:
    """The bytes in the assignment's unit, where it is another one."""
    if conventions.unit == "B":
        return []
    amount = sum(_kept(params, activations, conventions)) * DTYPES[conventions.dtype]
    told = truth_text(amount, "memory", conventions)
    return [t("{bytes:,} bytes / {each:,} = {amount}", bytes=amount, each=conventions.bytes, amount=told)]


# What leads to a layer


def _before(analysis: Analysis, layer: Layer) -> list[Layer]:
    """The layers that a layer's input comes from, in the order in which they run."""
    base = len(analysis.graph.names)
    seen: set[int] = set()
    left = [value - base for value in layer.node.inputs]
    while left:
        index = left.pop()
        if index >= 0 and index not in seen:
            seen.add(index)
            left += [value - base for value in analysis.layers[index].node.inputs]
    return [analysis.layers[index] for index in sorted(seen)]


def _shapes(analysis: Analysis, layers: list[Layer]) -> Iterator[Step]:
    """The shapes that leave these layers, but for those that change none; of very many, the last."""
    changing = [layer for layer in layers if layer.facts.windows is not None or layer.inputs != (layer.output,)]
    for layer in changing[-MOST_STEPS:]:
        yield _step(analysis, layer, ["output"], Conventions())


def _seen(analysis: Analysis, layer: Layer, ask: str) -> Iterator[Step]:
    """r and j of every window on the way."""
    yield Step("", [], [t("At the input r = 1 and j = 1; each window makes r ← r + (F − 1)·j, and then j ← j·S.")])
    windows = [each for each in [*_before(analysis, layer), layer] if each.facts.windows is not None]
    for each in windows[-MOST_STEPS:]:
        sections = [
            *(_fields(analysis, each) if ask == "receptive_field" else []),
            *(_jumps(analysis, each) if ask == "effective_stride" or each is not layer else []),
        ]
        if sections:
            yield Step(printable(each.path), sections)


def _fields(analysis: Analysis, layer: Layer) -> list[Section]:
    """r_O = r_I + (F − 1)·j_I, along each axis."""
    windows = layer.facts.windows or ()
    before = input_field(analysis, layer.node.inputs[0])
    dilated = any(size != 1 for size in getattr(layer.facts.layer, "dilation", ()))
    letters = [Symbol("F'" if dilated else "F", "", window.size if window else None) for window in windows]
    return field_sections(Subject(layer.facts, before, layer.field), letters)


def _jumps(analysis: Analysis, layer: Layer) -> list[Section]:
    """j_O = j_I·S, along each axis."""
    windows, after = layer.facts.windows or (), layer.field
    before = input_field(analysis, layer.node.inputs[0])
    found: dict[tuple[Number, Number, Number], list[int]] = {}
    for axis, (window, old, new) in enumerate(zip(windows, before, after)):
        if window and old and new and window.stride is not None and old.stride is not None and new.stride is not None:
            found.setdefault((old.stride, window.stride, new.stride), []).append(axis)
    sections = []
    for (old_stride, stride, new_stride), group in found.items():
        title = t("effective stride")
        if len(group) < len(windows):
            title = t("effective stride, {axes}", axes=axes_title(len(windows), group))
        formula = Symbol("j", "I", old_stride) * Symbol("S", "", stride)
        sections.append(Section("effective_stride", title, formula, new_stride, Symbol("j", "O", new_stride)))
    return sections


# A whole network


def _network(analysis: Analysis, ask: str, conventions: Conventions) -> Iterator[Step]:
    last = analysis.layers[-1]
    if ask in ("receptive_field", "effective_stride"):
        yield from _seen(analysis, last, ask)
    elif ask in ("output", "fits"):
        layers = _before(analysis, last) if ask == "output" else analysis.layers[:-1]
        yield from _shapes(analysis, [*layers, last])
    elif ask in SETTINGS:
        yield _step(analysis, last, [ask], conventions)
    elif ask == "memory":
        yield from _network_memory(analysis, conventions)
    else:
        yield Step("", _summed(analysis, ask, conventions))


def _network_memory(analysis: Analysis, conventions: Conventions) -> Iterator[Step]:
    counted = conventions.memory
    if counted != "activations":
        yield Step(t("parameters"), _summed(analysis, "params", Conventions()))
    if counted != "weights":
        yield Step(t("activations"), _summed(analysis, "activations", conventions))
    totals = analysis.totals
    sections = _memory(totals.params, totals.activations, conventions)
    yield Step(t("memory"), sections, _in_unit(totals.params, totals.activations, conventions))


def _summed(analysis: Analysis, ask: str, conventions: Conventions) -> list[Section]:
    """A line for each layer that has some of what is asked for, and their sum."""
    lines: list[Section] = []
    counts: list[int] = []
    weighed = ask in WEIGHTS
    for layer in analysis.layers:
        if weighed and layer.node.shared is not None:
            continue
        try:
            count = layer_truth(layer, ask, conventions)
        except Ungradable:
            continue
        if not isinstance(count, int) or not count:
            continue
        counts.append(count)
        if len(counts) <= MOST_TERMS:
            found = _sections(explain_layer(analysis, layer).sections, layer, ask, conventions)
            made = [section for section in found if section.result == count and section.symbol is None]
            formula = made[-1].formula if made else Num(count)
            lines.append(Section(ask, printable(layer.path), formula, count))
    return [*lines, Section("total", t("together"), Num(sum(counts)), sum(counts))]


# Tables and inverse questions


def _table(cells: list[Cell], conventions: Conventions) -> Iterator[Step]:
    rows: dict[str, list[Cell]] = {}
    for cell in cells:
        rows.setdefault(cell.row, []).append(cell)
    for row in rows.values():
        cell = row[0]
        assert cell.analysis is not None
        assert cell.layer is not None
        asks = [each.ask for each in row]
        step = _step(cell.analysis, cell.layer, asks, conventions)
        if "effective_stride" in asks:
            step.sections += _jumps(cell.analysis, cell.layer)
        yield step


def _inverse(cell: Cell) -> Iterator[Step]:
    """The output's formula solved for the setting; then the output with it, as a check."""
    assert cell.inverse is not None
    analysis = cell.inverse.analysis(cell.truth)
    layer = analysis.layers[-1]
    section = solved_setting(layer, cell.ask)
    if section is not None:
        yield Step("", [section])
    step = _step(analysis, layer, ["output"], Conventions())
    step.sentences.append(t("With it the layer gives {shape}, as asked.", shape=shape_text(layer.output)))
    yield step
