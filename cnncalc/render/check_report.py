"""How a class did, as one page that needs nothing else: no script, and nothing that is loaded from anywhere.

It can be shown in a lecture: it names no student but those whose files need a look, at its end. All that a student
wrote stands in it as text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from html import escape
from statistics import median

from cnncalc.homework.assignment import Assignment, Question
from cnncalc.homework.classes import Row
from cnncalc.homework.grade import VERDICTS
from cnncalc.homework.misconceptions import MISCONCEPTIONS
from cnncalc.homework.statistics import Statistics, Tally, ordered
from cnncalc.language import current, n, t
from cnncalc.render.check import points_text, safe, verdict_word
from cnncalc.render.check_class import mean_text, strange
from cnncalc.render.messages import more_text
from cnncalc.render.report_style import STYLE

MOST_MISTAKES = 3
"""Misconceptions that are told of an item, the commonest."""
MOST_ANSWERS = 5
"""Answers that are told of an item, which are not right and which several students gave."""
HARDEST = 3
"""Questions that are named as the hardest."""
MOST_FILES = 200
"""Files that are named because something is strange about them."""
COLUMNS = 10
"""Columns of the plot of points."""
PLOT = 160
"""The height of its longest column, in pixels."""
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""What a browser may do for this page: take its style sheet, and nothing else."""

_KNOWN = {misconception.name: misconception for misconception in MISCONCEPTIONS}


def report_page(
    assignment: Assignment, statistics: Statistics, rows: Sequence[Row], skipped: Iterable[tuple[str, str]] = ()
) -> str:
    """The page, in HTML. ``skipped`` are paths that were not looked at, each with the reason."""
    return "".join(f"{line}\n" for line in _page(assignment, statistics, rows, skipped))


def _page(
    assignment: Assignment, statistics: Statistics, rows: Sequence[Row], skipped: Iterable[tuple[str, str]]
) -> Iterator[str]:
    title = safe(assignment.title) or t("Homework")
    yield f'<!DOCTYPE html>\n<html lang="{escape(current())}">\n<head>\n<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>"
    yield f"<h1>{_escaped(title)}</h1>"
    shares = _shares(assignment, statistics)
    places = {question.id: number for number, question in enumerate(assignment.questions, 1)}
    yield from _facts(statistics, rows)
    if statistics.max_cents:
        yield from _points(statistics, rows)
    yield from _questions(assignment, statistics, shares, places)
    yield from _misconceptions(statistics, places)
    yield from _files(list(strange(rows, skipped)))
    yield "</main>\n</body>\n</html>"


def _escaped(text: str) -> str:
    """Anybody's words as text of the page, on one line; their direction is their own affair."""
    return f"<bdi>{escape(safe(text))}</bdi>"


# The class


def _facts(statistics: Statistics, rows: Sequence[Row]) -> Iterator[str]:
    most = statistics.max_cents
    facts = [(t("students"), f"{statistics.students:,}")]
    if rows and most:
        middle = Fraction(median([row.cents for row in rows]))
        facts += [
            (t("points that can be had"), points_text(most)),
            (t("average"), _part(statistics.mean, statistics.max_points)),
            (t("median"), _part(middle / 100, statistics.max_points)),
            (t("students with all points"), f"{sum(row.cents == most for row in rows):,}"),
        ]
    unread = sum(bool(row.unread) for row in rows)
    if unread:
        facts.append((t("files that can't be read"), f"{unread:,}"))
    yield '<dl class="facts">'
    yield from (f"<div><dt>{escape(name)}</dt><dd>{value}</dd></div>" for name, value in facts)
    yield "</dl>"


def _part(points: Fraction, most: Fraction) -> str:
    return f"{mean_text(points)} <small>{_percent(points / most)}</small>"


def _percent(part: Fraction) -> str:
    return f"{int(100 * part + Fraction(1, 2))}%"


