"""What convolutions and pools share: a window that slides over the input, and what happens where it does not fit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from cnncalc import window
from cnncalc.diagnostics import Fault
from cnncalc.language import n, t
from cnncalc.layers.base import Layer, Misfit, Window, spatial
from cnncalc.text import listing, shape_text, the_axes
from cnncalc.values import Shape, axis_names


def claim_faults(claimed: int | None, x: Shape, parameter: str) -> Iterator[Fault]:
    """The fault of a claimed number of input channels (or features) that the input does not have."""
    if claimed is not None and x[0] is not None and claimed != x[0]:
        features = "feature" in parameter
        found = n("{n} feature", "{n} features", x[0]) if features else n("{n} channel", "{n} channels", x[0])
        values = {"parameter": parameter, "claimed": claimed, "shape": shape_text(x), "found": found}
        if len(x) > 1:
            message = t("{parameter} claims {claimed:,}, and the input {shape} has {found}", **values)
        else:
            message = t("{parameter} claims {claimed:,}, and the input has {found}", **values)
        help = t("write {number}, or leave it out: it follows from the input", number=x[0])
        yield Fault("feature-mismatch" if features else "channel-mismatch", message, help, parameter=parameter)


def floor_help(*, command: bool = False) -> str:
    """How to say that rows and columns may be dropped: in a file, or behind the command of a single layer."""
    if command:
        return t("if that is meant, say `--rounding floor`")
    return t("if that is meant, write `rounding: floor`")


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
        axes: dict[_Misfit, list[int]] = {}
        for axis, (_, misfit) in enumerate(misfits):
            if misfit:
                axes.setdefault(misfit, []).append(axis)
        if axes:
            names = axis_names(self.rank)
            told = [misfit.fault(the_axes([names[axis] for axis in where])) for misfit, where in axes.items()]
            raise Misfit(told, shape)
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

    def period(self) -> tuple[int, ...]:
        return self.stride

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
        what = t("a window of {extent}", extent=extent)
        if d > 1:
            what = t("a window of {extent} (kernel {kernel}, dilation {dilation})", extent=extent, kernel=f, dilation=d)
        padded = i + before + after
        values = {"window": what, "axes": axes, "size": i, "padded": padded}
        message = t("{window} is larger than {axes} of {size}", **values)
        if padded > i:
            message = t("{window} is larger than {axes} of {size}, {padded} with its padding", **values)
        missing = extent - padded
        help = t(
            "pad by {padding}, take a kernel of at most {kernel}, or an input of at least {input}",
            padding=before - (-missing // 2),
            kernel=(padded - 1) // d + 1,
            input=i + missing,
        )
        return Fault("window-too-large", message, help, parameter="kernel")

    def _non_integer(self, axes: str) -> Fault:
        i, f, s, d, (before, after), found = self
        exact = _decimal(found.output, found.remainder, s)
        rest = found.remainder
        if before + after:
            left = n("{n} row or column of the padded input", "{n} rows or columns of the padded input", rest)
        else:
            left = n("{n} row or column", "{n} rows or columns", rest)
        help = t("frameworks would silently give {output} and drop {left}", output=found.output, left=left)
        help += "\n" + floor_help()
        near = window.nearest_fits(i, f, s, before, d) if before == after else {}
        if near:
            options = ", ".join(_option(name, listing(map(str, sizes), "or")) for name, sizes in near.items())
            help += "\n" + t("nearest that fit: {options}", options=options)
        formula = f"{self.formula()} = {exact}"
        message = t("the window does not fit {axes} of {size}: {formula}", axes=axes, size=i, formula=formula)
        return Fault("non-integer-output", message, help, parameter="kernel")


def _option(name: str, sizes: str) -> str:
    """``F = 4 or 6``: settings with which a window would fit."""
    if name == "input":
        return t("an input of {sizes}", sizes=sizes)
    letters = {"padding": "P", "kernel": "F", "stride": "S"}
    return f"{letters[name]} = {sizes}"


def _decimal(whole: int, remainder: int, divisor: int) -> str:
    """``54.25``: whole + remainder/divisor, to six places and cut there."""
    places = remainder * 10**6 // divisor
    digits = f"{places:06d}".rstrip("0") or "000001"
    rest = "…" if remainder * 10**6 % divisor else ""
    return f"{whole}.{digits}{rest}"
