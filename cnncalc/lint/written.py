"""What a file writes down, whether or not a layer comes of it: blocks, defaults, and the words that use them."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.architecture import Structure
from cnncalc.lint.network import Network
from cnncalc.tree import Mapping, Node, Scalar, Sequence

NAMES = ("name", "from", "weights", "like", "expect")
"""Keys behind which names and shapes stand, and no layers."""


def top(net: Network, key: str) -> Node | None:
    """What stands behind a key of the top level."""
    entries = net.root.entries if isinstance(net.root, Mapping) else []
    return next((value for word, value in entries if word.text == key), None)


def definitions(net: Network, key: str) -> list[tuple[Scalar, Node]]:
    """The entries behind a key of the top level: blocks, defaults or inputs."""
    node = top(net, key)
    return node.entries if isinstance(node, Mapping) else []


def words(node: Node | None) -> Iterator[tuple[Scalar, Node | None]]:
    """Every word that may make a layer, a parameter's value among them, and what stands behind it if it is a key."""
    pending = [] if node is None else [node]
    seen: set[int] = set()
    while pending:
        node = pending.pop()
        if isinstance(node, Scalar):
            yield node, None
        elif id(node) not in seen:  # an alias is the same node again
            seen.add(id(node))
            if isinstance(node, Sequence):
                pending += node.items
                continue
            for key, value in node.entries:
                yield key, value
                if key.text not in NAMES:
                    pending.append(value)


def scalars(node: Node) -> Iterator[Scalar]:
    """Every word of a part of the file, keys too."""
    pending = [node]
    seen: set[int] = set()
    while pending:
        node = pending.pop()
        if isinstance(node, Scalar):
            yield node
        elif id(node) not in seen:
            seen.add(id(node))
            if isinstance(node, Sequence):
                pending += node.items
                continue
            for key, value in node.entries:
                yield key
                pending.append(value)


def used_blocks(net: Network) -> set[str]:
    """The blocks that `layers` uses, itself or by way of other blocks."""
    blocks = {key.text: value for key, value in definitions(net, "blocks")}
    made = {item.kind for item in net.items if isinstance(item, Structure)}
    if blocks.keys() <= made:
        return set(blocks)
    used: set[str] = set()
    pending = [top(net, "layers"), *(value for _, value in definitions(net, "defaults"))]
    while pending:
        for word, _ in words(pending.pop()):
            if word.text in blocks and word.text not in used:
                used.add(word.text)
                pending.append(blocks[word.text])
    return used
