"""A step of a trace as text: the grids beside each other, the window in brackets, and its arithmetic below."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple, TypeVar

from cnncalc.language import t
from cnncalc.render.messages import Segment
from cnncalc.render.trace import Writer, drawn, filter_name, heading, input_name, output_name, sums, title
from cnncalc.trace_numbers import Number
from cnncalc.trace_steps import Place, Progress, Step

WIDTH = 80
"""Columns of a picture that no terminal shows."""

GAP = 2
MOST_ROWS = 15
"""Rows of a grid that are shown: of a higher one, those around the window."""
MOST_CHANNELS = 6
"""Grids of a kind that are shown; of more, the first ones, or the one that is made."""

WINDOW, MADE, PADDING = "bold reverse", "bold reverse green", "dim"

Line = list[Segment]


class Room(NamedTuple):
    """The columns of a line, and the rows of a grid that are shown at most."""

    width: int = WIDTH
    rows: int = MOST_ROWS


T = TypeVar("T")
Cells = Sequence[Sequence[Number | None]]


ROOM = Room()


@dataclass(eq=False)
class Block:
    """Lines that stand beside others', all of one width, under a title."""

    title: str
    lines: list[Line]

    @property
    def width(self) -> int:
        return max(len(self.title), *(line_width(line) for line in self.lines))


def line_width(line: Line) -> int:
    return sum(len(text) for text, _ in line)


@dataclass(eq=False)
class View:
    """How a grid is drawn: how its numbers are written, what is marked, and the part that is no padding."""

    write: Callable[[Number | None], str]
    marked: set[Place]
    style: str = WINDOW
    inner: tuple[Place, Place] | None = None
    """The first row and column of the part, and the first ones after it: a line goes round it. None without one."""
    least: int = 1
    """Characters that a number is given at least."""


