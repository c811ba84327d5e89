"""Layers that add, cut, stretch or reorder rows, columns and channels; none has weights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any, ClassVar

from cnncalc.diagnostics import Fault
from cnncalc.language import n, t
from cnncalc.layers.base import (
    REQUIRED,
    Layer,
    Misfit,
    Window,
    axis_words,
    groups_parameter,
    padding_parameter,
    parameter,
    spatial,
)
from cnncalc.layers.convolution import group_faults
from cnncalc.text import listing, side_word
from cnncalc.values import SIDES, Choice, PaddingKind, Reference, Shape, SizeKind, Whole

_LIKE = "a layer whose height and width it takes over"


def exactly_one(values: Mapping[str, Any], names: tuple[str, ...], word: str) -> Iterable[Fault]:
    """The fault of a layer that says its output's size in no way, or in two."""
    given = [name for name in names if name in values]
    if not given:
        options = listing((f"`{name}`" for name in names), "or")
        yield Fault("missing-parameter", t("{word} needs {parameters}", word=word, parameters=options))
    if len(given) > 1:
        twice = listing(f"`{name}`" for name in given)
        yield Fault(
            "invalid-value",
            t("{word} says its size twice: {parameters}", word=word, parameters=twice),
            t("keep one of them"),
            parameter=given[1],
        )


class ZeroPad(Layer):
    """Zeros around the map."""

    word = "zero_pad"
    synonyms = ("zeropad2d", "zeropadding2d", "pad", "constantpad2d", "zero_padding")
    slides = True
    spread_sides = "padding"
    padding: Any = padding_parameter("rows and columns of zeros: a size, or sides, which can stand by themselves")

    @classmethod
    def validate(cls, values: Mapping[str, Any]) -> Iterable[Fault]:
        if "padding" not in values:
            yield Fault("missing-parameter", t("zero_pad needs `padding`, or sides: top, bottom, left, right"))
        if values.get("padding") in ("same", "valid"):
            message = t("zero_pad needs numbers: it has no window to follow")
            yield Fault("invalid-value", message, parameter="padding")

    def output_shape(self, x: Shape, *more: Shape) -> Shape:
        return (
            x[0],
            *(None if i is None else before + i + after for i, (before, after) in zip(spatial(x), self.padding)),
        )

    def windows(self, x: Shape, y: Shape | None) -> tuple[Window, ...]:
        return tuple(Window(1, 1, -before) for before, _ in self.padding)

    def padding_pixels(self, x: Shape) -> tuple[tuple[int, int], ...]:
        return tuple(self.padding)


