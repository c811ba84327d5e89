"""The whole file: its top-level keys, in an order in which each can use what it needs from the others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cnncalc.architecture import MAX_LAYERS, Architecture, Path
from cnncalc.diagnostics import Fault, Findings, Span, TooManyFaults
from cnncalc.language import t
from cnncalc.layers import BY_WORD
from cnncalc.layers.base import ROUNDING
from cnncalc.layout import layout_fault
from cnncalc.reader.blocks import Blocks
from cnncalc.reader.common import read_expect, read_name, read_references
from cnncalc.reader.items import OPTIONS, ItemReader
from cnncalc.reader.parameters import LAYER_COMMON, read_parameters, unknown_type
from cnncalc.reader.slips import space_help
from cnncalc.source import Source, stem
from cnncalc.text import hidden, listing, quote, suggest
from cnncalc.tree import Mapping, Node, Scalar, Sequence, kind_of, parse
from cnncalc.values import read_shape, read_whole, read_word

KEYS = {
    "name": "what the network is called",
    "year": "the year of its paper",
    "family": "the line of networks that it belongs to: vgg, inception",
    "source": "where it comes from: paper, table or figure",
    "input": "the shape that comes in, channels first: 3x224x224",
    "inputs": "several inputs by name: {left: 3x105x105, right: 3x105x105}",
    "outputs": "layers whose outputs are the network's: [p3, p4, p5]",
    "rounding": "what a window that does not fit gets: strict (the default), floor or ceil",
    "defaults": "parameters for every layer of a type that does not set them",
    "blocks": "layer types of your own",
    "layers": "the layers, in order",
    "expect": "facts that the file promises about the whole network",
    "task": "what the network is for, as the linter wants to know it",
    "loss": "the loss that it is trained with, as the linter wants to know it",
}
"""The top-level keys, each with a line of help for the schema."""

FACTS = ("year", "family", "source", "task", "loss")
START = Span(1, 1, 1, 2)
INPUTS_EXAMPLE = "inputs: {left: 3x105x105, right: 3x105x105}"
DEFAULTS_EXAMPLE = "defaults: {conv: {padding: same}}"
LAYER_EXAMPLE = "- conv: {filters: 64, kernel: 3}"


@dataclass(slots=True, eq=False, repr=False)
class Reading:
    """What came of reading a file: an architecture as far as it could be read, and all that is wrong with it."""

    architecture: Architecture | None
    findings: Findings
    root: Node | None = None
    """The tree that it was read from."""


def read(source: Source) -> Reading:
    """Read a description. Never raises for what is in the text: the findings say it."""
    findings = Findings(source.name)
    try:
        root, faults = parse(source.text)
    except Fault as fault:
        findings.add(fault, span=START)
        return Reading(None, findings)
    return read_tree(source, root, findings, faults)


def read_tree(source: Source, root: Node | None, findings: Findings, faults: Iterable[Fault] = ()) -> Reading:
    """Read a description that is a tree already; ``source`` is what its places are in."""
    try:
        findings.extend(faults)
        return Reading(_Document(source, findings).read(root), findings, root)
    except TooManyFaults:
        return Reading(None, findings)
    except Fault as fault:
        findings.add(fault, span=START)
        return Reading(None, findings)


class _Document:
    def __init__(self, source: Source, findings: Findings) -> None:
        self.source = source
        self.findings = findings
        self.nodes: dict[str, Node] = {}

    def read(self, root: Node | None) -> Architecture | None:
        if not isinstance(root, Mapping):
            if root is None:
                found = t("the file is empty")
            else:
                found = t("a description is a mapping, not {kind}", kind=kind_of(root))
            help = t("it begins like this:  input: 3x224x224  and, on the next line,  layers:")
            rule = "empty-network" if root is None else "syntax"
            self.findings.add(Fault(rule, found, help, span=START if root is None else root.span))
            return None
        self._keys(root)
        inputs = self._inputs()
        blocks = Blocks(self.findings)
        if "blocks" in self.nodes:
            blocks.define(self.nodes["blocks"])
        reader = ItemReader(self.findings, blocks, self._rounding())
        self._defaults(reader, blocks)
        self._year()
        trunk = self._layers(reader)
        blocks.check(reader, guarded="when" in self.source.text)
        return Architecture(
            source=self.source,
            name=self._word("name") or stem(self.source.name),
            inputs=inputs,
            trunk=trunk,
            outputs=self._outputs(),
            expect=read_expect(self.nodes["expect"], self.findings) if "expect" in self.nodes else None,
            facts={key: text for key in FACTS if (text := self._word(key))},
        )

    def _keys(self, root: Mapping) -> None:
        for key, node in root.entries:
            if key.text in KEYS:
                self.nodes[key.text] = node
                continue
            otherwise = t("the top level has {names}", names=listing(KEYS))
            help = space_help(key.text) or suggest(key.text, list(KEYS), otherwise)
            if key.text in BY_WORD or key.text in OPTIONS:
                help = t("layers stand in the list under `layers:`, each behind a `- `")
            message = t("a description has no {key}", key=quote(key.text))
            self.findings.add(Fault("unknown-parameter", message, help, span=key.span))

    def _word(self, key: str) -> str:
        node = self.nodes.get(key)
        if node is None or (isinstance(node, Scalar) and node.null):
            return ""
        try:
            text = read_word(node, key)
            if not text.isprintable() and any(map(hidden, text)):
                message = t("{key} has control characters in it: {text}", key=key, text=quote(text))
                raise Fault("invalid-value", message, span=node.span)
            return text
        except Fault as fault:
            self.findings.add(fault, span=node.span)
            return ""

    def _year(self) -> None:
        node = self.nodes.get("year")
        if node is not None:
            try:
                read_whole(node, "year")
            except Fault as fault:
                self.findings.add(fault, span=node.span)

    def _rounding(self) -> str:
        node = self.nodes.get("rounding")
        if node is None:
            return "strict"
        try:
            return ROUNDING.read(node, "rounding")
        except Fault as fault:
            self.findings.add(fault, span=node.span)
            return "strict"

    def _inputs(self) -> dict[str, tuple[int, ...]]:
        one, several = self.nodes.get("input"), self.nodes.get("inputs")
        if one is not None and several is not None:
            message = t("`input` and `inputs` say the same")
            self.findings.add(Fault("duplicate-key", message, t("keep one of them"), span=several.span))
        if one is None and several is None:
            message = t("the description has no {key}", key="`input`")
            help = t("write the shape that comes in, channels first: `input: 3x224x224`")
            self.findings.add(Fault("missing-parameter", message, help, span=START))
            return {}
        if several is None:
            shape = self._shape(one, "input")
            return {} if shape is None else {"input": shape}
        if not isinstance(several, Mapping) or not several.entries:
            message = t("inputs are shapes by name, not {kind}", kind=kind_of(several))
            self.findings.add(Fault("invalid-value", message, INPUTS_EXAMPLE, span=several.span))
            return {}
        inputs: dict[str, tuple[int, ...]] = {}
        for key, node in several.entries:
            shape = self._shape(node, t("input {name}", name=quote(key.text)))
            try:
                name = key.text if key.text == "input" else read_name(key, t("an input"))
            except Fault as fault:
                self.findings.add(fault, span=key.span)
                continue
            if shape is not None:
                inputs[name] = shape
        return inputs

    def _shape(self, node: Node | None, what: str) -> tuple[int, ...] | None:
        if node is None:
            return None
        try:
            shape = read_shape(node, what)
        except Fault as fault:
            self.findings.add(fault, span=node.span)
            return None
        # Who names the axes knows which is which.
        doubt = None if isinstance(node, Mapping) else layout_fault(shape)
        if doubt:
            self.findings.add(doubt, span=node.span, severity="info")
        return shape

    def _defaults(self, reader: ItemReader, blocks: Blocks) -> None:
        node = self.nodes.get("defaults")
        if node is None or (isinstance(node, Scalar) and node.null):
            return
        if not isinstance(node, Mapping):
            message = t("defaults are by layer type, not {kind}", kind=kind_of(node))
            self.findings.add(Fault("invalid-value", message, DEFAULTS_EXAMPLE, span=node.span))
            return
        for key, value in node.entries:
            if not isinstance(value, Mapping):
                message = t(
                    "the defaults of {type} are a mapping, not {kind}", type=quote(key.text), kind=kind_of(value)
                )
                self.findings.add(Fault("invalid-value", message, span=value.span))
            elif key.text in BY_WORD:
                common = [
                    e
                    for e in value.entries
                    if e[0].text in LAYER_COMMON and e[0].text not in BY_WORD[key.text].spellings
                ]
                for name, _ in common:
                    message = t("{name} belongs to one layer, and can't be a default", name=quote(name.text))
                    self.findings.add(Fault("unknown-parameter", message, span=name.span))
                own = [e for e in value.entries if e not in common]
                reader.defaults[key.text] = read_parameters(BY_WORD[key.text], own, self.findings)
            elif key.text in blocks.names:
                blocks.defaults[key.text] = {name.text: node for name, node in value.entries}
                blocks.bind(
                    key, [e for e in value.entries if e[0].text not in blocks.names[key.text].parameters], self.findings
                )
            else:
                self.findings.add(unknown_type(key, blocks.names, ()))

    def _layers(self, reader: ItemReader) -> Path:
        node = self.nodes.get("layers")
        if node is None:
            message = t("the description has no {key}", key="`layers`")
            help = t("write them as a list under `layers:`, each behind a `- `")
            self.findings.add(Fault("empty-network", message, help, span=START))
            return Path(())
        if (isinstance(node, Scalar) and node.null) or (isinstance(node, Sequence) and not node.items):
            message = t("`layers` has no layer in it")
            self.findings.add(Fault("empty-network", message, LAYER_EXAMPLE, span=node.span))
            return Path(())
        trunk = reader.read_path(node, {}, "layers")
        if trunk.count > MAX_LAYERS:
            message = t(
                "the network unrolls to {count} layers; {most:,} are the most",
                count=_large(trunk.count),
                most=MAX_LAYERS,
            )
            raise Fault("limit-exceeded", message, span=self._largest(trunk))
        if not self.findings.errors and not trunk.items:
            message = t("nothing is left of `layers`: it comes to no layer at all")
            self.findings.add(Fault("empty-network", message, span=node.span))
        return trunk

    @staticmethod
    def _largest(path: Path) -> Span | None:
        """The place of what unrolls to most."""
        return max(path.items, key=lambda item: item.count).span if path.items else path.span

    def _outputs(self) -> dict[str, Span]:
        node = self.nodes.get("outputs")
        if node is None:
            return {}
        try:
            return dict(read_references(node, "outputs"))
        except Fault as fault:
            self.findings.add(fault, span=node.span)
            return {}


def _large(number: int) -> str:
    """A number that may have thousands of digits."""
    return f"{number:,}" if number < 10**15 else t("more than 10^{power}", power=_log10(number))


def _log10(number: int) -> int:
    return int(number.bit_length() * 0.30102)