def grid_block(name: str, cells: Cells, view: View, room: Room) -> Block:
    """The grid, or as much of it around what is marked as has room."""
    rows = _around(len(cells), room.rows, [r for r, _ in view.marked])
    texts = {r: [view.write(x) for x in cells[r]] for r in rows}
    wide = max(view.least, *(len(text) for row in texts.values() for text in row)) + 2
    columns = _around(len(cells[0]), max(1, (room.width - 2) // wide), [c for _, c in view.marked])
    (top, left), (bottom, right) = view.inner or ((0, 0), (0, 0))
    lines: list[Line] = []
    for r in rows:
        if view.inner and r in (top, bottom):
            lines.append([(_rule(columns, wide, left, right, upper=r == top), PADDING)])
        lines.append(list(chain.from_iterable(_cell(texts[r][c], (r, c), view, wide, columns) for c in columns)))
    if view.inner and bottom in (len(cells), rows.stop):
        lines.append([(_rule(columns, wide, left, right, upper=False), PADDING)])
    if len(rows) < len(cells) or len(columns) < len(cells[0]):
        part = t(
            "rows {a}–{b} of {rows}, columns {c}–{d} of {columns}",
            a=rows.start + 1,
            b=rows.stop,
            rows=len(cells),
            c=columns.start + 1,
            d=columns.stop,
            columns=len(cells[0]),
        )
        lines.append([(part, PADDING)])
    return Block(name, lines)


def _around(count: int, most: int, marked: list[int]) -> range:
    """So many of the indexes at most, with those that are marked in their middle."""
    if count <= most:
        return range(count)
    least, largest = (min(marked), max(marked)) if marked else (0, 0)
    # A marked part that is larger than what can be shown is shown from its start.
    first = max(0, min(least, (least + largest + 1 - most) // 2, count - most))
    return range(first, first + most)


def _cell(text: str, place: Place, view: View, wide: int, columns: range) -> Line:
    """One cell, with the line of the part that is no padding before it, or behind the last one."""
    before = after = ""
    inside = True
    if view.inner:
        (top, left), (bottom, right) = view.inner
        within = top <= place[0] < bottom
        inside = within and left <= place[1] < right
        edge = "│" if within else " "
        before = edge if place[1] in (left, right) else ""
        after = edge if place[1] + 1 == right == columns.stop else ""
    number = text.rjust(wide - 2)
    cell = (f"[{number}]", view.style) if place in view.marked else (f" {number} ", "" if inside else PADDING)
    return [segment for segment in ((before, PADDING), cell, (after, PADDING)) if segment[0]]


def _rule(columns: range, wide: int, left: int, right: int, *, upper: bool) -> str:
    """The line above or below the part that is no padding."""
    pieces = []
    for c in columns:
        if c == left:
            pieces.append("┌" if upper else "└")
        elif c == right:
            pieces.append("┐" if upper else "┘")
        pieces.append(("─" if left <= c < right else " ") * wide)
    if right == columns.stop:
        pieces.append("┐" if upper else "┘")
    return "".join(pieces).rstrip()


def beside(groups: Sequence[Sequence[Block]], width: int) -> list[Line]:
    """Blocks from left to right, on as many lines as they need; a group begins a new one unless all fit on one."""
    everything = list(chain.from_iterable(groups))
    if _total(everything) <= width:
        groups = [everything]
    rows: list[list[Block]] = []
    for group in groups:
        row: list[Block] = []
        for block in group:
            if row and _total([*row, block]) > width:
                rows.append(row)
                row = []
            row.append(block)
        rows.append(row)
    lines: list[Line] = []
    for row in rows:
        if row:
            lines += [[], *_row(row)]
    return lines


def _total(blocks: Sequence[Block]) -> int:
    return sum(block.width for block in blocks) + GAP * (len(blocks) - 1)


def _row(blocks: Sequence[Block]) -> list[Line]:
    height = max(len(block.lines) for block in blocks)
    lines: list[Line] = []
    for index in range(-1, height):
        line: Line = []
        for number, block in enumerate(blocks):
            own: Line = [(block.title, "bold")] if index < 0 else block.lines[index] if index < len(block.lines) else []
            line += own
            if number + 1 < len(blocks):
                line.append((" " * (block.width - line_width(own) + GAP), ""))
        lines.append(line)
    return lines


def step_lines(writer: Writer, progress: Progress, step: Step, room: Room = ROOM) -> list[Line]:
    """The picture of a step: its title, the grids, and the arithmetic."""
    lines: list[Line] = [[(title(writer.trace, step), "bold")]]
    lines += beside(
        [_inputs(writer, step, room), [*_filters(writer, step, room), *_outputs(writer, progress, step, room)]],
        room.width,
    )
    lines.append([])
    for text in sums(writer, step):
        lines += [[(part, "")] for part in _wrapped(text, room.width)]
    return lines


def _wrapped(text: str, width: int) -> list[str]:
    from textwrap import wrap

    return wrap(text, width, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)


def _inputs(writer: Writer, step: Step, room: Room) -> list[Block]:
    trace = writer.trace
    marked = {step.at} if trace.transposed else set(chain.from_iterable(trace.places(step.start)))
    inner = None
    if not trace.transposed and trace.canvas_size != trace.input_size:
        inner = _inner(trace.padding, trace.input_size)
    grids = trace.padded
    shown = range(len(grids)) if trace.kernels else [step.filter]
    blocks = []
    for channel in list(shown)[:MOST_CHANNELS]:
        view = View(writer.given, marked, inner=inner)
        blocks.append(grid_block(input_name(trace, channel), grids[channel], view, room))
    return [*blocks, *_more(len(shown) - len(blocks))]


def _more(count: int) -> list[Block]:
    """What stands for channels that are not shown."""
    return [Block(t("and {count} more", count=count), [[]])] if count > 0 else []


def _inner(padding: tuple[Place, Place], size: Place) -> tuple[Place, Place]:
    (top, _), (left, _) = padding
    return (top, left), (top + size[0], left + size[1])


def _filters(writer: Writer, step: Step, room: Room) -> list[Block]:
    trace = writer.trace
    view = View(writer.given, set())
    parts = [part for part in step.parts[:MOST_CHANNELS] if part.kernel]
    blocks = [grid_block(filter_name(trace, step.filter, part.channel), part.kernel, view, room) for part in parts]
    if trace.transposed:
        blocks.append(grid_block(t("laid down"), step.laid, View(lambda x: writer.value(x or 0), set()), room))
    return blocks


def _outputs(writer: Writer, progress: Progress, step: Step, room: Room) -> list[Block]:
    """The output after the step: the cell that it made is marked, or the window that it laid something onto."""
    trace = writer.trace
    marked = set(chain.from_iterable(trace.places(step.start))) if trace.transposed else {step.at}
    inner = None
    if trace.transposed and trace.canvas_size != trace.output_size:
        inner = _inner(trace.padding, trace.output_size)
    maps = progress.after(step.index)
    shown = range(len(maps)) if len(maps) <= MOST_CHANNELS else [step.filter]
    # As wide as the finished output from the first step on, so that nothing moves.
    least = writer.result_width
    return [
        grid_block(
            output_name(trace, channel),
            maps[channel],
            View(writer.result, marked if channel == step.filter else set(), MADE, inner, least),
            room,
        )
        for channel in shown
    ]


def output_lines(writer: Writer, room: Room = ROOM) -> list[Line]:
    """The finished output, channel by channel."""
    trace, view = writer.trace, View(writer.result, set())
    blocks = [grid_block(output_name(trace, c), grid, view, room) for c, grid in enumerate(trace.maps)]
    return beside([blocks], room.width)


def given_lines(writer: Writer, room: Room = ROOM) -> list[Line]:
    """The input and the filters, channel by channel."""
    trace, view = writer.trace, View(writer.given, set())
    inputs = [grid_block(input_name(trace, c), grid, view, room) for c, grid in enumerate(trace.input)]
    filters = [
        [grid_block(filter_name(trace, k, c), grid, view, room) for c, grid in enumerate(kernel)]
        for k, kernel in enumerate(trace.kernels)
    ]
    return beside([inputs, *filters], room.width)


def heading_lines(writer: Writer) -> list[Line]:
    """The layer and its shapes, and what was drawn."""
    note = drawn(writer.trace)
    return [[(heading(writer.trace), "bold")], *([[(note, "")]] if note else [])]


def joined(lines: Iterable[Line]) -> list[Segment]:
    """The lines as styled pieces, for writing."""
    pieces: list[Segment] = []
    for line in lines:
        text = "".join(text for text, _ in line)
        left = len(text.rstrip())
        for part, style in line:
            pieces.append((part[:left], style))
            left = max(0, left - len(part))
        pieces.append(("\n", ""))
    return pieces
