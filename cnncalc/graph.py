"""An architecture unrolled: every layer by itself, in execution order, with the numbers of the values that it takes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from cnncalc.architecture import Architecture, Common, Expect, LayerItem, Path, Spec, Structure
from cnncalc.diagnostics import Fault, Findings, Span
from cnncalc.text import listing, quote, suggest


class Scope:
    """A place with names of its own: the network, a block, a branch, a head, a round of a repeat.

    ``names`` gives the value that a name means; ``children`` the scopes that ``a/b`` reaches into.
    """

    __slots__ = ("children", "counts", "input", "kind", "names", "parent", "path", "shares", "taken")

    def __init__(
        self, path: str, kind: str, parent: Scope | None, taken: frozenset[str], shares: Scope | None = None
    ) -> None:
        self.path = path
        self.kind = kind
        self.parent = parent
        self.taken = taken
        self.shares = shares
        self.input: int | None = None
        self.names: dict[str, int] = {}
        self.children: dict[str, Scope] = {}
        self.counts: dict[str, int] = {}

    def number(self, word: str) -> str:
        """The next name for an unnamed thing of that kind: ``conv2``."""
        count = self.counts.get(word, 0) + 1
        name = f"{word}{count}"
        while name in self.taken:
            count += 1
            name = f"{word}{count}"
        self.counts[word] = count
        return name

    def chain(self) -> Iterator[Scope]:
        """This scope and those around it, outwards."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent


@dataclass(slots=True, eq=False)
class Node:
    """One layer to run. ``inputs`` number the values: the network's inputs first, then every layer's output."""

    name: str
    scope: Scope
    spec: Spec
    inputs: tuple[int, ...]
    item: LayerItem | Structure
    trainable: bool = True
    shared: int | None = None
    """The position of the layer whose weights this one uses again."""
    like: int | None = None
    """The value whose height and width this layer takes over."""

    @property
    def path(self) -> str:
        return self.scope.path + self.name


@dataclass(slots=True)
class Promise:
    """What a structure promises (``expect``), and the layers that it is about: positions first to last, excluded."""

    name: str
    expect: Expect
    first: int
    last: int
    output: int


@dataclass(slots=True)
class Graph:
    """The flat network. ``outputs`` are the numbers of values by name."""

    architecture: Architecture
    inputs: dict[str, tuple[int, ...]]
    nodes: list[Node] = field(default_factory=list)
    outputs: dict[str, int] = field(default_factory=dict)
    promises: list[Promise] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    """The names of the network's inputs."""

    def value_name(self, value: int) -> str:
        """What a value is called: an input's name, or the path of the layer that makes it."""
        return self.names[value] if value < len(self.names) else self.nodes[value - len(self.names)].path


@contextmanager
def resting_collector() -> Iterator[None]:
    """Keep the garbage collector from walking over millions of new objects, none of which is garbage."""
    import gc

    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def unroll(architecture: Architecture, findings: Findings, heads: bool = True) -> Graph:
    """The graph of an architecture; names that mean nothing, or two things, go to the findings."""
    unroller = _Unroller(architecture, findings, heads)
    with resting_collector():
        unroller.run()
    return unroller.graph


def taken_names(path: Path) -> frozenset[str]:
    """The names that the author gave to what stands directly in a path."""
    names: set[str] = set()
    for item in path.items:
        if item.common.name is not None:
            names.add(item.common.name)
        elif isinstance(item, Structure) and item.kind == "branches":
            names.update(p.name for p in item.paths if p.name is not None)
    return frozenset(names)


