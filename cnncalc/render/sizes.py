"""Which inputs a network accepts: the table of its layers in letters, the answer in words, and the JSON document."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from cnncalc.analysis import Layer
from cnncalc.diagnostics import location
from cnncalc.features import Coupling
from cnncalc.language import t
from cnncalc.progressions import SizeSet
from cnncalc.render.shapes import INDEX, NAME, TYPE, heading
from cnncalc.render.table import Column, Table
from cnncalc.sizes import Sizes, bracketed
from cnncalc.text import listing, shape_text

MOST_BOXES = 6
"""Combinations of height and width that are written out."""


def output_text(found: Sizes, layer: Layer, joiner: str = "×") -> str:
    """``64×H/2×W/2``."""
    return joined(found.output_texts(layer), joiner)


def joined(texts: list[str], joiner: str = "×") -> str:
    """A shape of expressions: a sum in it stands in brackets."""
    return joiner.join(map(bracketed, texts)) if len(texts) > 1 else "".join(texts) or "?"


def condition_text(found: Sizes, layer: Layer) -> str:
    """The sizes that a layer leaves, if it asks for something; once for axes that are alike."""
    position = layer.index - 1
    sets = {
        found.symbol(axis): axis.conditions[position]
        for axis in found.axes
        if position in axis.conditions and found.symbol(axis)
    }
    wanted = [equation_text(found, c) for c in (*found.wanted, *found.couplings) if c.layer is layer]
    return "; ".join([*(text for text in [box_text(sets)] if text), *wanted])


def box_text(box: Mapping[str, SizeSet]) -> str:
    """``H ≡ 0 mod 32, H ≥ 32; the same for W``."""
    texts: list[str] = []
    for _, group in groupby(box.items(), key=lambda item: item[1].parts):
        (symbol, sizes), *others = group
        texts.append(sizes.text(symbol))
        if others:
            texts.append(t("the same for {symbols}", symbols=listing(other for other, _ in others)))
    return "; ".join(texts)


def boxes_text(boxes: list[dict[str, SizeSet]]) -> str:
    """Several combinations of sizes, in words."""
    texts = [box_text(box) for box in boxes[:MOST_BOXES]] + ["…"] * (len(boxes) > MOST_BOXES)
    return f" {t('or')} ".join(f"({text})" if len(boxes) > 1 else text for text in texts)


def equation_text(found: Sizes, coupling: Coupling) -> str:
    """What a layer on flat numbers asks of height and width together: ``512·H/32·W/32 = 25088``."""
    counts = [found.features_text(features, coupling.layer.index - 1) for features in coupling.features]
    if coupling.wanted is not None:
        return f"{counts[0]} = {coupling.wanted}"
    if len(counts) > 1:
        return " = ".join(dict.fromkeys(counts))
    return t("{count} features have to suit it", count=counts[0])


def letters_table(found: Sizes, *, conditions: bool) -> Table:
    """Every layer's output in the letters of the input: with the sizes that each layer leaves, or its parameters."""

    def raw(layer: Layer) -> str:
        return output_text(found, layer, "x")

    def condition(layer: Layer) -> str:
        return condition_text(found, layer)

    def params(layer: Layer) -> str:
        return found.params_text(layer)

    output = Column("output", t("output"), lambda layer: output_text(found, layer), raw, right=True)
    last = (
        Column("leaves", t("accepts from here on"), condition, condition, folds=True)
        if conditions
        else Column("params", t("parameters"), params, lambda layer: params(layer).replace(",", ""), right=True)
    )
    return Table((INDEX, NAME, TYPE, output, last), found.layers)


def letters_heading(found: Sizes) -> str:
    """``VGG-16 (2014), input 3×H×W``."""
    shapes = {name: "×".join(map(str, (channels, *axes))) for name, (channels, axes) in found.inputs.items()}
    return heading(found.graph, shapes)


def answer(found: Sizes, own: Mapping[str, tuple[int, ...]]) -> list[str]:
    """The answer in words. ``own`` are the input shapes of the file itself."""
    smallest = found.smallest()
    if smallest is None:
        return [_nothing(found)]
    lines = [t("accepts {sizes}", sizes=boxes_text(found.boxes))]
    lines += [t("and only where {equation}", equation=equation_text(found, c)) for c in found.couplings]
    if found.whole is not found.boxes:
        if found.whole:
            whole = boxes_text(found.whole)
            lines.append(t("no window leaves anything over, not even padding, where {sizes}", sizes=whole))
        else:
            lines.append(t("on every size some window leaves something over, if only padding"))
    shapes = listing(map(shape_text, found.input_of(smallest).values()))
    lines.append(t("the smallest input is {shape}", shape=shapes))
    lines += _own_lines(found, own)
    for layer in found.depending():
        lines.append(
            t(
                "the weights of {layer} depend on the size: {params} parameters; trained, it takes no other count",
                layer=layer.path,
                params=found.params_text(layer),
            )
        )
    return lines


