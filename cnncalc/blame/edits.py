"""The smallest edit that brings the inputs of a merge together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cnncalc.analysis import Layer
from cnncalc.architecture import LayerItem
from cnncalc.blame.options import ORDER, Option, extents, options, written
from cnncalc.blame.trials import Trials
from cnncalc.blame.ways import Fork, Past
from cnncalc.language import t
from cnncalc.layers import infer
from cnncalc.layers.convolution import Conv
from cnncalc.layers.sliding import Sliding
from cnncalc.text import listing, quote
from cnncalc.values import Shape

MOST_LAYERS = 200
"""So many layers of each way, those nearest to the merge, are tried."""

WEIGHTED = ("kernel", "filters", "units")
"""The parameters that the shapes of weights follow from."""

MOST_TOGETHER = 4
"""So many layers at most get their padding in one edit."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """An edit: a parameter of a layer gets a value, written as in a file; ``also`` are others that get the same.

    Where something new has to be put in, ``layer`` is the merge, and ``parameter`` is ``shortcut``, ``from`` or
    ``branches``: where in it the layer that ``value`` is the text of goes.
    """

    layer: str
    parameter: str
    value: Any
    text: str
    also: tuple[str, ...] = ()


def remedy(past: Past, split: Fork, wrong: list[int], blamed: list[Layer], trials: Trials) -> Remedy | None:
    """The smallest edit that makes the merge agree; None where none of those tried does. Raises Spent."""
    candidates = sorted(_candidates(past, split, wrong, blamed), key=lambda candidate: candidate[0])
    together = ORDER.index("together")
    tried = False
    for key, layer, option in candidates:
        if key[0] > together and not tried:
            tried = True
            if found := _cropped(past, split, wrong) or _together(split, wrong, trials):
                return found
        if option.parameter in WEIGHTED and layer.node.item.span in trials.sharing:
            continue
        if trials.agrees([(layer, option.parameter, option.value)]):
            return _written(layer, option, trials)
    return _inserted(past, split, wrong) or (None if tried else _together(split, wrong, trials))


Key = tuple[int, ...]


def _candidates(past: Past, split: Fork, wrong: list[int], blamed: list[Layer]) -> Iterator[tuple[Key, Layer, Option]]:
    """Every change to try. First come the parameters in their order, those left out before those that a file gives a
    value, layers to blame before others, short values before long ones, small changes before large ones."""
    guilty = {layer.index for layer in blamed}
    for side, layers in enumerate(split.own):
        wanted = past.shape(split.one if side else split.other)
        if wanted is None:
            continue
        for layer in layers[:MOST_LAYERS]:
            for option in options(layer, wanted, wrong):
                given = option.parameter in layer.node.spec.values
                order = ORDER.index(option.parameter)
                key = (order, given, layer.index not in guilty, option.style, option.distance, -side, -layer.index)
                yield key, layer, option


def _written(layer: Layer, option: Option, trials: Trials) -> Remedy:
    place = trials.argument(layer, option.parameter)
    if place is not None:
        help = t(
            "write {value} in line {line}, where the block gets the {parameter} of {layer}",
            value=f"`{written(option.value)}`",
            line=place.line,
            parameter=f"`{option.parameter}`",
            layer=layer.path,
        )
        return Remedy(layer.path, option.parameter, option.value, help)
    text = f"{option.parameter}: {written(option.value)}"
    if layer.type == "zero_pad":  # its sides may stand by themselves, and would be said twice
        text = f"zero_pad: {{{text}}}"
    line = layer.node.item.span.line
    help = t("write {text} at {layer} (line {line})", text=f"`{text}`", layer=layer.path, line=line)
    return Remedy(layer.path, option.parameter, option.value, help)


def _together(split: Fork, wrong: list[int], trials: Trials) -> Remedy | None:
    """``padding: same`` for all windows of one way that have too little of it."""
    if wrong[-1:] == [0]:
        return None
    for layers in reversed(split.own):
        lacking = {layer.node.item.span: layer for layer in reversed(layers[:MOST_LAYERS]) if _lacks(layer)}
        if not 2 <= len(lacking) <= MOST_TOGETHER:
            continue
        found = list(lacking.values())
        if trials.agrees([(layer, "padding", "same") for layer in found]):
            places = [t("{layer} (line {line})", layer=x.path, line=x.node.item.span.line) for x in found]
            help = t("write {text} at {places}", text="`padding: same`", places=listing(places))
            return Remedy(found[0].path, "padding", "same", help, tuple(x.path for x in found[1:]))
    return None


def _lacks(layer: Layer) -> bool:
    """Whether a window loses pixels at the border."""
    settings, pads = layer.facts.layer, layer.facts.padding
    if not isinstance(settings, Sliding) or pads is None:
        return False
    axes = zip(extents(settings) or (), settings.stride, pads)
    return any(pair is not None and sum(pair) < f - s for f, s, pair in axes)


def _cropped(past: Past, split: Fork, wrong: list[int]) -> Remedy | None:
    """A crop of a skip: one input has been on the way to the other, as in a U-Net (Ronneberger et al. 2015)."""
    for value, other in ((split.one, split.other), (split.other, split.one)):
        if value == split.common and 0 not in wrong:
            found = _resized(past, value, other)
            return found if found is not None and found.value.startswith("crop") else None
    return None


def _inserted(past: Past, split: Fork, wrong: list[int]) -> Remedy | None:
    """A layer to put in: a 1×1 convolution where a way has none, else a crop or an upsampling of one input."""
    for value, other in ((split.other, split.one), (split.one, split.other)):
        shape, wanted = past.shape(value), past.shape(other)
        if shape is None or wanted is None or None in shape or None in wanted:
            continue
        if past.merge.type != "concat" and value == split.common:
            text = _projection(past, value, shape, wanted)
            if text and (found := _place(past, value, text, "shortcut")):
                return found
        if 0 not in wrong and (found := _resized(past, value, other)):
            return found
    return None


def _projection(past: Past, value: int, shape: Shape, wanted: Shape) -> str:
    """A 1×1 convolution from one input's shape to another's; empty where there is none."""
    if len(shape) < 2:
        return ""
    strides = tuple(-(-(i or 0) // (o or 1)) for i, o in zip(shape[1:], wanted[1:]))
    stride = strides[0] if len(set(strides)) == 1 else strides
    values: dict[str, Any] = {"filters": wanted[0], "kernel": 1, **({"stride": stride} if stride != 1 else {})}
    for more in ({}, {"rounding": "floor"}):
        facts = infer(Conv, {**values, **more}, (shape,))
        if not facts.faults and _fits(past, value, facts.output):
            rounding = {} if _rounds(past) else more
            return f"conv: {{{', '.join(f'{k}: {written(v)}' for k, v in {**values, **rounding}.items())}}}"
    return ""


def _fits(past: Past, value: int, shape: Shape | None) -> bool:
    """Whether the merge's inputs agree once one of them, which comes in only once, has another shape."""
    inputs = past.merge.node.inputs
    shapes = tuple(shape if source == value else past.shape(source) for source in inputs)
    return inputs.count(value) == 1 and not infer(past.merge.node.spec.type, {}, shapes).faults


