"""The steps of a trace as an animated GIF, for slides. Pillow draws it, which is an optional extra."""

from __future__ import annotations

import unicodedata
from io import BytesIO
from typing import Any

from cnncalc.diagnostics import Fault
from cnncalc.language import t
from cnncalc.render.trace import drawn, heading
from cnncalc.render.trace_scene import FAINT, GROUND, INK, MARGIN, SMALL, STYLES, TEXT, Album, Box, Label
from cnncalc.trace_steps import Trace

SECONDS, LAST = 1.2, 4.0
"""How long a frame stands, and the last one."""
MOST_FRAMES = 200
MOST_PIXELS = 4_000_000
"""In a frame. One pixel of the picture is two of the frame's, where that has room."""
HEAD = 44
COLOURS = 64

FONTS = ("DejaVuSans.ttf", "Arial.ttf", "arial.ttf", "LiberationSans-Regular.ttf")
"""Fonts of systems that have accents and all the signs; the first one that is there is used."""

SIMPLE = str.maketrans({"−": "-", "×": "x", "≈": "~", "→": "->", "–": "-"})
"""For what the letters that come with Pillow do not have."""


def write_gif(trace: Trace, album: Album) -> bytes:
    """The frames, one for each of the album's steps, in a loop.

    Raises Fault: ``missing-program`` where there is no Pillow, ``limit-exceeded`` for too many or too large frames.
    """
    try:
        from PIL import Image, ImageDraw
    except ImportError:
        help = "pip install 'cnncalc[gif]'"
        raise Fault("missing-program", t("a GIF is drawn by Pillow, which is not installed"), help) from None
    width, height = album.width, album.height + HEAD
    if len(album.steps) > MOST_FRAMES or width * height > MOST_PIXELS:
        message = t(
            "an animation of {frames:,} frames of {width:,}×{height:,} pixels is too large",
            frames=len(album.steps),
            width=width,
            height=height,
        )
        raise Fault("limit-exceeded", message, t("draw one step (--step 1), or a smaller layer"))
    scale = 2 if width * height * 4 <= MOST_PIXELS else 1
    frames = []
    for step in album.steps:
        frame = Image.new("RGB", (width * scale, height * scale), GROUND[0])
        pen = _Pen(ImageDraw.Draw(frame), scale)
        pen.label(Label(MARGIN, 28, heading(trace), TEXT + 1))
        pen.label(Label(MARGIN, 28 + TEXT + 3, drawn(trace), SMALL))
        scene = album.scene(step)
        for box in scene.boxes:
            pen.box(box._replace(y=box.y + HEAD))
        for label in scene.labels:
            pen.label(label._replace(y=label.y + HEAD))
        frames.append(frame.quantize(COLOURS))
    file = BytesIO()
    durations = [int(SECONDS * 1000)] * (len(frames) - 1) + [int(LAST * 1000)]
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], duration=durations, loop=0)
    return file.getvalue()


class _Pen:
    """Draws boxes and labels on a frame, so many times as large."""

    def __init__(self, draw: Any, scale: int) -> None:
        self._draw = draw
        self._scale = scale
        self._fonts: dict[int, tuple[Any, bool]] = {}

    def _font(self, size: int) -> tuple[Any, bool]:
        """A font, and whether its texts have to be simple."""
        if size not in self._fonts:
            self._fonts[size] = _system_font(size * self._scale) or _own_font(size * self._scale)
        return self._fonts[size]

    def label(self, label: Label) -> None:
        place = (label.x * self._scale, label.y * self._scale)
        colour = FAINT[0] if label.faint else INK[0]
        anchor = "ms" if label.middle else "ls"
        font, simple = self._font(label.size)
        self._draw.text(place, _simple(label.text) if simple else label.text, font=font, fill=colour, anchor=anchor)

    def box(self, box: Box) -> None:
        style, scale = STYLES[box.kind], self._scale
        left, top = box.x * scale, box.y * scale
        right, bottom = left + box.width * scale, top + box.height * scale
        line = style.width * scale
        if not style.dashed:
            self._draw.rectangle((left, top, right, bottom), fill=style.fill, outline=style.line, width=line)
            return
        self._draw.rectangle((left, top, right, bottom), fill=style.fill)
        dash, step = 4 * scale, 7 * scale
        for x in range(left, right, step):
            for y in (top, bottom):
                self._draw.line((x, y, min(x + dash, right), y), fill=style.line, width=line)
        for y in range(top, bottom, step):
            for x in (left, right):
                self._draw.line((x, y, x, min(y + dash, bottom)), fill=style.line, width=line)


def _system_font(size: int) -> tuple[Any, bool] | None:
    from PIL import ImageFont

    for name in FONTS:
        try:
            return ImageFont.truetype(name, size), False
        except (OSError, ImportError):  # no such font; no library that reads it
            continue
    return None


def _own_font(size: int) -> tuple[Any, bool]:
    """The one that comes with Pillow."""
    from PIL import ImageFont

    return ImageFont.load_default(size), True


def _simple(text: str) -> str:
    """The text in letters that Pillow's own font has: accents and signs give way to what comes near."""
    plain = unicodedata.normalize("NFKD", text.translate(SIMPLE))
    return "".join(c for c in plain if not unicodedata.combining(c))
