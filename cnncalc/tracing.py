"""The numbers of one small layer, step by step: where the window lies, what is multiplied, where the result goes.

    >>> from cnncalc.tracing import trace
    >>> trace("conv", "3 3 2 1; 0 0 1 3; 3 1 2 2", "0 1 2; 2 2 0; 0 1 2").output
    [[[12, 12]]]

Shapes, and what is wrong with them, come from the same engine as those of ``cnncalc conv`` and ``cnncalc pool``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from cnncalc.diagnostics import ArchitectureError, Diagnostic, Fault, Findings, Span
from cnncalc.language import n, t
from cnncalc.layout import layout_fault
from cnncalc.text import listing, quote, shape_text, suggest
from cnncalc.trace_numbers import Dice, Grid, Number, Numbers, from_lists, is_shape, is_size, read_text
from cnncalc.trace_shapes import TYPES, MisfitError, Shapes, check_limits, pair, size_word, work_out
from cnncalc.trace_steps import Part, Progress, Step, Trace
from cnncalc.tree import Scalar
from cnncalc.values import read_shape

__all__ = ["TYPES", "MisfitError", "Part", "Progress", "Step", "Trace", "trace"]

SEED = 1
INPUT_RANGE = (0, 3)
KERNEL_RANGE = (-1, 1)
"""The least and largest of the whole numbers that are drawn."""

Drawn = str
"""A shape or a size whose numbers are drawn."""


def trace(
    type: str,
    input: Any,
    kernel: Any = None,
    *,
    filters: Any = None,
    stride: Any = None,
    padding: Any = None,
    dilation: Any = None,
    output_padding: Any = None,
    rounding: Any = None,
    bias: Any = None,
    count_padding: bool = True,
    seed: int = SEED,
) -> Trace:
    """Work out a small layer number by number: ``conv``, ``max_pool``, ``avg_pool`` or ``transposed_conv``.

    ``input`` is text (``"3 3 2; 0 0 1"``, see `cnncalc.trace_numbers`), nested lists or an array of NumPy of shape H×W
    or C×H×W, or a shape (``"3x5x5"``) whose numbers ``seed`` draws: whole ones from 0 to 3. ``kernel`` is a filter as
    text or lists (H×W, C×H×W, or K×C×H×W for several), or a size (``3``, ``"1x3"``): a pool's window, or that of
    ``filters`` filters that ``seed`` draws, from −1 to 1. ``bias`` has a number for each filter, 0 unless given. The
    other settings are those of the layer type, with its defaults; ``count_padding`` is an average pool's.

    Raises MisfitError where shapes do not fit, and ArchitectureError for what can't be read, or is too large: 10,000
    numbers in an array, 100,000 products.
    """
    settings = {
        "filters": filters,
        "stride": stride,
        "padding": padding,
        "dilation": dilation,
        "output_padding": output_padding,
        "rounding": rounding,
    }
    words = {name: _word(value) for name, value in settings.items() if value is not None and value != ""}
    check_type(type)
    with refusing("trace"):
        image = as_input(input)
        weights = as_kernel(kernel, pool=TYPES[type][0] == "pool")
        biases = as_bias(bias)
    return build(type, image, weights, biases, words, count_padding, seed)


def _word(value: Any) -> str:
    return "x".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


@contextmanager
def refusing(name: str, text: str = "") -> Iterator[None]:
    """Turn a Fault into an ArchitectureError about a text of that name."""
    try:
        yield
    except Fault as fault:
        raise ArchitectureError.of(name, fault, text) from None


def check_type(type: str, also: tuple[str, ...] = ()) -> None:
    """Raises ArchitectureError for what can't be traced; ``also`` are other words that could have been meant."""
    if type not in TYPES:
        with refusing("trace"):
            help = suggest(type, [*TYPES, *also], t("it traces {types}", types=listing(TYPES, t("and"))))
            raise Fault("unknown-type", t("{word} can't be traced", word=quote(type)), help)


def as_input(value: Any, *, csv: bool = False) -> Numbers | Drawn:
    """What was given as an input. Raises Fault."""
    if not isinstance(value, str):
        return value if isinstance(value, Numbers) else from_lists(value, t("the input"))
    if is_shape(value):
        return value.strip()
    return read_text(value, t("the input"), csv=csv)


def as_kernel(value: Any, *, pool: bool, csv: bool = False) -> Numbers | Drawn:
    """What was given as a kernel, ``""`` where nothing was. Raises Fault for numbers that a pool has no use for."""
    if value is None or value == "":
        return ""
    if pool or isinstance(value, int) or (isinstance(value, str) and is_size(value)):
        if not isinstance(value, (int, str)) or (isinstance(value, str) and not is_size(value)):
            help = t("give the window's size: 3, or 2x3")
            raise Fault("invalid-value", t("a pool has no filter, only a window"), help, parameter="kernel")
        return str(value).strip()
    if isinstance(value, str):
        return read_text(value, t("the kernel"), csv=csv)
    return value if isinstance(value, Numbers) else from_lists(value, t("the kernel"))


