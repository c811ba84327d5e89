"""One table, four ways: for a terminal, a pipe, a Markdown page and a LaTeX document; and as CSV."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any, TextIO

from cnncalc.language import t
from cnncalc.text import printable

CHUNK = 1000
"""Rows laid out together. A longer table keeps the widths of its first rows, and is written as it comes."""

MARKDOWN = str.maketrans({c: f"\\{c}" for c in "\\`*_{}[]<>|#~$"})
LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        **{c: f"\\{c}" for c in "&%$#_{}"},
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
        '"': r"\textquotedbl{}",
        "×": r"$\times$",
        "·": r"$\cdot$",
        "−": r"$-$",
        "←": r"$\leftarrow$",
        "→": r"$\rightarrow$",
        "⌊": r"$\lfloor$",
        "⌋": r"$\rfloor$",
        "⌈": r"$\lceil$",
        "⌉": r"$\rceil$",
        "↑": r"$\uparrow$",
        "↓": r"$\downarrow$",
        "≡": r"$\equiv$",
        "≈": r"$\approx$",
        "≤": r"$\leq$",
        "≥": r"$\geq$",
        "≠": r"$\neq$",
        "±": r"$\pm$",
        "∗": r"$\ast$",
        "Φ": r"$\Phi$",
        "β": r"$\beta$",
        "γ": r"$\gamma$",
        "–": "--",
        "─": "--",
        "…": r"\ldots{}",
        **dict.fromkeys("█▉▊▋▌▍▎▏", ""),
        **{c: f"$^{{{d}}}$" for c, d in zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻ˣ", "0123456789-x")},
        **{c: f"$_{{{d}}}$" for d, c in enumerate("₀₁₂₃₄₅₆₇₈₉")},
    }
)
"""What LaTeX would read as a command, or has no letter for in the encoding T1."""


@dataclass(eq=False, repr=False)
class Column:
    """A column: its key in CSV, its title, and how a row's cell reads for people and for programs.

    The title is English (``marked``, where no catalogue has it), and is shown in the language in use.
    """

    key: str
    title: str
    text: Callable[[Any], str]
    raw: Callable[[Any], Any]
    right: bool = False
    style: str = ""
    styles: Mapping[str, str] = field(default_factory=dict)
    """The style of each cell with such a text, besides."""
    folds: bool = False
    """Whether its cells may be broken over several lines where a terminal is narrow."""
    graphic: bool = False
    """Whether it is a drawing that only a terminal shows well."""
    optional: bool = False
    """Whether a terminal that is too narrow for all columns leaves it out."""

    @property
    def heading(self) -> str:
        """The title in the language in use."""
        return t(self.title)


@dataclass(eq=False, repr=False)
class Table:
    """Columns, rows of any length (an iterator streams), and a last row of sums."""

    columns: Sequence[Column]
    rows: Iterable[Any]
    footer: Callable[[], Sequence[str]] | None = None
    """Asked for when the last row has come."""

    def cells(self, row: Any) -> list[str]:
        return [printable(column.text(row)) for column in self.columns]


def write_plain(table: Table, out: TextIO) -> None:
    """Aligned columns without a line drawn, for pipes and files."""
    rows = map(table.cells, table.rows)
    _write_aligned(table, list(islice(rows, CHUNK)), rows, out)


def _write_aligned(table: Table, first: list[list[str]], rows: Iterable[list[str]], out: TextIO) -> None:
    titles = [column.heading for column in table.columns]
    widths = _widths(table, first, titles)
    for cells in chain([titles], first, rows, _footer(table)):
        out.write(_line(cells, widths, table.columns))


def _footer(table: Table) -> Iterator[Sequence[str]]:
    if table.footer:
        yield table.footer()


def _widths(table: Table, rows: list[list[str]], titles: list[str]) -> list[int]:
    # A full first part may be followed by more rows: then the sums are not known yet.
    footer = list(_footer(table)) if len(rows) < CHUNK else []
    heads = [max(title.split("\n"), key=len) for title in titles]
    return [max(map(len, cells)) for cells in zip(heads, *rows, *footer)]


def _line(cells: Sequence[str], widths: list[int], columns: Sequence[Column]) -> str:
    padded = (
        cell.rjust(width) if column.right else cell.ljust(width) for cell, width, column in zip(cells, widths, columns)
    )
    return "  ".join(padded).rstrip() + "\n"


NARROWEST = 9
"""Columns of a terminal that a column of names keeps at least, however narrow the terminal."""


def write_terminal(table: Table, console: Any) -> None:
    """A rich table; a long one in parts, under one heading."""
    rows = map(table.cells, table.rows)
    first = list(islice(rows, CHUNK))
    widths = _widths(table, first, _headings(table.columns))
    least = [min(width, NARROWEST) if column.folds else width for width, column in zip(widths, table.columns)]
    if sum(least) + 2 * (len(least) - 1) > console.width:
        kept = [column for column in table.columns if not column.optional]
        if len(kept) < len(table.columns) and isinstance(table.rows, list):
            write_terminal(Table(kept, table.rows), console)
            return
        # Numbers are never cut: where names can't give way enough, the terminal folds the lines.
        _write_aligned(table, first, rows, console.file)
        return
    if len(first) < CHUNK:
        console.print(_rich(table, first, next(_footer(table), None), None))
        return
    console.print(_rich(table, first, None, widths))
    while part := list(islice(rows, CHUNK)):
        console.print(_rich(table, part, None, widths, first=False))
    for cells in _footer(table):
        console.print(_rich(table, [list(cells)], None, widths, first=False))


def _headings(columns: Sequence[Column]) -> list[str]:
    """The titles for a terminal, all of as many lines: two words above numbers stand below each other."""
    titles = [column.heading.replace(" ", "\n") if column.right else column.heading for column in columns]
    lines = max(title.count("\n") for title in titles)
    return ["\n" * (lines - title.count("\n")) + title for title in titles]


def _path_text(text: str) -> Any:
    """A cell that is broken behind a ``/`` where it does not fit its column, as paths read best."""
    from rich.text import Text

    class PathText(Text):
        def wrap(self, console: Any, width: int, **options: Any) -> Any:
            return Text(broken(self.plain, width)).wrap(console, width, **options)

    return PathText(text)


def broken(text: str, width: int) -> str:
    """The text with an end of line behind slashes, so that its lines are at most so wide where that can be done."""
    lines = [""]
    for part in re.findall(r"[^/]*/|[^/]+", text):
        if lines[-1] and len(lines[-1]) + len(part) > width:
            lines.append("")
        lines[-1] += part
    return "\n".join(lines)


def _rich(
    table: Table, rows: list[list[str]], footer: Sequence[str] | None, widths: list[int] | None, first: bool = True
) -> Any:
    from rich import box
    from rich.table import Table as RichTable
    from rich.text import Text

    rich = RichTable(
        box=box.SIMPLE_HEAD if first else box.SIMPLE,
        show_header=first,
        show_footer=footer is not None,
        show_edge=False,
        pad_edge=False,
        padding=(0, 1, 0, 0),
        header_style="bold",
        footer_style="bold",
    )
    for index, (column, heading) in enumerate(zip(table.columns, _headings(table.columns))):
        rich.add_column(
            Text(heading),
            Text(footer[index]) if footer else "",
            justify="right" if column.right else "left",
            style=column.style,
            width=widths[index] if widths and not column.folds else None,
            overflow="fold",
            no_wrap=not column.folds,
        )
    for cells in rows:
        rich.add_row(*(_cell(text, column) for text, column in zip(cells, table.columns)))
    return rich


def _cell(text: str, column: Column) -> Any:
    from rich.text import Text

    if column.folds and "/" in text:
        return _path_text(text)
    return Text(text, column.styles.get(text, ""))


def write_markdown(table: Table, out: TextIO) -> None:
    """A Markdown table, as GitHub reads it."""
    columns = [column for column in table.columns if not column.graphic]
    out.write("| " + " | ".join(column.heading.translate(MARKDOWN) for column in columns) + " |\n")
    out.write("|" + "|".join("---:" if column.right else "---" for column in columns) + "|\n")
    for row in table.rows:
        out.write("| " + " | ".join(printable(column.text(row)).translate(MARKDOWN) for column in columns) + " |\n")
    for footer in _footer(table):
        cells = [text for text, column in zip(footer, table.columns) if not column.graphic]
        out.write("| " + " | ".join(f"**{cell.translate(MARKDOWN)}**" if cell else "" for cell in cells) + " |\n")


def write_latex(table: Table, out: TextIO) -> None:
    """A LaTeX tabular; it needs the package booktabs."""
    columns = [column for column in table.columns if not column.graphic]
    out.write("% \\usepackage{booktabs}\n")
    out.write("\\begin{tabular}{" + "".join("r" if column.right else "l" for column in columns) + "}\n\\toprule\n")
    out.write(" & ".join(column.heading.translate(LATEX) for column in columns) + " \\\\\n\\midrule\n")
    for row in table.rows:
        out.write(" & ".join(printable(column.text(row)).translate(LATEX) for column in columns) + " \\\\\n")
    for footer in _footer(table):
        cells = [text for text, column in zip(footer, table.columns) if not column.graphic]
        out.write("\\midrule\n" + " & ".join(cell.translate(LATEX) for cell in cells) + " \\\\\n")
    out.write("\\bottomrule\n\\end{tabular}\n")


def write_csv(table: Table, out: TextIO) -> None:
    """Comma-separated values with a heading: whole numbers without grouping, shapes as 64x224x224."""
    import csv

    columns = [column for column in table.columns if not column.graphic]
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(column.key for column in columns)
    writer.writerows(_raw_rows(columns, table.rows))


def _raw_rows(columns: Sequence[Column], rows: Iterable[Any]) -> Iterator[list[Any]]:
    for row in rows:
        yield ["" if (value := column.raw(row)) is None else value for column in columns]
