"""Layers that rescale: normalisations, and a learned or constant factor."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from cnncalc.diagnostics import Fault
from cnncalc.layers.base import (
    REQUIRED,
    Known,
    Layer,
    Tensor,
    affine_parameter,
    bias,
    claim_parameter,
    eps_parameter,
    parameter,
)
from cnncalc.layers.convolution import group_faults
from cnncalc.layers.sliding import claim_faults
from cnncalc.values import Choice, Flag, Real, Shape, Whole


def factor_and_offset(channels: int) -> tuple[Tensor, Tensor]:
    """γ and β, one of each for every channel."""
    return bias(channels, "weight"), bias(channels, "bias")


class BatchNorm(Layer):
    """Each channel is brought to mean 0 and variance 1 over the batch, then given a learned factor and offset."""

    word = "batch_norm"
    synonyms: ClassVar[tuple[str, ...]] = (
        "batchnorm",
        "batchnorm1d",
        "batchnorm2d",
        "batchnorm3d",
        "batchnormalization",
        "bn",
        "batch_normalization",
    )
    affine: bool = affine_parameter(True)
    running_stats: bool = parameter(
        Flag(), True, "whether running mean and variance are kept: 2C buffers", "", ("track_running_stats",)
    )
    eps: float = eps_parameter(1e-5)
    momentum: float = parameter(Real(0, 1), 0.1, "weight of the newest batch in the running statistics")
    in_channels: int | None = claim_parameter("num_features")

    def check(self, x: Shape) -> Iterable[Fault]:
        return claim_faults(self.in_channels, x, "in_channels")

    def tensors(self, x: Known) -> tuple[Tensor, ...]:
        return factor_and_offset(x[0]) if self.affine else ()

    def buffers(self, channels: int) -> int:
        return 2 * channels if self.running_stats else 0


class InstanceNorm(BatchNorm):
    """Each channel of each image is brought to mean 0 and variance 1."""

    word = "instance_norm"
    slides = True
    synonyms: ClassVar[tuple[str, ...]] = ("instancenorm2d", "instancenormalization")
    affine: bool = affine_parameter(False)
    running_stats: bool = parameter(
        Flag(), False, "whether running mean and variance are kept: 2C buffers", "", ("track_running_stats",)
    )


class LayerNorm(Layer):
    """The channels at each position (or the whole map) are brought to mean 0 and variance 1."""

    word = "layer_norm"
    synonyms: ClassVar[tuple[str, ...]] = ("layernorm", "layernorm2d", "layernormalization")
    over: str = parameter(
        Choice(("channels", "all")), "channels", "what is normalised together: channels, or all of C×H×W"
    )
    affine: bool = affine_parameter(True)
    eps: float = eps_parameter(1e-5)

    def tensors(self, x: Known) -> tuple[Tensor, ...]:
        if not self.affine:
            return ()
        shape = x if self.over == "all" else x[:1]
        return Tensor("weight", shape, shape[1:], shape[0]), Tensor("bias", shape, shape[1:], shape[0])


class GroupNorm(Layer):
    """Groups of channels are brought to mean 0 and variance 1, image by image."""

    word = "group_norm"
    synonyms: ClassVar[tuple[str, ...]] = ("groupnorm", "groupnormalization")
    groups: int = parameter(Whole(), REQUIRED, "number of groups that the channels form", "G", ("num_groups",))
    affine: bool = affine_parameter(True)
    eps: float = eps_parameter(1e-5)
    in_channels: int | None = claim_parameter("num_channels")

    def check(self, x: Shape) -> Iterable[Fault]:
        yield from claim_faults(self.in_channels, x, "in_channels")
        yield from group_faults(self.groups, x[0], None)

    def tensors(self, x: Known) -> tuple[Tensor, ...]:
        return factor_and_offset(x[0]) if self.affine else ()


class Lrn(Layer):
    """Local response normalisation: each number is divided by what its neighbours in ``size`` channels amount to."""

    word = "lrn"
    slides = True
    synonyms: ClassVar[tuple[str, ...]] = ("localresponsenorm", "local_response_norm", "local_response_normalization")
    size: int = parameter(Whole(), 5, "number of neighbouring channels", "", ("local_size", "depth_radius"))
    alpha: float = parameter(Real(), 1e-4, "factor of the sum of squares")
    beta: float = parameter(Real(), 0.75, "exponent")
    k: float = parameter(Real(), 1.0, "constant added", "", ("bias",))


class Scale(Layer):
    """A learned factor for each channel, or one constant without parameters."""

    word = "scale"
    synonyms: ClassVar[tuple[str, ...]] = ("layer_scale", "layerscale", "mul_constant")
    value: float | None = parameter(Real(), None, "a constant factor, which is not learned")

    def tensors(self, x: Known) -> tuple[Tensor, ...]:
        return () if self.value is not None else (bias(x[0], "weight"),)