def _rounds(past: Past) -> bool:
    """Whether the file rounds as a whole, so that a new layer need not say it: no layer before the merge is strict."""
    sliding = [layer for layer in past.layers[past.first : past.merge.index] if isinstance(layer.facts.layer, Sliding)]
    return bool(sliding) and all(layer.node.spec.values.get("rounding") == "floor" for layer in sliding)


def _resized(past: Past, value: int, other: int) -> Remedy | None:
    """A crop of the larger input to the size of the smaller, where it is not twice as large; else the smaller enlarged.

    Only for merges that name their inputs, which can name another.
    """
    shape, wanted = past.shape(value) or (), past.shape(other) or ()
    sizes = [(i or 0, o or 0) for i, o in zip(shape[1:], wanted[1:])]
    if not _fits(past, value, (shape[0], *wanted[1:])):
        return None
    names = _names(past)
    if value not in names or other not in names:
        return None
    if all(o <= i < 2 * o for i, o in sizes):
        word = "crop"
    elif all(i <= o and o >= 2 * i for i, o in sizes):
        word = "upsample"
    else:
        return None
    text = f"{word}: {{from: {names[value]}, like: {names[other]}}}"
    help = t(
        "put {text} before {merge}, and join it instead of {name}",
        text=f"`{text}`",
        merge=past.merge.path,
        name=quote(names[value]),
    )
    return Remedy(past.merge.path, "from", text, help)


def _names(past: Past) -> dict[int, str]:
    """What a merge with ``from`` calls its inputs."""
    node = past.merge.node
    given = node.item.common.inputs or ()
    if not isinstance(node.item, LayerItem) or len(given) != len(node.inputs):
        return {}
    return {value: name for value, (name, _) in zip(node.inputs, given)}


def _place(past: Past, value: int, text: str, parameter: str) -> Remedy | None:
    """Where a 1×1 convolution goes: it depends on how the merge is written."""
    item, line = past.merge.node.item, past.merge.node.item.span.line
    if isinstance(item, LayerItem):
        name = _names(past).get(value)
        if name is None:
            return None
        text = text.replace("{", f"{{from: {name}, ", 1)
        help = t(
            "put {text} before {merge}, and join it instead of {name}",
            text=f"`{text}`",
            merge=past.merge.path,
            name=quote(name),
        )
        return Remedy(past.merge.path, "from", text, help)
    if item.kind == "residual":
        shortcut = f"shortcut: [{text}]"
        help = t("write {text} beside the `residual` of line {line}", text=f"`{shortcut}`", line=line)
        return Remedy(past.merge.path, "shortcut", f"[{text}]", help)
    help = t("put {text} into the empty path of the branches of line {line}", text=f"`{text}`", line=line)
    return Remedy(past.merge.path, "branches", f"[{text}]", help)
