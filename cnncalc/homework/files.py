"""The teacher's file: an assignment, whose questions become cells, each with one answer that the engine computes."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from cnncalc.analysis import Analysis, Layer
from cnncalc.api import build, load_source
from cnncalc.diagnostics import ArchitectureError, Diagnostic, Fault, Findings
from cnncalc.homework.conventions import Conventions, read_conventions, read_points
from cnncalc.homework.inverse import Inverse
from cnncalc.homework.submissions import Submission
from cnncalc.homework.truth import ASKS, SETTINGS, Ungradable, Value, layer_truth, network_truth
from cnncalc.inference import Run
from cnncalc.language import current, t
from cnncalc.reader import read, read_tree
from cnncalc.source import Source, is_file, read_file
from cnncalc.text import listing, quote, suggest
from cnncalc.tree import Mapping, Node, Scalar, Sequence, kind_of, parse
from cnncalc.values import read_shape, read_word

KEYS = ("title", "conventions", "questions")
QUESTION_KEYS = (
    "id",
    "text",
    "points",
    "architecture",
    "input",
    "layer",
    "layers",
    "ask",
    "axis",
    "table",
    "rows",
    "output",
)
AXES = ("channels", "height", "width")
FOLDER = Path(__file__).parent / "assignments"
"""The assignments that come with cnncalc; ``lecture.es.yaml`` is the Spanish one of ``lecture.yaml``."""
MOST_CELLS = 20_000
"""Answers that an assignment asks for."""
MOST_OWN = 1_000
"""Answers of a file that names its own architecture."""


@dataclass(eq=False)
class Cell:
    """One thing that is asked, for which points are given. ``broken`` says why it can't be graded, if it can't."""

    id: str
    question: str
    ask: str
    points: Fraction
    layer: Layer | None = None
    analysis: Analysis | None = None
    truth: Value = None
    broken: str = ""
    misnamed: str = ""
    """Why an answer can't be read, of a file that says itself what it answers."""
    axis: str = ""
    inverse: Inverse | None = None
    row: str = ""
    """The row of a table that it stands in, whose column is ``ask``."""


@dataclass(eq=False)
class Question:
    """A question: one cell, or those of a table."""

    id: str
    text: str
    cells: list[Cell]
    table: bool = False
    row: bool = False
    """Whether it is a row of a table by itself."""


@dataclass(eq=False)
class Assignment:
    """Questions and what their answers follow. ``diagnostics`` tell of questions that can't be graded."""

    title: str
    conventions: Conventions
    questions: list[Question]
    diagnostics: tuple[Diagnostic, ...] = ()
    text: str = ""
    ids: frozenset[str] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        self.ids = frozenset(question.id for question in self.questions)

    @property
    def cells(self) -> list[Cell]:
        return [cell for question in self.questions for cell in question.cells]


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
        reader = _Reader(source, findings, conventions, folder)
        title = read_word(nodes["title"], "title") if "title" in nodes else ""
        questions = reader.questions(nodes["questions"])
    except Fault as fault:
        findings.add(fault)
        raise ArchitectureError(findings.sorted(), source.text) from None
    return Assignment(title, conventions, questions, tuple(findings), source.text)


EXAMPLE = "questions:\n  - {id: q1, architecture: vgg16, layer: conv1_1, ask: output}"


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


