"""YAML text to a tree in which every word keeps its place and its spelling.

The tree is built from the parser's events, not composed: PyYAML's C composer dies of deep nesting, keeps the last of
two equal keys, and reads ``010`` as 8. Here a scalar is its text, and limits are counted as the events come.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Union

import yaml
from yaml import MappingEndEvent, ScalarEvent, SequenceEndEvent

from cnncalc.diagnostics import Fault, Span
from cnncalc.language import t
from cnncalc.text import quote
from cnncalc.yaml_words import cure, said

MAX_NODES = 250_000
MAX_DEPTH = 100

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Scalar:
    """One word or number, as written. ``plain`` tells that it stood without quotes."""

    __slots__ = ("fixed", "plain", "span", "text")
    size = 1
    height = 1
    origin = ""
    """The expression that the text came out of."""

    def __init__(self, text: str, span: Span, plain: bool = True) -> None:
        self.text = text
        self.span = span
        self.plain = plain
        self.fixed = "$" not in text
        """Whether no parameter of a block can change it."""

    @property
    def null(self) -> bool:
        """Whether nothing was written here, or YAML's word for nothing."""
        return self.plain and self.text in ("", "~", "null", "Null", "NULL")


class Sequence:
    """A list. ``size`` counts the nodes in it, ``height`` their deepest nesting; ``fixed`` as for a word."""

    __slots__ = ("fixed", "height", "items", "size", "span")

    def __init__(self, items: list[Node], span: Span) -> None:
        self.items = items
        self.span = span
        size, height, fixed = 1, 0, True
        for item in items:
            size += item.size
            if item.height > height:
                height = item.height
            if fixed and not item.fixed:
                fixed = False
        self.size: int = _bounded(size, height + 1, span)
        self.height: int = height + 1
        self.fixed: bool = fixed


class Mapping:
    """Keys and values in their order. A key that stands twice is in ``entries`` once, the first time."""

    __slots__ = ("entries", "fixed", "height", "size", "span")

    def __init__(self, entries: list[tuple[Scalar, Node]], span: Span) -> None:
        self.entries = entries
        self.span = span
        size, height, fixed = 1 + len(entries), 0, True
        for key, value in entries:
            size += value.size
            if value.height > height:
                height = value.height
            if fixed and not (value.fixed and key.fixed and key.text != "when"):
                fixed = False
        self.size: int = _bounded(size, height + 1, span)
        self.height: int = height + 1
        self.fixed: bool = fixed


Node = Union[Scalar, Sequence, Mapping]


def _bounded(size: int, height: int, span: Span) -> int:
    """The size, where it and the height are in their limits."""
    if size > MAX_NODES:
        raise _too_many_nodes(span)
    if height > MAX_DEPTH:
        raise _too_deep(span)
    return size


def _too_many_nodes(span: Span) -> Fault:
    return Fault(
        "limit-exceeded",
        t("more than {most:,} YAML nodes, aliases and block parameters counted each time", most=MAX_NODES),
        t("a network that repeats itself is shorter with `repeat` and `blocks`"),
        span=span,
    )


def _too_deep(span: Span) -> Fault:
    return Fault("limit-exceeded", t("more than {most} levels of nesting", most=MAX_DEPTH), span=span)


def kind_of(node: Node) -> str:
    """What the node is, for a message."""
    if isinstance(node, Scalar):
        return t("nothing") if node.null else quote(node.text)
    return t("a list") if isinstance(node, Sequence) else t("a mapping")


def parse(text: str) -> tuple[Node | None, list[Fault]]:
    """The tree of one YAML document, and the faults that did not stop the reading (keys that stand twice).

    None for a document without content. Raises Fault ``syntax`` or ``limit-exceeded`` where the text can't be read on.
    """
    try:
        loader = _LOADER(text)
        try:
            builder = _Builder(loader.get_event)
            builder.build()
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        if "maximum nesting depth" in (error.problem or ""):
            # libyaml has a bound of its own, which it may meet while it looks ahead.
            raise _too_deep(_point(error.problem_mark or error.context_mark)) from None
        raise _syntax_fault(error, text) from None
    except yaml.YAMLError as error:
        raise Fault("syntax", str(error).splitlines()[0], span=Span(1, 1, 1, 2)) from None
    return builder.root, builder.faults


