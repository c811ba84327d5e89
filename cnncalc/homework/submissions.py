"""The student's file: who answers, and what was typed for each question. One bad line never costs the others."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass, field

from cnncalc.diagnostics import ArchitectureError, Fault
from cnncalc.language import t
from cnncalc.source import Source, stem
from cnncalc.text import quote
from cnncalc.tree import Mapping, Node, Scalar, Sequence, kind_of, parse

KEYS = ("student", "variant", "answers", "architecture", "input")

_OPENING = "\"'[{|>"
"""What begins a value that goes on up to its end, wherever that is."""

_ENTRY = re.compile(r"""([ \t]*)(?:"([^"]*)"|'([^']*)'|([^\s:#'"-][^:]*?))\s*:(?:\s|$)""")


@dataclass(frozen=True, slots=True)
class Given:
    """What was answered to a question: a text as typed, ``rows`` of a table, or a ``reason`` why it can't be read.

    Without any of them nothing was answered.
    """

    text: str = ""
    rows: dict[str, Given] | None = None
    reason: str = ""


@dataclass
class Submission:
    """A file of answers. ``notes`` say what was strange about it and cost no answer."""

    source: Source
    student: str
    answers: dict[str, Given]
    nodes: dict[str, Node] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def variant(self) -> str:
        """The code of the numbers that were drawn for the student, as the file has it; empty where it has none."""
        node = self.nodes.get("variant")
        return node.text.strip() if isinstance(node, Scalar) and not node.null else ""


def read_submission(source: Source, known: Container[str] | None = None) -> Submission:
    """Read a file of answers; ``known`` are the questions' ids. Raises ArchitectureError where none can be read.

    Where YAML can't be read on, each answer below a line ``answers:`` is read by itself.
    """
    try:
        root, faults = parse(source.text)
    except Fault as fault:
        recovered = _recovered(source, known)
        if recovered is None:
            raise _refused(source, fault) from None
        recovered.notes.insert(0, _told(fault))
        return recovered
    if not isinstance(root, Mapping):
        found = t("the file is empty") if root is None else t("answers are a mapping, not {kind}", kind=kind_of(root))
        raise _refused(source, Fault("syntax", found, _example(), span=root.span if root else None))
    nodes = {key.text: value for key, value in root.entries}
    answers = nodes.get("answers")
    if answers is None:
        raise _refused(source, Fault("missing-parameter", t("the file has no {key}", key="`answers`"), _example()))
    notes = [_told(fault) for fault in faults]
    notes += [t("{key} means nothing here", key=quote(key)) for key in nodes if key not in KEYS]
    return Submission(source, _student(nodes, source), _answers(answers, known, source), nodes, notes)


def _example() -> str:
    return "student: ana\nanswers: {q1: 64x224x224}"


def _refused(source: Source, fault: Fault) -> ArchitectureError:
    return ArchitectureError.of(source.name, fault, source.text)


def _told(fault: Fault) -> str:
    place = t("line {line}: ", line=fault.span.line) if fault.span else ""
    return f"{place}{fault.message}"


def _student(nodes: dict[str, Node], source: Source) -> str:
    node = nodes.get("student")
    if isinstance(node, Scalar) and not node.null and node.text.strip():
        return node.text
    return stem(source.name)


def _answers(node: Node, known: Container[str] | None, source: Source) -> dict[str, Given]:
    if isinstance(node, Scalar) and node.null:
        return {}
    if not isinstance(node, Mapping):
        message = t("`answers` are answers by question, not {kind}", kind=kind_of(node))
        raise _refused(source, Fault("invalid-value", message, _example(), span=node.span))
    return dict(_entries(node, known))


def _entries(node: Mapping, known: Container[str] | None) -> Iterator[tuple[str, Given]]:
    """Each key with what was given; the parts of a value that commas took apart belong to the key before them."""
    held: tuple[str, Given] | None = None
    last: Scalar | None = None
    parts: list[str] = []
    for key, value in node.entries:
        if held and last is not None and _leftover(last, key, value, known):
            parts.append(key.text)
            last = key
            held = held[0], Given(reason=_taken_apart(parts))
            continue
        if held:
            yield held
        held = key.text, _given(value)
        last = value if isinstance(value, Scalar) and not value.null else None
        parts = [value.text] if isinstance(value, Scalar) else []
    if held:
        yield held


def _leftover(last: Scalar, key: Scalar, value: Node, known: Container[str] | None) -> bool:
    """Whether the key is what stood behind a comma: ``001`` of ``{q1: 120,001}``."""
    if not (key.plain and isinstance(value, Scalar) and value.null and last.plain):
        return False
    follows = last.span.end_line == key.span.line and 0 < key.span.column - last.span.end_column <= 3
    return follows and (key.text[:1].isdigit() if known is None else key.text not in known)


def _taken_apart(parts: list[str]) -> str:
    text = ",".join(parts)
    return t('between braces a comma ends an answer; put it between quotes: "{text}"', text=quote(text)[1:-1])


def _given(node: Node) -> Given:
    if isinstance(node, Scalar):
        return Given() if node.null else Given(node.text)
    if isinstance(node, Mapping):
        if node.entries and all(_bare_number(key, value) for key, value in node.entries):
            return Given(f"{{{', '.join(key.text for key, _ in node.entries)}}}")
        return Given(rows=dict(_entries(node, None)))
    return _listed(node)


def _bare_number(key: Scalar, value: Node) -> bool:
    """Whether it is an axis of ``{96, 55, 55}``, which YAML takes for keys."""
    return key.text.isdigit() and isinstance(value, Scalar) and value.null


def _listed(node: Sequence) -> Given:
    """A list that YAML has read already: ``[96, 55, 55]``."""
    if all(isinstance(item, Scalar) for item in node.items):
        return Given(f"[{', '.join(item.text for item in node.items if isinstance(item, Scalar))}]")
    return Given(reason=t("this is a list with lists in it; write one answer"))


def _recovered(source: Source, known: Container[str] | None) -> Submission | None:
    """What can be read, piece by piece, of a file that is not YAML as a whole; None where no line is ``answers:``."""
    lines = source.text.splitlines()
    start = next((i for i, line in enumerate(lines) if re.match(r"answers\s*:\s*(#.*)?$", line)), None)
    if start is None:
        return None
    end = next((i for i in range(start + 1, len(lines)) if re.match(r"[^\s#]", lines[i])), len(lines))
    nodes: dict[str, Node] = {}
    for piece in _pieces(lines[:start] + lines[end:], 0):
        try:
            root, _ = parse("\n".join(piece))
        except Fault:
            continue
        if isinstance(root, Mapping):
            nodes |= {key.text: value for key, value in root.entries}
    answers: dict[str, Given] = {}
    below = lines[start + 1 : end]
    indent = next((len(line) - len(line.lstrip(" ")) for line in below if line.strip(" ")), 0)
    for piece in _pieces(below, indent):
        for name, given in _read_piece(piece, known):
            answers.setdefault(name, given)
    return Submission(source, _student(nodes, source), answers, nodes)


def _pieces(lines: list[str], indent: int) -> Iterator[list[str]]:
    """The lines in groups, a new one at each key that stands at the indent."""
    piece: list[str] = []
    for line in lines:
        match = _ENTRY.match(line)
        if match and len(match[1]) <= indent and piece:
            yield piece
            piece = []
        piece.append(line)
    if piece:
        yield piece


def _read_piece(piece: list[str], known: Container[str] | None) -> Iterator[tuple[str, Given]]:
    try:
        root, _ = parse("\n".join(piece))
    except Fault as fault:
        match = _ENTRY.match(piece[0])
        if match:
            name = next(group for group in match.groups()[1:] if group is not None)
            rest = piece[0][match.end() :].partition(" #")[0].strip()
            if rest and rest[0] not in _OPENING and not "".join(piece[1:]).strip():
                yield name, Given(rest)  # a line with signs of YAML's own: `- `, `?`, `No: 54.25`
                return
            reason = f"{fault.message}; {fault.help}" if fault.help else fault.message
            yield name, Given(reason=reason)
        return
    if isinstance(root, Mapping):
        yield from _entries(root, known)
