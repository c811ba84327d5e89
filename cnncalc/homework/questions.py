"""Questions read: each becomes cells, with the answer that the engine computes."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from cnncalc.analysis import Analysis, Layer
from cnncalc.api import build
from cnncalc.diagnostics import ArchitectureError, Fault, Findings
from cnncalc.homework.assignment import AXES, Cell, Question
from cnncalc.homework.conventions import Conventions, read_points
from cnncalc.homework.inverse import Inverse
from cnncalc.homework.networks import analyze_named, finish, one_layer
from cnncalc.homework.truth import ASKS, SETTINGS, Ungradable, Value, layer_truth, network_truth
from cnncalc.inference import Run
from cnncalc.language import t
from cnncalc.layout import layout_fault
from cnncalc.reader import read_tree
from cnncalc.source import Source
from cnncalc.text import listing, quote, suggest
from cnncalc.tree import Mapping, Node, Scalar, Sequence
from cnncalc.values import read_shape, read_word

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
MOST_CELLS = 20_000
"""Answers that an assignment asks for."""
EXAMPLE = "questions:\n  - {id: q1, architecture: vgg16, layer: conv1_1, ask: output}"

INVERSE = "{id: q1, input: 1x28x28, layer: {conv: {K: 4, F: 5}}, output: 4x28x28, ask: padding}"


class QuestionReader:
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
            question = self.question(item, f"q{number}")
            if question.id in found:
                message = t("two questions are called {name}", name=quote(question.id))
                raise Fault("duplicate-name", message, span=item.span)
            found[question.id] = question
        return list(found.values())

    def question(self, node: Node, number: str) -> Question:
        """One question; ``number`` is its id unless it has one. What can't be graded is in the findings.

        Raises Fault where it has no id or points that can be read.
        """
        if not isinstance(node, Mapping):
            raise Fault("invalid-value", t("a question is a mapping"), EXAMPLE, span=node.span)
        nodes = {key.text: value for key, value in node.entries}
        id = read_word(nodes["id"], "id") if "id" in nodes else number
        points = read_points(nodes["points"], "points") if "points" in nodes else Fraction(1)
        try:
            self._check_keys(node)
            text = read_word(nodes["text"], "text") if "text" in nodes else ""
            table = "table" in nodes
            cells = self._table(id, nodes, points) if table else [self._cell(id, nodes, points)]
            written = not isinstance(nodes.get("architecture"), Scalar)
            return Question(id, text, cells, table, written=written, conventions=self.conventions)
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
            if "layers" in nodes or "architecture" in nodes or not isinstance(nodes.get("layer"), Mapping):
                message = t("a stated `output` goes with an `input` and one `layer` with its settings")
                raise Fault("invalid-value", message, INVERSE, span=nodes["output"].span)
            wanted = read_shape(nodes["output"], "output")
            inverse = Inverse(lambda extra: self._inline(id, nodes, extra), ask, wanted)
            truth = inverse.solve()
            analysis = inverse.analysis(truth)
            return Cell(id, id, ask, points, analysis.layers[-1], analysis, truth, inverse=inverse)
        analysis = self._network(id, nodes)
        layer = self._layer(analysis, nodes)
        if layer is None:
            truth = network_truth(analysis, ask, self.conventions)
        else:
            truth = known_truth(analysis, layer, ask, self.conventions)
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
        # A shape in a question is C×H×W whatever the answers follow; the note comes where it looks like another.
        if doubt := layout_fault(read_shape(nodes["input"], "input")):
            self.findings.add(doubt, span=nodes["input"].span, severity="info")
        if "layers" in nodes:
            layers = nodes["layers"]
        else:
            layers = one_layer(nodes["layer"], nodes["input"], tuple(extra))
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
        cell.truth = known_truth(analysis, layer, ask, conventions)
    except Ungradable as error:
        cell.broken = error.reason
    return cell


def known_truth(analysis: Analysis, layer: Layer, ask: str, conventions: Conventions) -> Value:
    """The right answer about a layer of a network. Raises Ungradable with what is wrong, if before the layer."""
    try:
        return layer_truth(layer, ask, conventions)
    except Ungradable:
        first = next((found for found in analysis.diagnostics if found.severity == "error"), None)
        if first is None or layer.facts.faults:
            raise
        raise Ungradable(first.message) from None


def read_ask(node: Node) -> str:
    """What is asked for. Raises Fault with the nearest that there is."""
    word = read_word(node, "ask")
    if word not in ASKS:
        help = suggest(word, ASKS, t("one of {words}", words=listing(ASKS, "or")))
        raise Fault(
            "invalid-value", t("nothing called {word} can be asked for", word=quote(word)), help, span=node.span
        )
    return word
