"""The teacher's file: an assignment, looked for and read."""

from __future__ import annotations

from pathlib import Path

from cnncalc.diagnostics import ArchitectureError, Fault, Findings
from cnncalc.homework.assignment import Assignment
from cnncalc.homework.conventions import Conventions, read_conventions
from cnncalc.homework.questions import EXAMPLE, QuestionReader
from cnncalc.language import current, t
from cnncalc.source import Source, is_file, read_file
from cnncalc.text import listing, quote, suggest
from cnncalc.tree import Mapping, Node, kind_of, parse
from cnncalc.values import read_word

KEYS = ("title", "conventions", "questions")
FOLDER = Path(__file__).parent / "assignments"
"""The assignments that come with cnncalc; ``lecture.es.yaml`` is the Spanish one of ``lecture.yaml``."""


def find_assignment(path: str) -> Source:
    """The text of an assignment: a file, ``-``, or one that comes with cnncalc, in the language in use.

    Raises ArchitectureError where there is none.
    """
    findings = Findings(path)
    try:
        if path != "-" and not is_file(path):
            own = bundled(path)
            if own is not None:
                return Source(own.name, own.read_text(encoding="utf-8"))
        return read_file(path)
    except Fault as fault:
        help = t("these come with it: {names}", names=listing(map(quote, bundled_names())))
        findings.add(Fault(fault.rule, fault.message, fault.help or help, span=fault.span))
        raise ArchitectureError(findings) from None


def bundled(name: str) -> Path | None:
    """The file of an assignment that comes with cnncalc, in the language in use where there is one."""
    if name not in bundled_names():
        return None
    translated = FOLDER / f"{name}.{current()}.yaml"
    return translated if translated.is_file() else FOLDER / f"{name}.yaml"


def bundled_names() -> list[str]:
    """The assignments that come with cnncalc."""
    return sorted({path.name.split(".")[0] for path in FOLDER.glob("*.yaml")})


def read_assignment(source: Source, folder: str = "") -> Assignment:
    """Read an assignment, and work out what is right. Paths of architectures are looked for in ``folder`` first.

    A question that can't be graded is told in the diagnostics, and costs nobody points. Raises ArchitectureError
    where the file is no assignment.
    """
    findings = Findings(source.name)
    try:
        root, faults = parse(source.text)
        findings.extend(faults)
        nodes = _nodes(root)
        conventions = read_conventions(nodes["conventions"]) if "conventions" in nodes else Conventions()
        reader = QuestionReader(source, findings, conventions, folder)
        title = read_word(nodes["title"], "title") if "title" in nodes else ""
        questions = reader.questions(nodes["questions"])
    except Fault as fault:
        findings.add(fault)
        raise ArchitectureError(findings.sorted(), source.text) from None
    return Assignment(title, conventions, questions, tuple(findings), source.text)


def _nodes(root: Node | None) -> dict[str, Node]:
    if not isinstance(root, Mapping):
        found = t("the file is empty") if root is None else t("an assignment is no {kind}", kind=kind_of(root))
        raise Fault("syntax", found, EXAMPLE, span=root.span if root else None)
    nodes = {key.text: value for key, value in root.entries}
    for key, _ in root.entries:
        if key.text not in KEYS:
            help = suggest(key.text, KEYS, t("it has {names}", names=listing(KEYS)))
            raise Fault("unknown-parameter", t("an assignment has no {key}", key=quote(key.text)), help, span=key.span)
    if "questions" not in nodes:
        raise Fault("missing-parameter", t("the assignment has no {key}", key="`questions`"), EXAMPLE)
    return nodes