class _Reader:
    def __init__(self, source: Source, findings: Findings, conventions: Conventions, folder: str) -> None:
        self.source = source
        self.findings = findings
        self.conventions = conventions
        self.folder = folder
        self._networks: dict[tuple[str, tuple[int, ...] | None], Analysis] = {}
        self._cells = 0

    def questions(self, node: Node) -> list[Question]:
        if not isinstance(node, Sequence) or not node.items:
            raise Fault("invalid-value", t("`questions` is a list of questions"), EXAMPLE, span=node.span)
        found: dict[str, Question] = {}
        for number, item in enumerate(node.items, 1):
            question = self._question(item, f"q{number}")
            if question.id in found:
                message = t("two questions are called {name}", name=quote(question.id))
                raise Fault("duplicate-name", message, span=item.span)
            found[question.id] = question
        return list(found.values())

    def _question(self, node: Node, number: str) -> Question:
        if not isinstance(node, Mapping):
            raise Fault("invalid-value", t("a question is a mapping"), EXAMPLE, span=node.span)
        nodes = {key.text: value for key, value in node.entries}
        id = read_word(nodes["id"], "id") if "id" in nodes else number
        points = read_points(nodes["points"], "points") if "points" in nodes else Fraction(1)
        try:
            self._check_keys(node)
            text = read_word(nodes["text"], "text") if "text" in nodes else ""
            if "table" in nodes:
                return Question(id, text, self._table(id, nodes, points), table=True)
            return Question(id, text, [self._cell(id, nodes, points)])
        except (Fault, Ungradable, ArchitectureError) as error:
            reason = self._told(error, node)
            return Question(id, "", [Cell(id, id, "", points, broken=reason)], table="table" in nodes)

    def _told(self, error: Fault | Ungradable | ArchitectureError, node: Mapping) -> str:
        """Why a question can't be graded; it is told in the findings, too."""
        if isinstance(error, Ungradable):
            error = Fault("invalid-value", error.reason)
        if isinstance(error, Fault):
            self.findings.add(error, span=node.span)
            return error.message
        first = next((d for d in error.diagnostics if d.severity == "error"), error.diagnostics[0])
        own = first.file == self.source.name
        self.findings.add(
            Fault(first.rule, first.message, first.help, span=first.span if own else None), span=node.span
        )
        return first.message

    def _check_keys(self, node: Mapping) -> None:
        for key, _ in node.entries:
            if key.text not in QUESTION_KEYS:
                help = suggest(key.text, QUESTION_KEYS, t("it has {names}", names=listing(QUESTION_KEYS)))
                raise Fault("unknown-parameter", t("a question has no {key}", key=quote(key.text)), help, span=key.span)

    # One answer

    def _cell(self, id: str, nodes: dict[str, Node], points: Fraction) -> Cell:
        if "ask" not in nodes:
            raise Fault("missing-parameter", t("the question says neither `ask` nor `table`"))
        ask = read_ask(nodes["ask"])
        axis = read_word(nodes["axis"], "axis") if "axis" in nodes else ""
        if axis and (axis not in AXES or ask != "output"):
            raise Fault("invalid-value", t("`axis` is channels, height or width of an output"), span=nodes["axis"].span)
        if "output" in nodes:
            if ask not in SETTINGS:
                message = t("a stated `output` goes with {names}", names=listing(SETTINGS, "or"))
                raise Fault("invalid-value", message, span=nodes["output"].span)
            wanted = read_shape(nodes["output"], "output")
            inverse = Inverse(lambda extra: self._inline(id, nodes, extra), ask, wanted)
            return Cell(id, id, ask, points, truth=inverse.solve(), inverse=inverse)
        analysis = self._network(id, nodes)
        layer = self._layer(analysis, nodes)
        if layer is None:
            truth = network_truth(analysis, ask, self.conventions)
        else:
            truth = layer_truth(layer, ask, self.conventions)
        return Cell(id, id, ask, points, layer, analysis, truth, axis=axis)

    def _layer(self, analysis: Analysis, nodes: dict[str, Node]) -> Layer | None:
        node = nodes.get("layer")
        if node is None:
            return None
        if "architecture" not in nodes and "layers" not in nodes:
            return analysis.layers[-1]
        name = read_word(node, "layer")
        try:
            return analysis.layer(name)
        except KeyError as error:
            raise Fault("unknown-reference", str(error.args[0]), span=node.span) from None

    # Networks

    def _network(self, id: str, nodes: dict[str, Node]) -> Analysis:
        node = nodes.get("architecture")
        if node is None:
            return self._inline(id, nodes, ())
        if isinstance(node, Mapping):
            return self._analysis(node)
        shape = read_shape(nodes["input"], "input") if "input" in nodes else None
        name = read_word(node, "architecture")
        if (name, shape) not in self._networks:
            self._networks[name, shape] = analyze_named(name, self.folder, shape)
        return self._networks[name, shape]

    def _inline(self, id: str, nodes: dict[str, Node], extra: Iterable[tuple[Scalar, Node]]) -> Analysis:
        """The network of an ``input`` and a ``layer``, or ``layers``; ``extra`` are more settings of the layer."""
        if "input" not in nodes or ("layer" not in nodes and "layers" not in nodes):
            raise Fault(
                "missing-parameter",
                t("the question names no network"),
                t("write `architecture: vgg16`, or an `input` and a `layer`"),
            )
        if "layers" in nodes:
            layers = nodes["layers"]
        else:
            layers = _listed(nodes["layer"], nodes["input"], tuple(extra))
        place = nodes["input"].span
        entries: list[tuple[Scalar, Node]] = [
            (Scalar("name", place), Scalar("question", place, plain=False)),
            (Scalar("input", place), nodes["input"]),
            (Scalar("layers", place), layers),
        ]
        return self._analysis(Mapping(entries, place))

    def _analysis(self, root: Mapping) -> Analysis:
        if not any(key.text == "rounding" for key, _ in root.entries):
            rounding = Scalar("rounding", root.span), Scalar(self.conventions.rounding, root.span)
            root = Mapping([*root.entries, rounding], root.span)
        reading = read_tree(self.source, root, Findings(self.source.name))
        graph, findings = build(self.source, reading=reading)
        return finish(Run(graph, findings))

    # Tables

    def _table(self, id: str, nodes: dict[str, Node], points: Fraction) -> list[Cell]:
        columns = nodes["table"]
        if not isinstance(columns, Sequence) or not columns.items:
            raise Fault("invalid-value", t("`table` is a list of columns: [output, params]"), span=columns.span)
        asks = [read_ask(column) for column in columns.items]
        analysis = self._network(id, nodes)
        rows = self._rows(analysis, nodes)
        self._cells += len(rows) * len(asks)
        if self._cells > MOST_CELLS:
            message = t("more than {most:,} answers are asked for", most=MOST_CELLS)
            raise Fault("limit-exceeded", message, t("name the rows: `rows: [conv1, conv2]`"), span=columns.span)
        share = points / (len(rows) * len(asks))
        return [
            table_cell(id, analysis, layer, ask, share, self.conventions, row)
            for row, layer in rows
            for ask in dict.fromkeys(asks)
        ]

    def _rows(self, analysis: Analysis, nodes: dict[str, Node]) -> list[tuple[str, Layer]]:
        """The layers that are rows: those named, or all that change the shape or have weights."""
        node = nodes.get("rows")
        if node is None:
            layers = [layer for layer in analysis.layers if layer.input != layer.output or layer.params]
            return [(layer.path, layer) for layer in layers or analysis.layers]
        if not isinstance(node, Sequence) or not node.items:
            raise Fault("invalid-value", t("`rows` is a list of layers: [conv1, conv2]"), span=node.span)
        found = {}
        for item in node.items:
            name = read_word(item, "rows")
            try:
                found[name] = analysis.layer(name)
            except KeyError as error:
                raise Fault("unknown-reference", str(error.args[0]), span=item.span) from None
        return list(found.items())


