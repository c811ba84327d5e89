"""Lists of layers and structures: the nodes of the tree read into items, with block parameters put in."""

from __future__ import annotations

from collections.abc import Mapping as Env
from typing import Any

from cnncalc.architecture import Common, Item, LayerItem, Path, Spec, Structure
from cnncalc.diagnostics import Fault, Findings, Span
from cnncalc.expressions import Unknown, substitute
from cnncalc.language import t
from cnncalc.layers import BY_WORD, MERGES, Layer
from cnncalc.layers.activation import Identity
from cnncalc.reader.blocks import Blocks
from cnncalc.reader.common import COMMON, left_out, read_common, read_name
from cnncalc.reader.parameters import LAYER_COMMON, check_settings, read_parameters, unknown_type
from cnncalc.reader.remembered import recall, remember, words_of
from cnncalc.reader.slips import as_parameters, space_help
from cnncalc.text import listing, quote, suggest
from cnncalc.tree import MAX_DEPTH, Mapping, Node, Scalar, Sequence, kind_of
from cnncalc.values import read_whole

OPTIONS: dict[str, tuple[str, ...]] = {
    "branches": ("merge",),
    "residual": ("shortcut",),
    "repeat": ("times",),
    "head": (),
}
"""The structures, and the options that stand beside each."""

MERGE_SYNONYMS = {
    **dict.fromkeys(("sum", "plus", "addition"), "add"),
    **dict.fromkeys(("cat", "concatenate", "stack"), "concat"),
    **dict.fromkeys(("mul", "prod", "product", "times"), "multiply"),
}
"""What people write for the words of `merge`, which are told the right one."""

_COMMON, _LAYER_COMMON = frozenset(COMMON), frozenset(LAYER_COMMON)
Env_ = Env[str, Node]


