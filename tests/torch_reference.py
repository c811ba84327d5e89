"""What PyTorch makes of a description: its layers built as modules and run, one by one, on the meta device.

The meta device has shapes and no numbers, so a network of any size runs in no time. Settings that a description leaves
out are left out here too: PyTorch's own defaults are what cnncalc's are compared with.
"""

from __future__ import annotations

import operator
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any, ClassVar, NamedTuple

import pytest

from cnncalc import Analysis, Layer

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # PyTorch tells at its import that NumPy is not there
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install 'cnncalc[torch]'")
    from torch import Tensor, nn
    from torch.nn import functional

BATCH = 2
"""Batch norm wants more than one number a channel while it trains."""

Item = Any
"""A layer or structure as the language has it: a word, or a mapping."""

Settings = Mapping[str, Any]

STRUCTURES = ("branches", "residual", "repeat", "head")
COMMON = ("name", "from", "weights", "trainable")
SIDES = {
    1: [("left", "right")],
    2: [("top", "bottom"), ("left", "right")],
    3: [("front", "back"), ("top", "bottom"), ("left", "right")],
}


class Refused(Exception):
    """What PyTorch raises an error for or has no module for, or what the language checks and PyTorch does not."""


class Fact(NamedTuple):
    """One layer as PyTorch has it: what is compared with a Layer of cnncalc's analysis, by the same names."""

    type: str
    output: tuple[int, ...]
    weights: dict[str, tuple[int, ...]]
    params: int
    trainable: int
    buffers: int


class Value(NamedTuple):
    """What a name means: an output, and the modules that made it, in order."""

    output: Tensor
    modules: list[nn.Module]


Names = dict[str, Value]

Partners = Iterator[nn.Module]
"""The modules whose weights the next layers use again, in order."""


