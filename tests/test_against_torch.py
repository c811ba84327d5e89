"""cnncalc against PyTorch: random layers and networks as YAML, and the same ones as modules on the meta device.

Known differences, which are kept out of what is drawn: PyTorch has no ``same`` with a stride, on pools or on transposed
convolutions; it refuses to pad a pool by more than half its kernel, and to normalise a map of one pixel by itself
(instance norm); it rounds down where cnncalc is strict, which has a property of its own below.

    CNNCALC_EXAMPLES=20000 pytest tests/test_against_torch.py         hunts with other examples at every run
"""

from __future__ import annotations

import copy
import os
from collections.abc import Callable
from math import prod
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, Phase, assume, given, note, settings
from hypothesis import strategies as st

pytest.importorskip("torch", reason="PyTorch is not installed: pip install 'cnncalc[torch]'")

import cnncalc
from cnncalc.layers import BY_WORD
from tests.torch_reference import Fact, Refused, Value, Walk, image, run, shape, spread, torch

EXAMPLES = int(os.environ.get("CNNCALC_EXAMPLES", "0"))


def examples(count: int) -> settings:
    """The same examples at every run, unless a number of them is asked for."""
    return settings(
        max_examples=EXAMPLES or count,
        derandomize=not EXAMPLES,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )


# What is compared


def as_yaml(document: dict[str, Any]) -> str:
    text: str = yaml.safe_dump(document, sort_keys=False, default_flow_style=None)
    note(text)
    return text


def compare(document: dict[str, Any]) -> Walk:
    """The two agree about every layer, and about which one is the first that can't be."""
    theirs = run(document)
    note(f"PyTorch: {theirs.refusal or 'accepts it'}")
    ours = cnncalc.analyze_text(as_yaml(document))
    found = [Fact(*(getattr(layer, name) for name in Fact._fields)) for layer in ours.layers]
    done = len(theirs.facts)
    assert found[:done] == theirs.facts
    to_blame = {d.layer for d in ours.diagnostics if d.severity == "error"}
    assert not to_blame & {layer.path for layer in ours.layers[:done]}
    if theirs.refusal:
        assert not ours.ok, "cnncalc accepts it"
        assert ours.layers[done].path in to_blame
    else:
        assert ours.ok, ours.diagnostics
        assert len(found) == done
        assert ours.outputs == theirs.outputs
        for name in ("params", "trainable", "buffers"):
            assert getattr(ours.totals, name) == sum(getattr(fact, name) for fact in theirs.facts), name
    return theirs


# What is drawn: the settings of every layer type

Strategy = st.SearchStrategy[Any]
Shape = tuple[int, ...]
Choices = tuple[dict[str, Strategy], dict[str, Strategy]]
"""The settings that a layer type has to have, and those that it may have."""

FACTORS = st.integers(1, 4)
COUNTS = st.integers(1, 24)
FLAG = st.booleans()
SMALL = st.floats(0, 1)
EPS = st.sampled_from([1e-12, 1e-5, 0.001, 1])
SIDES = ["left", "right", "top", "bottom", "front", "back"]


def rank_of(x: Shape) -> int:
    """The spatial axes to draw sizes for: a flat input is refused, and what for does not matter."""
    return max(len(x) - 1, 1)


def size(rank: int, numbers: Strategy) -> Strategy:
    """One number, one for each axis, or the same written with an x."""
    each = st.lists(numbers, min_size=rank, max_size=rank)
    written = each.map(lambda found: "x".join(map(str, found)))
    return st.one_of(numbers, each, written) if rank > 1 else st.one_of(numbers, each)


def some_sides(rank: int, numbers: Strategy, least: int = 0) -> Strategy:
    return st.dictionaries(st.sampled_from(SIDES[: 2 * rank]), numbers, min_size=least)


def around(rank: int, *words: str) -> Strategy:
    """A padding, in each way to write it."""
    numbers = st.integers(0, 3)
    return st.one_of(size(rank, numbers), some_sides(rank, numbers), *map(st.just, words))


def window(x: Shape, *more: str) -> Choices:
    rank = rank_of(x)
    kernel = st.integers(1, 5) if len(x) < 2 else st.integers(1, min(6, min(x[1:]) + 1))
    optional = {"stride": size(rank, st.integers(1, 4)), "padding": around(rank, "valid"), "rounding": st.just("floor")}
    if "dilation" in more:
        optional["dilation"] = size(rank, st.integers(1, 3))
    return {"kernel": size(rank, kernel)}, optional


def claim(x: Shape) -> Strategy:
    return st.sampled_from([x[0], x[0], x[0], x[0] + 1])


