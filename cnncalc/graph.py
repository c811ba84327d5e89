"""An architecture unrolled: every layer by itself, in execution order, with the numbers of the values that it takes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from cnncalc.architecture import Architecture, Expect, LayerItem, Path, Spec, Structure
from cnncalc.diagnostics import Fault, Findings, Span, TooManyFaults
from cnncalc.language import n, t
from cnncalc.layers import Layer as LayerType
from cnncalc.text import listing, quote, suggest


class Scope:
    """A place with names of its own: the network, a block, a branch, a head, a round of a repeat.

    ``names`` gives the value that a name means; ``children`` the scopes that ``a/b`` reaches into.
    """

    __slots__ = ("_children", "input", "kind", "names", "parent", "path", "shares")

    def __init__(self, path: str, kind: str, parent: Scope | None, shares: Scope | None = None) -> None:
        self.path = path
        self.kind = kind
        self.parent = parent
        self.shares = shares
        self.input: int | None = None
        self.names: dict[str, int] = {}
        self._children: dict[str, Scope] | None = None

    def child(self, name: str) -> Scope | None:
        """The scope of that name in this one."""
        return None if self._children is None else self._children.get(name)

    def adopt(self, name: str, scope: Scope) -> None:
        if self._children is None:
            self._children = {}
        self._children[name] = scope

    def chain(self) -> Iterator[Scope]:
        """This scope and those around it, outwards."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent


@dataclass(slots=True, eq=False, repr=False)
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

    @property
    def around(self) -> Scope:
        """The scope closest to its inputs: a named structure's merge stands beside the structure that it ends."""
        return self.scope.child(self.name) or self.scope


class Plan:
    """The names of what stands directly in a path, worked out once however often the path is run through.

    ``names`` has one for each item, of an unnamed ``branches`` that of its merge; ``parts`` has those of the paths
    of branches, and that of the addition that ends a residual.
    """

    def __init__(self, path: Path, findings: Findings) -> None:
        self.taken = {name for name, _ in _given_names(path)}
        self.names: list[str] = []
        self.parts: dict[int, list[str]] = {}
        self._counts: dict[str, int] = {}
        self._report_twins(path, findings)
        for position, item in enumerate(path.items):
            if isinstance(item, Structure) and item.kind == "branches":
                self.parts[position] = self._branch_names(item)
            elif isinstance(item, Structure) and item.merge:
                self.parts[position] = [item.common.name or self._number(item.merge.word)]
            self.names.append(item.common.name or self._number(_word(item)))

    def _branch_names(self, item: Structure) -> list[str]:
        """Unnamed branches are numbered; in a structure with a name of its own they begin at 1."""
        if item.common.name is None:
            return [path.name or self._number("branch") for path in item.paths]
        return [path.name or f"branch{number}" for number, path in enumerate(item.paths, 1)]

    def _number(self, word: str) -> str:
        """The next name for an unnamed thing of that kind: ``conv2``."""
        count = self._counts.get(word, 0) + 1
        while f"{word}{count}" in self.taken:
            count += 1
        self._counts[word] = count
        return f"{word}{count}"

    @staticmethod
    def _report_twins(path: Path, findings: Findings) -> None:
        seen: set[str] = set()
        for name, span in _given_names(path):
            if name in seen:
                message = t("the name {name} is taken already", name=quote(name))
                help = t(
                    "names are unique in their scope: the network, a block, a branch, a head or a round of a repeat"
                )
                findings.add(Fault("duplicate-name", message, help), span=span)
            seen.add(name)


def _word(item: LayerItem | Structure) -> str:
    """What an unnamed item is called, before its number."""
    if isinstance(item, LayerItem):
        return item.spec.type.word
    return item.merge.word if item.kind == "branches" and item.merge else item.kind


def _given_names(path: Path) -> Iterator[tuple[str, Span]]:
    """The names that the author gave to what stands directly in a path."""
    for item in path.items:
        if item.common.name is not None:
            yield item.common.name, item.common.spans["name"]
        elif isinstance(item, Structure) and item.kind == "branches":
            yield from ((p.name, p.span or item.span) for p in item.paths if p.name is not None)


@dataclass(slots=True, eq=False, repr=False)
class Promise:
    """What a structure promises (``expect``), and the layers that it is about: positions first to last, excluded."""

    name: str
    expect: Expect
    first: int
    last: int
    output: int


