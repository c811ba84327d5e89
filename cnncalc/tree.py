"""YAML text to a tree in which every word keeps its place and its spelling.

The tree is built from the parser's events, not composed: PyYAML's C composer dies of deep nesting, keeps the last of
two equal keys, and reads ``010`` as 8. Here a scalar is its text, and limits are counted as the events come.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Union

import yaml

from cnncalc.diagnostics import Fault, Span
from cnncalc.language import t
from cnncalc.text import quote
from cnncalc.yaml_words import cure, said

MAX_NODES = 250_000
MAX_DEPTH = 100

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Scalar:
    """One word or number, as written. ``plain`` tells that it stood without quotes."""

    __slots__ = ("plain", "span", "text")
    size = 1
    height = 1
    origin = ""
    """The expression that the text came out of."""

    def __init__(self, text: str, span: Span, plain: bool = True) -> None:
        self.text = text
        self.span = span
        self.plain = plain

    @property
    def null(self) -> bool:
        """Whether nothing was written here, or YAML's word for nothing."""
        return self.plain and self.text in ("", "~", "null", "Null", "NULL")

    @property
    def fixed(self) -> bool:
        """Whether no parameter of a block can change it."""
        return "$" not in self.text


class Sequence:
    """A list. ``size`` counts the nodes in it, ``height`` their deepest nesting; ``fixed`` as for a word."""

    __slots__ = ("fixed", "height", "items", "size", "span")

    def __init__(self, items: list[Node], span: Span) -> None:
        self.items = items
        self.span = span
        self.size, self.height = _measure(items, span)
        self.fixed: bool = all(item.fixed for item in items)


class Mapping:
    """Keys and values in their order. A key that stands twice is in ``entries`` once, the first time."""

    __slots__ = ("entries", "fixed", "height", "size", "span")

    def __init__(self, entries: list[tuple[Scalar, Node]], span: Span) -> None:
        self.entries = entries
        self.span = span
        self.size, self.height = _measure([value for _, value in entries], span)
        self.size += len(entries)
        self.fixed: bool = all(value.fixed and "$" not in key.text and key.text != "when" for key, value in entries)


Node = Union[Scalar, Sequence, Mapping]


def _measure(children: Iterable[Node], span: Span) -> tuple[int, int]:
    size = height = 0
    for child in children:
        size += child.size
        if child.height > height:
            height = child.height
    if size >= MAX_NODES:
        raise _too_many_nodes(span)
    if height >= MAX_DEPTH:
        raise _too_deep(span)
    return size + 1, height + 1


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
    builder = _Builder()
    try:
        loader = _LOADER(text)
        try:
            next_event, take = loader.get_event, builder.take
            while (event := next_event()) is not None:
                take(event)
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


class _Open:
    """A list or mapping whose end has not come yet."""

    __slots__ = ("anchor", "children", "key", "keys", "mapping", "span")

    def __init__(self, mapping: bool, anchor: str | None, span: Span) -> None:
        self.mapping = mapping
        self.anchor = anchor
        self.span = span
        self.children: list[Node] = []
        self.keys: list[Scalar | None] = []
        self.key: Scalar | None = None


class _Builder:
    def __init__(self) -> None:
        self.root: Node | None = None
        self.faults: list[Fault] = []
        self._open: list[_Open] = []
        self._anchors: dict[str, Node] = {}
        self._nodes = 0
        self._documents = 0

    def take(self, event: Any) -> None:
        kind = type(event)
        if kind is yaml.ScalarEvent:
            self._count(event)
            self._add(Scalar(event.value, _span(event), event.style is None or event.style == ""), event.anchor)
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            self._count(event)
            if len(self._open) >= MAX_DEPTH:
                raise _too_deep(_span(event))
            self._open.append(_Open(kind is yaml.MappingStartEvent, event.anchor, _point(event.start_mark)))
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            self._close()
        elif kind is yaml.AliasEvent:
            self._alias(event)
        elif kind is yaml.DocumentStartEvent:
            self._documents += 1
            if self._documents > 1:
                message = t("a second document starts here")
                raise Fault("syntax", message, t("one file, one document"), span=_span(event))

    def _count(self, event: Any) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise _too_many_nodes(_span(event))
        # "!" is what a tag-less quoted scalar may carry.
        if event.tag is not None and event.tag != "!":
            self.faults.append(
                Fault(
                    "syntax",
                    t("the tag {tag} means nothing here", tag=quote(event.tag)),
                    t("delete it; words and numbers are read as they are written"),
                    span=_span(event),
                )
            )

    def _alias(self, event: Any) -> None:
        span = _span(event)
        if any(o.anchor == event.anchor for o in self._open):
            message = t("`*{anchor}` stands inside of what it names", anchor=event.anchor)
            raise Fault("syntax", message, span=span)
        node = self._anchors.get(event.anchor)
        if node is None:
            raise Fault("syntax", t("`*{anchor}` is named nowhere before", anchor=event.anchor), span=span)
        self._nodes += node.size
        if self._nodes > MAX_NODES:
            raise _too_many_nodes(span)
        if len(self._open) + node.height > MAX_DEPTH:
            raise _too_deep(span)
        self._add(node, None)

    def _add(self, node: Node, anchor: str | None) -> None:
        if anchor is not None:
            self._anchors[anchor] = node
        if not self._open:
            self.root = node
            return
        top = self._open[-1]
        if top.mapping and len(top.keys) == len(top.children):
            if not isinstance(node, Scalar):
                message = t("{kind} can't be a key", kind=kind_of(node))
                self.faults.append(Fault("syntax", message, span=node.span))
            top.keys.append(node if isinstance(node, Scalar) else None)
            return
        top.children.append(node)

    def _close(self) -> None:
        top = self._open.pop()
        node: Node
        if top.mapping:
            node = self._mapping(top)
        else:
            node = Sequence(top.children, top.span)
        self._add(node, top.anchor)

    def _mapping(self, top: _Open) -> Mapping:
        entries: dict[str, tuple[Scalar, Node]] = {}
        merged: list[Node] = []
        for key, value in zip(top.keys, top.children):
            if key is None:
                continue
            if key.plain and key.text == "<<":
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
        span = next(iter(entries.values()))[0].span if entries else top.span
        return Mapping(list(entries.values()), span)


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
