"""The teacher's file: an assignment, looked for and read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cnncalc.diagnostics import ArchitectureError, Fault, Findings
from cnncalc.homework.assignment import Assignment, Question
from cnncalc.homework.conventions import Conventions, read_conventions
from cnncalc.homework.questions import EXAMPLE, QuestionReader
from cnncalc.language import current, t
from cnncalc.source import Source, is_file, read_file
from cnncalc.text import listing, quote, suggest
from cnncalc.tree import Mapping, Node, Sequence, kind_of, parse
from cnncalc.values import read_word

KEYS = ("title", "id", "student", "variant", "conventions", "questions")
SECRET = "CNNCALC_SECRET"
"""The variable of the environment that the teacher's secret may stand in."""
FOLDER = Path(__file__).parent / "assignments"
"""The assignments that come with cnncalc; ``lecture.es.yaml`` is the Spanish one of ``lecture.yaml``."""


def find_assignment(path: str) -> Source:
    """The text of an assignment: a file, ``-``, or one that comes with cnncalc, in the language in use.

    Raises ArchitectureError where there is none.
    """
    try:
        if path != "-" and not is_file(path):
            own = bundled(path)
            if own is not None:
                return Source(own.name, own.read_text(encoding="utf-8"))
        return read_file(path)
    except Fault as fault:
        help = t("these come with it: {names}", names=listing(map(quote, bundled_names())))
        fault.help = fault.help or help
        raise ArchitectureError.of(path, fault) from None


def bundled(name: str) -> Path | None:
    """The file of an assignment that comes with cnncalc, in the language in use where there is one."""
    if name not in bundled_names():
        return None
    translated = FOLDER / f"{name}.{current()}.yaml"
    return translated if translated.is_file() else FOLDER / f"{name}.yaml"


def bundled_names() -> list[str]:
    """The assignments that come with cnncalc."""
    return sorted({path.name.split(".")[0] for path in FOLDER.glob("*.yaml")})


@dataclass
class Frame:
    """An assignment whose questions are not read yet."""

    source: Source
    findings: Findings
    nodes: dict[str, Node]
    conventions: Conventions
    title: str
    id: str

    @property
    def templated(self) -> bool:
        """Whether a question is drawn from a template."""
        questions = self.nodes["questions"]
        return isinstance(questions, Sequence) and any(is_template(item) for item in questions.items)

    def refused(self, fault: Fault) -> ArchitectureError:
        """The error of a file that can't be read as an assignment."""
        self.findings.add(fault)
        return ArchitectureError(self.findings.sorted(), self.source.text)

    def assignment(self, questions: list[Question], student: str, variant: str) -> Assignment:
        """The whole, with these questions."""
        found = Assignment(self.title, self.conventions, questions, tuple(self.findings), self.source.text)
        found.id, found.student, found.variant = self.id, student, variant
        return found

    def word(self, key: str) -> str:
        """What stands at a key; empty where it does not. Raises Fault."""
        return read_word(self.nodes[key], key) if key in self.nodes else ""


def is_template(question: Node) -> bool:
    """Whether a question is to be drawn."""
    return isinstance(question, Mapping) and any(key.text == "template" for key, _ in question.entries)


def read_frame(source: Source) -> Frame:
    """Read all of an assignment but its questions. Raises ArchitectureError where the file is none."""
    frame = Frame(source, Findings(source.name), {}, Conventions(), "", "")
    try:
        root, faults = parse(source.text)
        frame.findings.extend(faults)
        frame.nodes = _nodes(root)
        if "conventions" in frame.nodes:
            frame.conventions = read_conventions(frame.nodes["conventions"])
        frame.title, frame.id = frame.word("title"), frame.word("id")
    except Fault as fault:
        raise frame.refused(fault) from None
    return frame


def read_assignment(source: Source, folder: str = "") -> Assignment:
    """Read an assignment, and work out what is right. Paths of architectures are looked for in ``folder`` first.

    A question that can't be graded is told in the diagnostics, and costs nobody points. Raises ArchitectureError
    where the file is no assignment, and where questions are drawn for each student, as `homework.quiz` does.
    """
    frame = read_frame(source)
    if frame.templated:
        message = t("its questions are drawn for each student, with the teacher's secret")
        help = t("name the file that it stands in: --secret-file secret.txt; or set {variable}", variable=SECRET)
        raise frame.refused(Fault("missing-parameter", message, help))
    try:
        reader = QuestionReader(source, frame.findings, frame.conventions, folder)
        questions = reader.questions(frame.nodes["questions"])
        return frame.assignment(questions, frame.word("student"), frame.word("variant"))
    except Fault as fault:
        raise frame.refused(fault) from None


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