def groups(x: Shape) -> Strategy:
    divisors = [n for n in range(1, x[0] + 1) if x[0] % n == 0]
    return st.one_of(st.sampled_from(divisors), st.sampled_from(divisors), st.integers(1, 7))


def conv(x: Shape) -> Choices:
    required, optional = window(x, "dilation")
    optional |= {"groups": groups(x), "padding": around(rank_of(x), "valid", "same")}
    return {"filters": COUNTS, **required}, {**optional, "bias": FLAG, "in_channels": claim(x)}


def depthwise_conv(x: Shape) -> Choices:
    required, optional = window(x, "dilation")
    optional["padding"] = around(rank_of(x), "valid", "same")
    return required, {**optional, "multiplier": FACTORS, "bias": FLAG, "in_channels": claim(x)}


def separable_conv(x: Shape) -> Choices:
    required, optional = depthwise_conv(x)
    return {"filters": COUNTS, **required}, optional


def transposed_conv(x: Shape) -> Choices:
    required, optional = window(x, "dilation")
    del optional["rounding"]
    optional |= {"output_padding": size(rank_of(x), st.integers(0, 2)), "groups": groups(x)}
    return {"filters": COUNTS, **required}, {**optional, "bias": FLAG, "in_channels": claim(x)}


def max_pool(x: Shape) -> Choices:
    required, optional = window(x, "dilation")
    return required, {**optional, "rounding": st.sampled_from(["floor", "ceil"])}


def avg_pool(x: Shape) -> Choices:
    required, optional = window(x)
    return required, {**optional, "rounding": st.sampled_from(["floor", "ceil"]), "count_padding": FLAG}


def adaptive_pool(x: Shape) -> Choices:
    return {"output": size(rank_of(x), st.integers(1, 9))}, {}


def dense(x: Shape) -> Choices:
    return {"units": COUNTS}, {"bias": FLAG, "in_features": claim(x)}


def reshape(x: Shape) -> Choices:
    return {"shape": st.one_of(factorings(prod(x)), factorings(prod(x)), factorings(prod(x) + 1))}, {}


@st.composite
def factorings(draw: st.DrawFn, count: int) -> Any:
    """A shape of that many numbers, and up to four axes."""
    axes = []
    for _ in range(draw(st.integers(0, 3))):
        axes.append(draw(st.sampled_from([n for n in range(1, min(count, 40) + 1) if count % n == 0])))
        count //= axes[-1]
    axes = [*axes, count]
    return draw(st.sampled_from([axes, "x".join(map(str, axes))]))


def batch_norm(x: Shape) -> Choices:
    return {}, {"affine": FLAG, "running_stats": FLAG, "eps": EPS, "momentum": SMALL, "in_channels": claim(x)}


def layer_norm(x: Shape) -> Choices:
    return {}, {"over": st.sampled_from(["channels", "all"]), "affine": FLAG, "eps": EPS}


def group_norm(x: Shape) -> Choices:
    return {"groups": groups(x)}, {"affine": FLAG, "eps": EPS, "in_channels": claim(x)}


def lrn(x: Shape) -> Choices:
    return {}, {"size": st.integers(1, 7), "alpha": SMALL, "beta": SMALL, "k": SMALL}


def prelu(x: Shape) -> Choices:
    return {}, {"num_parameters": st.sampled_from([1, x[0], x[0], x[0] + 1])}


def zero_pad(x: Shape) -> Choices:
    return {"padding": around(rank_of(x))}, {}