def table_cell(
    question: str, analysis: Analysis, layer: Layer, ask: str, points: Fraction, conventions: Conventions, row: str
) -> Cell:
    """The cell of a table: a row's layer, and a column."""
    id = f"{question}.{row}.{ask}" if question else f"{row}.{ask}"
    cell = Cell(id, question or row, ask, points, layer, analysis, row=row)
    try:
        cell.truth = layer_truth(layer, ask, conventions)
    except Ungradable as error:
        cell.broken = error.reason
    return cell


def read_ask(node: Node) -> str:
    """What is asked for. Raises Fault with the nearest that there is."""
    word = read_word(node, "ask")
    if word not in ASKS:
        help = suggest(word, ASKS, t("one of {words}", words=listing(ASKS, "or")))
        raise Fault(
            "invalid-value", t("nothing called {word} can be asked for", word=quote(word)), help, span=node.span
        )
    return word


def finish(run: Run) -> Analysis:
    """The analysis of a network, all of whose layers are run."""
    for _ in run:
        pass
    return run.analysis()


def analyze_named(name: str, folder: str = "", shape: tuple[int, ...] | None = None) -> Analysis:
    """A network by its path, looked for in the folder first, or by its bundled name. Raises ArchitectureError."""
    if name == "-":
        findings = Findings(name)
        findings.add(Fault("invalid-value", t("an architecture in a file is a path or a name")))
        raise ArchitectureError(findings)
    beside = os.path.join(folder, name)
    source = load_source(beside if folder and is_file(beside) else name)
    return finish(Run(*build(source, shape, reading=read(source))))


def _listed(layer: Node, axes: Node, extra: tuple[tuple[Scalar, Node], ...]) -> Node:
    """The list of a network with one layer; a dense one gets a flatten where its input has a map."""
    place = layer.span
    if isinstance(layer, Mapping) and len(layer.entries) == 1:
        key, settings = layer.entries[0]
        own = settings.entries if isinstance(settings, Mapping) else []
        if extra:
            layer = Mapping([(key, Mapping([*own, *extra], settings.span))], place)
        if key.text == "dense" and len(read_shape(axes, "input")) > 1:
            return Sequence([Scalar("flatten", place), layer], place)
    return Sequence([layer], place)


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
