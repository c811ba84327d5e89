"""The picture of a step as boxes and labels, in pixels: what an SVG file and the frames of a GIF are drawn from."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import chain
from typing import NamedTuple

from cnncalc.diagnostics import Fault
from cnncalc.language import t
from cnncalc.render.trace import Writer, filter_name, input_name, output_name, sums, title
from cnncalc.trace_numbers import Number
from cnncalc.trace_steps import Place, Progress, Step

MAX_BOXES = 50_000
"""Cells in a file of pictures, at most."""

MARGIN, GAP, STACK = 16, 36, 26
"""Around the picture, between grids beside each other, and below each other (a title stands there)."""
CELL = 34
NUMBER, TEXT, SMALL = 16, 15, 13
"""Sizes of the letters in cells, in lines of text, and above grids."""
ADVANCE = 0.58
"""The width of a letter as a part of its size, on average."""
ADVANCES = {
    **dict.fromkeys("0123456789", 0.64),
    **dict.fromkeys("()[]", 0.39),
    **dict.fromkeys(" ·.,;:|/", 0.34),
    **dict.fromkeys("+=≈−×→", 0.84),
}
"""The same of the letters of sums, in the widest of the fonts (DejaVu Sans)."""
LEAST_WIDTH = 460
MOST_BESIDE = 4
"""Grids in one row; where there are more, the inputs have a row of their own."""


class Style(NamedTuple):
    """The colours of a kind of box: its inside and its line, on a light and on a dark ground."""

    fill: str
    line: str
    dark_fill: str
    dark_line: str
    width: int = 1
    dashed: bool = False


STYLES = {
    "input": Style("#d6e6fb", "#5b7ba6", "#23405f", "#6f9ed1"),
    "padding": Style("#ffffff", "#9aa5b1", "#14181f", "#66717f", dashed=True),
    "window": Style("#ffd27f", "#b36b00", "#7a4f00", "#ffb84d", 2),
    "window-padding": Style("#fff3db", "#b36b00", "#3b2a0c", "#ffb84d", 2, dashed=True),
    "filter": Style("#fff0d6", "#b36b00", "#4a3510", "#d89a3a"),
    "output": Style("#d5f0d8", "#4b8a55", "#1f4d2b", "#6fbf7f"),
    "cut": Style("#ffffff", "#9aa5b1", "#14181f", "#66717f", dashed=True),
    "made": Style("#7fd08c", "#1f6f33", "#2f7d44", "#a5e8b3", 2),
    "empty": Style("#f3f4f6", "#c0c6cf", "#1d232c", "#4a5563"),
}
GROUND, INK, FAINT = ("#ffffff", "#14181f"), ("#1c2430", "#e8ecf2"), ("#5a6572", "#a5b0bd")
"""The ground and the letters, on light and on dark."""


class Box(NamedTuple):
    """A cell: its place, its size and its kind, one of STYLES."""

    x: int
    y: int
    width: int
    height: int
    kind: str


class Label(NamedTuple):
    """A text whose baseline begins at a point, or has its middle there."""

    x: int
    y: int
    text: str
    size: int
    middle: bool = False
    bold: bool = False
    faint: bool = False


class Scene(NamedTuple):
    """A picture; what comes later lies above."""

    width: int
    height: int
    boxes: list[Box]
    labels: list[Label]


class Painting(NamedTuple):
    """A grid to be drawn: its title, its cells' texts, and the kind of each."""

    name: str
    texts: list[list[str]]
    kinds: list[list[str]]


