"""What is written of a variant: the plain assignment as YAML, and the file that its student fills in."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.homework.assignment import Assignment, Question
from cnncalc.homework.quiz.variants import Quiz, Variant
from cnncalc.homework.wording import question_text
from cnncalc.language import t
from cnncalc.text import printable
from cnncalc.tree import Mapping
from cnncalc.yaml_text import word, yaml_text


def plain_text(quiz: Quiz, variant: Variant) -> str:
    """The student's assignment, without templates: what `cnncalc check` reads without the secret.

    Each question that was drawn says in words what it asks.
    """
    assignment = variant.assignment
    lines = [f"{key}: {word(value)}" for key, value in _head(assignment)]
    if "conventions" in quiz.frame.nodes:
        lines.append(f"conventions: {yaml_text(quiz.frame.nodes['conventions'])}")
    lines.append("questions:")
    for node, question in zip(variant.nodes, assignment.questions):
        lines += _question(node, question)
    return "\n".join(lines) + "\n"


def _head(assignment: Assignment) -> Iterator[tuple[str, str]]:
    for key in ("title", "id", "student"):
        if value := getattr(assignment, key):
            yield key, value
    if assignment.variant:
        yield "variant", assignment.variant


def _question(node: Mapping, question: Question) -> Iterator[str]:
    yield f"  - id: {word(question.id)}"
    entries = {key.text: value for key, value in node.entries}
    text = question_text(question).splitlines()
    if "text" not in entries and len(text) == 1:
        yield f"    text: {word(text[0])}"
    elif "text" not in entries and text:
        # Told how far it is indented, YAML takes a line that begins with spaces as it stands.
        yield "    text: |2-"
        yield from (f"      {line}" for line in text)
    for name, value in entries.items():
        if name == "layers" and getattr(value, "items", None):
            yield "    layers:"
            yield from (f"      - {yaml_text(layer)}" for layer in value.items)  # type: ignore[union-attr]
        elif name != "id":
            yield f"    {word(name)}: {yaml_text(value)}"


def answer_file(assignment: Assignment) -> str:
    """The file that a student fills in: the questions as comments, and room behind each id."""
    lines = [f"# {printable(assignment.title)}"] if assignment.title else []
    lines.append(f"student: {word(assignment.student)}")
    if assignment.variant:
        lines.append(f"variant: {word(assignment.variant)}")
    lines.append("answers:")
    for question in assignment.questions:
        lines += [f"  # {line}".rstrip() for line in question_text(question).splitlines()]
        lines.append(f"  {word(question.id)}:")
        if question.table:
            rows: dict[str, list[str]] = {}
            for cell in question.cells:
                rows.setdefault(cell.row, []).append(cell.ask)
            for row, asks in rows.items():
                lines.append(f"    {word(row)}:")
                lines += [f"      {ask}:" for ask in asks]
    return "\n".join(lines) + "\n"


def practice_text(template: str, difficulty: str, count: int, ask: str, windows: str) -> str:
    """An assignment of so many questions of one template."""
    title = t("Exercises")
    settings = {"template": template, "difficulty": difficulty, "ask": ask, "windows": windows}
    inner = ", ".join(f"{key}: {word(value)}" for key, value in settings.items() if value)
    # The id is what numbers are drawn for: the same in every language.
    return f"id: {word(template)}\ntitle: {word(title)}\nquestions:\n" + f"  - {{{inner}}}\n" * count
