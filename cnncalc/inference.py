"""The engine: one pass over the graph, in which every layer gets its facts from its settings and what comes in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from cnncalc.analysis import Analysis, Layer, Totals
from cnncalc.architecture import LayerItem, Spec
from cnncalc.diagnostics import Fault, Findings, TooManyFaults
from cnncalc.graph import Graph, Node
from cnncalc.language import t
from cnncalc.layers import Facts, infer
from cnncalc.layers.merging import seen_inputs
from cnncalc.promises import check_promises
from cnncalc.receptive_field import Field, grow, initial, union
from cnncalc.values import Shape

if TYPE_CHECKING:
    from cnncalc.blame import Allowance


MOST_KNOWN = 20_000
"""So many layers are remembered from one network to the next."""

_known: dict[tuple[str, tuple[Shape | None, ...]], Facts] = {}


def forget() -> None:
    """Remember no layer, as at the start of a process: for those who measure."""
    _known.clear()


def facts_of(spec: Spec, inputs: tuple[Shape | None, ...]) -> Facts:
    """The facts about a layer. Where many files are read one after the other, most of their layers are alike."""
    if not spec.key:
        return infer(spec.type, spec.values, inputs)
    key = spec.key, inputs
    facts = _known.get(key)
    if facts is None:
        facts = infer(spec.type, spec.values, inputs)
        if len(_known) >= MOST_KNOWN:
            _known.clear()
        if not facts.faults:  # they speak a language, which may be another next time
            _known[key] = facts
    return facts


class Run:
    """One inference. Iterate over it for the layers, in order; ask for the analysis when the last has come.

    A layer's facts depend on its settings and input shapes alone, so equal layers with equal inputs share them.
    """

    def __init__(self, graph: Graph, findings: Findings) -> None:
        self.graph = graph
        self.findings = findings
        self.layers: list[Layer] = []
        self._shapes: list[Shape | None] = list(graph.inputs.values())
        self._fields: list[Field] = [initial(len(shape) - 1) for shape in graph.inputs.values()]
        self._cache: dict[object, Facts] = {}
        self._tally: dict[Facts, int] = {}
        """How many layers have which facts, where their weights are their own and trained; the others by themselves."""
        self._special: list[Layer] = []
        self._allowance: Allowance | None = None
        """What may still be tried to find out why merges do not fit."""

    def __iter__(self) -> Iterator[Layer]:
        graph, shapes, fields, cache, tally = self.graph, self._shapes, self._fields, self._cache, self._tally
        for index, node in enumerate(graph.nodes, 1):
            if len(node.inputs) == 1 and node.like is None:
                value = node.inputs[0]
                shape = shapes[value]
                spec = node.spec
                facts = cache.get((spec, shape))
                if facts is None:
                    facts = cache[spec, shape] = facts_of(spec, (shape,))
                field = fields[value]
                if facts.windows is not None:
                    field = grow(field, facts.windows)
            else:
                facts, field = self._several(node)
            shapes.append(facts.output)
            fields.append(field)
            layer = Layer(index, node, facts, field, graph)
            self.layers.append(layer)
            if node.trainable and node.shared is None:
                tally[facts] = tally.get(facts, 0) + 1
            else:
                self._special.append(layer)
            if facts.faults or node.shared is not None or node.item.common.expect is not None:
                with suppress(TooManyFaults):
                    self._examine(layer)
            yield layer

    def analysis(self, batch: int = 1, dtype: str = "float32") -> Analysis:
        """What was found, the file's promises compared with it. To be called once, after the last layer."""
        totals = Totals()
        for facts, times in self._tally.items():
            totals.add(facts, times)
        for layer in self._special:
            totals.add_layer(layer)
        with suppress(TooManyFaults):
            self._check_promises(totals)
        graph = self.graph
        outputs = {name: self._shapes[value] for name, value in graph.outputs.items()}
        diagnostics = self.findings.sorted()
        return Analysis(graph.architecture.name, graph, self.layers, outputs, totals, diagnostics, batch, dtype)

    def _check_promises(self, totals: Totals) -> None:
        """Compare what the structures and the file itself promise."""
        graph = self.graph
        if not graph.architecture.promised:
            return
        for promise in graph.promises:
            part = Totals()
            for layer in self.layers[promise.first : promise.last]:
                part.add_layer(layer)
            outputs = {"output": self._shapes[promise.output]}
            check_promises(promise.expect, self.findings, promise.name, outputs, part, self._fields[promise.output])
        expect = graph.architecture.expect
        if expect is not None:
            field = union([self._fields[value] for value in graph.outputs.values()] or [()])
            found = {name: self._shapes[value] for name, value in graph.outputs.items()}
            check_promises(expect, self.findings, "", found, totals, field)

    def _several(self, node: Node) -> tuple[Facts, Field]:
        """The facts of a layer with several inputs, or none that is known."""
        inputs = node.inputs if node.like is None else (*node.inputs, node.like)
        shapes = tuple(self._shapes[value] for value in inputs)
        key = (node.spec, shapes, None)
        facts = self._cache.get(key)
        if facts is None:
            facts = self._cache[key] = facts_of(node.spec, shapes)
        field = union([self._fields[value] for value in seen_inputs(node.spec.type, facts, node.inputs)])
        return facts, field if facts.windows is None else grow(field, facts.windows)

    def _examine(self, layer: Layer) -> None:
        """Report what is wrong with a layer, each fault at the parameter to blame."""
        if self.findings.full:
            return
        node = layer.node
        spans = node.item.common.spans
        for fault in layer.facts.faults:
            span = spans.get(fault.parameter or "", node.item.span)
            message = f"{layer.path}: {fault.message}"
            help = self._blamed(layer, fault.help) if fault.rule == "merge-mismatch" else fault.help
            told = Fault(fault.rule, message, help, parameter=fault.parameter)
            self.findings.add(told, span=span, layer=layer.path)
        if node.shared is not None:
            self._compare_weights(layer, self.layers[node.shared])
        expect = node.item.common.expect
        if expect is not None and self.graph.architecture.promised and isinstance(node.item, LayerItem):
            totals = Totals()
            totals.add_layer(layer)
            check_promises(expect, self.findings, layer.path, {"output": layer.output}, totals, layer.field)

    def _blamed(self, merge: Layer, help: str) -> str:
        """The help for a merge that does not fit, with the layer to blame and the smallest edit."""
        from cnncalc.blame import Allowance, find_blame

        self._allowance = self._allowance or Allowance()
        blame = find_blame(merge, self.layers, self._allowance)
        return help if blame is None else f"{help}\n{blame.text}"

    def _compare_weights(self, layer: Layer, other: Layer) -> None:
        mine, theirs = layer.facts.tensors, other.facts.tensors
        if mine is None or theirs is None:
            return
        ours = {tensor.name: tensor.shape for tensor in mine}
        others = {tensor.name: tensor.shape for tensor in theirs}
        if ours != others:
            span = layer.node.item.common.spans.get("weights", layer.node.item.span)
            message = t(
                "{layer} can't use the weights of {other}: {own} against {others}",
                layer=layer.path,
                other=other.path,
                own=_tensors(ours),
                others=_tensors(others),
            )
            help = t("shared weights want the same kind of layer, filters, kernel and input channels")
            self.findings.add(Fault("weights-mismatch", message, help), span=span, layer=layer.path)


def _tensors(shapes: dict[str, tuple[int, ...]]) -> str:
    return ", ".join(f"{name} {'×'.join(map(str, shape))}" for name, shape in shapes.items()) or t("no weights")