class Album:
    """The pictures of a trace's steps, all of one size. Raises Fault where they have more than MAX_BOXES cells."""

    def __init__(self, writer: Writer, steps: Sequence[Step]) -> None:
        self._writer = writer
        self._progress = Progress(writer.trace)
        self.steps = steps
        rows = self._rows(steps[0])
        boxes = sum(len(g.texts) * len(g.texts[0]) for g in chain.from_iterable(rows)) * len(steps)
        if boxes > MAX_BOXES:
            message = t(
                "the pictures would have {boxes:,} cells, and {most:,} is the most", boxes=boxes, most=MAX_BOXES
            )
            raise Fault("limit-exceeded", message, t("draw one step (--step 1), or a smaller layer"))
        self._cell = self._cell_width()
        self.width = max(LEAST_WIDTH, *(sum(map(self._wide, row)) + GAP * (len(row) - 1) + 2 * MARGIN for row in rows))
        self._lines_at = MARGIN + 2 * STACK + sum(map(_tall, rows))
        lines = max(len(self._lines(step)) for step in steps)
        self.height = self._lines_at + lines * (TEXT + 7) + MARGIN

    def _cell_width(self) -> int:
        """A width that all numbers of all steps have room in."""
        writer, trace = self._writer, self._writer.trace
        given = [x for grid in chain(trace.input, *trace.kernels) for row in grid for x in row]
        made = [x for grid in trace.maps for row in grid for x in row]
        texts = chain(map(writer.given, given), map(writer.result, made))
        if trace.transposed:
            laid = (x for step in self.steps for row in step.laid for x in row)
            texts = chain(texts, map(writer.value, laid))
        return max(CELL, int(max(map(len, texts)) * NUMBER * ADVANCE) + 12)

    def _wide(self, painting: Painting) -> int:
        return max(len(painting.texts[0]) * self._cell, int(len(painting.name) * SMALL * ADVANCE))

    def _lines(self, step: Step) -> list[str]:
        room = self.width - 2 * MARGIN
        return list(chain.from_iterable(_wrapped(text, room) for text in sums(self._writer, step)))

    def scene(self, step: Step) -> Scene:
        """The picture of a step: input, filter and output beside each other, the arithmetic below.

        Where there are several channels, the inputs have a row of their own.
        """
        boxes: list[Box] = []
        labels = [Label(MARGIN, MARGIN + TEXT, title(self._writer.trace, step), TEXT, bold=True)]
        y = MARGIN + 2 * STACK
        for row in self._rows(step):
            x = MARGIN
            for painting in row:
                labels.append(Label(x, y - 8, painting.name, SMALL, faint=True))
                self._draw(painting, x, y, boxes, labels)
                x += self._wide(painting) + GAP
            y += _tall(row)
        for number, line in enumerate(self._lines(step)):
            labels.append(Label(MARGIN, self._lines_at + 6 + number * (TEXT + 7), line, TEXT))
        return Scene(self.width, self.height, boxes, labels)

    def _draw(self, painting: Painting, x: int, y: int, boxes: list[Box], labels: list[Label]) -> None:
        framed: list[Box] = []
        for r, (texts, kinds) in enumerate(zip(painting.texts, painting.kinds)):
            for c, (text, kind) in enumerate(zip(texts, kinds)):
                box = Box(x + c * self._cell, y + r * CELL, self._cell, CELL, kind)
                # A thick line lies above its neighbours'.
                (framed if STYLES[kind].width > 1 else boxes).append(box)
                labels.append(Label(box.x + box.width // 2, box.y + CELL // 2 + 6, text, NUMBER, middle=True))
        boxes += framed

    def _rows(self, step: Step) -> list[list[Painting]]:
        inputs = self._inputs(step)
        others = [*self._filters(step), *self._laid(step), *self._outputs(step)]
        return [[*inputs, *others]] if len(inputs) + len(others) <= MOST_BESIDE else [inputs, others]

    def _inputs(self, step: Step) -> list[Painting]:
        writer, trace = self._writer, self._writer.trace
        marked = {step.at} if trace.transposed else set(chain.from_iterable(trace.places(step.start)))

        def kind(place: Place) -> str:
            window = place in marked
            if trace.transposed or trace.inside(place):
                return "window" if window else "input"
            return "window-padding" if window else "padding"

        grids = trace.padded
        shown = range(len(grids)) if trace.kernels else [step.filter]
        return [_painting(input_name(trace, c), grids[c], writer.given, kind) for c in shown]

    def _filters(self, step: Step) -> list[Painting]:
        trace, write = self._writer.trace, self._writer.given
        parts = [part for part in step.parts if part.kernel]
        return [
            _painting(filter_name(trace, step.filter, p.channel), p.kernel, write, lambda _: "filter") for p in parts
        ]

    def _laid(self, step: Step) -> list[Painting]:
        if not self._writer.trace.transposed:
            return []
        return [_painting(t("laid down"), step.laid, lambda x: self._writer.value(x or 0), lambda _: "made")]

    def _outputs(self, step: Step) -> list[Painting]:
        writer, trace = self._writer, self._writer.trace
        laid = set(chain.from_iterable(trace.places(step.start))) if trace.transposed else {step.at}
        maps = self._progress.after(step.index)
        paintings = []
        for channel, cells in enumerate(maps):
            marked = laid if channel == step.filter else set()

            def kind(place: Place, marked: set[Place] = marked, cells: Sequence[Sequence[object]] = cells) -> str:
                if place in marked:
                    return "made"
                if trace.transposed and not trace.inside(place):
                    return "cut"
                return "empty" if cells[place[0]][place[1]] is None else "output"

            name = output_name(trace, channel)
            paintings.append(_painting(name, cells, lambda x: "" if x is None else writer.result(x), kind))
        return paintings


def _painting(
    name: str,
    cells: Sequence[Sequence[Number | None]],
    write: Callable[[Number | None], str],
    kind: Callable[[Place], str],
) -> Painting:
    texts = [[write(x) for x in row] for row in cells]
    return Painting(name, texts, [[kind((r, c)) for c in range(len(row))] for r, row in enumerate(cells)])


def _wrapped(text: str, room: int) -> list[str]:
    """The text on lines of so many pixels; a result stands on one line with the number before it."""
    lines: list[str] = []
    for word in re.sub(r" ([=≈]) (?=[−\d])", "\N{NO-BREAK SPACE}\\1\N{NO-BREAK SPACE}", text).split(" "):
        if lines and _pixels(f"{lines[-1]} {word}") <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return [line.replace("\N{NO-BREAK SPACE}", " ") for line in lines]


def _pixels(text: str) -> float:
    """How wide a line of text is at most."""
    return TEXT * sum(ADVANCES.get(letter, ADVANCE) for letter in text)


def _tall(row: list[Painting]) -> int:
    """A row's height, the titles of the next one with it."""
    return max(len(painting.texts) for painting in row) * CELL + STACK
