"""Makes the tables beside this file: what real libraries build under a name, operation by operation.

Where no library has a network, ``papers.py`` has it, written in torch.nn from its paper.

    pip install torch==2.13.0 && pip install --no-deps torchvision==0.29.1 timm==1.0.31 pretrainedmodels==0.7.4 \
        facenet-pytorch==2.6.0 munch six && pip install huggingface_hub safetensors pyyaml pillow numpy
    python tests/reference/make.py

A model runs once on PyTorch's meta device, which has shapes and no numbers. A row is written for each call that owns
weights, pools or merges, in the order in which they run:

- what it is, its output C×H×W, the elements of its own weights, and its multiply-accumulates;
- a linear layer over the channels of a map is a 1×1 convolution, and a mean over height and width an average pool;
- a factor that is learned for each channel is a ``scale``, a constant one nothing;
- a pool that leaves every number where it is (an adaptive 7×7 of a 7×7 map) and a merge of one input are nothing.

The rows' weights are compared with the model's own, and their MACs with half of what PyTorch's FLOP counter says.
"""

from __future__ import annotations

import csv
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from importlib.metadata import version
from math import prod
from pathlib import Path
from typing import Any, NamedTuple

import torch
from papers import PAPERS
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils.flop_counter import FlopCounterMode

FOLDER = Path(__file__).parent / "tables"
BATCH = 2
"""Batch norm wants more than one number a channel while it trains."""


class Row(NamedTuple):
    """One call: its kind, its output without the batch, its own weights, and the multiply-accumulates of one image."""

    kind: str
    output: tuple[int, ...]
    params: int
    macs: int


CONVOLUTIONS = ("conv1d", "conv2d", "conv3d")
TRANSPOSED = ("conv_transpose2d",)
POOLS = {
    **{f"max_pool{rank}d": "max_pool" for rank in (1, 2, 3)},
    **{f"avg_pool{rank}d": "avg_pool" for rank in (1, 2, 3)},
    **{f"adaptive_avg_pool{rank}d": "avg_pool" for rank in (1, 2, 3)},
}
ADDITIONS = ("add", "add_", "__add__", "__radd__", "__iadd__")
PRODUCTS = ("mul", "mul_", "__mul__", "__rmul__", "__imul__")


class Recorder(TorchFunctionMode):
    """Writes down the calls of one forward pass."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[Row] = []

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        output = func(*args, **(kwargs or {}))
        name = getattr(func, "__name__", "")
        if isinstance(output, Tensor):
            self.rows += self.seen(name, list(args), dict(kwargs or {}), output)
        return output

    def seen(self, name: str, args: list[Any], kwargs: dict[str, Any], output: Tensor) -> Iterator[Row]:
        """The row of a call, if it has one."""
        shape = tuple(output.shape[1:])
        if name in CONVOLUTIONS or name in TRANSPOSED:
            weight = args[1] if len(args) > 1 else kwargs["weight"]
            bias = args[2] if len(args) > 2 else kwargs.get("bias")
            positions = prod(args[0].shape[2:]) if name in TRANSPOSED else prod(shape[1:])
            kind = "transposed_conv" if name in TRANSPOSED else "conv"
            yield Row(kind, shape, elements(weight, bias), weight.numel() * positions)
        elif name == "linear":
            weight, bias = args[1], args[2] if len(args) > 2 else kwargs.get("bias")
            kind = "conv" if len(shape) > 1 else "dense"
            yield Row(kind, channels_first(shape), elements(weight, bias), weight.numel() * prod(shape[:-1]))
        elif name == "batch_norm":
            yield Row(
                "batch_norm", shape, elements(kwargs.get("weight", at(args, 3)), kwargs.get("bias", at(args, 4))), 0
            )
        elif name == "layer_norm":
            weight, bias = kwargs.get("weight", at(args, 2)), kwargs.get("bias", at(args, 3))
            yield Row("layer_norm", channels_first(shape), elements(weight, bias), 0)
        elif name in POOLS:
            if shape != tuple(args[0].shape[1:]) or not name.startswith("adaptive"):
                yield Row(POOLS[name], shape, 0, 0)
        elif name == "mean" and args[0].dim() == 4:
            yield Row("avg_pool", (shape[0], 1, 1), 0, 0)
        elif name in ADDITIONS and all(isinstance(x, Tensor) and x.dim() > 1 for x in args[:2]):
            yield Row("add", shape, 0, 0)
        elif name in PRODUCTS and all(isinstance(x, Tensor) for x in args[:2]):
            factor = next((x for x in args[:2] if isinstance(x, nn.Parameter)), None)
            yield Row("multiply", shape, 0, 0) if factor is None else Row("scale", shape, factor.numel(), 0)
        elif name in ("cat", "concat") and len(args[0]) > 1:
            yield Row("concat", shape, 0, 0)


def at(args: list[Any], position: int) -> Any:
    return args[position] if len(args) > position else None


def elements(*weights: Tensor | None) -> int:
    return sum(w.numel() for w in weights if w is not None)


def channels_first(shape: tuple[int, ...]) -> tuple[int, ...]:
    """H×W×C as C×H×W."""
    return (shape[-1], *shape[:-1])


def trace(model: nn.Module, size: tuple[int, ...]) -> list[Row]:
    """The rows of one forward pass, compared with the model's own sums."""
    image = torch.empty((BATCH, *size), device="meta")
    recorder = Recorder()
    with FlopCounterMode(display=False) as counter, recorder:
        model(image)
    params = sum(p.numel() for p in model.parameters())
    assert sum(row.params for row in recorder.rows) == params, (sum(row.params for row in recorder.rows), params)
    macs = counter.get_total_flops() // 2 // BATCH
    assert sum(row.macs for row in recorder.rows) == macs, (sum(row.macs for row in recorder.rows), macs)
    return recorder.rows


