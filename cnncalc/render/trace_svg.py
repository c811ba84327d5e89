"""The steps of a trace as one SVG file that needs nothing else: light on a light page, dark on a dark one."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from cnncalc.render.trace import drawn, heading
from cnncalc.render.trace_scene import FAINT, GROUND, INK, MARGIN, SMALL, STYLES, TEXT, Album, Box, Label, Scene
from cnncalc.trace_steps import Trace

MOST_BESIDE = 3
"""Pictures beside each other, at most; as many as a row of the output has places, where those are fewer."""
HEAD = 44
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"


def write_svg(trace: Trace, album: Album) -> str:
    """The pictures of the album's steps: one, or all below and beside each other under a heading."""
    steps = album.steps
    row = trace.input_size[1] if trace.transposed else trace.output_size[1]
    beside = min(len(steps), MOST_BESIDE, row)
    rows = -(-len(steps) // beside)
    width, height = album.width * beside, album.height * rows + HEAD
    pieces = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'font-family="{escape(FONT)}">\n<title>{escape(heading(trace))}</title>\n<style>{_dark()}</style>\n'
        f'<rect class="ground" width="{width}" height="{height}" fill="{GROUND[0]}"/>\n'
    ]
    pieces += _label(Label(MARGIN, 28, heading(trace), TEXT + 1, bold=True))
    pieces += _label(Label(MARGIN, 28 + TEXT + 3, drawn(trace), SMALL))
    for number, step in enumerate(steps):
        x, y = number % beside * album.width, number // beside * album.height + HEAD
        pieces.append(f'<g transform="translate({x} {y})">\n')
        pieces += _scene(album.scene(step))
        pieces.append("</g>\n")
    pieces.append("</svg>\n")
    return "".join(pieces)


def _dark() -> str:
    """What a dark page changes: a style sheet goes before the colours that stand at the shapes themselves."""
    rules = [f".ground{{fill:{GROUND[1]}}}", f".ink{{fill:{INK[1]}}}", f".faint{{fill:{FAINT[1]}}}"]
    rules += [f".{kind}{{fill:{s.dark_fill};stroke:{s.dark_line}}}" for kind, s in STYLES.items()]
    return f"@media (prefers-color-scheme: dark){{{''.join(rules)}}}"


def _scene(scene: Scene) -> Iterator[str]:
    for box in scene.boxes:
        yield _box(box)
    for label in scene.labels:
        yield from _label(label)


def _box(box: Box) -> str:
    style = STYLES[box.kind]
    dashes = ' stroke-dasharray="4 3"' if style.dashed else ""
    return (
        f'<rect class="{box.kind}" x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}" '
        f'fill="{style.fill}" stroke="{style.line}" stroke-width="{style.width}"{dashes}/>\n'
    )


def _label(label: Label) -> Iterator[str]:
    if label.text:
        word, colour = ("faint", FAINT[0]) if label.faint else ("ink", INK[0])
        anchor = ' text-anchor="middle"' if label.middle else ""
        weight = ' font-weight="bold"' if label.bold else ""
        yield (
            f'<text class="{word}" x="{label.x}" y="{label.y}" font-size="{label.size}" fill="{colour}"'
            f"{anchor}{weight}>{escape(label.text)}</text>\n"
        )