@dataclass(slots=True, eq=False, repr=False)
class Graph:
    """The flat network. ``outputs`` are the numbers of values by name."""

    architecture: Architecture
    inputs: dict[str, tuple[int, ...]]
    nodes: list[Node] = field(default_factory=list)
    outputs: dict[str, int] = field(default_factory=dict)
    promises: list[Promise] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    """The names of the network's inputs."""
    root: Scope = field(default_factory=lambda: Scope("", "network", None))

    def position(self, path: str) -> int | None:
        """The position of the layer whose output a path means, a structure's too; None where it means none."""
        *way, last = path.split("/")
        scope = _descend(self.root, way)
        value = None if scope is None else scope.names.get(last)
        return None if value is None or value < len(self.names) else value - len(self.names)

    def value_name(self, value: int) -> str:
        """What a value is called: an input's name, or the path of the layer that makes it."""
        return self.names[value] if value < len(self.names) else self.nodes[value - len(self.names)].path

    def short_name(self, scope: Scope, value: int) -> str:
        """What a value is called, as short as a scope allows: ``1x1`` for the output of that branch."""
        path = self.value_name(value)
        for around in scope.chain():
            if path.startswith(around.path):
                rest = path[len(around.path) :]
                name = rest.split("/")[0]
                return name if around.names.get(name) == value else rest
        return path


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
    with resting_collector(), suppress(TooManyFaults):
        unroller.run()
    return unroller.graph


class _Enough(Exception):
    """The file is refused in any case, and too large to look for more to refuse."""


ENOUGH = 100_000


