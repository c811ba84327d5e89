"""The layer types: one table, by the words that the language knows them by. A new type is a class and a line here."""

from __future__ import annotations

from cnncalc.layers import activation, convolution, dense, merging, normalization, pooling, resizing
from cnncalc.layers.base import Facts, Layer, Parameter, Tensor, Window, infer

LAYERS: tuple[type[Layer], ...] = (
    convolution.Conv,
    convolution.DepthwiseConv,
    convolution.SeparableConv,
    convolution.TransposedConv,
    pooling.MaxPool,
    pooling.AvgPool,
    pooling.GlobalAvgPool,
    pooling.GlobalMaxPool,
    pooling.AdaptiveAvgPool,
    pooling.AdaptiveMaxPool,
    dense.Dense,
    dense.Flatten,
    dense.Reshape,
    normalization.BatchNorm,
    normalization.LayerNorm,
    normalization.GroupNorm,
    normalization.InstanceNorm,
    normalization.Lrn,
    normalization.Scale,
    activation.Relu,
    activation.Relu6,
    activation.LeakyRelu,
    activation.Prelu,
    activation.Elu,
    activation.Selu,
    activation.Gelu,
    activation.Silu,
    activation.Mish,
    activation.Sigmoid,
    activation.HardSigmoid,
    activation.HardSwish,
    activation.Tanh,
    activation.Softplus,
    activation.Softmax,
    activation.LogSoftmax,
    activation.Dropout,
    activation.DropPath,
    resizing.ZeroPad,
    resizing.Crop,
    resizing.Upsample,
    resizing.PixelShuffle,
    resizing.ChannelShuffle,
    merging.Concat,
    merging.Add,
    merging.Multiply,
    resizing.Slice,
    activation.Identity,
)

BY_WORD: dict[str, type[Layer]] = {layer.word: layer for layer in LAYERS}

MERGES: tuple[str, ...] = tuple(layer.word for layer in LAYERS if layer.merges)

__all__ = ["BY_WORD", "LAYERS", "MERGES", "Facts", "Layer", "Parameter", "Tensor", "Window", "infer"]
