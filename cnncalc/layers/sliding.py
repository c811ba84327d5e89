"""What convolutions and pools share: a window that slides over the input, and what happens where it does not fit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from cnncalc import window
from cnncalc.diagnostics import Fault
from cnncalc.layers.base import Layer, Misfit, Window, spatial
from cnncalc.text import listing, plural, shape_text
from cnncalc.values import Shape, axis_names


def claim_faults(claimed: int | None, x: Shape, parameter: str) -> Iterator[Fault]:
    """The fault of a claimed number of input channels (or features) that the input does not have."""
    if claimed is not None and x[0] is not None and claimed != x[0]:
        features = "feature" in parameter
        what = "feature" if features else "channel"
        shape = f" {shape_text(x)}" if len(x) > 1 else ""
        yield Fault(
            "feature-mismatch" if features else "channel-mismatch",
            f"{parameter} claims {claimed:,}, and the input{shape} has {plural(x[0], what)}",
            f"write {x[0]}, or leave it out: it follows from the input",
            parameter=parameter,
        )


class Sliding(Layer):
    """A window of ``kernel`` pixels that moves by ``stride`` over the input and its padding."""

    slides = True
    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    padding: Any
    dilation: tuple[int, ...]
    rounding: window.Rounding

    def channels(self, x: Shape) -> int | None:
        """The number of output channels."""
        return x[0]

    def effective(self) -> tuple[int, ...]:
        """The window's extent on each axis, the holes of a dilation counted."""
        return tuple(window.effective_kernel(f, d) for f, d in zip(self.kernel, self.dilation))

    def padding_pixels(self, x: Shape) -> tuple[tuple[int, int] | None, ...]:
        if self.padding != "same":
            return tuple(self.padding)
        return tuple(
            None if i is None else window.same_padding(i, f, s)
            for i, f, s in zip(spatial(x), self.effective(), self.stride)
        )

    def output_shape(self, x: Shape, *more: Shape) -> Shape:
        misfits = [
            self._axis(i, f, s, d, pads)
            for i, f, s, d, pads in zip(spatial(x), self.kernel, self.stride, self.dilation, self.padding_pixels(x))
        ]
        shape = (self.channels(x), *(o for o, _ in misfits))
        # The same misfit on height and width is one mistake, and is told once.
        axes: dict[_Misfit, list[str]] = {}
        for name, (_, misfit) in zip(axis_names(self.rank), misfits):
            if misfit:
                axes.setdefault(misfit, []).append(name)
        if axes:
            raise Misfit([misfit.fault(listing(names)) for misfit, names in axes.items()], shape)
        return shape

    def _axis(
        self, i: int | None, f: int, s: int, d: int, pads: tuple[int, int] | None
    ) -> tuple[int | None, _Misfit | None]:
        if i is None or pads is None:
            return None, None
        # `same` says the output's size itself, ⌈I/S⌉, and leaves nothing to round.
        rounding = "floor" if self.padding == "same" else self.rounding
        found = window.fit(i, window.effective_kernel(f, d), s, *pads, rounding)
        if found.output < 1 or (found.remainder and rounding == "strict"):
            return None, _Misfit(i, f, s, d, pads, found)
        return found.output, None

    def windows(self, x: Shape, y: Shape | None) -> tuple[Window | None, ...] | None:
        pads = self.padding_pixels(x)
        return tuple(None if p is None else Window(f, s, -p[0]) for f, s, p in zip(self.effective(), self.stride, pads))

    def unread(self, x: Shape, y: Shape | None) -> tuple[int | None, ...] | None:
        if y is None:
            return None
        settings = zip(spatial(x), self.effective(), self.stride, self.padding_pixels(x), spatial(y))
        return tuple(
            None if i is None or o is None or pads is None else window.unread(i, f, s, pads[0], o)
            for i, f, s, pads, o in settings
        )


class _Misfit(NamedTuple):
    """A window that does not fit one axis: input, kernel, stride, dilation, padding, and what came out."""

    i: int
    f: int
    s: int
    d: int
    pads: tuple[int, int]
    found: window.Fit

    def fault(self, axes: str) -> Fault:
        return self._too_large(axes) if self.found.output < 1 else self._non_integer(axes)

    def formula(self) -> str:
        """``(224 − 11 + 2·0)/4 + 1``, the numbers put in."""
        i, f, s, d, (before, after), _ = self
        pads = f"2·{before}" if before == after else f"{before} + {after}"
        return f"({i} − {window.effective_kernel(f, d)} + {pads})/{s} + 1"

    def _too_large(self, axes: str) -> Fault:
        i, f, _, d, (before, after), _ = self
        extent = window.effective_kernel(f, d)
        dilated = f" (kernel {f}, dilation {d})" if d > 1 else ""
        padded = f", {i + before + after} with its padding" if before + after else ""
        missing = extent - i - before - after
        more = -(-missing // 2)
        return Fault(
            "window-too-large",
            f"a window of {extent}{dilated} is larger than the {axes} of {i}{padded}",
            f"pad by {before + more}, take a kernel of at most {(i + before + after - 1) // d + 1}, "
            f"or an input of at least {i + missing}",
            parameter="kernel",
        )

    def _non_integer(self, axes: str) -> Fault:
        i, f, s, d, (before, after), found = self
        exact = _decimal(found.output, found.remainder, s)
        where = " of the padded input" if before + after else ""
        left = plural(found.remainder, "row or column", "rows or columns") + where
        help = f"frameworks would silently give {found.output} and drop {left}; if that is meant, set rounding to floor"
        near = window.nearest_fits(i, f, s, before, d) if before == after else {}
        names = {"padding": "P", "kernel": "F", "stride": "S", "input": "an input of"}
        if near:
            options = [
                f"{names[name]} {listing(map(str, values), 'or')}"
                if name == "input"
                else f"{names[name]} = {listing(map(str, values), 'or')}"
                for name, values in near.items()
            ]
            help += f"\nnearest that fit: {', '.join(options)}"
        return Fault(
            "non-integer-output",
            f"the window does not fit the {axes} of {i}: {self.formula()} = {exact}",
            help,
            parameter="kernel",
        )


def _decimal(whole: int, remainder: int, divisor: int) -> str:
    """``54.25``: whole + remainder/divisor, to six places and cut there."""
    places = remainder * 10**6 // divisor
    digits = f"{places:06d}".rstrip("0") or "000001"
    rest = "…" if remainder * 10**6 % divisor else ""
    return f"{whole}.{digits}{rest}"