def crop(x: Shape) -> Choices:
    rank = rank_of(x)
    least = min(x[1:], default=1)
    return {}, {
        "size": size(rank, st.integers(1, least + 1)),
        "like": st.none(),
        "sides": st.one_of(size(rank, st.integers(0, 3)), some_sides(rank, st.integers(0, 5))),
        "offset": size(rank, st.integers(0, max(least // 2, 1))),
    }


def upsample(x: Shape) -> Choices:
    rank = rank_of(x)
    own = {1: ["linear"], 2: ["bilinear", "bicubic"], 3: ["trilinear"]}[rank]
    modes = st.sampled_from(["nearest", *own] * 3 + ["linear", "bilinear", "trilinear", "bicubic"])
    return {}, {
        "scale": size(rank, st.integers(1, 3)),
        "size": size(rank, st.integers(1, 40)),
        "like": st.none(),
        "mode": modes,
    }


def pixel_shuffle(x: Shape) -> Choices:
    fitting = [n for n in range(1, 5) if x[0] % n**2 == 0]
    return {"factor": st.one_of(st.sampled_from(fitting), FACTORS)}, {}


def channel_slice(x: Shape) -> Choices:
    return {}, {"start": st.integers(0, x[0]), "end": st.integers(1, x[0] + 1)}


def only(**optional: Strategy) -> Callable[[Shape], Choices]:
    return lambda x: ({}, optional)


CHOICES: dict[str, Callable[[Shape], Choices]] = {
    "conv": conv,
    "depthwise_conv": depthwise_conv,
    "separable_conv": separable_conv,
    "transposed_conv": transposed_conv,
    "max_pool": max_pool,
    "avg_pool": avg_pool,
    "global_avg_pool": only(),
    "global_max_pool": only(),
    "adaptive_avg_pool": adaptive_pool,
    "adaptive_max_pool": adaptive_pool,
    "dense": dense,
    "flatten": only(),
    "reshape": reshape,
    "batch_norm": batch_norm,
    "layer_norm": layer_norm,
    "group_norm": group_norm,
    "instance_norm": batch_norm,
    "lrn": lrn,
    "scale": only(value=st.floats(-2, 2)),
    "relu": only(),
    "relu6": only(),
    "leaky_relu": only(slope=SMALL),
    "prelu": prelu,
    "elu": only(alpha=SMALL),
    "selu": only(),
    "gelu": only(),
    "silu": only(),
    "mish": only(),
    "sigmoid": only(),
    "hard_sigmoid": only(),
    "hard_swish": only(),
    "tanh": only(),
    "softplus": only(),
    "softmax": only(),
    "log_softmax": only(),
    "dropout": only(rate=SMALL),
    "drop_path": only(rate=SMALL),
    "zero_pad": zero_pad,
    "crop": crop,
    "upsample": upsample,
    "pixel_shuffle": pixel_shuffle,
    "channel_shuffle": lambda x: ({"groups": groups(x)}, {}),
    "concat": only(),
    "add": only(),
    "multiply": only(),
    "slice": channel_slice,
    "identity": only(),
}
"""How the settings of each layer type are drawn, for an input of a shape."""

MERGES = [word for word, layer in BY_WORD.items() if layer.merges]
FLAT = ["dense", "batch_norm", "layer_norm", "group_norm", "scale", "prelu", "softmax", "dropout", "slice", "reshape"]
"""Layers that make something of a flat input."""
ON_MAPS = [word for word in CHOICES if word not in ("dense", *MERGES)]
GROWING = ("transposed_conv", "upsample", "zero_pad", "pixel_shuffle")


def draw_settings(draw: st.DrawFn, word: str, x: Shape, names: dict[str, Shape]) -> dict[str, Any]:
    """The settings of a layer, such that one choice suits the other most of the time."""
    required, optional = CHOICES[word](x)
    values: dict[str, Any] = draw(st.fixed_dictionaries(required, optional=optional))
    rank = rank_of(x)
    if word in ("crop", "upsample"):
        one_way(draw, word, values, [name for name, other in names.items() if len(other) == len(x)])
    if word in ("max_pool", "avg_pool") and "padding" in values and len(x) > 1:
        values["padding"] = draw(pool_padding(rank, min(spread(values["kernel"], rank)) // 2, values.get("rounding")))
    if values.get("padding") == "same":
        values.pop("stride", None)
    if "filters" in values and "groups" in values and draw(st.integers(0, 4)):
        values["filters"] = values["groups"] * draw(FACTORS)
    if word in ("zero_pad", "crop"):
        spread_out(draw, values, "padding" if word == "zero_pad" else "sides")
    return values


def pool_padding(rank: int, most: int, rounding: str | None) -> Strategy:
    """At most half the kernel. Sides are padded before PyTorch's pool, whose ceil then takes them for the image."""
    even = st.one_of(size(rank, st.integers(0, most)), st.just("valid"))
    return even if rounding == "ceil" else st.one_of(even, some_sides(rank, st.integers(0, 3)))


def one_way(draw: st.DrawFn, word: str, values: dict[str, Any], like: list[str]) -> None:
    """One of the ways to say the size that is left."""
    ways = {"crop": ["size", "sides", "like"], "upsample": ["size", "scale", "like"]}[word]
    given = [way for way in ways if way in values and (like or way != "like")]
    fallback = {"crop": ("sides", 1), "upsample": ("scale", 2)}[word]
    kept = draw(st.sampled_from(given)) if given else fallback[0]
    if not given:
        values[fallback[0]] = fallback[1]
    for way in ways:
        if way != kept:
            values.pop(way, None)
    if kept == "like":
        values["like"] = draw(st.sampled_from(like))
    if kept == "sides":
        values.pop("offset", None)


def spread_out(draw: st.DrawFn, values: dict[str, Any], name: str) -> None:
    """Sides may stand among the layer's own settings."""
    if isinstance(values.get(name), dict) and values[name] and draw(FLAG):
        values |= values.pop(name)


def drawable(word: str, values: dict[str, Any], x: Shape) -> bool:
    """Whether PyTorch has it, and means the same."""
    if word == "instance_norm":
        return prod(x[1:]) > 1 or len(x) == 1
    return word != "pixel_shuffle" or len(x) in (1, 3)


def shapes(draw: st.DrawFn, rank: int) -> Shape:
    """An input of that spatial rank."""
    axes = st.one_of(st.integers(1, 12), st.integers(8, 64), st.sampled_from([224, 299, 1000]))
    return (draw(COUNTS), *(draw(axes) for _ in range(rank)))


@st.composite
def single_layers(draw: st.DrawFn, word: str) -> dict[str, Any]:
    """A layer of one type, and before it what it may take in besides the network's input."""
    x = shapes(draw, draw(st.sampled_from([1, 2, 3] if draw(st.integers(0, 9)) else [0])))
    layers: list[Any] = []
    names = {"input": x}
    if word in MERGES or "like" in BY_WORD[word].parameters:
        for number in range(draw(st.integers(0, 3))):
            item, names[f"n{number}"] = draw(beginnings(x, f"n{number}"))
            layers.append(item)
    values = draw_settings(draw, word, x, names)
    if word in MERGES:
        values["from"] = draw(st.lists(st.sampled_from(list(names)), min_size=1, max_size=3))
    elif layers:
        values["from"] = "input"
    assume(drawable(word, values, x))
    return {"input": list(x), "rounding": "floor", "layers": [*layers, {word: values}]}


@st.composite
def beginnings(draw: st.DrawFn, x: Shape, name: str) -> tuple[Any, Shape]:
    """A named layer on the network's input that surely works, and its shape."""
    common = {"name": name, "from": "input"}
    rank = len(x) - 1
    if not rank:
        units = draw(st.sampled_from([1, x[0], x[0], 5]))
        return {"dense": {"units": units, **common}}, (units,)
    kind = draw(st.sampled_from(["conv", "conv", "one", "pool", "flatten"]))
    if kind == "conv":
        filters = draw(st.sampled_from([1, x[0], 5]))
        return {"conv": {"filters": filters, "kernel": 1, **common}}, (filters, *x[1:])
    if kind == "pool":
        output = [draw(st.integers(1, axis)) for axis in x[1:]]
        return {"adaptive_avg_pool": {"output": output, **common}}, (x[0], *output)
    if kind == "one":
        return {"global_max_pool": common}, (x[0], *(1,) * rank)
    return {"flatten": common}, (prod(x),)


@pytest.mark.parametrize("word", BY_WORD)
def test_a_layer_agrees(word: str) -> None:
    seen: set[str] = set()

    @examples(120)
    @given(single_layers(word))
    def agrees(document: dict[str, Any]) -> None:
        seen.update(document["layers"][-1][word])
        compare(document)

    agrees()
    assert seen >= set(BY_WORD[word].parameters), "a setting that was never drawn"


# Networks


class Sketch:
    """A network while it is drawn: PyTorch runs each part of it at once, so that the next can suit its shape."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.named: dict[str, Any] = {}
        self.stopped = False
        self.count = 0

    def chance(self, percent: int) -> bool:
        return self.draw(st.integers(0, 99)) >= 100 - percent

    def name(self) -> str:
        self.count += 1
        return f"n{self.count}"

    def path(self, x: torch.Tensor, names: dict[str, Value], depth: int, most: int) -> tuple[list[Any], torch.Tensor]:
        """Layers and structures on x, until one is refused; and what comes out."""
        names = dict(names)
        items: list[Any] = []
        for _ in range(self.draw(st.integers(0 if depth else 1, most))):
            if self.stopped:
                break
            item = self.again(names) or self.item(x, names, depth)
            items.append(item)
            x = self.proceed(item, x, names)
        return items, x

    def proceed(self, item: Any, x: torch.Tensor, names: dict[str, Value]) -> torch.Tensor:
        """What comes out of an item; after a refusal nothing more is drawn."""
        if self.stopped:
            return x
        try:
            return Walk("floor").item(item, x, names, True, iter(()))
        except Refused:
            self.stopped = True
            return x

    def item(self, x: torch.Tensor, names: dict[str, Value], depth: int) -> Any:
        item = self.structure(x, names, depth) if depth < 2 and self.chance(30) else self.layer(x, names)
        if isinstance(item, dict):
            word = next(iter(item))
            common = item if word in ("branches", "residual", "repeat", "head") else item[word]
            if "name" in common or self.chance(40):
                name = common.setdefault("name", self.name())
                self.named[name] = item
            if self.chance(8):
                common["trainable"] = self.draw(FLAG)
        return item

    def again(self, names: dict[str, Value]) -> Any:
        """An earlier layer or structure once more, with the same weights."""
        known = [name for name in names if name in self.named and names[name].modules]
        if not known or not self.chance(8):
            return None
        name = self.draw(st.sampled_from(known))
        item = copy.deepcopy(self.named[name])
        word = next(iter(item))
        common = item if word in ("branches", "residual", "repeat", "head") else item[word]
        common |= {"name": self.name(), "weights": name}
        return item

    def layer(self, x: torch.Tensor, names: dict[str, Value]) -> Any:
        flat = x.dim() == 2
        suitable = [*(FLAT if flat else ON_MAPS), *MERGES] if self.chance(97) else list(CHOICES)
        word = self.draw(st.sampled_from(suitable))
        if word in GROWING and x.numel() > 10**7:
            word = "relu"
        source = {}
        if word not in MERGES and self.chance(10):
            source["from"] = self.draw(st.sampled_from(list(names)))
            x = names[source["from"]].output
        known = {name: shape(value.output) for name, value in names.items()}
        if word in MERGES:
            fitting = [name for name, other in known.items() if other[1:] == shape(x)[1:]] or list(known)
            if self.chance(5):
                fitting = list(known)
            source["from"] = self.draw(st.lists(st.sampled_from(fitting), min_size=1, max_size=3))
        values = draw_settings(self.draw, word, shape(x), known)
        if not drawable(word, values, shape(x)):
            word, values = "identity", {}
        return {word: {**values, **source}} if values or source or self.chance(50) else word

    def structure(self, x: torch.Tensor, names: dict[str, Value], depth: int) -> Any:
        kinds = ["branches", "branches", "residual", "repeat", *(["head"] if depth == 0 else [])]
        kind = self.draw(st.sampled_from(kinds))
        if kind == "head":
            return {"head": self.path(x, names, depth + 1, 4)[0], "name": self.name()}
        if kind == "repeat":
            body = self.fitted(x, names, depth, x)
            return {"repeat": body, "times": self.draw(st.integers(0, 3))}
        if kind == "residual":
            item = {"residual": self.fitted(x, names, depth, x)}
            if self.chance(40):
                item["shortcut"] = self.fitted(x, names, depth, x)
            return item
        merge = self.draw(st.sampled_from([None, *MERGES]))
        paths = [self.fitted(x, names, depth, x) for _ in range(self.draw(st.integers(1, 3)))]
        item = {"branches": paths if self.chance(50) else {self.name(): path for path in paths}}
        return item if merge is None else {**item, "merge": merge}

    def fitted(self, x: torch.Tensor, names: dict[str, Value], depth: int, to: torch.Tensor) -> list[Any]:
        """A path that ends, most of the time, in the shape of another tensor."""
        items, y = self.path(x, names, depth + 1, 3)
        if shape(y) == shape(to) or self.chance(10):
            return items
        if y.dim() != to.dim():
            return [*items, "flatten", {"dense": {"units": to[0].numel()}}, {"reshape": {"shape": list(shape(to))}}]
        if y.dim() == 2:
            return [*items, {"dense": {"units": to.shape[1]}}]
        if y.shape[2:] != to.shape[2:]:
            items.append({"upsample": {"size": list(to.shape[2:])}})
        if y.shape[1] != to.shape[1] and self.chance(80):
            items.append({"conv": {"filters": to.shape[1], "kernel": 1}})
        return items


@st.composite
def networks(draw: st.DrawFn, rank: int) -> dict[str, Any]:
    x = shapes(draw, rank)
    layers, _ = Sketch(draw).path(image(x), {"input": Value(image(x), [])}, 0, 8)
    return {"input": list(x), "rounding": "floor", "layers": ["identity", *layers]}


@pytest.mark.parametrize("rank", [0, 1, 2, 3], ids=["flat", "1d", "2d", "3d"])
def test_a_network_agrees(rank: int) -> None:
    @examples(250)
    @given(networks(rank))
    def agrees(document: dict[str, Any]) -> None:
        compare(document)

    agrees()