def _points(statistics: Statistics, rows: Sequence[Row]) -> Iterator[str]:
    counts = [0] * COLUMNS
    for row in rows:
        counts[min(COLUMNS * row.cents // statistics.max_cents, COLUMNS - 1)] += 1
    yield f'<section>\n<h2>{escape(t("How the points are spread"))}</h2>\n<figure class="card">'
    told = "; ".join(f"{_span(column)}: {count}" for column, count in enumerate(counts))
    yield f'<svg class="plot" role="img" aria-label="{escape(told)}">'
    yield from _columns(counts)
    yield from _mean(statistics.mean / statistics.max_points)
    yield from _numbers(counts)
    yield "</svg>"
    caption = t("How many students got which part of the points.")
    yield f'<figcaption class="faint small">{escape(caption)}</figcaption>\n</figure>\n</section>'


# Across, the plot is as wide as the page and drawn in parts of a hundred; its letters stay as large as they are.

_BASE = PLOT + 36
_WIDTH = 100 / COLUMNS


def _height(count: int, counts: list[int]) -> float:
    return round(PLOT * count / max(counts), 1)


def _columns(counts: list[int]) -> Iterator[str]:
    for column, count in enumerate(counts):
        height = _height(count, counts)
        title = n("{span} of the points: {n} student", "{span} of the points: {n} students", count, span=_span(column))
        yield (
            f'<rect class="column" x="{_WIDTH * (column + 0.08):g}%" y="{_BASE - height:g}" width="{0.84 * _WIDTH:g}%" '
            f'height="{height:g}" rx="2"><title>{escape(title)}</title></rect>'
        )
    yield f'<line class="axis" x1="0%" x2="100%" y1="{_BASE}" y2="{_BASE}"/>'


def _mean(mean: Fraction) -> Iterator[str]:
    place = f"{float(100 * mean):.1f}%"
    side, shift = ("end", -6) if mean > Fraction(1, 2) else ("start", 6)
    yield f'<line class="mean" x1="{place}" x2="{place}" y1="4" y2="{_BASE}"/>'
    yield f'<text x="{place}" y="12" dx="{shift}" text-anchor="{side}">{escape(t("average"))} {_percent(mean)}</text>'


def _numbers(counts: list[int]) -> Iterator[str]:
    for column, count in enumerate(counts):
        if count:
            x, y = _WIDTH * (column + 0.5), _BASE - 5 - _height(count, counts)
            yield f'<text class="count" x="{x:g}%" y="{y:g}" text-anchor="middle">{count:,}</text>'
    for column in range(0, COLUMNS + 1, 2):
        anchor = "start" if not column else "end" if column == COLUMNS else "middle"
        place = f'x="{_WIDTH * column:g}%" y="{_BASE + 17}" text-anchor="{anchor}"'
        yield f"<text {place}>{100 * column // COLUMNS}%</text>"


def _span(column: int) -> str:
    """``10–20%``."""
    return f"{100 * column // COLUMNS}–{100 * (column + 1) // COLUMNS}%"


# Its questions


def _shares(assignment: Assignment, statistics: Statistics) -> dict[str, Fraction]:
    """The part of its points that each question got; none of one that gives no points."""
    got: dict[str, int] = {}
    most: dict[str, int] = {}
    for tally in statistics.items.values():
        got[tally.question] = got.get(tally.question, 0) + tally.cents
        most[tally.question] = most.get(tally.question, 0) + tally.max_cents
    return {q.id: Fraction(got[q.id], most[q.id]) for q in assignment.questions if most.get(q.id)}


def _questions(
    assignment: Assignment, statistics: Statistics, shares: dict[str, Fraction], places: dict[str, int]
) -> Iterator[str]:
    yield f"<section>\n<h2>{escape(t('Questions'))}</h2>"
    hardest = sorted((share, places[id], id) for id, share in shares.items() if share < 1)[:HARDEST]
    if hardest and len(places) > HARDEST:
        links = (
            f'<span><a href="#q{place}">{_escaped(id)}</a> {_percent(share)}</span>' for share, place, id in hardest
        )
        yield f'<p class="where"><span class="faint">{escape(t("Fewest points:"))}</span>{"".join(links)}</p>'
    tallies: dict[str, list[Tally]] = {}
    for tally in statistics.items.values():
        tallies.setdefault(tally.question, []).append(tally)
    for question in assignment.questions:
        yield from _question(question, places[question.id], tallies.get(question.id, []), shares.get(question.id))
    yield "</section>"


def _question(question: Question, place: int, tallies: list[Tally], share: Fraction | None) -> Iterator[str]:
    from cnncalc.homework.wording import question_text

    yield f'<article class="card" id="q{place}">\n<div class="head"><h3>{_escaped(question.id)}</h3>'
    if share is not None:
        most = sum((tally.max_points for tally in tallies), Fraction(0))
        told = t(
            "{points} of {most} points on average ({percent})",
            points=mean_text(share * most),
            most=mean_text(most),
            percent=_percent(share),
        )
        yield f'<span class="faint">{escape(told)}</span>'
    yield "</div>"
    text = question_text(question)
    if text:
        yield f'<p class="text">{escape(text)}</p>'
    broken = {cell.id: cell.broken for cell in question.cells if cell.broken}
    for tally in tallies:
        if len(question.cells) > 1:
            yield f'<div class="cell">\n<p class="mono">{_escaped(tally.id)}</p>'
        yield "<div>"
        yield from _item(tally, broken.get(tally.id, ""))
        yield "</div>\n</div>" if len(question.cells) > 1 else "</div>"
    yield "</article>"


def _item(tally: Tally, broken: str) -> Iterator[str]:
    counts = [(verdict, tally.verdicts[verdict]) for verdict in VERDICTS if tally.verdicts[verdict]]
    told = [f"{verdict_word(verdict)}: {count:,}" for verdict, count in counts]
    yield f'<svg class="bar" role="img" aria-label="{escape(", ".join(told))}">'
    start = 0
    for (verdict, count), words in zip(counts, told):
        x, width = 100 * start / tally.answers, 100 * count / tally.answers
        start += count
        place = f'x="{x:.3f}%" width="{width:.3f}%" height="14"'
        yield f'<rect class="{verdict}" {place}><title>{escape(words)}</title></rect>'
    yield "</svg>"
    marks = (f'<li><i class="{v}"></i>{escape(words)}</li>' for (v, _), words in zip(counts, told))
    yield f'<ul class="counts">{"".join(marks)}</ul>'
    if broken:
        yield f'<p class="small">{escape(t("It can not be graded: {reason}", reason=safe(broken)))}</p>'
    yield from _mistakes(tally)
    common = [(text, count) for text, count in ordered(tally.given) if count > 1][:MOST_ANSWERS]
    if common:
        yield f'<p class="label">{escape(t("Answers that are not right, the commonest first:"))}</p>'
        answers = (f"<li>{_escaped(text)} {_times(count)}</li>" for text, count in common)
        yield f'<ul class="answers">{"".join(answers)}</ul>'


def _mistakes(tally: Tally) -> Iterator[str]:
    found = ordered(tally.misconceptions)[:MOST_MISTAKES]
    if found:
        yield f'<p class="label">{escape(t("What they may come from:"))}</p>\n<ul class="mistakes">'
        for name, count in found:
            link = f'<a href="#{escape(name)}">{escape(name)}</a>'
            yield f"<li>{link} {_times(count)}<br>{escape(_KNOWN[name].hint())}</li>"
        yield "</ul>"


def _times(count: int) -> str:
    return f'<span class="times">×{count:,}</span>'


# Its misconceptions


def _misconceptions(statistics: Statistics, places: dict[str, int]) -> Iterator[str]:
    found = ordered(statistics.misconceptions)
    if not found:
        return
    yield f"<section>\n<h2>{escape(t('What to talk about'))}</h2>"
    for name, count in found:
        yield f'<article class="card" id="{escape(name)}">\n<div class="head"><h3>{escape(name)}</h3>'
        yield f'<span class="faint">{escape(n("in {n} answer", "in {n} answers", count))}</span></div>'
        yield f"<p>{escape(_KNOWN[name].hint())}</p>\n<p>{escape(t(_KNOWN[name].page))}</p>"
        where = Counter({tally.id: tally.misconceptions[name] for tally in statistics.items.values()})
        links = (
            f'<span><a href="#q{places[statistics.items[id].question]}">{_escaped(id)}</a> {_times(times)}</span>'
            for id, times in where.most_common()
            if times
        )
        yield f'<p class="where">{"".join(links)}</p>\n</article>'
    yield "</section>"


# Its files


def _files(lines: list[str]) -> Iterator[str]:
    if not lines:
        return
    yield f'<section>\n<h2>{escape(t("Files to look at"))}</h2>\n<ul class="card files">'
    yield from (f"<li><bdi>{escape(line)}</bdi></li>" for line in lines[:MOST_FILES])
    if len(lines) > MOST_FILES:
        yield f"<li>{escape(more_text(len(lines) - MOST_FILES))}</li>"
    yield "</ul>\n</section>"
