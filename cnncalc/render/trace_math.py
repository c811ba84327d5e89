"""A trace as a solution to hand out: its matrices, and the products of every step, for LaTeX and for Markdown.

Formulas are LaTeX in both: GitHub, Jupyter and pandoc set what stands between dollars in Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TextIO

from cnncalc.language import t
from cnncalc.render.table import LATEX, MARKDOWN
from cnncalc.render.trace import Writer, drawn, filter_name, heading, input_name, output_name, sums, title
from cnncalc.trace_numbers import Number, is_rounded
from cnncalc.trace_steps import Step, Window

MOST_BESIDE = 12
"""Columns of the matrices that stand on one line, at most."""
USUAL_COLUMNS = 10
"""Columns that a matrix of amsmath has at most, unless it is told."""

SIGNS = {
    "−": "-",
    "·": r" \cdot ",
    "≈": r"\approx",
    "…": r"\dots ",
    "%": r"\%",
    "max": r"\max",
}

Matrix = tuple[str, int]
"""A matrix with its name, as a formula, and how many columns it has."""


def write_solution(writer: Writer, steps: Sequence[Step], format: str, out: TextIO) -> None:
    """The layer, its matrices, and the arithmetic of these steps. ``format`` is ``latex`` or ``markdown``.

    LaTeX needs the package amsmath.
    """
    latex = format == "latex"
    matrices = _matrices(writer)
    widest = max(columns for group in matrices for _, columns in group)
    if latex:
        out.write("% \\usepackage{amsmath}\n")
        if widest > USUAL_COLUMNS:
            out.write(f"\\setcounter{{MaxMatrixCols}}{{{widest}}}\n")
    out.write(_bold(heading(writer.trace), latex) + "\n")
    if note := drawn(writer.trace):
        out.write("\n" + _plain(note, latex) + "\n")
    for group in matrices:
        for line in _lines(group):
            out.write("\n" + _display(line, latex) + "\n")
    for step in steps:
        out.write("\n" + _bold(title(writer.trace, step), latex) + "\n")
        for line in _sums(writer, step, latex):
            out.write("\n" + line + "\n")


def _matrices(writer: Writer) -> list[list[Matrix]]:
    """Those of the input, of the padded one where there is a padding, of each filter, and of the output."""
    trace, given, result = writer.trace, writer.given, writer.result
    groups = [[_matrix(input_name(trace, c), grid, given) for c, grid in enumerate(trace.input)]]
    if not trace.transposed and trace.canvas_size != trace.input_size:
        groups.append([_matrix(_padded_name(len(trace.input), c), grid, given) for c, grid in enumerate(trace.padded)])
    groups += [
        [_matrix(filter_name(trace, k, c), grid, given) for c, grid in enumerate(kernel)]
        for k, kernel in enumerate(trace.kernels)
    ]
    if any(trace.bias):
        groups.append([_matrix(t("bias"), (trace.bias,), given)])
    groups.append([_matrix(output_name(trace, c), grid, result) for c, grid in enumerate(trace.maps)])
    return groups


def _padded_name(channels: int, channel: int) -> str:
    return t("padded input {c}", c=channel + 1) if channels > 1 else t("padded input")


def _matrix(name: str, grid: Window, write: Callable[[Number | None], str]) -> Matrix:
    texts = [[write(x) for x in row] for row in grid]
    rounded = any(x is not None and is_rounded(x, text) for cells in zip(grid, texts) for x, text in zip(*cells))
    sign = "≈" if rounded else "="
    return f"{_text(name)} {_math(sign)} {_bracketed(texts, 'pmatrix')}", len(grid[0])


def _bracketed(rows: Iterable[Iterable[str]], kind: str) -> str:
    cells = r" \\ ".join(" & ".join(map(_math, row)) for row in rows)
    return f"\\begin{{{kind}}} {cells} \\end{{{kind}}}"


def _lines(group: list[Matrix]) -> Iterator[str]:
    """The matrices of a group beside each other, on as many lines as they need."""
    line: list[str] = []
    total = 0
    for formula, columns in group:
        if line and total + columns > MOST_BESIDE:
            yield r", \quad ".join(line)
            line, total = [], 0
        line.append(formula)
        total += columns
    yield r", \quad ".join(line)


def _sums(writer: Writer, step: Step, latex: bool) -> list[str]:
    """The step's arithmetic, a paragraph for each line; what lays matrices down is a formula of its own."""

    def write(formula: str) -> str:
        made = _math(formula)
        return _display(made, latex) if writer.trace.transposed else f"${made}$"

    # The words around a formula are escaped, the formula is not: its place is kept by a character that no text has.
    formulas: list[str] = []

    def kept(formula: str) -> str:
        formulas.append(write(formula))
        return f"\0{len(formulas) - 1}\0"

    lines = [_plain(line, latex) for line in sums(writer, step, kept)]
    return [re.sub("\0([0-9]+)\0", lambda found: formulas[int(found[1])], line) for line in lines]


def _math(formula: str) -> str:
    """A formula of `sums` in LaTeX: signs and words by their commands, rows in brackets as matrices."""
    pieces = re.split(r"(\[[^\]…]*\]|\bmax\b| *[^\W\d_]+(?: +[^\W\d_]+)*)", formula)
    return re.sub(" {2,}", " ", "".join(_piece(piece) for piece in pieces)).strip()


def _piece(piece: str) -> str:
    if piece.startswith("[") and piece != "[" and "…" not in piece:
        return _bracketed((row.split() for row in piece[1:-1].split(";")), "bmatrix")
    if piece != "max" and piece.strip()[:1].isalpha():
        return _text(piece)
    return re.sub("|".join(SIGNS), lambda found: SIGNS[found[0]], piece)


def _text(words: str) -> str:
    return f"\\text{{{words.translate(LATEX)}}}"


def _plain(text: str, latex: bool) -> str:
    return text.translate(LATEX if latex else MARKDOWN)


def _bold(text: str, latex: bool) -> str:
    return f"\\noindent\\textbf{{{_plain(text, latex)}}}" if latex else f"**{_plain(text, latex)}**"


def _display(formula: str, latex: bool) -> str:
    """A formula on a line of its own."""
    return f"\\[ {formula} \\]" if latex else f"$$\n{formula}\n$$"