class Reference(NamedTuple):
    """A network of a library: how it is made, the input's shape, and whether it runs as in training, with its heads."""

    library: str
    make: Callable[[], nn.Module]
    size: tuple[int, ...] = (3, 224, 224)
    training: bool = False


def torchvision_models() -> Any:
    """torchvision's models. Its compiled operators (nms and the like) may be missing; no network here calls them."""
    library = torch.library.Library("torchvision", "FRAGMENT")
    while True:
        try:
            from torchvision import models
        except RuntimeError as error:
            missing = re.search(r"operator torchvision::(\w+) does not exist", str(error))
            if missing is None:
                raise
            library.define(f"{missing[1]}() -> Tensor")
            for module in [m for m in sys.modules if m.startswith("torchvision")]:
                del sys.modules[module]
        else:
            KEPT.append(library)
            return models


KEPT: list[Any] = []
"""Libraries of operators, which end with their objects."""


def torchvision(name: str, size: int = 224, training: bool = False, **options: Any) -> Reference:
    def make() -> nn.Module:
        return torchvision_models().get_model(name, weights=None, **options)

    return Reference("torchvision", make, (3, size, size), training)


def timm(name: str, size: int = 224) -> Reference:
    def make() -> nn.Module:
        torchvision_models()  # which timm imports
        import timm as library

        return library.create_model(name)

    return Reference("timm", make, (3, size, size))


def bn_inception() -> nn.Module:
    """Caffe's port has a bias in every convolution, which batch norm undoes; the paper has none."""
    from pretrainedmodels.models.bninception import BNInception

    model = BNInception()
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            module.bias = None
    return model


def inception_resnet_v1() -> nn.Module:
    """FaceNet's, with ImageNet's 1000 classes in place of its embedding."""
    torchvision_models()  # which facenet-pytorch imports
    from facenet_pytorch import InceptionResnetV1

    model = InceptionResnetV1()
    model.last_linear = nn.Linear(1792, 1000)
    model.last_bn = nn.Identity()
    model.logits = nn.Identity()
    model.classify = True
    return model


GOOGLENET = {"init_weights": False, "transform_input": False}

REFERENCES: dict[str, Reference] = {
    **{
        name: torchvision(name)
        for name in """
            alexnet vgg11 vgg13 vgg16 vgg19 vgg16_bn resnet18 resnet34 resnet50 resnet101 resnet152 resnext50_32x4d
            wide_resnet50_2 squeezenet1_0 squeezenet1_1 densenet121 mobilenet_v2 mobilenet_v3_large shufflenet_v2_x1_0
            mnasnet1_0 efficientnet_b0 regnet_y_400mf convnext_tiny
        """.split()
    },
    "googlenet_torchvision": torchvision("googlenet", aux_logits=False, **GOOGLENET),
    "googlenet_torchvision_aux": torchvision("googlenet", training=True, aux_logits=True, **GOOGLENET),
    "inception_v3": torchvision("inception_v3", 299, aux_logits=False, **GOOGLENET),
    "inception_v3_aux": torchvision("inception_v3", 299, training=True, aux_logits=True, **GOOGLENET),
    "inception_v4": timm("inception_v4", 299),
    "inception_resnet_v2": timm("inception_resnet_v2", 299),
    "xception": timm("legacy_xception", 299),
    "resnet50_v2": timm("resnetv2_50"),
    "se_resnet50": timm("seresnet50"),
    "mobilenet_v1": timm("mobilenetv1_100"),
    "bn_inception": Reference("pretrainedmodels", bn_inception),
    "inception_resnet_v1": Reference("facenet-pytorch", inception_resnet_v1, (3, 299, 299)),
    **{name: Reference("papers.py", make, size) for name, (make, size) in PAPERS.items()},
}


def built(make: Callable[[], nn.Module]) -> nn.Module:
    """The model without numbers; where its own arithmetic needs some while it is built, they go afterwards."""
    try:
        with torch.device("meta"):
            return make()
    except (NotImplementedError, RuntimeError):
        return make().to("meta")


def write(name: str, reference: Reference) -> None:
    model = built(reference.make).train(reference.training)
    rows = trace(model, reference.size)
    with (FOLDER / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        own = reference.library == "papers.py"
        library = reference.library if own else f"{reference.library} {version(reference.library)}"
        file.write(f"# {library}, torch {torch.__version__.split('+')[0]}\n")
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(Row._fields)
        writer.writerows((row.kind, "x".join(map(str, row.output)), row.params, row.macs) for row in rows)


def main(names: list[str]) -> None:
    FOLDER.mkdir(exist_ok=True)
    warnings.simplefilter("ignore")
    for name in names or REFERENCES:
        write(name, REFERENCES[name])
        print(name)


if __name__ == "__main__":
    main(sys.argv[1:])
