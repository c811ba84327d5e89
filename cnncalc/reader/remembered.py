"""Layers that were read before, in any file: the same words give the same settings, whatever stands around them."""

from __future__ import annotations

from collections.abc import Sequence as Entries
from typing import Any, Union

from cnncalc.architecture import Spec
from cnncalc.expressions import Unknown
from cnncalc.layers import Layer
from cnncalc.tree import Node, Scalar, Sequence

MOST = 20_000
"""So many different layers are remembered."""

Words = Union[str, tuple[Any, ...]]
"""A node without its place."""

_known: dict[Words, tuple[Spec, tuple[str, ...]]] = {}


def words_of(layer: type[Layer], rounding: str, entries: Entries[tuple[Scalar, Node]]) -> Words | None:
    """What a layer says, its rounding added. None where that depends on more: on a value that is not known yet."""
    said: list[Words] = [layer.word, rounding]
    for key, value in entries:
        kind = type(value)
        words = value.text if kind is Scalar and value.plain else _words(value)  # type: ignore[union-attr]
        if words is None:
            return None
        said += key.text, words
    return tuple(said)


def _words(node: Node) -> Words | None:
    if isinstance(node, Scalar):
        if isinstance(node, Unknown):
            return None
        return node.text if node.plain else (node.text,)
    if not isinstance(node, Sequence):
        return None  # sides by name: rare
    items = [_words(item) for item in node.items]
    return None if None in items else ("[", *items)


def recall(words: Words) -> tuple[Spec, tuple[str, ...]] | None:
    """The settings, and the parameters' own names in the order in which they are said."""
    return _known.get(words)


def remember(words: Words, spec: Spec, names: tuple[str, ...]) -> None:
    """Keep a layer in which nothing was wrong."""
    if len(_known) >= MOST:
        _known.clear()
    _known[words] = spec, names
