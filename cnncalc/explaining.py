"""Explanations: how the numbers of a layer, of a structure with its branches, or of a whole network come about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cnncalc.analysis import Analysis, Layer
from cnncalc.architecture import LayerItem
from cnncalc.derivations import Derivation, Section, Subject, derive
from cnncalc.diagnostics import Diagnostic, Fault
from cnncalc.graph import Scope
from cnncalc.language import t
from cnncalc.receptive_field import Field, initial
from cnncalc.text import choices, listing, nearest, quote

NEAR = 5000
"""So many names are searched for the ones that look like a name that there is not."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """One layer: its derivation, and what is wrong with it.

    ``part`` says which branch, round or block of the explained structure the layer is in, or that it is the merge;
    empty for what stands in it directly.
    """

    layer: Layer
    part: str
    derivation: Derivation

    @property
    def path(self) -> str:
        return self.layer.path

    @property
    def type(self) -> str:
        """The layer type's word: ``conv``."""
        return self.layer.type

    @property
    def sections(self) -> list[Section]:
        """The quantities, each with its formula; none for a layer that only passes its input through."""
        return self.derivation.sections

    @property
    def words(self) -> str:
        """One sentence."""
        return self.derivation.words

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What is wrong, as the engine says it: a message and a cure."""
        return self.layer.facts.faults


def explain(analysis: Analysis, name: str | None = None) -> list[Explanation]:
    """The explanations of a layer, of a structure's branches and then its merge, or of all layers.

    ``name`` is a path (``3a/5x5/conv2``), or a name that only one layer or structure has. Raises KeyError with the
    nearest names where there is none. What can't be known is None in the sections, and its faults say why.
    """
    return list(explanations(analysis, name))


def explanations(analysis: Analysis, name: str | None = None) -> Iterator[Explanation]:
    """The same, one after another: a long network is told while it is read. Raises KeyError at once."""
    if name is None:
        return _each(analysis, analysis.layers, analysis.graph.root)
    return _each(analysis, *_Names(analysis).find(name))


def explain_layer(analysis: Analysis, layer: Layer) -> Explanation:
    """The explanation of one layer of an analysis."""
    return Explanation(layer, "", _derivation(analysis, layer))


def blamed(analysis: Analysis, explained: Sequence[Explanation]) -> list[Diagnostic]:
    """The diagnostics that matter to what was explained: its own, or all where what comes in is not known."""
    paths = {explanation.path for explanation in explained}
    if any(_unknown(explanation.layer) and not explanation.faults for explanation in explained):
        return list(analysis.diagnostics)
    return [d for d in analysis.diagnostics if d.layer is None or d.layer in paths]


def _unknown(layer: Layer) -> bool:
    """Whether what comes in, or what leaves, is not known in full."""
    return any(shape is None or None in shape for shape in (*layer.facts.inputs, layer.output))


def _each(analysis: Analysis, layers: Sequence[Layer], base: Scope) -> Iterator[Explanation]:
    for layer in layers:
        yield Explanation(layer, _part(layer, base), _derivation(analysis, layer))


def _part(layer: Layer, base: Scope) -> str:
    """Which part of the explained scope the layer is in: ``branch 5x5``."""
    if not isinstance(layer.node.item, LayerItem):
        return t("merge {path}", path=layer.path.removeprefix(base.path))
    scope = layer.node.scope
    path = scope.path.removeprefix(base.path).rstrip("/")
    if scope.kind == "residual":
        return t("body of {path}", path=path or scope.path.rstrip("/"))
    if scope is base:
        return ""
    if path.rpartition("/")[2].startswith(scope.kind):
        return path  # an unnamed one, called branch2 or head1
    words = {
        "branch": t("branch {path}", path=path),
        "round": t("round {path}", path=path),
        "head": t("head {path}", path=path),
    }
    return words.get(scope.kind, f"{scope.kind} {path}")


def _derivation(analysis: Analysis, layer: Layer) -> Derivation:
    facts = layer.facts
    if any(shape is None for shape in facts.inputs) or not facts.inputs:
        return Derivation(t("Nothing can be said: what comes in is not known, for an error in a layer before."))
    if facts.layer is None:
        return Derivation(t("Nothing can be worked out: the settings do not suit what comes in."))
    names = tuple(layer.graph.short_name(layer.node.around, value) for value in layer.node.inputs)
    before = input_field(analysis, layer.node.inputs[0]) if len(layer.node.inputs) == 1 else None
    found = derive(layer.node.spec.type, Subject(facts, before, layer.field, names))
    notes = _notes(layer)
    words = found.words
    if any(None in shape for shape in facts.inputs if shape is not None):
        words = t("What is ? can't be known, for an error in a layer before.")
    return Derivation(words, [_noted(section, notes) for section in found.sections], found.given)


def input_field(analysis: Analysis, value: int) -> Field:
    """What one number of a value sees."""
    graph = analysis.graph
    if value < len(graph.names):
        return initial(len(graph.inputs[graph.names[value]]) - 1)
    return analysis.layers[value - len(graph.names)].field


def _notes(layer: Layer) -> str:
    """What is to be said about the parameters besides their count."""
    node = layer.node
    if node.shared is not None:
        return t("these are the weights of {layer}, and count there", layer=layer.graph.nodes[node.shared].path)
    return "" if node.trainable else t("frozen: training leaves them as they are")


def _noted(section: Section, note: str) -> Section:
    if not note or section.key != "parameters" or section.result == 0:
        return section
    return Section(section.key, section.title, section.formula, section.result, section.symbol, note)


class _Names:
    """Finds what a name means: a scope with all that is in it, or a layer."""

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis
        self.layers = analysis.layers
        self.root = analysis.graph.root
        self.base = len(analysis.graph.names)

    def find(self, name: str) -> tuple[Sequence[Layer], Scope]:
        """The layers that a name means, and the scope that they are told in. Raises KeyError."""
        found = self._at(name)
        if found is None:
            found = self._at(self._ending(name))
        assert found is not None
        if not found[0]:
            raise KeyError(t("{name} has no layers", name=quote(name)))
        return found

    def _at(self, path: str) -> tuple[Sequence[Layer], Scope] | None:
        """What stands at a path from the top."""
        *way, last = path.split("/")
        around: Scope | None = self.root
        for step in way:
            around = around.child(step) if around else None
        if around is None:
            return None
        value = around.names.get(last)
        scope = around.child(last)
        if scope is not None:
            return self._members(scope, value), scope
        if value is None or value < self.base:
            return None
        layer = self.layers[value - self.base]
        if isinstance(layer.node.item, LayerItem):
            return [layer], layer.node.scope
        return self._joined(layer)

    def _members(self, scope: Scope, value: int | None) -> list[Layer]:
        """The layers in a scope, and the merge beside it that gives its output."""
        found = [layer for layer in self.layers if layer.path.startswith(scope.path)]
        merge = None if value is None or value < self.base else self.layers[value - self.base]
        own = scope.kind in ("branches", "residual") and merge is not None and merge not in found
        return [*found, merge] if own and merge is not None else found

    def _joined(self, merge: Layer) -> tuple[Sequence[Layer], Scope]:
        """The branches that a merge joins, and the merge."""
        around = merge.node.scope
        value = self.base + merge.index - 1
        for name, given in around.names.items():
            scope = around.child(name)
            if given == value and scope is not None and scope.kind in ("branches", "residual"):
                return self._members(scope, value), scope
        # Unnamed branches are scopes right beside their merge, and run just before it.
        first = merge.index - 1
        while first > 0 and self._in_branch_of(self.layers[first - 1], around):
            first -= 1
        return self.layers[first : merge.index], around

    def _in_branch_of(self, layer: Layer, around: Scope) -> bool:
        scope = layer.node.scope
        while scope.parent is not None and scope.parent is not around:
            scope = scope.parent
        return scope.parent is around and scope.kind == "branch"

    def _ending(self, name: str) -> str:
        """The only path that ends in the name."""
        scopes: dict[str, None] = {}
        for layer in self.layers:
            for scope in layer.node.scope.chain():
                path = scope.path.rstrip("/")
                if path in scopes:
                    break
                scopes[path] = None
        known = dict.fromkeys([*scopes, *(layer.path for layer in self.layers)])
        found = [path for path in known if path.endswith(f"/{name}")]
        if len(found) == 1:
            return found[0]
        if found:
            more = ["…"] if len(found) > 4 else []
            options = listing([*map(quote, found[:4]), *more], t("or"))
            raise KeyError(t("{name} could be {options}", name=quote(name), options=options))
        near = nearest(name, [path for path in list(known)[:NEAR] if path])
        if near:
            options = listing(map(quote, near), t("or"))
            raise KeyError(
                t("no layer or structure is called {name}; did you mean {options}?", name=quote(name), options=options)
            )
        names = choices(self.analysis.main_names())
        raise KeyError(t("no layer or structure is called {name}; there are {names}", name=quote(name), names=names))
