"""How explanations look: for a terminal, a Markdown page and a LaTeX document; and as CSV and JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from cnncalc.analysis import Totals
from cnncalc.derivations import Line, Section
from cnncalc.explaining import Explanation
from cnncalc.formula import LATEX as FORMULA_LATEX
from cnncalc.formula import TEXT, Expression, Style
from cnncalc.language import t
from cnncalc.render.messages import Segment
from cnncalc.render.shapes import least_text
from cnncalc.render.table import LATEX, MARKDOWN, Column, Table
from cnncalc.text import printable, shape_text

MOST = 4
"""Shapes of so many inputs are shown in a heading."""

SHORT = 60
"""A derivation of so many characters stands in one row of LaTeX."""


def _shapes(explanation: Explanation) -> str:
    """``3×227×227 → 96×55×55``."""
    inputs = [shape_text(shape) for shape in explanation.layer.inputs]
    if len(inputs) > MOST:
        inputs[MOST - 2 : -1] = ["…"]
    return f"{', '.join(inputs)} → {shape_text(explanation.layer.output)}"


def _given(explanation: Explanation, style: Style) -> list[str]:
    """``K = 96`` and so on."""
    equals = [f"{s.show(style)} = {s.numbers().show(style)}" for s in explanation.derivation.given]
    return [f"${text}$" for text in equals] if style.latex else equals


def _sides(line: Line, style: Style) -> str:
    """The check of the line's division: ``213 = 4·53 + 1``."""
    assert line.division is not None
    return " = ".join(side.show(style) for side in line.division.sides())


def _left_over(line: Line) -> str:
    assert line.division is not None
    if line.division.left:
        return t("{number} left over", number=line.division.left)
    return t("nothing left over")


def closing(totals: Totals) -> str:
    """The sums of all layers that were explained."""
    return t(
        "together: {params} parameters, {macs} MACs",
        params=least_text(totals, "params"),
        macs=least_text(totals, "macs"),
    )


# Terminal


def segments(explanation: Explanation, width: int) -> Iterator[Segment]:
    """One layer for a terminal of so many columns, as styled pieces; in one line where it leaves all as it is."""
    yield printable(explanation.path), "bold"
    yield ": ", ""
    yield explanation.type, "magenta"
    heading = ", ".join(["", *_given(explanation, TEXT)])
    sections = explanation.sections
    words = explanation.words if _sound(explanation) else ""
    if not sections:
        layer = explanation.layer
        same = len(layer.inputs) == 1 and layer.input == layer.output and layer.output is not None
        shapes = shape_text(layer.output) if same else _shapes(explanation)
        yield f"{heading}   {shapes}   {words}".rstrip() + "\n", ""
        return
    yield f"{heading}   {_shapes(explanation)}\n\n", ""
    column = max(len(section.title) for section in sections) + 2
    for section in sections:
        yield from _section(section, column, width)
    if words:
        yield f"  {words}\n", ""


def _sound(explanation: Explanation) -> bool:
    """Whether there is something to say in words: of a layer with a fault its messages say it."""
    return not explanation.faults


def _section(section: Section, column: int, width: int) -> Iterator[Segment]:
    left = section.symbol.text() if section.symbol else ""
    lines = section.lines
    remark = printable(section.remark)
    whole = " = ".join([*([left] if left else []), *(line.expression.text() for line in lines)])
    room = width - column - len(whole) - 2
    yield f"  {section.title:<{column}}", ""
    if section.division is None and room >= 0:
        before, equals, last = whole.rpartition(" = ")
        yield before + equals, ""
        yield last, "bold"
        if remark and len(remark) + 4 <= room:
            yield f"    {remark}", "dim"
            remark = ""
        yield "\n", ""
    else:
        yield from _steps(lines, left, column, width)
    if remark:
        yield f"{_below(column, width)}{remark}\n", "dim"