class Crop(Layer):
    """A part of the map: of a given size, or without the given sides; centred unless it has an offset."""

    word = "crop"
    synonyms = ("cropping2d", "centercrop", "center_crop")
    slides = True
    spread_sides = "sides"
    size: tuple[int, ...] | None = parameter(SizeKind(), None, "height and width that are left")
    like: str | None = parameter(Reference(), None, _LIKE)
    sides: Any = parameter(
        PaddingKind(()),
        None,
        "rows and columns taken away: a size, or sides, which can stand by themselves",
        "",
        ("cropping",),
    )
    offset: tuple[int, ...] | None = parameter(
        SizeKind(0), None, "rows and columns dropped before the part that is left"
    )

    @classmethod
    def validate(cls, values: Mapping[str, Any]) -> Iterable[Fault]:
        yield from exactly_one(values, ("size", "like", "sides"), cls.word)
        if "offset" in values and "sides" in values:
            message = t("sides say where the part lies; an offset does so again")
            yield Fault("invalid-value", message, parameter="offset")

    def _cuts(self, x: Shape, y: Shape | None) -> list[tuple[int, int] | None]:
        """What is dropped before and after, on each axis."""
        if self.sides is not None:
            return list(self.sides)
        cuts: list[tuple[int, int] | None] = []
        for axis, i in enumerate(spatial(x)):
            o = None if y is None else y[axis + 1]
            if i is None or o is None:
                cuts.append(None)
            else:
                before = (i - o) // 2 if self.offset is None else self.offset[axis]
                cuts.append((before, i - o - before))
        return cuts

    def output_shape(self, x: Shape, *more: Shape) -> Shape:
        if self.sides is not None:
            wanted: Shape = tuple(None if i is None else i - b - a for i, (b, a) in zip(spatial(x), self.sides))
        elif self.size is not None:
            wanted = self.size
        else:
            wanted = spatial(_like(x, more))
        cuts = self._cuts(x, (None, *wanted))
        faults = [
            self._too_large(axis, i, o, cut)
            for axis, (i, o, cut) in enumerate(zip(spatial(x), wanted, cuts))
            if i is not None and o is not None and cut is not None and (o < 1 or min(cut) < 0)
        ]
        if faults:
            raise Misfit(faults, (x[0],) + (None,) * self.rank)
        return (x[0], *wanted)

    def _too_large(self, axis: int, i: int, o: int, cut: tuple[int, int]) -> Fault:
        """What is wrong along an axis of ``i`` pixels, of which ``o`` would be left."""
        name = axis_words(self.rank)[axis]
        if self.sides is not None:
            first, last = map(side_word, SIDES[self.rank][axis])
            message = t(
                "nothing is left of a {axis} of {size} without {before} at the {first} and {after} at the {last}",
                axis=name,
                size=i,
                before=cut[0],
                first=first,
                after=cut[1],
                last=last,
            )
            return Fault("window-too-large", message, t("take fewer away"))
        if self.offset is None:
            message = t("a {axis} of {size} can't be cropped to {wanted}", axis=name, size=i, wanted=o)
            return Fault("window-too-large", message, t("a crop is at most as large as its input"))
        message = t(
            "a {axis} of {size} can't be cropped to {wanted} after an offset of {offset}: that takes {taken}",
            axis=name,
            size=i,
            wanted=o,
            offset=cut[0],
            taken=cut[0] + o,
        )
        return Fault("window-too-large", message, t("offset and size together are at most as large as the input"))

    def windows(self, x: Shape, y: Shape | None) -> tuple[Window | None, ...]:
        return tuple(None if cut is None else Window(1, 1, cut[0]) for cut in self._cuts(x, y))


def _like(x: Shape, more: tuple[Shape, ...]) -> Shape:
    """The shape of the layer named by ``like``; it comes in as the last input."""
    like = more[-1]
    if len(like) != len(x):
        message = n(
            "`like` names a layer with {n} spatial axis, and the input has {own}",
            "`like` names a layer with {n} spatial axes, and the input has {own}",
            len(like) - 1,
            own=len(x) - 1,
        )
        raise Misfit([Fault("merge-mismatch", message, parameter="like")], None)
    return like


class Upsample(Layer):
    """The map stretched, by repeating pixels or by interpolation."""

    word = "upsample"
    synonyms = ("upsampling2d", "interpolate", "resize", "upsamplingnearest2d")
    slides = True
    scale: tuple[int, ...] | None = parameter(
        SizeKind(), None, "whole factor for height and width", "", ("scale_factor",)
    )
    size: tuple[int, ...] | None = parameter(SizeKind(), None, "height and width of the output")
    like: str | None = parameter(Reference(), None, _LIKE)
    mode: str = parameter(
        Choice(("nearest", "linear", "bilinear", "trilinear", "bicubic")),
        "nearest",
        "how new pixels are made",
        "",
        ("interpolation",),
    )
    SEEN: ClassVar[dict[str, tuple[int, int]]] = {"nearest": (1, 0), "bicubic": (4, -2)}
    """How many input pixels make one, and where the first one's begin; two for every linear mode."""

    RANKS: ClassVar[dict[str, int]] = {"linear": 1, "bilinear": 2, "trilinear": 3, "bicubic": 2}
    """The spatial axes that a mode works on; nearest works on any."""

    @classmethod
    def validate(cls, values: Mapping[str, Any]) -> Iterable[Fault]:
        return exactly_one(values, ("scale", "size", "like"), cls.word)

    def check(self, x: Shape) -> Iterable[Fault]:
        wanted = self.RANKS.get(self.mode, self.rank)
        if wanted != self.rank:
            yield Fault(
                "invalid-value",
                n(
                    "{mode} works on {n} spatial axis, and the input has {own}",
                    "{mode} works on {n} spatial axes, and the input has {own}",
                    wanted,
                    mode=self.mode,
                    own=self.rank,
                ),
                t("linear is for one axis, bilinear for two, trilinear for three; nearest for any"),
                parameter="mode",
            )

    def output_shape(self, x: Shape, *more: Shape) -> Shape:
        if self.scale is not None:
            return (x[0], *(None if i is None else i * s for i, s in zip(spatial(x), self.scale)))
        return (x[0], *(self.size if self.size is not None else spatial(_like(x, more))))

    def windows(self, x: Shape, y: Shape | None) -> tuple[Window | None, ...]:
        size, start = self.SEEN.get(self.mode, (2, -1))
        if self.scale is not None:
            return tuple(Window(size, Fraction(1, s), start) for s in self.scale)
        pairs = zip(spatial(x), (None,) * self.rank if y is None else spatial(y))
        return tuple(None if i is None or o is None else Window(size, Fraction(i, o), start) for i, o in pairs)


