"""A tree, or plain Python values, as YAML text: in flow style, whatever stands in it."""

from __future__ import annotations

import re
from typing import Any

from cnncalc.diagnostics import Span
from cnncalc.tree import Mapping, Node, Scalar, Sequence

_PLAIN = re.compile(r"[A-Za-z0-9_./$][A-Za-z0-9_./+()*×$-]*")
"""Words that YAML reads as they stand, anywhere."""


def node_of(value: Any, place: Span) -> Node:
    """The tree of dicts, lists, texts, numbers and booleans, all of which stand at one place."""
    if isinstance(value, dict):
        return Mapping([(Scalar(key, place), node_of(inner, place)) for key, inner in value.items()], place)
    if isinstance(value, list):
        return Sequence([node_of(inner, place) for inner in value], place)
    if isinstance(value, bool):
        return Scalar("true" if value else "false", place)
    return Scalar(str(value), place)


def yaml_text(node: Node) -> str:
    """The node on one line, as YAML reads it back."""
    if isinstance(node, Scalar):
        return "null" if node.null else word(node.text)
    if isinstance(node, Sequence):
        return f"[{', '.join(map(yaml_text, node.items))}]"
    return "{" + ", ".join(f"{word(key.text)}: {yaml_text(value)}" for key, value in node.entries) + "}"


def word(text: str) -> str:
    """A text as a word, between quotes where it needs them."""
    if _PLAIN.fullmatch(text) and text.lower() not in ("null", "."):
        return text
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if character.isprintable():
        return character
    code = ord(character)
    return {"\n": "\\n", "\t": "\\t"}.get(character) or (f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")
