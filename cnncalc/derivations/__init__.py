"""How each layer type's numbers come about: one table, by the words that the language knows them by.

A layer type without a line here is told by its own docstring, and by the count of its weights.
"""

from __future__ import annotations

from functools import partial

from cnncalc.derivations import activation, convolution, dense, merging, normalization, pooling, resizing
from cnncalc.derivations.base import Derivation, Deriver, Line, Section, Subject
from cnncalc.formula import Num, total
from cnncalc.language import t
from cnncalc.layers import Layer

DERIVERS: dict[str, Deriver] = {
    "conv": convolution.conv,
    "depthwise_conv": convolution.depthwise_conv,
    "separable_conv": convolution.separable_conv,
    "transposed_conv": convolution.transposed_conv,
    "max_pool": pooling.max_pool,
    "avg_pool": pooling.avg_pool,
    "global_avg_pool": pooling.global_avg_pool,
    "global_max_pool": pooling.global_max_pool,
    "adaptive_avg_pool": pooling.adaptive_pool,
    "adaptive_max_pool": pooling.adaptive_pool,
    "dense": dense.dense,
    "flatten": dense.flatten,
    "reshape": dense.reshape,
    "batch_norm": normalization.batch_norm,
    "layer_norm": normalization.layer_norm,
    "group_norm": normalization.group_norm,
    "instance_norm": normalization.instance_norm,
    "lrn": normalization.lrn,
    "scale": normalization.scale,
    "prelu": activation.prelu,
    "dropout": activation.dropout,
    "drop_path": activation.drop_path,
    "identity": activation.identity,
    "zero_pad": resizing.zero_pad,
    "crop": resizing.crop,
    "upsample": resizing.upsample,
    "pixel_shuffle": resizing.pixel_shuffle,
    "channel_shuffle": resizing.channel_shuffle,
    "slice": resizing.slice_,
    "concat": merging.concat,
    "add": merging.add,
    "multiply": merging.multiply,
    **{
        word: partial(activation.activation, word)
        for word in (*activation.FUNCTIONS, "leaky_relu", "elu", "selu", "softmax", "log_softmax")
    },
}
"""By the layer type's word."""


def derive(type: type[Layer], subject: Subject) -> Derivation:
    """How the numbers of a layer come about, whose settings suit what comes in."""
    deriver = DERIVERS.get(type.word, partial(_plain, type))
    return deriver(subject)


def _plain(type: type[Layer], subject: Subject) -> Derivation:
    """A layer type that declares no more than its facts."""
    tensors = subject.facts.tensors
    words = t((type.__doc__ or "").splitlines()[0])
    if not tensors:
        return Derivation(words)
    counts = total([Num(tensor.numel) for tensor in tensors])
    return Derivation(words, [Section("parameters", t("parameters"), counts, subject.facts.params)])


__all__ = ["DERIVERS", "Derivation", "Line", "Section", "Subject", "derive"]
