"""A layer that comes out different under the rules of PyTorch, Caffe, Keras or ONNX."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc import window
from cnncalc.analysis import Layer
from cnncalc.layers.normalization import Lrn
from cnncalc.layers.pooling import Pool
from cnncalc.layers.sliding import Sliding
from cnncalc.lint.network import Network
from cnncalc.lint.rule import Finding, Limits, Rule
from cnncalc.text import shape_text

BAD = """\
input: 3x32x32
layers:
  - conv: {filters: 32, kernel: 3, padding: 1}
  - relu
  - max_pool: {kernel: 3, stride: 2, rounding: ceil}   # here
  - conv: {filters: 64, kernel: 3, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - dense: {units: 10}
"""

GOOD = BAD.replace("{kernel: 3, stride: 2, rounding: ceil}   # here", "{kernel: 2}")

Sizes = tuple[int, ...]


def check(net: Network, limits: Limits) -> Iterator[Finding]:
    for layer, kind in net.sliding:
        x, y = layer.input, layer.output
        if kind.padding == "same" or kind.rounding == "strict":
            continue  # `same` says the size itself, and a strict window fits: nothing is rounded
        if x is None or y is None or None in x or None in y:
            continue
        if isinstance(kind, Pool):
            message, help = _pool(layer, kind)
        else:
            message, help = _convolution(layer, kind) if kind.rounding == "ceil" else ("", "")
        if message:
            yield net.finding(layer, f"{layer.path} {message}", help, at="rounding")
    yield from _norms(net, net.of("lrn"))


def rounded(layer: Layer, kind: Sliding, how: window.Rounding) -> Sizes:
    """The sizes that leave under a way of rounding."""
    settings = zip(layer.input[1:] if layer.input else (), kind.effective(), kind.stride, kind.padding)
    return tuple(window.fit(i or 0, f, s, before, after, how).output for i, f, s, (before, after) in settings)


def caffe(layer: Layer, kind: Sliding) -> Sizes:
    """The sizes that leave Caffe's pool: rounded up, and clipped only where it is padded (pooling_layer.cpp)."""
    sizes = []
    settings = zip(layer.input[1:] if layer.input else (), kind.effective(), kind.stride, kind.padding)
    for i, f, s, (before, after) in settings:
        steps = -(-((i or 0) - f + before + after) // s)
        if any(any(pads) for pads in kind.padding) and steps * s >= (i or 0) + before:
            steps -= 1
        sizes.append(steps + 1)
    return tuple(sizes)


def _pool(layer: Layer, kind: Pool) -> tuple[str, str]:
    down, up, theirs = rounded(layer, kind, "floor"), rounded(layer, kind, "ceil"), caffe(layer, kind)
    padded = any(any(pads) for pads in kind.padding)
    if kind.rounding == "floor" or down == up:
        return "", ""  # at most Caffe differs; rows that are lost are told by unread-pixels
    message = f"rounds up to {shape_text(up)}" + (", as Caffe does" if theirs == up else "")
    message += f"; PyTorch and ONNX round down to {shape_text(down)} unless told `ceil_mode`"
    message += "" if padded else ", and Keras always"
    if theirs != up:
        message += f"; Caffe, which does not drop a window that begins behind the input, has {shape_text(theirs)}"
    return message, "set `ceil_mode` where the network is built again, and pad the end where there is none"


def _convolution(layer: Layer, kind: Sliding) -> tuple[str, str]:
    down, up = rounded(layer, kind, "floor"), rounded(layer, kind, "ceil")
    if down == up:
        return "", ""
    return (
        f"rounds up to {shape_text(up)}; in PyTorch, Caffe, Keras and ONNX convolutions round down: {shape_text(down)}",
        "say `rounding: floor`, and pad the end where the last window is wanted",
    )


def _norms(net: Network, layers: list[Layer]) -> Iterator[Finding]:
    """One finding for all response norms: they are the same trap."""
    for layer in layers:
        kind = layer.facts.layer
        if isinstance(kind, Lrn) and kind.size > 1 and kind.alpha:
            others = f", and {len(layers) - 1:,} more" if len(layers) > 1 else ""
            message = (
                f"{layer.path}{others}: PyTorch, Caffe and ONNX divide alpha, {kind.alpha:g}, by the {kind.size:,} "
                f"channels of the window ({kind.alpha / kind.size:g} for each); TensorFlow and AlexNet's paper do not"
            )
            help = f"say in a comment whose alpha it is: the same in PyTorch and in TensorFlow is {kind.alpha:g} and "
            help += f"{kind.alpha / kind.size:g}, or {kind.alpha * kind.size:g} and {kind.alpha:g}"
            yield net.finding(layer, message, help)
            return


RULE = Rule(
    name="portability",
    severity="info",
    summary="a layer that comes out different in PyTorch, Caffe, Keras or ONNX",
    why=(
        "A description is moved from one framework to another by its numbers, and the same numbers do not mean the "
        "same everywhere. Pools round down in PyTorch, Keras and ONNX, and up in Caffe, which clips the last window "
        "only where there is padding; convolutions round down everywhere; response norms divide alpha by their size "
        "or not. Reported is only what differs for this input, and no pool that differs in Caffe alone. Paddings of "
        "`same` are asymmetric-padding's, means over padding averaged-padding's, and rows that are lost by rounding "
        "down unread-pixels'. Defaults that a file can spell out, as a batch norm's `eps` (1e-5, in Keras 1e-3), are "
        "not reported: here they are PyTorch's."
    ),
    bad=BAD,
    good=GOOD,
    source=(
        "PyTorch, torch.nn.MaxPool2d and LocalResponseNorm; Caffe, pooling_layer.cpp and lrn_layer.cpp; Keras, "
        "MaxPooling2D; ONNX, MaxPool and LRN; TensorFlow, tf.nn.local_response_normalization"
    ),
    allow="where the network stays with one framework",
    check=check,
)
