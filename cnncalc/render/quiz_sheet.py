"""An assignment on paper: the questions, with room for answers or with worked solutions, as Markdown or LaTeX."""

from __future__ import annotations

from fractions import Fraction
from io import StringIO

from cnncalc.homework.assignment import Assignment, Cell, Question
from cnncalc.homework.conventions import Conventions
from cnncalc.homework.solutions import Step, answer_text, solution
from cnncalc.homework.wording import asked, column_title, notes
from cnncalc.language import t
from cnncalc.render.explain import formulas
from cnncalc.render.table import LATEX, MARKDOWN, Column, Table, write_latex, write_markdown
from cnncalc.text import printable

ROWS = 40
"""Rows of a table on one page of LaTeX."""

_PREAMBLE = r"""\documentclass[11pt]{article}
\usepackage{iftex}
\ifPDFTeX
\usepackage[utf8]{inputenc}
\usepackage[T1]{fontenc}
\usepackage{textcomp}
FOREIGN\else
\usepackage{fontspec} % \setmainfont{...} names a font that has the letters of every name
\fi
\usepackage{amsmath}
\usepackage{booktabs}
\usepackage[margin=2cm]{geometry}
\allowdisplaybreaks
\setlength{\parindent}{0pt}
\setlength{\parskip}{6pt}
\begin{document}
"""


def sheet(assignment: Assignment, student: str = "", solutions: bool = False, format: str = "markdown") -> str:
    """The whole sheet; ``format`` is ``markdown`` (formulas between dollars) or ``latex`` (a document for pdflatex).

    Without ``solutions`` there is a line, or an empty cell, for each answer. A question that can't be graded is left
    out, as it has no points either.
    """
    page = _Latex() if format == "latex" else _Markdown()
    questions = [question for question in assignment.questions if asked(question)]
    page.title(" ".join(assignment.title.split()) or t("Exercises"))
    page.field(t("Student"), student)
    page.bullets(notes(assignment.conventions, questions))
    for number, question in enumerate(questions, 1):
        points = _points(sum((cell.points for cell in question.cells if not cell.broken), Fraction(0)))
        page.heading(f"{number}. {printable(question.id)} ({points})")
        page.lines(asked(question).splitlines())
        if question.table:
            page.table(_table(question, assignment.conventions, solutions))
        elif solutions:
            page.field(t("Answer"), answer_text(question.cells[0], assignment.conventions))
        else:
            page.field(t("Answer"), "")
        if solutions:
            for step in solution(question):
                page.step(step)
    return page.end()


def _points(points: Fraction) -> str:
    if points == 1:
        return t("1 point")
    text = str(points) if points.denominator == 1 else f"{float(points):.2f}".rstrip("0")
    return t("{points} points", points=text)


def _table(question: Question, conventions: Conventions, solutions: bool) -> Table:
    rows: dict[str, dict[str, Cell]] = {}
    for cell in question.cells:
        rows.setdefault(cell.row, {})[cell.ask] = cell
    asks = dict.fromkeys(cell.ask for cell in question.cells)

    def column(ask: str) -> Column:
        def text(row: tuple[str, dict[str, Cell]]) -> str:
            cell = row[1].get(ask)
            if cell is None or cell.broken:
                return "—"
            return answer_text(cell, conventions) if solutions else ""

        return Column(ask, column_title(ask, conventions), text, text)

    def name(row: tuple[str, dict[str, Cell]]) -> str:
        return row[0]

    return Table([Column("layer", "layer", name, name), *map(column, asks)], list(rows.items()))


