"""Networks in words, as a question on paper tells them: what goes in, and a line for each layer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from cnncalc.analysis import Analysis, Layer
from cnncalc.homework.conventions import Conventions
from cnncalc.homework.truth import laid_out
from cnncalc.language import n, t
from cnncalc.text import listing, printable, shape_text
from cnncalc.values import SIDES

MOST_LINES = 200
"""A network of more layers is told up to this one."""

ALWAYS = frozenset({"filters", "kernel", "stride", "padding"})
"""Settings that a student needs even where they are the default."""

UNTOLD = frozenset({"eps", "momentum", "running_stats", "count_padding"})
"""Settings that change no number that is asked for."""

_IDLE = {"padding": "0", "dilation": "1", "groups": "1", "multiplier": "1", "output_padding": "0"}
"""What changes nothing, and goes without saying."""
POOLS = frozenset({"max_pool", "avg_pool"})


def shape_words(shape: Sequence[int | None] | None, layout: str) -> str:
    """A shape C×H×W as the assignment writes shapes."""
    if shape is None or None in shape:
        return shape_text(shape)
    return shape_text(laid_out(tuple(size for size in shape if size is not None), layout))


def input_words(analysis: Analysis, layout: str) -> str:
    """What goes in: ``3×227×227``, or several shapes by name."""
    shapes = analysis.graph.inputs
    if len(shapes) == 1:
        return shape_words(next(iter(shapes.values())), layout)
    return listing(f"{printable(name)} ({shape_words(shape, layout)})" for name, shape in shapes.items())


def layer_words(layer: Layer, conventions: Conventions, hidden: str = "") -> str:
    """``a convolution with K=96, F=11, S=4, P=0``; one setting may be hidden, for it to be asked for."""
    settings = [*_settings(layer, conventions, hidden)]
    name = _layer_name(layer.type)
    if not settings:
        return name
    return t("{layer} with {settings}", layer=name, settings=", ".join(settings))


def network_lines(analysis: Analysis, conventions: Conventions) -> Iterator[str]:
    """A line for each layer, in the order in which they run, numbered."""
    before = ""
    for number, layer in enumerate(analysis.layers, 1):
        if number > MOST_LINES:
            left = len(analysis.layers) - MOST_LINES
            yield n("… and {n} layer more", "… and {n} layers more", left)
            return
        words = layer_words(layer, conventions)
        sources = layer.sources
        if layer.node.shared is not None:
            words = t(
                "{layer}, with the weights of {other}",
                layer=words,
                other=printable(layer.graph.nodes[layer.node.shared].path),
            )
        if (number > 1 and sources != [before]) or len(sources) > 1:
            words = t("{layer}, of {inputs}", layer=words, inputs=listing(map(printable, sources)))
        yield f"{number}. {printable(layer.path)}: {words}"
        before = layer.path


def _settings(layer: Layer, conventions: Conventions, hidden: str) -> Iterator[str]:
    spec = layer.node.spec
    kind = layer.facts.layer
    for name, declared in spec.type.parameters.items():
        given = name in spec.values
        value = getattr(kind, name) if kind is not None else spec.values.get(name, declared.default)
        if declared.claim or value is None or name == hidden or name in UNTOLD:
            continue
        if name == "rounding":
            if value != conventions.rounding and value is not None:
                yield _rounding(value)
        elif name == "bias" or name == "affine":
            if not value:
                yield t("no biases") if name == "bias" else t("nothing learned")
        elif name == "units":
            yield n("{n} unit", "{n} units", value)
        elif name == "padding" and _lopsided(value):
            yield from (f"P_{side}={size}" for side, size in _sides(value))
        elif declared.letters:
            told = _told(value)
            idle = told == _IDLE.get(name) and not (name in ALWAYS and layer.type not in POOLS)
            if not idle or declared.required:
                yield t("`same` padding") if told == "same" else f"{declared.letters[0]}={told}"
        elif given or declared.required:
            yield f"{name}={_told(value)}"


def _lopsided(padding: Any) -> bool:
    """Whether one axis gets another padding before than after."""
    return isinstance(padding, tuple) and any(isinstance(pair, tuple) and len(set(pair)) > 1 for pair in padding)


def _sides(padding: Any) -> Iterator[tuple[str, int]]:
    for names, sizes in zip(SIDES[len(padding)], padding):
        yield from zip(names, sizes)


def _told(value: Any) -> str:
    """``3``, where all axes have it; ``3×5``."""
    if value == "valid":
        return "0"
    if isinstance(value, tuple):
        parts = [str(size[0] if isinstance(size, tuple) else size) for size in value]
        return parts[0] if len(set(parts)) == 1 else "×".join(parts)
    return printable(str(value))


def _rounding(word: str) -> str:
    words = {
        "strict": t("no rounding"),
        "floor": t("divisions rounded down"),
        "ceil": t("divisions rounded up"),
    }
    return words.get(word, word)


def _layer_name(word: str) -> str:
    names = {
        "conv": t("a convolution"),
        "depthwise_conv": t("a depthwise convolution"),
        "separable_conv": t("a depthwise separable convolution"),
        "transposed_conv": t("a transposed convolution"),
        "max_pool": t("a max pooling"),
        "avg_pool": t("an average pooling"),
        "global_avg_pool": t("a global average pooling"),
        "global_max_pool": t("a global max pooling"),
        "adaptive_avg_pool": t("an adaptive average pooling"),
        "adaptive_max_pool": t("an adaptive max pooling"),
        "dense": t("a dense layer"),
        "flatten": t("a flatten"),
        "reshape": t("a reshape"),
        "batch_norm": t("a batch normalization"),
        "layer_norm": t("a layer normalization"),
        "group_norm": t("a group normalization"),
        "instance_norm": t("an instance normalization"),
        "relu": t("a ReLU"),
        "dropout": t("a dropout"),
        "concat": t("the concatenation"),
        "add": t("the sum"),
        "multiply": t("the product"),
        "upsample": t("an upsampling"),
        "zero_pad": t("a border of zeros"),
    }
    return names.get(word) or t("a layer `{type}`", type=word)