class _Builder:
    """Takes the parser's events one by one, and calls itself for what stands inside of a list or mapping."""

    def __init__(self, next_event: Callable[[], Any]) -> None:
        self.root: Node | None = None
        self.faults: list[Fault] = []
        self._next = next_event
        self._depth = 0
        self._anchors: dict[str, Node | None] = {}
        """None for what is not complete yet."""
        self._nodes = 0

    def build(self) -> None:
        documents = 0
        while (event := self._next()) is not None:
            kind = type(event)
            if kind is yaml.DocumentStartEvent:
                documents += 1
                if documents > 1:
                    message = t("a second document starts here")
                    raise Fault("syntax", message, t("one file, one document"), span=_span(event))
            elif kind is ScalarEvent:
                self.root = self._scalar(event)
            elif issubclass(kind, yaml.NodeEvent):
                self.root = self._node(event)

    def _scalar(self, event: Any) -> Scalar:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise _too_many_nodes(_span(event))
        if event.tag is not None:
            self._tagged(event)
        start, end, style = event.start_mark, event.end_mark, event.style
        span = _new(Span, (start.line + 1, start.column + 1, end.line + 1, end.column + 1))
        node = Scalar(event.value, span, style is None or style == "")
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _node(self, event: Any) -> Node:
        """A list, a mapping, or what an alias names."""
        if type(event) is yaml.AliasEvent:
            return self._alias(event)
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise _too_many_nodes(_span(event))
        if event.tag is not None:
            self._tagged(event)
        if self._depth >= MAX_DEPTH:
            raise _too_deep(_span(event))
        self._depth += 1
        anchor, span = event.anchor, _point(event.start_mark)
        if anchor is not None:
            self._anchors[anchor] = None
        children = self._children()
        node: Node = (
            Sequence(children, span) if type(event) is yaml.SequenceStartEvent else self._mapping(children, span)
        )
        self._depth -= 1
        if anchor is not None:
            self._anchors[anchor] = node
        return node

    def _children(self) -> list[Node]:
        """All that stands inside of a list or mapping, up to its end."""
        children: list[Node] = []
        following, scalar, add = self._next, self._scalar, children.append
        while True:
            event = following()
            kind = type(event)
            if kind is ScalarEvent:
                add(scalar(event))
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                return children
            else:
                add(self._node(event))

    def _tagged(self, event: Any) -> None:
        # "!" is what a tag-less quoted scalar may carry.
        if event.tag != "!":
            message = t("the tag {tag} means nothing here", tag=quote(event.tag))
            help = t("delete it; words and numbers are read as they are written")
            self.faults.append(Fault("syntax", message, help, span=_span(event)))

    def _alias(self, event: Any) -> Node:
        span = _span(event)
        if event.anchor not in self._anchors:
            raise Fault("syntax", t("`*{anchor}` is named nowhere before", anchor=event.anchor), span=span)
        node = self._anchors[event.anchor]
        if node is None:
            message = t("`*{anchor}` stands inside of what it names", anchor=event.anchor)
            raise Fault("syntax", message, span=span)
        self._nodes += node.size
        if self._nodes > MAX_NODES:
            raise _too_many_nodes(span)
        if self._depth + node.height > MAX_DEPTH:
            raise _too_deep(span)
        return node

    def _mapping(self, children: list[Node], span: Span) -> Mapping:
        """A mapping of keys and values that take turns."""
        keys, values = children[::2], children[1::2]
        texts = {key.text for key in keys if type(key) is Scalar}
        if len(texts) < len(keys) or "<<" in texts:
            entries = self._settled(keys, values)
        else:
            entries = list(zip(keys, values))  # type: ignore[arg-type]
        return Mapping(entries, entries[0][0].span if entries else span)

    def _settled(self, keys: list[Node], values: list[Node]) -> list[tuple[Scalar, Node]]:
        """The entries of a mapping with keys that stand twice, that are no words, or that merge another mapping."""
        entries: dict[str, tuple[Scalar, Node]] = {}
        merged: list[Node] = []
        for key, value in zip(keys, values):
            if not isinstance(key, Scalar):
                message = t("{kind} can't be a key", kind=kind_of(key))
                self.faults.append(Fault("syntax", message, span=key.span))
            elif key.plain and key.text == "<<":
                merged.extend(value.items if isinstance(value, Sequence) else [value])
            elif key.text in entries and key.text.isdecimal() and isinstance(value, Scalar) and value.null:
                # A part of a number with commas in it, `3,224,224`: means nothing to any reader, who says why.
                entries[f"{key.text}:{len(entries)}"] = (key, value)
            elif key.text in entries:
                first = entries[key.text][0].span
                self.faults.append(
                    Fault(
                        "duplicate-key",
                        t("{key} stands here twice", key=quote(key.text)),
                        t("it stands in line {line} already; keep one of them", line=first.line),
                        span=key.span,
                    )
                )
            else:
                entries[key.text] = (key, value)
        for mapping in merged:
            if not isinstance(mapping, Mapping):
                self.faults.append(Fault("syntax", t("`<<` merges mappings"), span=mapping.span))
                continue
            for key, value in mapping.entries:
                entries.setdefault(key.text, (key, value))
        return list(entries.values())


