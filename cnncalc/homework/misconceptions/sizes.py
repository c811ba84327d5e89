"""Mistakes about the size of a map, and about how much of the image a unit sees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cnncalc import window
from cnncalc.homework.misconceptions.declaration import SHAPES, Example, Misconception, Subject, Value
from cnncalc.homework.misconceptions.windows import Change, Side, Slip, field_with, seen, sides_of, slipped
from cnncalc.language import marked, t
from cnncalc.layers.base import Window
from cnncalc.window import Fit

_WINDOW = SHAPES | {"fits"}
_SOLVED = frozenset({"kernel", "stride", "padding"})
_FIELD = frozenset({"receptive_field", "effective_stride"})


class _Values:
    """The values of a slip along each axis, and of a change to what a unit sees."""

    def __init__(self, slip: Slip | None, change: Change | None = None) -> None:
        self.slip = slip
        self.change = change

    def __call__(self, subject: Subject, ask: str) -> Iterator[Value]:
        if ask in _FIELD:
            if self.change is not None:
                yield from seen(field_with(subject, self.change), ask)
        elif self.slip is not None:
            yield from slipped(subject, ask, self.slip)


def _no_padding(side: Side) -> Fit:
    return replace(side, before=0, after=0, same=False).fit()


def _padding_once(side: Side) -> Fit:
    """P in place of P_before + P_after."""
    return replace(side, after=0, same=False).fit()


def _padding_sign(side: Side) -> Fit:
    return replace(side, before=-side.before, after=-side.after, same=False).fit()


def _no_one(side: Side) -> Fit:
    """Without the + 1; of a transposed convolution, without the − 1: S·I in place of S·(I − 1)."""
    if side.transposed:
        return replace(side, size=side.size + 1).fit()
    found = side.fit()
    return Fit(found.output - 1, found.remainder)


def _no_stride(side: Side) -> Fit:
    return replace(side, stride=1).fit()


def _stride_early(side: Side) -> Fit:
    """⌊I/S⌋ − F' + 2P + 1: only the input divided by the stride."""
    if side.transposed:
        return side.fit()
    return replace(side, size=side.size // side.stride, stride=1).fit()


def _ceil(side: Side) -> Fit:
    return replace(side, rounding="ceil").fit() if side.rounding == "floor" else side.fit()


def _floor(side: Side) -> Fit:
    return replace(side, rounding="floor").fit() if side.rounding == "ceil" else side.fit()


def _no_dilation(side: Side) -> Fit:
    return replace(side, dilation=1).fit()


def _dilation_from_zero(side: Side) -> Fit:
    """A dilation of D taken for D pixels left out between two, which is one of D + 1."""
    return replace(side, dilation=side.dilation + 1).fit() if side.dilation > 1 else side.fit()


def _as_convolution(side: Side) -> Fit:
    return replace(side, transposed=False, extra=0, same=False).fit() if side.transposed else side.fit()


def _see_no_stride(side: Side, seen: Window) -> Window:
    return seen if side.transposed else seen._replace(stride=1)


def _see_no_dilation(side: Side, seen: Window) -> Window:
    return seen if side.transposed else seen._replace(size=side.kernel)


def _see_dilation_from_zero(side: Side, seen: Window) -> Window:
    if side.transposed or side.dilation == 1:
        return seen
    return seen._replace(size=window.effective_kernel(side.kernel, side.dilation + 1))


def _own_window(subject: Subject, ask: str) -> Iterator[Value]:
    """The layer's own window and stride, as if the network's input came into it."""
    windows = subject.layer.facts.windows if subject.x else None
    if windows and None not in windows:
        extents = [w.size if ask == "receptive_field" else w.stride for w in windows if w is not None]
        if None not in extents:
            yield tuple(extents)  # type: ignore[arg-type]


def _rounded(subject: Subject, ask: str) -> Iterator[Value]:
    """A window that does not fit, and is given a size all the same: rounded down, or up."""
    sides = sides_of(subject)
    if not any(side.rounding == "strict" and side.fit().remainder for side in sides):
        return
    for rounding in ("floor", "ceil"):
        found = [replace(side, rounding=rounding).fit().output for side in sides]
        if min(found) >= 1 and ask == "fits":
            yield True
        elif min(found) >= 1 and ask == "output":
            yield (subject.kind.channels(subject.x), *found)


PADDING_FORGOTTEN = Misconception(
    name="padding-forgotten",
    asks=_WINDOW | _SOLVED,
    hint=lambda: t("Is there a border of zeros around the input?"),
    page=marked(
        "Padding makes the input larger before the window slides over it. Without it the map comes out smaller than it "
        "is."
    ),
    # 4 filters; (28 − 5 + 2·2)/1 + 1 = 28, and without padding (28 − 5)/1 + 1 = 24.
    example=Example("1x28x28", "conv: {K: 4, F: 5, P: 2}", "output", (4, 24, 24), "(28 − 5)/1 + 1 = 24"),
    values=_Values(_no_padding),
)

PADDING_ONCE = Misconception(
    name="padding-once",
    asks=_WINDOW | _SOLVED,
    hint=lambda: t("On how many sides of the map does the padding lie?"),
    page=marked(
        "The padding lies before and after the map, on each axis; so an axis grows by twice the padding, not by one."
    ),
    example=Example("1x28x28", "conv: {K: 4, F: 5, P: 2}", "output", (4, 26, 26), "(28 − 5 + 2)/1 + 1 = 26"),
    values=_Values(_padding_once),
)

PADDING_SIGN = Misconception(
    name="padding-sign",
    asks=_WINDOW | _SOLVED,
    hint=lambda: t("Does padding make the output of this layer larger or smaller?"),
    page=marked(
        "In a convolution the padding is added to the input, and the output grows. In a transposed convolution it is "
        "cut off from the output, and the output shrinks."
    ),
    example=Example("1x28x28", "conv: {K: 4, F: 5, P: 2}", "output", (4, 20, 20), "(28 − 5 − 2·2)/1 + 1 = 20"),
    values=_Values(_padding_sign),
)

ONE_FORGOTTEN = Misconception(
    name="one-forgotten",
    asks=_WINDOW | _SOLVED,
    hint=lambda: t("Did you count the place where the window begins?"),
    page=marked(
        "The division says how often the window moves. It stands somewhere before its first move, so there is one "
        "position more than there are moves. In a transposed convolution it is the other way round: one gap less than "
        "there are pixels."
    ),
    example=Example("3x227x227", "conv: {K: 96, F: 11, S: 4}", "output", (96, 54, 54), "(227 − 11)/4 = 54"),
    values=_Values(_no_one),
)

STRIDE_FORGOTTEN = Misconception(
    name="stride-forgotten",
    asks=_WINDOW | _FIELD | {"kernel", "padding"},
    hint=lambda: t("By how many pixels does the window move each time?"),
    page=marked(
        "A window that moves by more than a pixel takes fewer positions, so the map shrinks; and behind it, a step on "
        "the map is several steps on the image."
    ),
    example=Example("3x227x227", "conv: {K: 96, F: 11, S: 4}", "output", (96, 217, 217), "(227 − 11)/1 + 1 = 217"),
    values=_Values(_no_stride, _see_no_stride),
)

STRIDE_EARLY = Misconception(
    name="stride-early",
    asks=_WINDOW | _SOLVED,
    hint=lambda: t("What exactly is divided by the stride?"),
    page=marked(
        "The window is taken from the padded input first, and what is left is divided by the stride. Dividing the "
        "input alone leaves the window and the padding at their full size."
    ),
    # ⌊227/4⌋ − 11 + 1 = 56 − 11 + 1 = 46.
    example=Example("3x227x227", "conv: {K: 96, F: 11, S: 4}", "output", (96, 46, 46), "⌊227/4⌋ − 11 + 1 = 46"),
    values=_Values(_stride_early),
)

CEIL_FOR_FLOOR = Misconception(
    name="ceil-for-floor",
    asks=_WINDOW,
    hint=lambda: t("Which way does this layer round a division that leaves a remainder?"),
    page=marked(
        "Where rounding down is agreed on, a window that would reach past the edge is left out. Rounding up counts it."
    ),
    # (112 − 3)/2 + 1 = 55.5, rounded up: 56.
    example=Example(
        "64x112x112", "max_pool: {F: 3, S: 2, rounding: floor}", "output", (64, 56, 56), "⌈(112 − 3)/2⌉ + 1 = 56"
    ),
    values=_Values(_ceil),
)

FLOOR_FOR_CEIL = Misconception(
    name="floor-for-ceil",
    asks=_WINDOW,
    hint=lambda: t("Which way does this layer round a division that leaves a remainder?"),
    page=marked(
        "Where rounding up is agreed on, as in Caffe's pooling, a window that reaches past the edge still counts. "
        "Rounding down leaves it out."
    ),
    # (112 − 3)/2 + 1 = 55.5, rounded down: 55.
    example=Example(
        "64x112x112", "max_pool: {F: 3, S: 2, rounding: ceil}", "output", (64, 55, 55), "⌊(112 − 3)/2⌋ + 1 = 55"
    ),
    values=_Values(_floor),
)

ROUNDED_ANYWAY = Misconception(
    name="rounded-anyway",
    asks=frozenset({"output", "fits"}),
    hint=lambda: t("Does the division come out whole?"),
    page=marked(
        "Here a window has to fit exactly. Where the division leaves a remainder there is no output: rounding hides "
        "that part of the input is never read."
    ),
    # (224 − 11)/4 + 1 = 54.25, rounded down: 54.
    example=Example("3x224x224", "conv: {K: 96, F: 11, S: 4}", "output", (96, 54, 54), "⌊(224 − 11)/4⌋ + 1 = 54"),
    values=_rounded,
)

DILATION_IGNORED = Misconception(
    name="dilation-ignored",
    asks=_WINDOW | _SOLVED | {"receptive_field"},
    hint=lambda: t("How far is it from the first to the last pixel that the window looks at?"),
    page=marked(
        "A dilated window leaves pixels out between those that it looks at, so it reaches further than its kernel. The "
        "number of weights stays the same."
    ),
    # (32 − 3)/1 + 1 = 30; the window reaches over 2·(3 − 1) + 1 = 5.
    example=Example("3x32x32", "conv: {K: 8, F: 3, D: 2}", "output", (8, 30, 30), "(32 − 3)/1 + 1 = 30"),
    values=_Values(_no_dilation, _see_no_dilation),
)

DILATION_FROM_ZERO = Misconception(
    name="dilation-from-zero",
    asks=_WINDOW | _SOLVED | {"receptive_field"},
    hint=lambda: t("What dilation does an ordinary convolution have?"),
    page=marked(
        "The dilation is the distance between two pixels of the window, and an ordinary window has one of 1. Whoever "
        "takes it for the number of pixels left out between them takes a window that is too large."
    ),
    # Two pixels left out: the window reaches over 3·(3 − 1) + 1 = 7, and 32 − 7 + 1 = 26.
    example=Example("3x32x32", "conv: {K: 8, F: 3, D: 2}", "output", (8, 26, 26), "(32 − 3·(3 − 1) − 1)/1 + 1 = 26"),
    values=_Values(_dilation_from_zero, _see_dilation_from_zero),
)

TRANSPOSED_AS_CONVOLUTION = Misconception(
    name="transposed-as-convolution",
    asks=_WINDOW,
    hint=lambda: t("Does this layer make its input smaller or larger?"),
    page=marked(
        "A transposed convolution goes the other way: every pixel of the input lays a filter onto the output, and the "
        "stride is the distance between them there. So the map grows."
    ),
    # ⌊(16 − 4 + 2·1)/2⌋ + 1 = 8; it is 2·(16 − 1) + 4 − 2·1 = 32.
    example=Example(
        "8x16x16", "transposed_conv: {K: 4, F: 4, S: 2, P: 1}", "output", (4, 8, 8), "⌊(16 − 4 + 2·1)/2⌋ + 1 = 8"
    ),
    values=_Values(_as_convolution),
)

EARLIER_LAYERS_FORGOTTEN = Misconception(
    name="earlier-layers-forgotten",
    asks=_FIELD,
    hint=lambda: t("What does a pixel of this layer's input see of the image?"),
    page=marked(
        "A unit sees its window of the map before it, and every pixel of that map sees a part of the image already. "
        "The receptive field and the effective stride are counted on the image, through all the layers before."
    ),
    # The second convolution's own window, 3; on the image it is 3 + (3 − 1)·1 = 5.
    example=Example("3x32x32", "conv: {K: 8, F: 3}\nconv: {K: 8, F: 3}", "receptive_field", 3, "1 + (3 − 1)·1 = 3"),
    values=_own_window,
)
