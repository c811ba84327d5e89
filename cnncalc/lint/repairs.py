"""Edits of a file's text that keep its comments, order and quotes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from cnncalc.analysis import Layer
from cnncalc.architecture import LayerItem
from cnncalc.diagnostics import Span
from cnncalc.lint.network import Network
from cnncalc.lint.rule import Edit, Fix
from cnncalc.tree import Mapping, Scalar


def set_parameter(net: Network, layer: Layer, name: str, value: str, title: str, *, safe: bool = True) -> Fix | None:
    """A fix that gives a layer's parameter a value; None where the text is not of a form that can be edited safely."""
    entry = net.entry(layer)
    item = layer.node.item
    if entry is None or not isinstance(item, LayerItem):
        return None
    word, settings = entry
    if "$" in word.text:
        return None  # the layer's type is a block's parameter
    place = item.common.spans.get(name)
    if place is not None and own_place(net, layer, name):
        written = _part(net.lines, place)
        if place.line != place.end_line or written is None or "$" in written:
            return None
        return Fix((Edit(place, value),), title, safe)
    edit = _inserted(net.lines, word, settings if isinstance(settings, Mapping) else None, f"{name}: {value}")
    return None if edit is None else Fix((edit,), title, safe)


def own_place(net: Network, layer: Layer, name: str) -> bool:
    """Whether a layer's own line sets the parameter, and not the file's `defaults`, which are other layers' as well."""
    entry = net.entry(layer)
    settings = entry[1] if entry else None
    place = net.place(layer, name)
    return isinstance(settings, Mapping) and any(value.span == place for _, value in settings.entries)


def whole_lines(net: Network, found: Iterable[Layer]) -> set[Span]:
    """The places of which every layer is among those found: what is edited there, changes no other layer."""
    counts = Counter(layer.node.item.span for layer in found)
    if not counts:
        return set()
    return {place for place, count in counts.items() if net.made[place] == count}


def remove_line(net: Network, layer: Layer, title: str, *, safe: bool = True) -> Fix | None:
    """A fix that takes out a layer which stands as a bare word on a line of its own; a comment behind it stays.

    None where the file may speak of layers of this kind by their numbers (``relu2``), which move.
    """
    span = layer.node.item.span
    line = net.lines[span.line - 1]
    written = re.fullmatch(rf"(\s*)- {re.escape(layer.type)}[ \t]*(#.*)?", line)
    if written is None or net.numbered(layer.type):
        return None
    if written[2]:
        return Fix((Edit(Span(span.line, written.end(1) + 1, span.line, written.start(2) + 1), ""),), title, safe)
    return Fix((Edit(Span(span.line, 1, span.line + 1, 1), ""),), title, safe)


def _inserted(lines: list[str], word: Scalar, settings: Mapping | None, entry: str) -> Edit | None:
    """The edit that adds an entry to a layer's parameters: behind the last one, in the style that they stand in.

    Behind a value of several parts, whose end is not plain to see, it goes before the first one.
    """
    if settings is None:
        line = lines[word.span.end_line - 1]
        return (
            Edit(_after(word.span), f": {{{entry}}}") if not line[word.span.end_column - 1 :].startswith(":") else None
        )
    if not settings.entries:
        return None
    first, last = settings.entries[0][0].span, settings.entries[-1][1]
    before, number = lines[first.line - 1][: first.column - 1], first.line - 1
    while number and not before.strip():
        number -= 1
        before = lines[number]
    flow = before.rstrip().endswith("{")
    plain = isinstance(last, Scalar) and last.span.line == last.span.end_line
    if flow:
        return Edit(_after(last.span), f", {entry}") if plain else Edit(_at(first), f"{entry}, ")
    indent = "\n" + " " * (first.column - 1)
    if not plain:
        return Edit(_at(first), f"{entry}{indent}")
    end = len(lines[last.span.line - 1]) + 1
    return Edit(Span(last.span.line, end, last.span.line, end), f"{indent}{entry}")


def _at(span: Span) -> Span:
    """The empty place before."""
    return Span(span.line, span.column, span.line, span.column)


def _after(span: Span) -> Span:
    """The empty place behind."""
    return Span(span.end_line, span.end_column, span.end_line, span.end_column)


def _part(lines: list[str], span: Span) -> str | None:
    return lines[span.line - 1][span.column - 1 : span.end_column - 1] if span.line == span.end_line else None
