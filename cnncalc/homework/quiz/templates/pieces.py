"""What the templates are put together from: sizes as one meets them in lectures and papers, windows, channels."""

from __future__ import annotations

from typing import Any, NamedTuple

from cnncalc import window
from cnncalc.homework.quiz.draws import Draws
from cnncalc.homework.quiz.templates.declaration import Order

SMALL = (12, 13, 14, 15, 16, 19, 20, 24, 25, 27, 28, 30, 31, 32, 35, 36, 40, 48, 50, 55, 56, 57, 60, 63, 64)
LARGE = (65, 71, 73, 80, 96, 100, 111, 112, 113, 127, 128, 147, 149, 160, 192, 224, 225, 227, 256, 299)
LOW = (5, 6, 7, 8, 10, 12, 13, 14, 16, 20, 24, 28, 32)
"""Sizes that a transposed convolution enlarges."""

CHANNELS = (4, 6, 8, 10, 12, 16, 20, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 256)
FILTERS = (4, 5, 6, 8, 10, 12, 14, 15, 16, 18, 20, 24, 25, 28, 30, 32, 36, 40, 48, 50, 56, 60, 64, 72, 80, 96, 100, 128)
UNITS = (10, 20, 25, 50, 64, 80, 84, 100, 120, 128, 150, 200, 250, 256, 300, 400, 500, 512, 1000, 1024)
IMAGE = 28
"""From this size on an input may be an image, with three channels."""

WEIGHED = frozenset({"params", "weights"})
"""Asks that the size of the map has no part in."""
COUNTED = frozenset({"macs", "flops"})
LEAST = 3
"""The least size of a map that is drawn."""


class Win(NamedTuple):
    """A window's settings, alike along both axes."""

    kernel: int
    stride: int = 1
    padding: int = 0
    dilation: int = 1

    def fit(self, size: int) -> window.Fit:
        """The positions along an axis, and the remainder."""
        reach = window.effective_kernel(self.kernel, self.dilation)
        return window.fit(size, reach, self.stride, self.padding, self.padding, "strict")

    def fits(self, size: int, whole: bool) -> bool:
        """Whether it takes some positions along an axis, and leaves nothing over where it must not."""
        found = self.fit(size)
        return found.output >= LEAST and not (whole and found.remainder)

    def settings(self) -> dict[str, int]:
        """As they stand in YAML, the dilation only where it is one."""
        given = {"F": self.kernel, "S": self.stride, "P": self.padding}
        if self.dilation > 1:
            given["D"] = self.dilation
        return given


class Map(NamedTuple):
    """A shape C×H×W on its way through a network."""

    channels: int
    height: int
    width: int

    @property
    def text(self) -> str:
        return f"{self.channels}x{self.height}x{self.width}"

    def fits(self, win: Win, whole: bool) -> bool:
        return win.fits(self.height, whole) and win.fits(self.width, whole)

    def through(self, win: Win, channels: int) -> Map:
        """The map that a window leaves, rounded down."""
        return Map(channels, win.fit(self.height).output, win.fit(self.width).output)


def draw_channels(draws: Draws, size: int) -> int:
    """Those of a map; of an image, at times, where it is large enough for one."""
    return 3 if size >= IMAGE and draws.chance(1, 3) else draws.choice(CHANNELS)


def draw_map(draws: Draws, order: Order, win: Win) -> Map | None:
    """A map that the window fits; with another height than width, at times, from difficulty 4 on."""
    sizes = SMALL if order.difficulty == 1 or order.ask in COUNTED else SMALL + LARGE
    fitting = [size for size in sizes if win.fits(size, order.whole)]
    if not fitting:
        return None
    height = width = draws.choice(fitting)
    if order.difficulty >= 4 and draws.chance(1, 2):
        width = draws.choice(fitting)
    return Map(draw_channels(draws, min(height, width)), height, width)


def draw_window(draws: Draws, order: Order) -> Win:
    """A convolution's window: odd in the most, moved by more than a pixel from difficulty 2 on, dilated from 3 on."""
    level = order.difficulty
    kernel = draws.choice((3, 5, 5, 7, 7) if level == 1 else (3, 3, 4, 5, 5, 7, 7, 9, 11))
    stride = 1 if level == 1 else draws.choice((1, 1, 2, 2, 2, 3, 4))
    dilation = draws.choice((2, 2, 3)) if level >= 3 and kernel <= 5 and draws.chance(1, 2) else 1
    return Win(kernel, stride, draw_padding(draws, order, kernel, stride), dilation)


def draw_padding(draws: Draws, order: Order, kernel: int, stride: int) -> int:
    """At most half the kernel; where it matters, such that it may be forgotten, or added once, with two outcomes.

    One pixel, added once, is a size less by one, as without the + 1.
    """
    half = (kernel - 1) // 2
    if order.ask in WEIGHED or order.difficulty == 1:
        return draws.choice((0, half))
    usual = (0, half, 2, 3) if stride == 1 else (0, 0, 3, 2 * stride)
    return draws.choice([padding for padding in usual if padding <= half])


def rounded(draws: Draws, order: Order, settings: dict[str, Any]) -> dict[str, Any]:
    """The settings, and how a remainder is rounded where one may be left: up only on a pool, and not at first."""
    if order.whole:
        return settings
    up = "K" not in settings and order.difficulty >= 3 and draws.chance(1, 3)
    return {**settings, "rounding": "ceil" if up else "floor"}


def divisors(draws: Draws, order: Order) -> tuple[int, int, int]:
    """Groups, and numbers of channels and of filters that they divide."""
    groups = draws.choice((2, 2, 4, 8))
    channels = [c for c in CHANNELS if c % groups == 0 and c > groups]
    filters = [c for c in FILTERS if c % groups == 0 and c > groups]
    return groups, draws.choice(channels), draws.choice(filters)