def _below(column: int, width: int) -> str:
    """What stands before words below a formula: they begin further left where a terminal is narrow."""
    return " " * (column + 2 if column < width // 2 else 4)


def _steps(lines: Sequence[Line], left: str, column: int, width: int) -> Iterator[Segment]:
    """The lines below each other, their signs of equality too; beside each, or below it, the check of its division."""
    signs = [f"{left} = " if left else ""] + [f"{'':{max(len(left) + 1, 2)}}= "] * (len(lines) - 1)
    texts = [line.expression.text() for line in lines]
    beside = max(len(sign) + len(text) for sign, text in zip(signs, texts)) + 4
    for place, (line, sign, text) in enumerate(zip(lines, signs, texts)):
        yield ("" if place == 0 else f"  {'':{column}}") + sign, ""
        yield text, "bold" if place == len(lines) - 1 else ""
        if line.division is not None:
            check = f"{_sides(line, TEXT)}, {_left_over(line)}"
            if 2 + column + beside + len(check) <= width:
                yield " " * (beside - len(sign) - len(text)), ""
            else:
                indent = 2 + column + len(sign) + 4
                yield "\n" + (" " * indent if indent + len(check) <= width else _below(column, width)), ""
            yield check, "dim"
        yield "\n", ""


# Markdown and LaTeX


def _rows(section: Section) -> Iterator[str]:
    """The steps of a section as rows of an ``aligned``: both sides of each equation, and words beside it."""
    title = section.title.translate(LATEX)
    left = section.symbol.latex() if section.symbol else rf"\text{{{title}}}"
    beside = rf" && \text{{{title}}}" if section.symbol else ""
    if section.division is None and sum(len(line.expression.text()) + 3 for line in section.lines) <= SHORT:
        chain = " = ".join(line.expression.latex() for line in section.lines)
        yield f"{left} &= {chain}{beside}"
        return
    for line in section.lines:
        row = f"{left} &= {line.expression.latex()}{beside}"
        if line.division is not None:
            words = _left_over(line).translate(LATEX)
            row += rf" && {_sides(line, FORMULA_LATEX)}\text{{, {words}}}"
        yield row.lstrip()
        left, beside = "", ""


def _block(sections: Iterable[Section]) -> str:
    return " \\\\\n".join(row for section in sections for row in _rows(section))


def formulas(sections: Iterable[Section], format: str) -> str:
    """Sections as one block of aligned formulas, in ``markdown`` or ``latex``."""
    block = _block(sections)
    if format == "latex":
        return f"\\begin{{align*}}\n{block}\n\\end{{align*}}\n"
    return f"$$\n\\begin{{aligned}}\n{block}\n\\end{{aligned}}\n$$\n"


def _remarks(explanation: Explanation) -> list[str]:
    return [f"{section.title}: {section.remark}" for section in explanation.sections if section.remark]


def _sentences(explanation: Explanation) -> list[str]:
    """What is said below the formulas: remarks, what is wrong, and the whole in words."""
    found = _remarks(explanation)
    for fault in explanation.faults:
        found.append(t("error: {message} [{rule}]", message=fault.message, rule=fault.rule))
        found += fault.help.splitlines()
    if explanation.words and _sound(explanation):
        found.append(explanation.words)
    return [printable(text) for text in found]


def markdown(explanation: Explanation) -> str:
    """One layer as Markdown with formulas between dollars, as GitHub and Jupyter read it."""
    path = printable(explanation.path).translate(MARKDOWN)
    heading = ", ".join([explanation.type.translate(MARKDOWN), *_given(explanation, FORMULA_LATEX)])
    found = f"#### {path}\n\n{heading}: {_shapes(explanation)}\n"
    if explanation.sections:
        found += "\n" + formulas(explanation.sections, "markdown")
    return found + "".join(f"\n{text.translate(MARKDOWN)}\n" for text in _sentences(explanation))


def latex(explanation: Explanation) -> str:
    """One layer as LaTeX; it needs the package amsmath."""
    path = _latex_text(explanation.path)
    heading = ", ".join([_latex_text(explanation.type), *_given(explanation, FORMULA_LATEX)])
    found = f"\\noindent\\textbf{{{path}}}: {heading}, {_latex_text(_shapes(explanation))}\n"
    if explanation.sections:
        found += formulas(explanation.sections, "latex")
    else:
        found += "\n"
    return found + "".join(f"{_latex_text(text)}\n\n" for text in _sentences(explanation))


def _latex_text(text: str) -> str:
    return printable(text).translate(LATEX)


def part_heading(part: str, format: str) -> str:
    """The heading of a branch, a round, a block or a merge."""
    part = printable(part)
    if format == "markdown":
        return f"### {part.translate(MARKDOWN)}\n\n"
    if format == "latex":
        return f"\\medskip\\noindent\\textbf{{{_latex_text(part)}}}\\par\n"
    return f"── {part} ──\n\n"


# Programs


def _letters(expression: Expression | None) -> str:
    return "" if expression is None else expression.text()


Row = tuple[Explanation, Section]


def _column(key: str, text: Any) -> Column:
    return Column(key, key, text, text)


COLUMNS = (
    _column("layer", lambda row: row[0].path),
    _column("type", lambda row: row[0].type),
    _column("quantity", lambda row: row[1].key),
    _column("symbol", lambda row: _letters(row[1].symbol)),
    _column("formula", lambda row: row[1].formula.text()),
    _column("numbers", lambda row: row[1].formula.numbers().text()),
    _column("result", lambda row: row[1].result),
)


def explain_table(found: Iterable[Explanation]) -> Table:
    """A row for each quantity, for CSV."""
    return Table(COLUMNS, ((explanation, section) for explanation in found for section in explanation.sections))


def explanation_dict(explanation: Explanation) -> dict[str, Any]:
    """One layer as it stands in JSON."""
    layer = explanation.layer
    return {
        "path": explanation.path,
        "type": explanation.type,
        "part": explanation.part,
        "inputs": [None if shape is None else list(shape) for shape in layer.inputs],
        "output": None if layer.output is None else list(layer.output),
        "settings": {symbol.text(): symbol.number for symbol in explanation.derivation.given},
        "sections": [_section_dict(section) for section in explanation.sections],
        "words": explanation.words,
        "faults": [{"rule": f.rule, "message": f.message, "help": f.help} for f in explanation.faults],
    }


def _section_dict(section: Section) -> dict[str, Any]:
    result = section.result
    division = section.division.check() if section.division else None
    return {
        "quantity": section.key,
        "title": section.title,
        "symbol": section.symbol.text() if section.symbol else None,
        "formula": section.formula.text(),
        "numbers": section.formula.numbers().text(),
        "steps": [line.expression.text() for line in section.lines],
        "latex": section.formula.latex(),
        "division": division._asdict() if division else None,
        "result": result if result is None or isinstance(result, int) else float(result),
        "remark": section.remark,
    }