@dataclass
class Walk:
    """One run through a description. ``facts`` and ``modules`` grow by one for every layer that has run."""

    rounding: str = "strict"
    facts: list[Fact] = field(default_factory=list)
    modules: list[nn.Module] = field(default_factory=list)
    outputs: dict[str, tuple[int, ...]] = field(default_factory=dict)
    refusal: str | None = None

    def path(self, items: Sequence[Item], x: Tensor, names: Names, train: bool, partners: Partners) -> Tensor:
        """The output of a list of layers, in a scope of its own. Raises Refused."""
        names = dict(names)
        for item in items:
            x = self.item(item, x, names, train, partners)
        return x

    def item(self, item: Item, before: Tensor, names: Names, train: bool, partners: Partners) -> Tensor:
        """The output of one layer or structure; its name is added to the names."""
        given = {item: {}} if isinstance(item, str) else item
        kind = next((key for key in given if key in STRUCTURES), next(iter(given)))
        common = given if kind in STRUCTURES else given[kind]
        first = len(self.modules)
        source = common.get("from", ())
        x = names[source].output if isinstance(source, str) else before
        train = common.get("trainable", train)
        own = iter(names[common["weights"]].modules) if "weights" in common else partners
        if kind in STRUCTURES:
            output = self.structure(kind, given, x, names, train, own)
        else:
            inputs = [x] if isinstance(source, str) or not source else [names[name].output for name in source]
            settings = {key: value for key, value in common.items() if key not in COMMON}
            if "like" in settings:
                settings["like"] = names[settings["like"]].output.shape[2:]
            output = self.layer(kind, settings, inputs, train, next(own, None))
        if own is not partners:
            deque(islice(partners, len(self.modules) - first), maxlen=0)  # as if it had taken the weights of these
        if "name" in common:
            names[common["name"]] = Value(output, self.modules[first:])
        return before if kind == "head" else output

    def structure(self, kind: str, given: Settings, x: Tensor, names: Names, train: bool, partners: Partners) -> Tensor:
        body = given[kind]
        if kind == "repeat":
            for _ in range(given["times"]):
                x = self.path(body, x, names, train, partners)
            return x
        if kind == "head":
            y = self.path(body, x, names, train, partners)
            self.outputs[given["name"]] = shape(y)
            return y
        if kind == "residual":
            paths = [body, given.get("shortcut", [])]
            merge = "add"
        else:
            paths = list(body.values()) if isinstance(body, dict) else body
            merge = given.get("merge", "concat")
        outputs = [self.path(path, x, names, train, partners) for path in paths]
        return self.layer(merge, {}, outputs, train, next(partners, None))

    def layer(
        self, word: str, settings: Settings, inputs: list[Tensor], train: bool, partner: nn.Module | None
    ) -> Tensor:
        with torch.device("meta"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                module = BUILD[word](Given(word, settings, self.rounding), *inputs)
                output: Tensor = module(*inputs)
            except (RuntimeError, ValueError, IndexError) as error:
                raise Refused(f"{type(error).__name__}: {error}") from error
        if 0 in output.shape:
            raise Refused(f"nothing is left: {shape(output)}")
        weights = {weight_name(name): tuple(p.shape) for name, p in module.named_parameters()}
        module.requires_grad_(train)
        params = list(module.parameters())
        buffers = [buffer for name, buffer in module.named_buffers() if not name.endswith("num_batches_tracked")]
        if partner is not None:
            if weights != {weight_name(name): tuple(p.shape) for name, p in partner.named_parameters()}:
                raise Refused("the weights that it would use again have other shapes")
            module, params, buffers = partner, [], []  # counted where they first stood
        self.modules.append(module)
        self.facts.append(
            Fact(
                type=word,
                output=shape(output),
                weights=weights,
                params=sum(p.numel() for p in params),
                trainable=sum(p.numel() for p in params if p.requires_grad),
                buffers=sum(b.numel() for b in buffers),
            )
        )
        return output


def run(document: Mapping[str, Any]) -> Walk:
    """The whole description, up to the first layer that PyTorch refuses."""
    walk = Walk(document.get("rounding", "strict"))
    x = image(document["input"])
    try:
        names = {"input": Value(x, [])}
        for item in document["layers"]:
            x = walk.item(item, x, names, True, iter(()))
        walk.outputs = {"output": shape(x), **walk.outputs}
    except Refused as refusal:
        walk.refusal = str(refusal)
    return walk


class Network(nn.Module):
    """A whole network of cnncalc's as one module: a module for each layer, and plain operators for the merges."""

    MERGES: ClassVar[dict[str, Callable[[Tensor, Tensor], Tensor]]] = {"add": operator.add, "multiply": operator.mul}

    def __init__(self, analysis: Analysis) -> None:
        super().__init__()
        self.inputs = [layer.node.inputs for layer in analysis.layers]
        self.outputs = list(analysis.graph.outputs.values())
        self.layers = nn.ModuleList()
        values = [image(shape) for shape in analysis.graph.inputs.values()]
        with torch.device("meta"):
            for layer in analysis.layers:
                inputs = [values[value] for value in layer.node.inputs]
                shared = layer.node.shared
                module = self.module(layer, inputs) if shared is None else self.layers[shared]
                self.layers.append(module)
                values.append(image(layer.output or ()))

    def module(self, layer: Layer, inputs: list[Tensor]) -> nn.Module:
        """The module of one layer, as its settings in the file have it."""
        settings = {k: list(v) if isinstance(v, tuple) else v for k, v in layer.node.spec.values.items()}
        if settings.get("padding") in ("same", "valid"):  # fvcore misses a convolution whose padding is a word
            settings["padding"] = padded_sides(layer.facts.padding or ())
        if layer.node.like is not None:
            settings["like"] = (layer.output or ())[1:]
        if layer.type == "upsample" and "scale" in settings:  # one number, which is all that calflops can take
            return nn.Upsample(scale_factor=layer.settings["scale"][0], mode=layer.settings["mode"])
        if layer.type in self.MERGES:
            join = self.MERGES[layer.type]
            return Function(lambda first, *more: chained(join, first, more))
        module = BUILD[layer.type](Given(layer.type, settings, "floor"), *inputs)
        return module.requires_grad_(layer.node.trainable)

    def forward(self, image: Tensor) -> Any:
        values = [image]
        for inputs, layer in zip(self.inputs, self.layers, strict=True):
            values.append(layer(*(values[value] for value in inputs)))
        outputs = [values[value] for value in self.outputs]
        return outputs[0] if len(outputs) == 1 else outputs


def padded_sides(pixels: Sequence[tuple[int, int] | None]) -> Any:
    """What ``same`` came to, as a size or as sides."""
    pairs = [pair or (0, 0) for pair in pixels]
    if all(before == after for before, after in pairs):
        return [before for before, _ in pairs]
    names = SIDES[len(pairs)]
    return {name: pixels for words, pair in zip(names, pairs, strict=True) for name, pixels in zip(words, pair)}


def image(axes: Sequence[int]) -> Tensor:
    """A batch of that shape, without numbers."""
    return torch.empty((BATCH, *axes), device="meta")


def shape(x: Tensor) -> tuple[int, ...]:
    """The shape without its batch."""
    return tuple(x.shape[1:])


def weight_name(name: str) -> str:
    """A parameter's name in its layer; in a separable convolution the two kernels are called by their parts."""
    first, last = name.split(".")[0], name.split(".")[-1]
    return first if first in ("depthwise", "pointwise") and last == "weight" else last


@dataclass
class Given:
    """The settings of one layer, as a description gives them."""

    word: str
    settings: Settings
    rounding: str

    def __getitem__(self, name: str) -> Any:
        return self.settings[name]

    def __contains__(self, name: str) -> bool:
        return name in self.settings

    def options(self, **renamed: str) -> dict[str, Any]:
        """Those of the settings that are given, by PyTorch's names."""
        return {theirs: self.settings[ours] for ours, theirs in renamed.items() if ours in self.settings}

    def sizes(self, x: Tensor, *names: str) -> dict[str, tuple[int, ...]]:
        """Those of the sizes that are given, with a number for each axis."""
        return {name: spread(self.settings[name], rank(x)) for name in names if name in self.settings}

    def claimed(self, x: Tensor, name: str = "in_channels") -> int:
        """The channels that come in, as claimed or as they are; PyTorch looks only where it has weights for them."""
        claim = self.settings.get(name, x.shape[1])
        if claim != x.shape[1]:
            raise Refused(f"{name} is {claim}, and the input has {x.shape[1]}")
        return int(claim)

    def modes(self) -> dict[str, bool]:
        """How a pool rounds."""
        return {"ceil_mode": self.settings.get("rounding", self.rounding) == "ceil"}


def rank(x: Tensor) -> int:
    return x.dim() - 2


def spread(size: Any, axes: int) -> tuple[int, ...]:
    """One number for each axis, of ``3``, ``[1, 7]`` or ``"1x7"``."""
    if isinstance(size, int):
        return (size,) * axes
    numbers = tuple(map(int, size.split("x") if isinstance(size, str) else size))
    if len(numbers) != axes:
        raise Refused(f"{size} for {axes} axes")
    return numbers


def sides(size: Any, axes: int) -> list[tuple[int, int]]:
    """What stands before and after each axis."""
    if size == "valid":
        size = 0
    if isinstance(size, Mapping):
        if axes not in SIDES:
            raise Refused("there are no sides")
        return [(size.get(before, 0), size.get(after, 0)) for before, after in SIDES[axes]]
    return [(n, n) for n in spread(size, axes)]


def pad(pairs: Sequence[tuple[int, int]], value: float = 0.0) -> nn.Module:
    """Rows and columns added, or with negative numbers taken away; PyTorch begins with the last axis."""
    return Function(lambda x: functional.pad(x, list(chain(*reversed(pairs))), value=value))


class Function(nn.Module):
    """A function as a module without weights."""

    def __init__(self, function: Callable[..., Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, *inputs: Tensor) -> Tensor:
        return self.function(*inputs)


class Separable(nn.Module):
    """Two convolutions whose weights count as one layer's."""

    def __init__(self, depthwise: nn.Module, pointwise: nn.Module) -> None:
        super().__init__()
        self.depthwise = depthwise
        self.pointwise = pointwise

    def forward(self, x: Tensor) -> Tensor:
        return self.pointwise(self.depthwise(x))


class ChannelNorm(nn.LayerNorm):
    """Layer norm over the channels at each position: the channels go last, and back."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)


class Scale(nn.Module):
    """A learned factor for each channel."""

    def __init__(self, x: Tensor) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(x.shape[1]))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.weight.reshape(-1, *(1,) * rank(x))


def module_type(name: str, x: Tensor) -> Any:
    """``Conv`` for an image is Conv2d."""
    if not 1 <= rank(x) <= 3:
        raise Refused(f"there is no {name}{rank(x)}d")
    return getattr(nn, f"{name}{rank(x)}d")


def convolve(s: Given, x: Tensor, channels: int, filters: int, **options: Any) -> nn.Module:
    """A convolution, behind a padding of its own where the sides differ."""
    make = module_type("Conv", x)
    kernel = spread(s["kernel"], rank(x))
    options |= s.sizes(x, "stride", "dilation")
    padding = s.settings.get("padding", 0)
    if padding in ("same", "valid"):
        return make(channels, filters, kernel, padding=padding, **options)
    around = sides(padding, rank(x))
    if all(before == after for before, after in around):
        return make(channels, filters, kernel, padding=tuple(n for n, _ in around), **options)
    return nn.Sequential(pad(around), make(channels, filters, kernel, **options))


def conv(s: Given, x: Tensor) -> nn.Module:
    return convolve(s, x, s.claimed(x), s["filters"], **s.options(groups="groups", bias="bias"))


def depthwise_conv(s: Given, x: Tensor) -> nn.Module:
    channels = s.claimed(x)
    multiplier = s.settings.get("multiplier", 1)
    return convolve(s, x, channels, channels * multiplier, groups=channels, **s.options(bias="bias"))


def separable_conv(s: Given, x: Tensor) -> nn.Module:
    channels = s.claimed(x)
    between = channels * s.settings.get("multiplier", 1)
    pointwise = module_type("Conv", x)(between, s["filters"], 1, **s.options(bias="bias"))
    return Separable(convolve(s, x, channels, between, groups=channels, bias=False), pointwise)


def transposed_conv(s: Given, x: Tensor) -> nn.Module:
    sliding = s.sizes(x, "stride", "dilation", "output_padding")
    once = (1,) * rank(x)
    steps = zip(sliding.get("stride", once), sliding.get("dilation", once), strict=True)
    if any(extra >= max(step) for extra, step in zip(sliding.get("output_padding", ()), steps, strict=False)):
        raise Refused("output_padding has to be smaller than stride or dilation: on real devices, not on meta")
    make = module_type("ConvTranspose", x)
    kernel = spread(s["kernel"], rank(x))
    options = {**sliding, **s.options(groups="groups", bias="bias")}
    cut = sides(s.settings.get("padding", 0), rank(x))
    if all(before == after for before, after in cut):
        return make(s.claimed(x), s["filters"], kernel, padding=tuple(n for n, _ in cut), **options)
    return nn.Sequential(make(s.claimed(x), s["filters"], kernel, **options), pad([(-b, -a) for b, a in cut]))


def pool(name: str, border: float, **renamed: str) -> Callable[[Given, Tensor], nn.Module]:
    def build(s: Given, x: Tensor) -> nn.Module:
        make = module_type(name, x)
        kernel = spread(s["kernel"], rank(x))
        options = {**s.sizes(x, "stride", "dilation"), **s.modes(), **s.options(**renamed)}
        around = sides(s.settings.get("padding", 0), rank(x))
        if all(before == after for before, after in around):
            return make(kernel, padding=tuple(n for n, _ in around), **options)
        return nn.Sequential(pad(around, border), make(kernel, **options))

    return build


def adaptive_pool(kind: str) -> Callable[[Given, Tensor], nn.Module]:
    return lambda s, x: module_type(f"Adaptive{kind}Pool", x)(spread(s["output"], rank(x)) if "output" in s else 1)


def dense(s: Given, x: Tensor) -> nn.Module:
    if rank(x):
        raise Refused("the language wants a flat input")
    return nn.Linear(s.claimed(x, "in_features"), s["units"], **s.options(bias="bias"))


def reshape(s: Given, x: Tensor) -> nn.Module:
    new = s["shape"] if isinstance(s["shape"], list) else [int(n) for n in str(s["shape"]).split("x")]
    return Function(lambda x: x.reshape(x.shape[0], *new))


STATISTICS = {"affine": "affine", "running_stats": "track_running_stats", "eps": "eps", "momentum": "momentum"}


def batch_norm(s: Given, x: Tensor) -> nn.Module:
    make = module_type("BatchNorm", x) if rank(x) else nn.BatchNorm1d
    return make(s.claimed(x), **s.options(**STATISTICS))


def instance_norm(s: Given, x: Tensor) -> nn.Module:
    return module_type("InstanceNorm", x)(s.claimed(x), **s.options(**STATISTICS))


def layer_norm(s: Given, x: Tensor) -> nn.Module:
    options = s.options(affine="elementwise_affine", eps="eps")
    if s.settings.get("over") == "all" or not rank(x):
        return nn.LayerNorm(x.shape[1:], **options)
    return ChannelNorm(x.shape[1], **options)


def group_norm(s: Given, x: Tensor) -> nn.Module:
    return nn.GroupNorm(s["groups"], s.claimed(x), **s.options(affine="affine", eps="eps"))


def lrn(s: Given, x: Tensor) -> nn.Module:
    return nn.LocalResponseNorm(s.settings.get("size", 5), **s.options(alpha="alpha", beta="beta", k="k"))


def scale(s: Given, x: Tensor) -> nn.Module:
    return Function(lambda x: x * s["value"]) if "value" in s else Scale(x)


def zero_pad(s: Given, x: Tensor) -> nn.Module:
    pairs = sides(s.settings.get("padding", s.settings), rank(x))
    return module_type("ZeroPad", x)(tuple(chain(*reversed(pairs))))


def crop(s: Given, x: Tensor) -> nn.Module:
    if not rank(x):
        raise Refused("there are no rows and columns")
    if "size" in s or "like" in s:
        size = spread(s["size"], rank(x)) if "size" in s else tuple(s["like"])
        centre = [(i - o) // 2 for i, o in zip(x.shape[2:], size, strict=True)]
        start = spread(s["offset"], rank(x)) if "offset" in s else centre
        return Function(lambda x: narrow(x, [(0, x.shape[1]), *zip(start, size, strict=True)]))
    return pad([(-before, -after) for before, after in sides(s.settings.get("sides", s.settings), rank(x))])


def narrow(x: Tensor, parts: Sequence[tuple[int, int]]) -> Tensor:
    """A part of every axis: where it begins, and how long it is."""
    for axis, (start, length) in enumerate(parts, 1):
        if start < 0:
            raise Refused(f"{length} of {x.shape[axis]}")
        x = x.narrow(axis, start, length)
    return x


def upsample(s: Given, x: Tensor) -> nn.Module:
    if "like" in s and len(s["like"]) != rank(x):
        raise Refused("the other layer has other axes")
    size = tuple(s["like"]) if "like" in s else s.sizes(x, "size").get("size")
    return nn.Upsample(size, s.sizes(x, "scale").get("scale"), **s.options(mode="mode"))


def channel_slice(s: Given, x: Tensor) -> nn.Module:
    start = s.settings.get("start", 0)
    return Function(lambda x: x.narrow(1, start, s.settings.get("end", x.shape[1]) - start))


def concat(s: Given, *inputs: Tensor) -> nn.Module:
    return Function(lambda *inputs: torch.cat(inputs, dim=1))


def elementwise(join: Callable[[Tensor, Tensor], Tensor]) -> Callable[..., nn.Module]:
    def build(s: Given, *inputs: Tensor) -> nn.Module:
        if len({x.dim() for x in inputs}) > 1:
            raise Refused("PyTorch would align the last axes, and take channels for columns")
        return Function(lambda first, *more: first if not more else chained(join, first, more))

    return build


def chained(join: Callable[[Tensor, Tensor], Tensor], x: Tensor, more: Sequence[Tensor]) -> Tensor:
    for other in more:
        x = join(x, other)
    return x


def simple(name: str, *fixed: int, **renamed: str) -> Callable[[Given, Tensor], nn.Module]:
    """A module that takes the settings and nothing else."""
    return lambda s, x: getattr(nn, name)(*fixed, **s.options(**renamed))


BUILD: dict[str, Callable[..., nn.Module]] = {
    "conv": conv,
    "depthwise_conv": depthwise_conv,
    "separable_conv": separable_conv,
    "transposed_conv": transposed_conv,
    "max_pool": pool("MaxPool", float("-inf")),
    "avg_pool": pool("AvgPool", 0.0, count_padding="count_include_pad"),
    "global_avg_pool": adaptive_pool("Avg"),
    "global_max_pool": adaptive_pool("Max"),
    "adaptive_avg_pool": adaptive_pool("Avg"),
    "adaptive_max_pool": adaptive_pool("Max"),
    "dense": dense,
    "flatten": simple("Flatten"),
    "reshape": reshape,
    "batch_norm": batch_norm,
    "layer_norm": layer_norm,
    "group_norm": group_norm,
    "instance_norm": instance_norm,
    "lrn": lrn,
    "scale": scale,
    "relu": simple("ReLU"),
    "relu6": simple("ReLU6"),
    "leaky_relu": simple("LeakyReLU", slope="negative_slope"),
    "prelu": simple("PReLU", num_parameters="num_parameters"),
    "elu": simple("ELU", alpha="alpha"),
    "selu": simple("SELU"),
    "gelu": simple("GELU"),
    "silu": simple("SiLU"),
    "mish": simple("Mish"),
    "sigmoid": simple("Sigmoid"),
    "hard_sigmoid": simple("Hardsigmoid"),
    "hard_swish": simple("Hardswish"),
    "tanh": simple("Tanh"),
    "softplus": simple("Softplus"),
    "softmax": simple("Softmax", 1),
    "log_softmax": simple("LogSoftmax", 1),
    "dropout": simple("Dropout", rate="p"),
    "drop_path": simple("Identity"),
    "zero_pad": zero_pad,
    "crop": crop,
    "upsample": upsample,
    "pixel_shuffle": simple("PixelShuffle", factor="upscale_factor"),
    "channel_shuffle": simple("ChannelShuffle", groups="groups"),
    "concat": concat,
    "add": elementwise(torch.add),
    "multiply": elementwise(torch.mul),
    "slice": channel_slice,
    "identity": simple("Identity"),
}
