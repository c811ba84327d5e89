"""Shapes that look as if their axes stood in another order, or as if a batch came first: worth a word, no error."""

from __future__ import annotations

from typing import Literal

from cnncalc.diagnostics import Fault
from cnncalc.language import t
from cnncalc.values import axes_text

COLOURS = (1, 3, 4)
"""The channels that a picture has: grey, RGB, and RGB with transparency."""

Place = Literal["file", "option", "command"]
"""Where a shape stands: in a description, behind ``--input``, or as the input of a single layer's command."""


def layout_fault(shape: tuple[int, ...], place: Place = "file") -> Fault | None:
    """What may be amiss with an input: H×W×C, a batch of one, or a picture without its channel. None for the others."""
    if len(shape) == 2 and shape[0] == shape[1] > 1:
        c, length = shape
        message = t("read as {c} channels of length {length}; is it an image?", c=c, length=length)
        return Fault("layout", message, t("an image with one channel is {shape}", shape=f"1x{c}x{length}"))
    if len(shape) == 3 and shape[0] == shape[1] > shape[2] and shape[2] in COLOURS:
        c, h, w = shape
        message = t(
            "the last axis looks like the channels: {c} channels, height {h} and width {w} is what this says",
            c=c,
            h=h,
            w=w,
        )
        return Fault("layout", message, _order_help(shape, place))
    if len(shape) == 4 and shape[0] == 1:
        _, d, h, w = shape
        image = (d, h, w) if d in COLOURS and h == w else (w, d, h) if w in COLOURS and d == h else None
        if image and h > 1:
            message = t(
                "there is no batch axis here: 1 channel, depth {d}, height {h} and width {w} is what this says",
                d=d,
                h=h,
                w=w,
            )
            return Fault("layout", message, t("did you mean {shape}?", shape=axes_text(image)))
    return None


def _order_help(shape: tuple[int, ...], place: Place) -> str:
    c, h, w = shape
    right = axes_text((w, c, h))
    if place == "command":
        return t("the channels come first: {right}; or say `--layout hwc`", right=right)
    if place == "option":
        return t("the channels come first: {right}", right=right)
    return t(
        "the channels come first: {right}; if this is meant, name the axes: {named}",
        right=right,
        named=f"{{channels: {c}, height: {h}, width: {w}}}",
    )