def _nothing(found: Sizes) -> str:
    for axis in found.axes:
        if axis.classes:
            continue
        position = max(axis.conditions)
        layer = found.layers[position]
        symbol = found.symbol(axis)
        if not symbol:
            return t("no input fits: {layer} does not take the size that is given", layer=layer.path)
        if len(layer.node.inputs) > 1:
            shapes = [joined(texts) for texts in found.input_texts(layer)]
            return t(
                "no input fits: what {layer} joins is never alike: {shapes}", layer=layer.path, shapes=listing(shapes)
            )
        before = [sizes for place, sizes in axis.conditions.items() if place < position]
        if not before:
            return t("no input fits: {layer} takes none", layer=layer.path)
        sizes = before[-1].text(symbol)
        return t(
            "no input fits: before {layer} it is {sizes}, and {layer} takes none of these",
            layer=layer.path,
            sizes=sizes,
        )
    return t("no input fits: the conditions leave nothing together")


def own_sizes(found: Sizes, own: Mapping[str, tuple[int, ...]]) -> dict[str, int] | None:
    """The sizes that the file's own input puts in the place of the letters; None where it has other axes."""
    sizes: dict[str, int] = {}
    for name, (channels, axes) in found.inputs.items():
        shape = own.get(name, ())
        if len(shape) != len(axes) + 1 or shape[0] != channels:
            return None
        for letter, size in zip(axes, shape[1:]):
            if (sizes.setdefault(letter, size) if isinstance(letter, str) else letter) != size:
                return None
    return sizes


def _own_lines(found: Sizes, own: Mapping[str, tuple[int, ...]]) -> list[str]:
    sizes = own_sizes(found, own)
    if sizes is None:
        return []
    shapes = listing(map(shape_text, own.values()))
    if found.accepts(**sizes):
        return [t("the file's own input, {shape}, is among them", shape=shapes)]
    near = []
    for symbol, size in sizes.items():
        around = sorted({n for box in found.boxes for n in box[symbol].nearest(size)}, key=lambda n: abs(n - size))[:2]
        if size not in around and around:
            near.append(f"{symbol} = {listing(map(str, sorted(around)), 'or')}")
    hint = t("; the nearest: {sizes}", sizes=", ".join(near)) if near else ""
    return [t("the file's own input, {shape}, is not among them", shape=shapes) + hint]


def sizes_dict(found: Sizes, own: Mapping[str, tuple[int, ...]]) -> dict[str, Any]:
    """The JSON document of ``cnncalc sizes``."""
    smallest, sizes = found.smallest(), own_sizes(found, own)
    inputs = {name: [channels, *axes] for name, (channels, axes) in found.inputs.items()}
    shapes = None if smallest is None else {name: list(shape) for name, shape in found.input_of(smallest).items()}
    return {
        "name": found.graph.architecture.name,
        "input": next(iter(inputs.values())) if len(inputs) == 1 else inputs,
        "ok": found.ok,
        "accepts": [box_dict(box) for box in found.boxes],
        "equations": [equation_text(found, coupling) for coupling in found.couplings],
        "whole": [box_dict(box) for box in found.whole],
        "smallest": shapes if shapes is None or len(shapes) > 1 else next(iter(shapes.values())),
        "own_accepted": None if sizes is None else found.accepts(**sizes),
        "layers": [
            {
                "index": layer.index,
                "path": layer.path,
                "type": layer.type,
                "output": found.output_texts(layer) or None,
                "params": layer.params,
                "params_text": found.params_text(layer),
                "leaves": condition_text(found, layer) or None,
                "location": location(found.graph.architecture.source.name, layer.node.item.span),
            }
            for layer in found.layers
        ],
        "depends_on_size": [layer.path for layer in found.depending()],
        "diagnostics": [d.to_dict() for d in found.diagnostics],
    }


def box_dict(box: Mapping[str, SizeSet]) -> dict[str, Any]:
    """Sizes that go together, as they stand in JSON."""
    return {symbol: sizes.to_dict(symbol) for symbol, sizes in box.items()}