def as_bias(value: Any, *, csv: bool = False) -> tuple[Number, ...]:
    """The biases: one number, or one for each filter. Raises Fault."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return ()
    what = t("the bias")
    if isinstance(value, str):
        numbers = read_text(value, what, csv=csv)
    else:
        numbers = from_lists(value if hasattr(value, "__len__") else [value], what)
    return tuple(x for grid in numbers.blocks for row in grid for x in row)


def build(
    type: str,
    image: Numbers | Drawn,
    weights: Numbers | Drawn,
    bias: tuple[Number, ...],
    words: Mapping[str, str],
    count_padding: bool = True,
    seed: int = SEED,
) -> Trace:
    """The trace of an input and a kernel that were read, with settings as they are written."""
    pool = TYPES[type][0] == "pool"
    with refusing("trace"):
        shape = _shape(image)
        settings = dict(words)
        if isinstance(weights, Numbers):
            weights = weights.of_rank(len(shape) - 1)
            settings["filters"] = _filters(weights, shape, settings.get("filters", ""))
            settings["kernel"] = size_word(weights.size)
        elif weights:
            settings["kernel"] = weights
        if not pool:
            settings.setdefault("filters", "1")
            if not weights:
                help = t("write its numbers (0 1 2; 2 2 0; 0 1 2), or a size whose numbers are drawn (3)")
                raise Fault("missing-parameter", t("a filter is missing"), help)
        elif not weights:
            message = t("{type} needs {names}", type=type, names=quote("-F"))
            raise Fault("missing-parameter", message, t("give the window's size: 3, or 2x3"))
        elif bias:
            raise Fault("invalid-value", t("a pool has no bias"))
    shapes = work_out(type, shape, settings, count_padding)
    shapes = shapes._replace(diagnostics=(*_doubts(shape, isinstance(image, Numbers)), *shapes.diagnostics))
    with refusing("trace"):
        check_limits(shapes)
        dice = Dice(seed)
        grids = image.blocks if isinstance(image, Numbers) else dice.blocks(shape[0], shape[1:], *INPUT_RANGE)
        kernels = () if pool else _kernels(weights, shapes, dice)
        drawn = (not isinstance(image, Numbers), bool(kernels) and not isinstance(weights, Numbers))
        return _trace(shapes, grids, kernels, _biases(bias, len(kernels)), drawn, seed)


def _shape(image: Numbers | Drawn) -> tuple[int, ...]:
    """Channels and spatial axes of the input. Raises Fault for what is no shape, or has too many axes."""
    if isinstance(image, Numbers):
        return len(image.blocks), *image.size
    shape = read_shape(Scalar(image, Span(1, 1, 1, 2)), t("the input"))
    if len(shape) not in (2, 3):
        message = t("the input {shape} has no one or two spatial axes", shape=shape_text(shape))
        raise Fault("invalid-value", message, t("channels first: 3x5x5, or 1x9 with one axis"))
    return shape


def _doubts(shape: tuple[int, ...], given: bool) -> tuple[Diagnostic, ...]:
    """A note where the axes seem to be in another order. A row of given numbers is no image by mistake."""
    findings = Findings("INPUT")
    doubt = None if given and len(shape) == 2 else layout_fault(shape, "option")
    if doubt:
        findings.add(doubt, severity="info")
    return tuple(findings)


def _filters(weights: Numbers, shape: tuple[int, ...], claimed: str) -> str:
    """How many filters there are, each as deep as the input. Raises Fault where the channels do not come out even."""
    channels, blocks = shape[0], len(weights.blocks)
    each = weights.per_filter or (blocks if blocks < channels else channels)
    if each != channels or blocks % channels:
        raise Fault(
            "channel-mismatch",
            t(
                "the kernel has {blocks}, and the input has {channels}",
                blocks=n("{n} channel", "{n} channels", each if weights.per_filter else blocks),
                channels=n("{n} channel", "{n} channels", channels),
            ),
            t("a filter has a channel for each channel of the input; write them one after the other, with | between"),
        )
    filters = str(blocks // channels)
    if claimed and claimed != filters:
        message = t("-K says {claimed}, and the kernel's numbers are of {found}", claimed=quote(claimed), found=filters)
        raise Fault("invalid-value", message, t("leave -K out: the numbers say it"))
    return filters


def _kernels(weights: Numbers | Drawn, shapes: Shapes, dice: Dice) -> tuple[tuple[Grid, ...], ...]:
    """For each filter, a grid for each channel of the input."""
    channels, filters = shapes.input[0], shapes.output[0]
    if isinstance(weights, Numbers):
        blocks = weights.blocks
    else:
        blocks = dice.blocks(filters * channels, shapes.kernel, *KERNEL_RANGE)
    return tuple(blocks[first : first + channels] for first in range(0, filters * channels, channels))


def _biases(bias: tuple[Number, ...], filters: int) -> tuple[Number, ...]:
    """A bias for each filter. Raises Fault where there are more or fewer."""
    if bias and len(bias) != filters:
        message = t(
            "there are {biases} for {filters}",
            biases=n("{n} bias", "{n} biases", len(bias)),
            filters=n("{n} filter", "{n} filters", filters),
        )
        raise Fault("invalid-value", message, t("each filter has one bias, added to each of its sums"))
    return bias or (0,) * filters


def _trace(
    shapes: Shapes,
    input: tuple[Grid, ...],
    kernels: tuple[tuple[Grid, ...], ...],
    bias: tuple[Number, ...],
    drawn: tuple[bool, bool],
    seed: int,
) -> Trace:
    return Trace(
        type=shapes.type,
        rank=len(shapes.kernel),
        input=input,
        kernels=kernels,
        bias=bias,
        size=pair(shapes.kernel, 1),
        stride=pair(shapes.stride, 1),
        dilation=pair(shapes.dilation, 1),
        padding=pair(shapes.padding, (0, 0)),
        output_size=pair(shapes.output[1:], 1),
        canvas_size=pair(shapes.canvas, 1),
        count_padding=shapes.count_padding,
        diagnostics=shapes.diagnostics,
        input_drawn=drawn[0],
        kernels_drawn=drawn[1],
        seed=seed,
    )
