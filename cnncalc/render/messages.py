"""Diagnostics as a compiler shows them: the place, the line with the spot underlined, and the cure below."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cnncalc.diagnostics import Diagnostic, Span
from cnncalc.language import t
from cnncalc.source import COMMAND_LINE
from cnncalc.text import printable

Segment = tuple[str, str]
"""A text and the style that a terminal gives it."""

SEVERITY_STYLES = {"error": "bold red", "warning": "bold magenta", "info": "bold"}
MOST = 20
"""Diagnostics shown as text; JSON has all."""
EXCERPT = 100
"""Columns of a source line that are shown."""


def segments(diagnostics: Iterable[Diagnostic], text: str, width: int = EXCERPT, most: int = MOST) -> Iterator[Segment]:
    """The diagnostics about a text, as styled pieces, with so many columns of a source line; at most so many."""
    lines = text.splitlines()
    for number, diagnostic in enumerate(diagnostics):
        if number == most:
            left = sum(1 for _ in diagnostics) - most if isinstance(diagnostics, (list, tuple)) else 0
            yield (more_text(left) if left else t("and more")) + "\n", ""
            return
        yield from _one(diagnostic, lines, width)


def more_text(count: int) -> str:
    """What stands for the rest of a long list."""
    return t("and {count:,} more like these", count=count)


def severity_word(severity: str) -> str:
    """What a severity is called, in the language in use. It is itself an English word, a JSON value."""
    return {"error": t("error"), "warning": t("warning"), "info": t("info")}[severity]


def help_head() -> str:
    """What stands before a help."""
    return f"  {t('help:')} "


def _one(diagnostic: Diagnostic, lines: list[str], width: int) -> Iterator[Segment]:
    span = diagnostic.span
    if diagnostic.file:
        place = f":{span.line}:{span.column}" if span else ""
        name = t(COMMAND_LINE) if diagnostic.file == COMMAND_LINE else printable(diagnostic.file)
        yield f"{name}{place}: ", "bold"
    yield severity_word(diagnostic.severity), SEVERITY_STYLES[diagnostic.severity]
    yield f": {printable(diagnostic.message)} ", ""
    yield f"[{diagnostic.rule}]\n", ""
    if span and span.line <= len(lines):
        yield from _excerpt(lines[span.line - 1], span, width)
    if diagnostic.help:
        head = help_head()
        for number, line in enumerate(diagnostic.help.splitlines()):
            yield (head if number == 0 else " " * _width(head)), "bold green"
            yield f"{printable(line)}\n", ""


def _excerpt(line: str, span: Span, width: int) -> Iterator[Segment]:
    """The source line, cut to a readable part, and carets under the place."""
    start = span.column - 1
    end = span.end_column - 1 if span.end_line == span.line else len(line)
    left = max(0, start - width // 2) if len(line) > width else 0
    right = left + width
    before, marked, after = (
        printable(part.replace("\t", " "))
        for part in (line[left:start], line[start : min(end, right)], line[end:right])
    )
    before = ("…" if left else "") + before
    after += "…" if right < len(line) else ""
    yield f"{span.line:>5} | ", ""
    yield f"{before}{marked}{after}\n", ""
    yield "      | ", ""
    yield " " * _width(before) + "^" * max(1, _width(marked)) + "\n", "bold red"


def _width(text: str) -> int:
    """Terminal columns: a Chinese character takes two."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def render_diagnostics(diagnostics: Iterable[Diagnostic], text: str) -> str:
    """The diagnostics about a text, without any style."""
    return "".join(piece for piece, _ in segments(tuple(diagnostics), text)).rstrip("\n")
