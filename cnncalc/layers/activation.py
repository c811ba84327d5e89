"""Element-wise non-linearities, and the regularisers that drop numbers while training."""

from __future__ import annotations

from cnncalc.diagnostics import Fault
from cnncalc.language import t
from cnncalc.layers.base import Known, Layer, Tensor, bias, parameter
from cnncalc.values import Real, Shape, Whole


class Activation(Layer):
    """One function of every number by itself; without weights, and the shape stays."""


class Relu(Activation):
    """max(0, x)."""

    word = "relu"
    synonyms = ("rectifier",)


class Relu6(Activation):
    """min(max(0, x), 6)."""

    word = "relu6"


class LeakyRelu(Activation):
    """x where it is positive, else slope·x."""

    word = "leaky_relu"
    synonyms = ("leakyrelu", "lrelu")
    slope: float = parameter(Real(), 0.01, "factor of the negative part", "", ("negative_slope", "alpha"))


class Prelu(Activation):
    """x where it is positive, else a learned factor times x: one factor in all, or one for each channel."""

    word = "prelu"
    num_parameters: int = parameter(Whole(), 1, "number of learned factors: 1, or one for each channel")

    def check(self, x: Shape) -> list[Fault]:
        if self.num_parameters == 1 or x[0] is None or self.num_parameters == x[0]:
            return []
        return [
            Fault(
                "invalid-value",
                t("prelu has {factors} factors, and the input {n} channels", factors=self.num_parameters, n=x[0]),
                t("num_parameters is 1 or {n}", n=x[0]),
                parameter="num_parameters",
            )
        ]

    def tensors(self, x: Known) -> tuple[Tensor, ...]:
        return (bias(self.num_parameters, "weight"),)


class Elu(Activation):
    """x where it is positive, else alpha·(eˣ − 1)."""

    word = "elu"
    alpha: float = parameter(Real(), 1.0, "the negative part's limit, with its sign changed")


class Selu(Activation):
    """elu with the scale and alpha that keep mean 0 and variance 1 (Klambauer et al. 2017)."""

    word = "selu"


class Gelu(Activation):
    """x·Φ(x), Φ the normal distribution's cumulative function."""

    word = "gelu"


class Silu(Activation):
    """x·sigmoid(x), also called swish."""

    word = "silu"
    synonyms = ("swish",)


class Mish(Activation):
    """x·tanh(softplus(x))."""

    word = "mish"


class Sigmoid(Activation):
    """1/(1 + e⁻ˣ)."""

    word = "sigmoid"
    synonyms = ("logistic",)


class HardSigmoid(Activation):
    """relu6(x + 3)/6."""

    word = "hard_sigmoid"
    synonyms = ("hardsigmoid", "hsigmoid")


class HardSwish(Activation):
    """x·hard_sigmoid(x)."""

    word = "hard_swish"
    synonyms = ("hardswish", "hswish")


class Tanh(Activation):
    """The hyperbolic tangent."""

    word = "tanh"


class Softplus(Activation):
    """log(1 + eˣ)."""

    word = "softplus"


class Softmax(Activation):
    """Numbers over the channels that are positive and add up to 1."""

    word = "softmax"


class LogSoftmax(Activation):
    """The logarithm of softmax."""

    word = "log_softmax"
    synonyms = ("logsoftmax",)


class Identity(Layer):
    """What comes in goes out."""

    word = "identity"
    synonyms = ("noop", "passthrough", "input")


def _rate(default: float, synonyms: tuple[str, ...]) -> float:
    rate: float = parameter(Real(0, 1), default, "the share that is dropped while training", "", synonyms)
    return rate


class Dropout(Layer):
    """Sets a share of the numbers to 0 while training."""

    word = "dropout"
    synonyms = ("dropout2d", "spatialdropout2d")
    rate: float = _rate(0.5, ("p", "dropout_ratio"))


class DropPath(Layer):
    """Drops a whole branch for a share of the images while training (stochastic depth)."""

    word = "drop_path"
    synonyms = ("droppath", "stochastic_depth", "stochasticdepth")
    rate: float = _rate(0.0, ("p", "drop_prob"))
