"""Assignments with templates, and the plain assignment that is drawn of one for a student."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from cnncalc.diagnostics import Fault, Findings
from cnncalc.homework.assignment import Assignment, Question
from cnncalc.homework.files import Frame, is_template, read_frame
from cnncalc.homework.questions import EXAMPLE, QuestionReader
from cnncalc.homework.quiz.asking import Asking, read_asking
from cnncalc.homework.quiz.clashes import clash
from cnncalc.homework.quiz.draws import Draws, student_key
from cnncalc.language import t
from cnncalc.source import Source
from cnncalc.text import quote
from cnncalc.tree import Mapping, Node, Scalar, Sequence
from cnncalc.yaml_text import node_of, yaml_text

MOST_DRAWN = 200
"""Questions of an assignment that are drawn."""
MOST_TRIES = 2_000
"""Numbers that are drawn for a question until no two mistakes give one answer. A few are enough; see the tests."""
_CODE = 8
"""Hexadecimal digits of a variant's code."""


@dataclass(frozen=True)
class Variant:
    """What was drawn for a student: a plain assignment, and its questions as they stand in YAML."""

    assignment: Assignment
    nodes: list[Mapping]


class Quiz:
    """An assignment some of whose questions are drawn; also one without such questions, alike for everybody."""

    def __init__(self, source: Source, folder: str = "") -> None:
        """Architectures' paths are looked for in ``folder`` first. Raises ArchitectureError."""
        self.frame: Frame = read_frame(source)
        self._folder = folder
        try:
            read = list(self._read(self.frame.nodes["questions"]))
            if self.templated and not self.identity:
                message = t("the assignment has neither `id` nor `title`, and numbers are drawn for it")
                raise Fault("missing-parameter", message, t("name it: `id: homework-3`"))
        except Fault as fault:
            raise self.frame.refused(fault) from None
        self.parts = [part for _, part in read]
        """The questions: those that are alike for everybody, and what is asked of the templates."""
        self._nodes = [node for node, _ in read]

    @property
    def templated(self) -> bool:
        return self.frame.templated

    @property
    def identity(self) -> str:
        """What numbers are drawn for: the assignment's id, else its title."""
        return self.frame.id or self.frame.title

    def _read(self, node: Node) -> Iterator[tuple[Mapping, Question | Asking]]:
        if not isinstance(node, Sequence) or not node.items:
            raise Fault("invalid-value", t("`questions` is a list of questions"), EXAMPLE, span=node.span)
        reader = QuestionReader(self.frame.source, self.frame.findings, self.frame.conventions, self._folder)
        if sum(map(is_template, node.items)) > MOST_DRAWN:
            raise Fault("limit-exceeded", t("more than {most:,} questions are drawn", most=MOST_DRAWN), span=node.span)
        ids: set[str] = set()
        for number, item in enumerate(node.items, 1):
            part: Question | Asking
            if isinstance(item, Mapping) and is_template(item):
                part = read_asking(item, f"q{number}", self.frame.conventions)
            else:
                part = reader.question(item, f"q{number}")
            if part.id in ids:
                raise Fault("duplicate-name", t("two questions are called {name}", name=quote(part.id)), span=item.span)
            ids.add(part.id)
            assert isinstance(item, Mapping)
            yield item, part

    def draw(self, secret: bytes, student: str) -> Variant:
        """The student's variant: the same for the same secret, assignment and student, on any machine.

        Raises ArchitectureError where a template finds no question in which each mistake has its own answer.
        """
        key = student_key(secret, self.identity, student)
        nodes, questions = [], []
        drawn: set[str] = set()
        for node, part in zip(self._nodes, self.parts):
            if isinstance(part, Question):
                nodes.append(node)
                questions.append(part)
                continue
            try:
                node, question = self._drawn(part, key, drawn)
            except Fault as fault:
                raise self.frame.refused(fault) from None
            nodes.append(node)
            questions.append(question)
        code = ""
        if self.templated:
            # Of the numbers alone, which the student has anyhow: it tells nothing of the secret.
            text = "\n".join(map(yaml_text, nodes))
            code = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_CODE]
        return Variant(self.frame.assignment(questions, student, code), nodes)

    def _drawn(self, asking: Asking, key: bytes, drawn: set[str]) -> tuple[Mapping, Question]:
        """A question that none before it is like, added to those drawn."""
        for node, text in self._tries(asking, key):
            if text in drawn:
                continue
            question = read_drawn(self.frame, node)
            if question is not None:
                drawn.add(text)
                return node, question
        message = t("no question was found in which each mistake has an answer of its own")
        help = t("ask for something else, or take another difficulty")
        raise Fault("limit-exceeded", message, help, span=asking.span)

    def _tries(self, asking: Asking, key: bytes) -> Iterator[tuple[Mapping, str]]:
        """Questions as they come, and what tells each from the others."""
        draws = Draws(key, asking.id)
        place = asking.span
        ask = draws.choice(asking.asks)
        for _ in range(MOST_TRIES):
            body = asking.template.draw(draws, asking.order(ask, self.frame.conventions))
            if body is None:
                continue
            inner = node_of({**body, "ask": ask}, place)
            assert isinstance(inner, Mapping)
            head = [(Scalar("id", place), Scalar(asking.id, place, plain=False))]
            points = [(Scalar("points", place), asking.points)] if asking.points else []
            yield Mapping([*head, *inner.entries, *points], place), yaml_text(inner)


def read_drawn(frame: Frame, node: Mapping) -> Question | None:
    """The question, if it can be asked: it has an answer, and no two mistakes have the same."""
    findings = Findings(frame.source.name)
    question = QuestionReader(frame.source, findings, frame.conventions, "").question(node, "")
    cell = question.cells[0]
    if cell.broken or list(findings) or cell.truth is None or clash(cell):
        return None
    return question