class PixelShuffle(Layer):
    """Channels become pixels: C·r² × H × W turns into C × H·r × W·r (Shi et al. 2016)."""

    word = "pixel_shuffle"
    synonyms = ("pixelshuffle", "depth_to_space", "depthtospace", "subpixel")
    slides = True
    factor: int = parameter(Whole(), REQUIRED, "how many times higher and wider", "", ("upscale_factor", "block_size"))

    def check(self, x: Shape) -> Iterable[Fault]:
        parts = self.factor**self.rank
        if x[0] is not None and x[0] % parts:
            power = {1: "", 2: "²", 3: "³"}.get(self.rank, f"^{self.rank}")
            raise Misfit(
                [
                    Fault(
                        "invalid-value",
                        n(
                            "{n} channel can't be shared out over {power} = {parts} pixels",
                            "{n} channels can't be shared out over {power} = {parts} pixels",
                            x[0],
                            power=f"{self.factor}{power}",
                            parts=parts,
                        ),
                        t("the channels have to be a multiple of the factor's square"),
                        parameter="factor",
                    )
                ],
                None,
            )
        return ()

    def output_shape(self, x: Shape, *more: Shape) -> Shape:
        channels = None if x[0] is None else x[0] // self.factor**self.rank
        return (channels, *(None if i is None else i * self.factor for i in spatial(x)))

    def windows(self, x: Shape, y: Shape | None) -> tuple[Window, ...]:
        return (Window(1, Fraction(1, self.factor), 0),) * self.rank


class ChannelShuffle(Layer):
    """Channels in another order, so that groups see each other (Zhang et al. 2018)."""

    word = "channel_shuffle"
    slides = True
    synonyms = ("channelshuffle",)
    groups: int = groups_parameter()

    def check(self, x: Shape) -> Iterable[Fault]:
        return group_faults(self.groups, x[0], None)


class Slice(Layer):
    """The channels from ``start`` up to, and without, ``end``."""

    word = "slice"
    synonyms = ("split", "narrow")
    start: int = parameter(Whole(0), 0, "first channel, counted from 0")
    end: int | None = parameter(Whole(), None, "first channel that is left out; all to the last unless given")

    def output_shape(self, x: Shape, *more: Shape) -> Shape:
        end = x[0] if self.end is None else self.end
        if end is not None and (end <= self.start or (x[0] is not None and end > x[0])):
            fault = Fault(
                "invalid-value",
                t(
                    "there are no channels {start} to {end} among {channels}",
                    start=self.start,
                    end=end,
                    channels="?" if x[0] is None else x[0],
                ),
                t("start counts from 0, and end is left out"),
                parameter="end" if self.end is not None else "start",
            )
            raise Misfit([fault], (None, *spatial(x)))
        return (None if end is None else end - self.start, *spatial(x))