class _Unroller:
    def __init__(self, architecture: Architecture, findings: Findings, heads: bool) -> None:
        self.graph = Graph(architecture, architecture.inputs, names=list(architecture.inputs))
        self.findings = findings
        self.heads = heads
        self.merges: dict[object, Spec] = {}
        self.taken: dict[int, frozenset[str]] = {}
        self.reported: set[tuple[str, Span]] = set()
        self.base = len(self.graph.names)

    def run(self) -> None:
        architecture = self.graph.architecture
        root = self._scope("", "network", None, architecture.trunk)
        root.names.update({name: value for value, name in enumerate(self.graph.names)})
        start = 0 if self.base == 1 else None
        root.input = start
        output = self._path(architecture.trunk, root, start, True)
        if architecture.outputs:
            heads = dict(self.graph.outputs)
            self.graph.outputs.clear()
            for name, span in architecture.outputs.items():
                value = self._find(name, root, span)
                if value is not None:
                    self.graph.outputs[name] = value
            self.graph.outputs.update(heads)
        elif output is not None:
            self.graph.outputs = {"output": output, **self.graph.outputs}

    def _scope(self, path: str, kind: str, parent: Scope | None, content: Path, shares: Scope | None = None) -> Scope:
        taken = self.taken.get(id(content))
        if taken is None:
            taken = self.taken[id(content)] = taken_names(content)
        return Scope(path, kind, parent, taken, shares)

    def _path(self, path: Path, scope: Scope, value: int | None, trainable: bool) -> int | None:
        for item in path.items:
            if isinstance(item, LayerItem):
                value = self._layer(item, scope, value, trainable)
            else:
                value = self._structure(item, scope, value, trainable)
        return value

    def _layer(self, item: LayerItem, scope: Scope, value: int | None, trainable: bool) -> int:
        common = item.common
        spec = item.spec
        name = self._name(common, spec.type.word, scope, item.span)
        if common.inputs is None:
            inputs = self._previous(item, value)
        else:
            inputs = tuple(v for n in common.inputs if (v := self._find(n, scope, common.spans["from"])) is not None)
        node = Node(name, scope, spec, inputs, item, trainable if common.trainable is None else common.trainable)
        if common.weights is not None:
            node.shared = self._layer_position(common.weights, scope, common.spans["weights"])
        elif scope.shares is not None:
            node.shared = self._partner(name, scope.shares, item.span)
        like = spec.values.get("like")
        if like is not None and spec.type.parameters.get("like"):
            node.like = self._find(like, scope, common.spans["like"])
        return self._append(node)

    def _append(self, node: Node) -> int:
        value = self.base + len(self.graph.nodes)
        self.graph.nodes.append(node)
        node.scope.names[node.name] = value
        return value

    def _previous(self, item: LayerItem, value: int | None) -> tuple[int, ...]:
        """The value before, for a layer without ``from``."""
        word = item.spec.type.word
        if item.spec.type.merges:
            help = f"name what it joins: {word}: {{from: [conv1, pool3]}}; or give `branches` a `merge`"
            self.findings.add(Fault("missing-parameter", f"{word} needs `from`", help), span=item.span)
        if value is None:
            self._no_input(word, item.span)
            return ()
        return (value,)

    def _no_input(self, word: str, span: Span) -> None:
        if self.base > 1:
            message = f"{word} stands first, and the network has {self.base} inputs"
            help = f"say which it takes: from: {listing(self.graph.names, 'or')}"
            self.findings.add(Fault("missing-parameter", message, help), span=span)

    def _name(self, common: Common, word: str, scope: Scope, span: Span) -> str:
        name = common.name
        if name is None:
            return scope.number(word)
        if name in scope.names or name in scope.children:
            message = f"the name {quote(name)} is taken already"
            help = "names are unique in their scope: the network, a block, a branch, a head or a round of a repeat"
            self.findings.add(Fault("duplicate-name", message, help), span=common.spans.get("name", span))
        return name

    def _structure(self, item: Structure, scope: Scope, before: int | None, trainable: bool) -> int | None:
        if item.kind == "head" and not self.heads:
            return before
        common = item.common
        value = before
        if common.inputs is not None:
            value = self._find(common.inputs[0], scope, common.spans["from"])
        elif value is None:
            self._no_input(item.kind, item.span)
        if common.trainable is not None:
            trainable = common.trainable
        shares = scope.shares
        if common.weights is not None:
            shares = self._find_scope(common.weights, scope, common.spans["weights"])
        first = len(self.graph.nodes)
        name, output = self._fill(item, scope, value, trainable, shares, common.weights is not None)
        if output is not None and name:
            scope.names[name] = output
        if common.expect is not None and output is not None:
            path = scope.path + (name or item.kind)
            self.graph.promises.append(Promise(path, common.expect, first, len(self.graph.nodes), output))
        if item.kind == "head":
            if output is not None:
                self.graph.outputs[name] = output
            return before
        return output

    def _fill(
        self, item: Structure, scope: Scope, value: int | None, trainable: bool, shares: Scope | None, direct: bool
    ) -> tuple[str, int | None]:
        """Unroll what is in a structure: its name, and the value that it gives."""
        if item.kind == "branches" and item.common.name is None:
            # Unnamed branches are scopes right here; their merge is numbered like any layer.
            output = self._merge(item, scope, self._branches(item, scope, value, trainable, shares), trainable)
            return "", output
        name = self._name(item.common, item.kind, scope, item.span)
        own = shares if direct or shares is None else shares.children.get(name)
        inner = self._scope(f"{scope.path}{name}/", item.kind, scope, item.paths[0], own)
        scope.children[name] = inner
        if item.kind == "branches":
            values = self._branches(item, inner, value, trainable, own)
            return name, self._merge(item, scope, values, trainable, name)
        if item.kind == "residual":
            body, shortcut = item.paths
            main = self._path(body, inner, value, trainable)
            side = self._branch(shortcut, inner, "shortcut", value, trainable, own)
            called = name if item.common.name is not None else None
            return name, self._merge(item, scope, [main, side], trainable, called)
        if item.kind == "repeat":
            return name, self._rounds(item, inner, value, trainable)
        inner.input = value
        return name, self._path(item.paths[0], inner, value, trainable)

    def _rounds(self, item: Structure, scope: Scope, value: int | None, trainable: bool) -> int | None:
        if item.empty:
            return value
        for number in range(1, item.times + 1):
            shares = scope.shares.children.get(str(number)) if scope.shares else None
            inner = self._scope(f"{scope.path}{number}/", "round", scope, item.paths[0], shares)
            value = self._path(item.paths[0], inner, value, trainable)
            scope.children[str(number)] = inner
            if value is not None:
                scope.names[str(number)] = value
        return value

    def _branches(
        self, item: Structure, scope: Scope, value: int | None, trainable: bool, shares: Scope | None
    ) -> list[int | None]:
        values = []
        for path in item.paths:
            name = path.name
            if name is None:
                name = scope.number("branch")
            elif name in scope.children or name in scope.names:
                message = f"the name {quote(name)} is taken already"
                help = "give the structure a `name`: its branches are then found below it"
                self.findings.add(Fault("duplicate-name", message, help), span=path.span or item.span)
            values.append(self._branch(path, scope, name, value, trainable, shares))
        return values

    def _branch(
        self, path: Path, scope: Scope, name: str, value: int | None, trainable: bool, shares: Scope | None
    ) -> int | None:
        inner = self._scope(f"{scope.path}{name}/", "branch", scope, path, shares.children.get(name) if shares else None)
        scope.children[name] = inner
        output = self._path(path, inner, value, trainable)
        if output is not None:
            scope.names[name] = output
        return output

    def _merge(
        self, item: Structure, scope: Scope, values: list[int | None], trainable: bool, name: str | None = None
    ) -> int:
        merge = item.merge
        assert merge is not None
        spec = self.merges.get(merge)
        if spec is None:
            spec = self.merges[merge] = Spec(merge, {})
        inputs = tuple(v for v in values if v is not None)
        return self._append(Node(name or scope.number(merge.word), scope, spec, inputs, item, trainable))

    # References

    def _find(self, name: str, scope: Scope, span: Span) -> int | None:
        """The value that a name means, looked for in its own scope, then outwards."""
        if name == "input":
            value = next((s.input for s in scope.chain() if s.input is not None), None)
            if value is not None:
                return value
        *way, last = name.split("/")
        for start in scope.chain():
            found = _descend(start, way)
            if found is not None and last in found.names:
                return found.names[last]
        self._report(name, scope, span)
        return None

    def _report(self, name: str, scope: Scope, span: Span) -> None:
        """Say once that a name means nothing, however many rounds come by it."""
        if (name, span) not in self.reported:
            self.reported.add((name, span))
            self.findings.add(self._unknown(name, scope), span=span)

    def _find_scope(self, name: str, scope: Scope, span: Span) -> Scope | None:
        way = name.split("/")
        for start in scope.chain():
            found = _descend(start, way)
            if found is not None:
                return found
        if any(name in s.names for s in scope.chain()):
            message = f"{quote(name)} is one layer, and its weights can't serve several"
            self.findings.add(Fault("unknown-reference", message), span=span)
        else:
            self._report(name, scope, span)
        return None

    def _layer_position(self, name: str, scope: Scope, span: Span) -> int | None:
        value = self._find(name, scope, span)
        if value is None:
            return None
        if value < self.base:
            self.findings.add(Fault("unknown-reference", f"{quote(name)} is an input, and has no weights"), span=span)
            return None
        return self._origin(value - self.base)

    def _partner(self, name: str, shares: Scope, span: Span) -> int | None:
        """The layer of the same name in the structure whose weights are used again."""
        value = shares.names.get(name)
        if value is None:
            path = shares.path.rstrip("/")
            message = f"{quote(path)}, whose weights are used again, has no layer {quote(name)}"
            self.findings.add(Fault("unknown-reference", message, "the two have to be built alike"), span=span)
            return None
        return self._origin(value - self.base)

    def _origin(self, position: int) -> int:
        """The layer that has the weights itself, where several use them in a row."""
        shared = self.graph.nodes[position].shared
        return position if shared is None else shared

    def _unknown(self, name: str, scope: Scope) -> Fault:
        known: dict[str, None] = {}
        for s in scope.chain():
            known.update(dict.fromkeys(list(s.names)[:1000]))
        help = suggest(name, list(known), "`from` takes the name of a layer, block or branch that came before")
        if any(name in s.taken for s in scope.chain()):
            help = "it comes later; `from` looks at what came before"
        return Fault("unknown-reference", f"no earlier layer is called {quote(name)}", help)


def _descend(scope: Scope, way: list[str]) -> Scope | None:
    found: Scope | None = scope
    for step in way:
        found = found.children.get(step) if found else None
    return found
