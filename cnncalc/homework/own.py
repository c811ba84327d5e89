"""An answer file that names its own architecture: what it answers is its assignment."""

from __future__ import annotations

from fractions import Fraction

from cnncalc.analysis import Analysis
from cnncalc.api import build
from cnncalc.diagnostics import ArchitectureError, Fault, Findings
from cnncalc.homework.assignment import Assignment, Cell, Question
from cnncalc.homework.conventions import Conventions
from cnncalc.homework.networks import analyze_named, finish
from cnncalc.homework.questions import table_cell
from cnncalc.homework.submissions import Submission
from cnncalc.homework.truth import ASKS, Ungradable
from cnncalc.inference import Run
from cnncalc.language import t
from cnncalc.reader import read_tree
from cnncalc.text import listing, quote, suggest
from cnncalc.tree import Mapping
from cnncalc.values import read_shape, read_word

MOST_OWN = 1_000
"""Answers of a file that names its own architecture."""


def own_assignment(submission: Submission, folder: str = "") -> Assignment:
    """The assignment of an answer file that names its own architecture: what it answers, a point each.

    Raises ArchitectureError where it names none, or one that can't be read.
    """
    source, node = submission.source, submission.nodes.get("architecture")
    findings = Findings(source.name)
    try:
        if node is None:
            message = t("the file names no `architecture`, and there is no --assignment")
            raise Fault("missing-parameter", message, t("write `architecture: vgg16`, or give an --assignment"))
        if sum(len(given.rows or "1") for given in submission.answers.values()) > MOST_OWN:
            raise Fault("limit-exceeded", t("more than {most:,} answers are given", most=MOST_OWN))
        shape = read_shape(submission.nodes["input"], "input") if "input" in submission.nodes else None
        if isinstance(node, Mapping):
            graph, found = build(source, shape, reading=read_tree(source, node, findings))
            analysis = finish(Run(graph, found))
        else:
            analysis = analyze_named(read_word(node, "architecture"), folder, shape)
    except Fault as fault:
        findings.add(fault)
        raise ArchitectureError(findings.sorted(), source.text) from None
    conventions = Conventions()
    questions = []
    for name, given in submission.answers.items():
        cells = [_own_cell(analysis, name, ask, conventions) for ask in (given.rows or {"": given})]
        questions.append(Question(name, "", cells, table=True, row=True))
    return Assignment("", conventions, questions, text=source.text)


def _own_cell(analysis: Analysis, name: str, ask: str, conventions: Conventions) -> Cell:
    """What a student says about a layer on their own accord. What there is not is broken."""
    try:
        if ask not in ASKS:
            what = suggest(ask, ASKS, t("one of {words}", words=listing(ASKS, "or")))
            message = t("nothing called {word} can be asked for", word=quote(ask)) if ask else t("say what is answered")
            raise Ungradable(f"{message}; {what}" if what else message)
        return table_cell("", analysis, analysis.layer(name), ask, Fraction(1), conventions, name)
    except (KeyError, Ungradable) as error:
        return Cell(f"{name}.{ask}" if ask else name, name, ask, Fraction(1), misnamed=str(error.args[0]), row=name)
