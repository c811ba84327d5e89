"""Blocks: layer types of the user's own, filled in once for each different set of arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.architecture import Path
from cnncalc.diagnostics import Fault, Findings, Span
from cnncalc.expressions import Unknown
from cnncalc.language import t
from cnncalc.layers import BY_WORD
from cnncalc.reader.common import COMMON, read_name
from cnncalc.reader.slips import comma_fault, space_help, with_leftovers
from cnncalc.text import listing, quote, suggest
from cnncalc.tree import MAX_NODES, Mapping, Node, Scalar, Sequence, kind_of

if TYPE_CHECKING:
    from cnncalc.reader.items import ItemReader

RESERVED = ("branches", "residual", "repeat", "head", "input")
EXAMPLE = "blocks: {my_block: {parameters: [c], layers: [...]}}"


class Block:
    """A block's definition: its parameters, with defaults where they have one, and its body as written."""

    __slots__ = ("body", "name", "parameters")

    def __init__(self, name: Scalar, parameters: dict[str, Node | None], body: Node) -> None:
        self.name = name
        self.parameters = parameters
        self.body = body


class Blocks:
    """All blocks of a file."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.names: dict[str, Block] = {}
        self.defaults: dict[str, dict[str, Node]] = {}
        self._filled: dict[tuple[object, ...], tuple[Path, dict[str, Node]]] = {}
        self._open: list[str] = []
        self._used: set[str] = set()
        """Those that were filled with known values."""
        self._nodes = 0

    def define(self, node: Node) -> None:
        """Read the definitions, bodies not yet. Faults go to the findings."""
        if isinstance(node, Scalar) and node.null:
            return
        if not isinstance(node, Mapping):
            message = t("blocks are definitions by name, not {kind}", kind=kind_of(node))
            self.findings.add(Fault("invalid-value", message, EXAMPLE, span=node.span))
            return
        for key, value in node.entries:
            try:
                block = self._define(key, value)
            except Fault as fault:
                self.findings.add(fault, span=key.span)
                block = Block(key, {}, Sequence([], key.span))
            self.names[key.text] = block

    def _define(self, key: Scalar, node: Node) -> Block:
        read_name(key, t("a block"))
        if key.text in BY_WORD or key.text in RESERVED:
            message = t("{word} is a word of the language already", word=quote(key.text))
            raise Fault("duplicate-name", message, t("give the block another name"))
        if not isinstance(node, Mapping):
            message = t("a block is a mapping with `layers` and perhaps `parameters`, not {kind}", kind=kind_of(node))
            raise Fault("invalid-value", message, span=node.span)
        parameters: dict[str, Node | None] = {}
        body: Node | None = None
        for option, value in node.entries:
            if option.text == "layers":
                body = value
            elif option.text == "parameters":
                parameters = self._parameters(value)
            else:
                message = t("a block has no {option}", option=quote(option.text))
                help = suggest(option.text, ("layers", "parameters"), t("it takes `parameters` and `layers`"))
                self.findings.add(Fault("unknown-parameter", message, help, span=option.span))
        if body is None:
            message = t("the block {block} needs {names}", block=quote(key.text), names="`layers`")
            raise Fault("missing-parameter", message, span=key.span)
        return Block(key, parameters, body)

    def _parameters(self, node: Node) -> dict[str, Node | None]:
        """``[c, stride: 1]``: names, some with a default; a mapping of defaults says the same."""
        pairs: list[tuple[Scalar, Node | None]] = []
        if isinstance(node, Mapping):
            pairs = list(node.entries)
        elif isinstance(node, Sequence):
            for item in node.items:
                if isinstance(item, Scalar):
                    pairs.append((item, None))
                elif isinstance(item, Mapping):
                    pairs.extend(item.entries)
                else:
                    message = t("a parameter is a name, or a name with a default")
                    self.findings.add(Fault("invalid-value", message, span=item.span))
        elif not node.null:
            message = t("parameters are a list of names, not {kind}", kind=kind_of(node))
            raise Fault("invalid-value", message, span=node.span)
        parameters: dict[str, Node | None] = {}
        for name, default in pairs:
            self._check_parameter(name, parameters)
            parameters[name.text] = default
        return parameters

    def _check_parameter(self, name: Scalar, taken: dict[str, Node | None]) -> None:
        text = name.text
        if not (text.isascii() and text.isidentifier()):
            message = t("{name} can't be a parameter's name", name=quote(text))
            help = t("letters, digits and _, and no digit first")
            if text.startswith("$"):
                help = t("letters, digits and _, and no digit first: {name}", name=text[1:])
            self.findings.add(Fault("invalid-value", message, help, span=name.span))
        elif text in COMMON:
            message = t("a parameter can't be called {name}", name=quote(text))
            help = t("{names} belong to every layer", names=listing(COMMON))
            self.findings.add(Fault("duplicate-name", message, help, span=name.span))
        elif text in taken:
            message = t("two parameters are called {name}", name=quote(text))
            self.findings.add(Fault("duplicate-name", message, span=name.span))

    def check(self, reader: ItemReader, guarded: bool = True) -> None:
        """Read bodies with their parameters unknown: of blocks that nobody uses, and all where some may be guarded.

        What stands behind a ``when`` that never holds is checked like that, too.
        """
        for name, block in self.names.items():
            if name in self._used and not guarded:
                continue
            env: dict[str, Node] = {name: Unknown("0", block.name.span) for name in block.parameters}
            self.fill(block.name, env, reader)

    def bind(self, word: Scalar, arguments: list[tuple[Scalar, Node]], findings: Findings) -> dict[str, Node] | None:
        """The block's parameters with the arguments put in, or the defaults. None where that can't be done."""
        block = self.names[word.text]
        given: dict[str, Node] = {}
        sound = True
        for key, value, leftovers in with_leftovers(arguments):
            if key.text in block.parameters:
                given[key.text] = value
                if leftovers:
                    sound = False
                    findings.add(comma_fault(value, leftovers, "whole"))
                continue
            sound = False
            known = list(block.parameters)
            otherwise = t("it takes {names}", names=listing(known)) if known else t("it takes none")
            help = space_help(key.text) or suggest(key.text, [*known, *COMMON], otherwise)
            message = t("the block {block} has no parameter {name}", block=quote(word.text), name=quote(key.text))
            findings.add(Fault("unknown-parameter", message, help, span=key.span))
        env: dict[str, Node] = {}
        missing: list[str] = []
        for name, default in block.parameters.items():
            argument = given.get(name) or self.defaults.get(word.text, {}).get(name) or default
            if argument is None:
                missing.append(f"`{name}`")
            else:
                env[name] = argument
        if missing and sound:
            message = t("the block {block} needs {names}", block=quote(word.text), names=listing(missing))
            findings.add(Fault("missing-parameter", message, span=word.span))
        return env if sound and not missing else None

    def fill(self, word: Scalar, env: dict[str, Node], reader: ItemReader) -> Path:
        """The block's body with these values for its parameters; the same values give the same path."""
        block = self.names[word.text]
        key = (word.text, *map(_identity, env.values()))
        if key in self._filled:
            return self._filled[key][0]
        if word.text in self._open:
            way = " → ".join([*self._open[self._open.index(word.text) :], word.text])
            message = t("the block {block} is made of itself: {way}", block=quote(word.text), way=way)
            help = t("a block can be made of other blocks; for several rounds use `repeat`")
            raise Fault("recursive-block", message, help, span=word.span)
        self._count(block, word.span)
        if not any(isinstance(value, Unknown) for value in env.values()):
            self._used.add(word.text)
        self._open.append(word.text)
        try:
            path = reader.read_path(block.body, env, "layers")
        finally:
            self._open.pop()
        # The arguments are kept too, so that no other node can come to have their identity.
        self._filled[key] = path, env
        return path

    def _count(self, block: Block, span: Span) -> None:
        self._nodes += block.body.size
        if self._nodes > MAX_NODES:
            message = t(
                "blocks come to more than {most:,} YAML nodes, counted once for each different use", most=MAX_NODES
            )
            raise Fault("limit-exceeded", message, span=span)


def _identity(node: Node) -> object:
    """What makes two arguments the same: their words; a list or mapping is the same only as itself."""
    if isinstance(node, Scalar):
        return node.text, isinstance(node, Unknown)
    return id(node)