class _Unroller:
    def __init__(self, architecture: Architecture, findings: Findings, heads: bool) -> None:
        self.graph = Graph(architecture, architecture.inputs, names=list(architecture.inputs))
        self.findings = findings
        self.heads = heads
        self.merges: dict[type[LayerType], Spec] = {}
        self.plans: dict[int, Plan] = {}
        self.reported: set[tuple[str, Span]] = set()
        self.base = len(self.graph.names)

    def run(self) -> None:
        architecture = self.graph.architecture
        root = self.graph.root
        root.names.update({name: value for value, name in enumerate(self.graph.names)})
        root.input = 0 if self.base == 1 else None
        try:
            output = self._path(architecture.trunk, root, root.input, True)
        except _Enough:
            return
        outputs = {} if output is None else {"output": output}
        if architecture.outputs:
            found = {name: self._find(name, root, span) for name, span in architecture.outputs.items()}
            outputs = {name: value for name, value in found.items() if value is not None}
        self.graph.outputs = {**outputs, **self.graph.outputs}

    def _plan(self, path: Path) -> Plan:
        plan = self.plans.get(id(path))
        if plan is None:
            plan = self.plans[id(path)] = Plan(path, self.findings)
        return plan

    def _path(self, path: Path, scope: Scope, value: int | None, trainable: bool) -> int | None:
        plan = self._plan(path)
        for position, item in enumerate(path.items):
            name = plan.names[position]
            if isinstance(item, LayerItem):
                value = self._layer(item, name, scope, value, trainable)
            elif item.kind != "head":
                value = self._structure(item, name, scope, value, trainable, plan.parts.get(position, []))
            elif self.heads:
                output = self._structure(item, name, scope, value, trainable, [])
                if output is not None:
                    outputs = self.graph.outputs
                    outputs[scope.path + name if name in outputs else name] = output
        return value

    def _layer(self, item: LayerItem, name: str, scope: Scope, value: int | None, trainable: bool) -> int:
        common = item.common
        spec = item.spec
        if common.inputs is None:
            inputs = self._previous(item, value)
        else:
            inputs = tuple(v for given, span in common.inputs if (v := self._find(given, scope, span)) is not None)
        node = Node(name, scope, spec, inputs, item, trainable if common.trainable is None else common.trainable)
        if common.weights is not None:
            node.shared = self._layer_position(common.weights, scope, common.spans["weights"])
        elif scope.shares is not None:
            node.shared = self._partner(name, scope.shares, item.span)
        if "like" in spec.values:
            node.like = self._find(spec.values["like"], scope, common.spans["like"])
        return self._append(node)

    def _append(self, node: Node) -> int:
        nodes = self.graph.nodes
        if self.findings.errors and len(nodes) > ENOUGH:
            raise _Enough
        value = self.base + len(nodes)
        nodes.append(node)
        node.scope.names[node.name] = value
        return value

    def _previous(self, item: LayerItem, value: int | None) -> tuple[int, ...]:
        """The value before, for a layer without ``from``."""
        word = item.spec.type.word
        if item.spec.type.merges:
            message = t("{word} needs `from`", word=word)
            help = t("name what it joins: {word}: {{from: [conv1, pool3]}}; or give `branches` a `merge`", word=word)
            self.findings.add(Fault("missing-parameter", message, help), span=item.span)
        if value is None:
            self._no_input(word, item.span)
            return ()
        return (value,)

    def _no_input(self, word: str, span: Span) -> None:
        if self.base > 1:
            message = n(
                "{word} stands first, and the network has {inputs} input",
                "{word} stands first, and the network has {inputs} inputs",
                self.base,
                word=word,
                inputs=self.base,
            )
            help = t("say which it takes: from: {names}", names=listing(self.graph.names, "or"))
            self.findings.add(Fault("missing-parameter", message, help), span=span)

    def _structure(
        self, item: Structure, name: str, scope: Scope, before: int | None, trainable: bool, parts: list[str]
    ) -> int | None:
        common = item.common
        value = before
        if common.inputs is not None:
            value = self._find(common.inputs[0][0], scope, common.inputs[0][1])
        elif value is None:
            self._no_input(item.kind, item.span)
        if common.trainable is not None:
            trainable = common.trainable
        first = len(self.graph.nodes)
        output = self._fill(item, name, scope, value, trainable, parts)
        if output is not None:
            scope.names[name] = output
            if common.expect is not None:
                last = len(self.graph.nodes)
                self.graph.promises.append(Promise(scope.path + name, common.expect, first, last, output))
        return output

    def _fill(
        self, item: Structure, name: str, scope: Scope, value: int | None, trainable: bool, parts: list[str]
    ) -> int | None:
        """Unroll what is in a structure; the value that it gives."""
        if item.kind == "branches" and item.common.name is None:
            # Unnamed branches are scopes right here; their merge is numbered like any layer.
            values = [self._branch(p, scope, part, value, trainable) for p, part in zip(item.paths, parts)]
            return self._merge(item, scope, values, trainable, name)
        inner = Scope(f"{scope.path}{name}/", item.kind, scope, self._shares(item, name, scope))
        scope.adopt(name, inner)
        if item.kind == "branches":
            values = [self._branch(p, inner, part, value, trainable) for p, part in zip(item.paths, parts)]
            return self._merge(item, scope, values, trainable, name)
        if item.kind == "residual":
            body, shortcut = item.paths
            values = [self._path(body, inner, value, trainable)]
            values.append(self._branch(shortcut, inner, "shortcut", value, trainable))
            return self._merge(item, scope, values, trainable, parts[0])
        if item.kind == "repeat":
            return self._rounds(item, inner, value, trainable)
        if item.kind != "head":
            inner.input = value
        return self._path(item.paths[0], inner, value, trainable)

    def _shares(self, item: Structure, name: str, scope: Scope) -> Scope | None:
        """The scope whose weights the structure uses again: by its own word, or because it stands in one that does."""
        if item.common.weights is not None:
            return self._find_scope(item.common.weights, scope, item.common.spans["weights"])
        return scope.shares.child(name) if scope.shares else None

    def _rounds(self, item: Structure, scope: Scope, value: int | None, trainable: bool) -> int | None:
        if item.empty:
            return value
        for number in range(1, item.times + 1):
            value = self._branch(item.paths[0], scope, str(number), value, trainable, "round")
        return value

    def _branch(
        self, path: Path, scope: Scope, name: str, value: int | None, trainable: bool, kind: str = "branch"
    ) -> int | None:
        """A path in a scope of its own, whose name then means its output."""
        inner = Scope(f"{scope.path}{name}/", kind, scope, scope.shares.child(name) if scope.shares else None)
        scope.adopt(name, inner)
        output = self._path(path, inner, value, trainable)
        if output is not None:
            scope.names[name] = output
        return output

    def _merge(self, item: Structure, scope: Scope, values: list[int | None], trainable: bool, name: str) -> int:
        merge = item.merge
        assert merge is not None
        spec = self.merges.get(merge)
        if spec is None:
            spec = self.merges[merge] = Spec(merge, {})
        inputs = tuple(v for v in values if v is not None)
        return self._append(Node(name, scope, spec, inputs, item, trainable))

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
            message = t("{name} is one layer, and its weights can't serve several", name=quote(name))
            self.findings.add(Fault("unknown-reference", message), span=span)
        else:
            self._report(name, scope, span)
        return None

    def _layer_position(self, name: str, scope: Scope, span: Span) -> int | None:
        value = self._find(name, scope, span)
        if value is None:
            return None
        if value < self.base:
            message = t("{name} is an input, and has no weights", name=quote(name))
            self.findings.add(Fault("unknown-reference", message), span=span)
            return None
        return self._origin(value - self.base)

    def _partner(self, name: str, shares: Scope, span: Span) -> int | None:
        """The layer of the same name in the structure whose weights are used again."""
        value = shares.names.get(name)
        if value is None:
            message = t(
                "{structure}, whose weights are used again, has no layer {name}",
                structure=quote(shares.path.rstrip("/")),
                name=quote(name),
            )
            self.findings.add(Fault("unknown-reference", message, t("the two have to be built alike")), span=span)
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
        help = suggest(name, list(known), t("`from` takes the name of a layer, block or branch that came before"))
        if any(name == given for given, _ in _given_names(self.graph.architecture.trunk)):
            help = t("it comes later; `from` looks at what came before")
        return Fault("unknown-reference", t("no earlier layer is called {name}", name=quote(name)), help)


def _descend(scope: Scope, way: list[str]) -> Scope | None:
    found: Scope | None = scope
    for step in way:
        found = found.child(step) if found else None
    return found