_new = tuple.__new__
"""Makes a Span without going through its constructor, which takes longer than all the rest of a word."""


def _span(event: Any) -> Span:
    start, end = event.start_mark, event.end_mark
    return Span(start.line + 1, start.column + 1, end.line + 1, end.column + 1)


def _syntax_fault(error: yaml.MarkedYAMLError, text: str) -> Fault:
    mark = error.problem_mark or error.context_mark
    context, problem = error.context or "", error.problem or t("this is not YAML")
    opened = "flow" in context or "quoted" in context
    if opened and error.context_mark and ("expected" in problem or "unexpected" in problem):
        # The place where the reader gave up may be many lines below the bracket that was forgotten.
        message = t("this quote is not closed")
        if "flow" in context:
            message = t("this bracket is not closed, or a comma is missing")
        help = said(problem)
        if mark:
            help = t("{problem}, in line {line}", problem=help, line=mark.line + 1)
        return Fault("syntax", message, help, span=_point(error.context_mark))
    span = _point(mark) if mark else Span(1, 1, 1, 2)
    missing = _missing_space(text.splitlines(), span.line)
    if missing:
        return missing
    line = next(iter(text.splitlines()[span.line - 1 : span.line]), "")
    if line[span.column - 1 : span.column] == "\t":
        return Fault("syntax", t("a tab can't indent YAML"), t("use spaces"), span=span)
    return Fault("syntax", f"{said(problem)} {said(context)}".strip(), cure(problem), span=span)


def _missing_space(lines: list[str], last: int) -> Fault | None:
    """The fault of a colon or dash without a space behind it, in the line where reading stopped or the one before."""
    for number in (last - 1, last):
        line = lines[number - 1] if 0 < number <= len(lines) else ""
        if match := re.match(r"( *-)[A-Za-z_]", line):
            message = t("a space is missing behind the dash")
        elif match := re.match(r"( *(?:- +)?[A-Za-z_]\w*:)[^\s:/]", line):
            message = t("a space is missing behind the colon")
        else:
            continue
        fixed = f"{match[1].strip()} {line[match.end(1) :].strip()}"
        place = Span(number, match.end(1), number, match.end(1) + 1)
        return Fault("syntax", message, t("write {line}", line=quote(fixed)), span=place)
    return None


def _point(mark: Any) -> Span:
    return Span(mark.line + 1, mark.column + 1, mark.line + 1, mark.column + 2)