class _Page:
    """A page that is written piece by piece."""

    format = "markdown"

    def __init__(self) -> None:
        self.out = StringIO()

    def write(self, text: str) -> None:
        self.out.write(text)

    def said(self, text: str) -> str:
        """Plain text, in which nothing is a command of the format."""
        raise NotImplementedError

    def title(self, text: str) -> None:
        raise NotImplementedError

    def heading(self, text: str) -> None:
        raise NotImplementedError

    def field(self, name: str, value: str) -> None:
        """``Answer: 55``, or a line to write on."""
        raise NotImplementedError

    def bullets(self, texts: list[str]) -> None:
        raise NotImplementedError

    def lines(self, texts: list[str]) -> None:
        """Lines that stay lines."""
        raise NotImplementedError

    def table(self, table: Table) -> None:
        raise NotImplementedError

    def step(self, step: Step) -> None:
        if step.title:
            self.lines([step.title])
        if step.sections:
            self.write(formulas(step.sections, self.format) + "\n")
        told = (section for section in step.sections if section.remark and not section.key.startswith("weights"))
        remarks = [f"{section.title}: {section.remark}" for section in told]
        for text in [*remarks, *step.sentences]:
            self.lines([text])

    def end(self) -> str:
        return self.out.getvalue().rstrip("\n") + "\n"


class _Markdown(_Page):
    def said(self, text: str) -> str:
        text = printable(text).translate(MARKDOWN)
        # At the start of a line these make a list, and a rule of dashes a heading.
        head, dot, rest = text.partition(".")
        if dot and head.isdigit():
            return f"{head}\\.{rest}"
        return f"\\{text}" if text[:1] in "+-=" and text else text

    def title(self, text: str) -> None:
        self.write(f"# {self.said(text)}\n\n")

    def heading(self, text: str) -> None:
        self.write(f"## {printable(text).translate(MARKDOWN)}\n\n")

    def field(self, name: str, value: str) -> None:
        blank = r"\_" * 30
        self.write(f"**{name.translate(MARKDOWN)}:** {printable(value).translate(MARKDOWN) if value else blank}\n\n")

    def bullets(self, texts: list[str]) -> None:
        self.write("".join(f"- {self.said(text)}\n" for text in texts) + ("\n" if texts else ""))

    def lines(self, texts: list[str]) -> None:
        self.write("\\\n".join(self.said(text.strip()) for text in texts if text.strip()) + "\n\n")

    def table(self, table: Table) -> None:
        write_markdown(table, self.out)
        self.write("\n")


class _Latex(_Page):
    format = "latex"

    def said(self, text: str) -> str:
        return printable(text).translate(LATEX)

    def title(self, text: str) -> None:
        self.write(f"\\section*{{{self.said(text)}}}\n")

    def heading(self, text: str) -> None:
        self.write(f"\\subsection*{{{self.said(text)}}}\n")

    def field(self, name: str, value: str) -> None:
        blank = r"\underline{\hspace{6cm}}"
        self.write(f"\\textbf{{{self.said(name)}:}} {self.said(value) if value else blank}\n\n")

    def bullets(self, texts: list[str]) -> None:
        if texts:
            items = "".join(f"  \\item {self.said(text)}\n" for text in texts)
            self.write(f"\\begin{{itemize}}\n{items}\\end{{itemize}}\n")

    def lines(self, texts: list[str]) -> None:
        # The braces keep a line that begins with a bracket or a star from being read by the \\ before it.
        self.write("\\\\\n".join(f"{{}}{self.said(text.strip())}" for text in texts if text.strip()) + "\n\n")

    def table(self, table: Table) -> None:
        rows = list(table.rows)
        for start in range(0, len(rows), ROWS):
            self.write("\\begin{center}\n\\renewcommand{\\arraystretch}{1.4}\n")
            write_latex(Table(table.columns, rows[start : start + ROWS]), self.out)
            self.write("\\end{center}\n")
        self.write("\n")

    def end(self) -> str:
        body = self.out.getvalue()
        return f"{_preamble(body)}{body}\\end{{document}}\n"


def _preamble(body: str) -> str:
    """What stands before a document. Letters that pdflatex has no font for are a question mark there, and no error."""
    foreign = sorted({character for character in body if not _has_font(character)})
    declared = "".join(f"\\DeclareUnicodeCharacter{{{ord(character):04X}}}{{?}}\n" for character in foreign)
    return _PREAMBLE.replace("FOREIGN", declared)


def _has_font(character: str) -> bool:
    """Whether the fonts of European languages have it (the encodings T1 and TS1)."""
    return character < "\u0180" or character in "\u0218\u0219\u021a\u021b–—‘’‚“”„†‡•…‰‹›€™"