class ItemReader:
    """Reads layers and structures; all that it finds wrong goes to ``findings``, and it reads on."""

    def __init__(self, findings: Findings, blocks: Blocks, rounding: str) -> None:
        self.findings = findings
        self.blocks = blocks
        self.rounding = rounding
        self.defaults: dict[str, tuple[dict[str, Any], dict[str, Span]]] = {}
        self._specs: dict[str, Spec] = {}
        self._known: dict[int, tuple[Node, list[Item]]] = {}
        """What nodes without a parameter of a block came to, and the nodes, so that none can take another's place."""
        self._depth = 0

    def read_path(self, node: Node | None, env: Env_, what: str, name: str | None = None) -> Path:
        """A list of layers and structures."""
        if node is None:
            return Path((), name)
        try:
            node = substitute(node, env) if isinstance(node, Scalar) else node
        except Fault as fault:
            self.findings.add(fault)
            return Path((), name, node.span)
        if isinstance(node, Unknown):
            return Path((), name, node.span)
        if not isinstance(node, Sequence):
            word = node.text if isinstance(node, Scalar) and not node.null else ""
            write = t("write it as a list: [{word}]", word=word) if word else t("begin each layer with `- `")
            help = space_help(word) or write
            message = t("{what} is a list of layers, not {kind}", what=what, kind=kind_of(node))
            self.findings.add(Fault("invalid-value", message, help, span=node.span))
            return Path((), name, node.span)
        self._depth += 1
        try:
            if self._depth > MAX_DEPTH:
                message = t("more than {most} levels of nesting, blocks counted", most=MAX_DEPTH)
                raise Fault("limit-exceeded", message, span=node.span)
            return Path(tuple(self._items(node, env)), name, node.span)
        finally:
            self._depth -= 1

    def _items(self, node: Sequence, env: Env_) -> list[Item]:
        items: list[Item] = []
        for child in node.items:
            known = self._known.get(id(child))
            if known is not None:
                items += known[1]
                continue
            try:
                found = self._item(child, env)
                items += found
                if child.fixed:
                    self._known[id(child)] = child, found
            except Fault as fault:
                if fault.rule == "limit-exceeded":
                    raise
                self.findings.add(fault, span=child.span)
        return items

    def _item(self, node: Node, env: Env_) -> list[Item]:
        structure = self._structure_key(node)
        if structure and isinstance(node, Mapping):
            return self._structure(structure, node, env)
        node = substitute(node, env)
        if isinstance(node, Unknown):
            return []
        if isinstance(node, Sequence):
            # A parameter that stands for a list of layers, among others.
            return list(self.read_path(node, env, t("a list of layers")).items)
        if isinstance(node, Scalar):
            if node.null:
                help = t("delete the `-`, or write a layer after it")
                raise Fault("invalid-value", t("an item of the list is empty"), help)
            return self._layer(node, Mapping([], node.span))
        if left_out(node.entries):
            return []
        structure = self._structure_key(node)
        if structure:  # a list of layers that came in as a parameter has structures in it, too
            return self._structure(structure, node, env)
        if len(node.entries) != 1:
            raise self._not_one_key(node)
        word, parameters = node.entries[0]
        return self._layer(word, parameters)

    @staticmethod
    def _structure_key(node: Node) -> str:
        if not isinstance(node, Mapping):
            return ""
        for key, _ in node.entries:
            if key.text in OPTIONS:
                return key.text
        return ""

    def _not_one_key(self, node: Mapping) -> Fault:
        if not node.entries:
            help = t("a layer is a word, or one key with its parameters")
            return Fault("invalid-value", t("a layer is missing"), help)
        keys = [key.text for key, _ in node.entries]
        word = keys[0]
        if word in BY_WORD or word in self.blocks.names:
            example = f"{word}: {{{keys[1]}: …}}"
            help = t("indent the parameters of {word} below it, or write {{…}}: {example}", word=word, example=example)
        else:
            help = t("begin each layer with `- `")
        message = t(
            "one layer is one key, and here stand {count}: {keys}",
            count=len(keys),
            keys=listing(map(quote, keys[:4])),
        )
        return Fault("invalid-value", message, help, span=node.entries[1][0].span)

    def _layer(self, word: Scalar, parameters: Node) -> list[Item]:
        if isinstance(word, Unknown):
            return []
        if isinstance(parameters, Scalar) and parameters.null:
            parameters = Mapping([], word.span)
        if isinstance(parameters, Mapping) and left_out(parameters.entries):
            return []
        layer = BY_WORD.get(word.text)
        if layer is None and word.text not in self.blocks.names:
            self.findings.add(unknown_type(word, self.blocks.names, OPTIONS))
            layer, parameters = Identity, _only(parameters, COMMON)
        if not isinstance(parameters, Mapping):
            raise self._no_mapping(word, parameters, layer)
        if layer is None:
            return self._block(word, parameters)
        return [self._layer_item(word, layer, parameters)]

    @staticmethod
    def _no_mapping(word: Scalar, parameters: Node, layer: type[Layer] | None) -> Fault:
        message = t(
            "the parameters of {layer} are a mapping, not {kind}", layer=quote(word.text), kind=kind_of(parameters)
        )
        text = parameters.text if isinstance(parameters, Scalar) else "…"
        example = f"{word.text}: {{{as_parameters(layer, text) if layer else f'name: {text}'}}}"
        help = space_help(text) or t("write {example}", example=quote(example))
        return Fault("invalid-value", message, help, span=parameters.span)

    def _layer_item(self, word: Scalar, layer: type[Layer], parameters: Mapping) -> LayerItem:
        own: list[tuple[Scalar, Node]] = []
        shared: list[tuple[Scalar, Node]] = []
        init = None
        for entry in parameters.entries:
            key, value = entry
            if key.text in _COMMON:
                shared.append(entry)
            if key.text not in _LAYER_COMMON or key.text in layer.spellings:
                own.append(entry)
            if key.text == "init" and isinstance(value, Scalar):
                init = value.text
        common = read_common(shared, self.findings) if shared else Common()
        spec, spans = self._settings(word, layer, own)
        self._check_inputs(layer, common)
        common.spans.update(spans)
        return LayerItem(spec, common, word.span, init)

    def _settings(
        self, word: Scalar, layer: type[Layer], own: list[tuple[Scalar, Node]]
    ) -> tuple[Spec, dict[str, Span]]:
        """What a layer is set to, and where each parameter stands."""
        words = None if layer.word in self.defaults else words_of(layer, self.rounding, own)
        if words is not None and (known := recall(words)) is not None:
            spec, names = known
            return self._specs.setdefault(spec.key, spec), {name: node.span for name, (_, node) in zip(names, own)}
        values, spans = read_parameters(layer, own, self.findings)
        defaults, places = self.defaults.get(layer.word, ({}, {}))
        for name, value in defaults.items():
            if name not in values:
                values[name], spans[name] = value, places[name]
        check_settings(layer, values, word.span, spans, self.findings)
        if "rounding" in layer.parameters:
            values.setdefault("rounding", self.rounding)
        spec = self._spec(layer, values)
        if words is not None and not self.findings.errors and [*spans.values()] == [node.span for _, node in own]:
            remember(words, spec, tuple(spans))
        return spec, spans

    def _check_inputs(self, layer: type[Layer], common: Common) -> None:
        """Several inputs for a layer that takes one, or one for a layer that joins several."""
        if common.inputs is None:
            return
        count = len(common.inputs)
        if layer.merges and not common.listed:
            name = common.inputs[0][0]
            message = t("{layer} joins two or more, and `from` names only {name}", layer=layer.word, name=quote(name))
            example = f"{layer.word}: {{from: [{name}, …]}}"
            help = t("name the other too, in a list: {example}", example=example)
            self.findings.add(Fault("missing-parameter", message, help), span=common.spans["from"])
        elif count > 1 and not layer.merges:
            message = t("{layer} takes one input, and `from` names {count}", layer=layer.word, count=count)
            help = t("join them first, with {layers}", layers=listing(MERGES, "or"))
            self.findings.add(Fault("invalid-value", message, help), span=common.spans["from"])

    def _spec(self, layer: type[Layer], values: dict[str, Any]) -> Spec:
        key = f"{layer.word}{values!r}"
        spec = self._specs.get(key)
        if spec is None:
            spec = self._specs[key] = Spec(layer, values, key)
        return spec

    def _block(self, word: Scalar, parameters: Mapping) -> list[Item]:
        common = read_common([e for e in parameters.entries if e[0].text in COMMON], self.findings)
        arguments = [e for e in parameters.entries if e[0].text not in COMMON]
        env = self.blocks.bind(word, arguments, self.findings)
        if env is None:
            return [Structure(word.text, common, word.span, (Path(()),))]
        path = self.blocks.fill(word, env, self)
        return _kept(Structure(word.text, common, word.span, (path,)))

    def _structure(self, kind: str, node: Mapping, env: Env_) -> list[Item]:
        span = next(key.span for key, _ in node.entries if key.text == kind)
        body: Node | None = None
        options: dict[str, Node] = {}
        common: list[tuple[Scalar, Node]] = []
        guard = [e for e in node.entries if e[0].text == "when"]
        if guard and left_out(_substituted(Mapping(guard, span), env).entries):
            return []
        strayed = [key for key, value in node.entries if isinstance(value, Sequence) and _strange(kind, key)]
        for key, value in node.entries:
            if key.text == kind:
                body = value
                if kind == "branches" and strayed and isinstance(body, Scalar) and body.null:
                    names = listing(quote(stray.text) for stray in strayed[:4])
                    message = t("{names} stand beside `branches:`, and have to stand below it", names=names)
                    raise Fault("invalid-value", message, t("indent them by two more spaces"), span=strayed[0].span)
            elif key.text in OPTIONS[kind]:
                options[key.text] = value
            elif key.text in COMMON:
                if key.text != "when":
                    common.append((key, substitute(value, env)))
            else:
                self.findings.add(self._no_option(kind, key))
        read = read_common(common, self.findings)
        if read.inputs and len(read.inputs) > 1:
            message = t("{kind} begins with one input, and `from` names {count}", kind=kind, count=len(read.inputs))
            help = t("join them first, with {layers}", layers="concat")
            self.findings.add(Fault("invalid-value", message, help), span=read.spans["from"])
        paths, merge, times = self._parts(kind, body, options, env, span)
        return _kept(Structure(kind, read, span, paths, merge, times))

    def _parts(
        self, kind: str, body: Node | None, options: dict[str, Node], env: Env_, span: Span
    ) -> tuple[tuple[Path, ...], type[Layer] | None, int]:
        if kind == "branches":
            paths = self._branches(body, env, span)
            return paths, self._merge(options.get("merge"), env), 1
        first = self.read_path(body, env, kind)
        if kind == "residual":
            return (first, self.read_path(options.get("shortcut"), env, "shortcut", "shortcut")), BY_WORD["add"], 1
        if kind == "repeat":
            return (first,), None, self._times(options.get("times"), env, span)
        return (first,), None, 1

    def _branches(self, body: Node | None, env: Env_, span: Span) -> tuple[Path, ...]:
        if isinstance(body, Scalar):
            body = substitute(body, env)
        if isinstance(body, Unknown):
            return ()
        if isinstance(body, Mapping):
            for key, value in body.entries:
                if key.text in (*OPTIONS["branches"], *COMMON) and isinstance(value, Scalar):
                    raise _too_deep(key, value)
            named = [(read_name(key, t("a branch")), value) for key, value in body.entries]
        elif isinstance(body, Sequence):
            named = [("", value) for value in body.items]
        else:
            raise Fault("invalid-value", t("branches are paths by name, or a list of lists of layers"), span=span)
        if not named:
            raise Fault("invalid-value", t("there are no branches here"), t("write at least one path"), span=span)
        what = t("a branch")
        return tuple(self.read_path(value, env, what, name or None) for name, value in named)

    def _merge(self, node: Node | None, env: Env_) -> type[Layer]:
        if node is None:
            return BY_WORD["concat"]
        node = substitute(node, env)
        word = node.text if isinstance(node, Scalar) else ""
        if word not in MERGES and not isinstance(node, Unknown):
            meant = MERGE_SYNONYMS.get(word.lower())
            help = suggest(meant or word, MERGES, t("one of {words}", words=listing(MERGES, "or")))
            message = t("branches can't be merged by {kind}", kind=kind_of(node))
            self.findings.add(Fault("invalid-value", message, help, span=node.span))
        return BY_WORD[word] if word in MERGES else BY_WORD["concat"]

    def _times(self, node: Node | None, env: Env_, span: Span) -> int:
        if node is None:
            message = t("{type} needs {names}", type="repeat", names="`times`")
            help = t("write it beside: `times: 3`")
            self.findings.add(Fault("missing-parameter", message, help, span=span))
            return 1
        try:
            node = substitute(node, env)
            return 1 if isinstance(node, Unknown) else read_whole(node, "times", 0)
        except Fault as fault:
            self.findings.add(fault, span=node.span)
            return 1

    @staticmethod
    def _no_option(kind: str, key: Scalar) -> Fault:
        known = [*OPTIONS[kind], *COMMON]
        help = suggest(key.text, known, t("beside {kind} stand {options}", kind=kind, options=listing(known)))
        if key.text in BY_WORD:
            help = t("is this a layer of its own? Then begin its line with `- `: `- {word}: …`", word=key.text)
        message = t("{kind} has no option {option}", kind=kind, option=quote(key.text))
        return Fault("unknown-parameter", message, help, span=key.span)


def _strange(kind: str, key: Scalar) -> bool:
    """Whether the key is no option of the structure."""
    return key.text not in (kind, *OPTIONS[kind], *COMMON)


def _too_deep(key: Scalar, value: Scalar) -> Fault:
    """The fault of an option that stands among the branches."""
    message = t("{option} stands below `branches:`, among its paths", option=quote(key.text))
    word = MERGE_SYNONYMS.get(value.text.lower(), value.text) if key.text == "merge" else value.text
    help = t("write it beside, in a line of its own below the word branches: `{option}`", option=f"{key.text}: {word}")
    return Fault("invalid-value", message, help, span=key.span)


def _kept(structure: Structure) -> list[Item]:
    """A structure without layers is nothing, unless somebody may refer to it."""
    nothing = structure.empty and structure.common.name is None and structure.common.expect is None
    return [] if nothing and structure.kind != "head" else [structure]


def _only(parameters: Node, keys: tuple[str, ...]) -> Mapping:
    entries = parameters.entries if isinstance(parameters, Mapping) else []
    return Mapping([e for e in entries if e[0].text in keys], parameters.span)


def _substituted(node: Mapping, env: Env_) -> Mapping:
    result = substitute(node, env)
    return result if isinstance(result, Mapping) else node
