"""Defaults that no layer takes."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.layers import BY_WORD
from cnncalc.lint.network import Network
from cnncalc.lint.rule import Finding, Limits, Rule
from cnncalc.lint.written import definitions, top, words
from cnncalc.text import quote
from cnncalc.tree import Mapping, Node, Scalar, Sequence
from cnncalc.values import SIDE_WORDS

BAD = """\
input: 3x32x32
defaults:
  conv:
    kernel: 3
    padding: same   # here
  leaky_relu: {slope: 0.1}   # here
layers:
  - conv: {filters: 16, padding: 1}
  - relu
  - conv: {filters: 16, padding: 1}
  - relu
"""

GOOD = """\
input: 3x32x32
defaults:
  conv:
    kernel: 3
    padding: same
  leaky_relu: {slope: 0.1}
layers:
  - conv: {filters: 16}
  - leaky_relu
  - conv: {filters: 16}
  - leaky_relu
"""


def check(net: Network, limits: Limits) -> Iterator[Finding]:
    every = definitions(net, "defaults")
    defaults = [entry for entry in every if not _all_taken(net, *entry)]
    if not defaults:
        return
    uses: dict[str, list[Node | None]] = {key.text: [] for key, _ in defaults}
    parts = [top(net, "layers"), *(body for _, body in definitions(net, "blocks")), *(value for _, value in every)]
    for part in parts:
        for word, value in words(part):
            # What has a list behind it is a branch, a structure or a block's parameter.
            if word.text in uses and not isinstance(value, Sequence):
                uses[word.text].append(value)
    taken = {place for layer in net.layers for place in layer.node.item.common.spans.values()}
    for key, settings in defaults:
        used = uses[key.text]
        if not isinstance(settings, Mapping) or not settings.entries:
            continue
        if not used:
            kind = "layer" if key.text in BY_WORD else "block"
            message = f"no {kind} takes the defaults of {quote(key.text)}: there is none in this file"
            yield Finding(message, "take them out", key.span)
            continue
        sets = set.intersection(*(_said(key.text, use) for use in used))
        for name, value in settings.entries:
            if name.span in taken or value.span in taken or _name(key.text, name) not in sets:
                continue
            uses_all = "the one" if len(used) == 1 else f"each of the {len(used):,}"
            message = f"no {key.text} takes the default {name.text}: {uses_all} in this file sets it itself"
            yield Finding(message, "take it out, or let a layer take it", name.span)


def _all_taken(net: Network, key: Scalar, settings: Node) -> bool:
    """Whether one layer of the type takes all of it, as the first mostly does."""
    if not isinstance(settings, Mapping):
        return False
    for layer in net.of(key.text):
        taken = set(layer.node.item.common.spans.values())
        if all(name.span in taken or value.span in taken for name, value in settings.entries):
            return bool(settings.entries)
    return False


def _said(word: str, use: Node | None) -> set[str]:
    """The parameters that a layer or the use of a block sets itself, under whichever of their names."""
    return {_name(word, key) for key, _ in use.entries} if isinstance(use, Mapping) else set()


def _name(word: str, key: Scalar) -> str:
    layer = BY_WORD.get(word)
    if layer is None:
        return key.text
    if layer.spread_sides and key.text in SIDE_WORDS:
        return layer.spread_sides
    return layer.spellings.get(key.text, key.text)


RULE = Rule(
    name="unused-default",
    severity="warning",
    summary="an entry of `defaults:` that no layer takes",
    why=(
        "A default for a type that does not occur, or for a parameter that every layer of the type sets itself, "
        "changes nothing. Whoever changes it in the belief that the layers follow is wrong. A layer in a block that "
        "nothing uses, or whose `when` does not hold, counts as one that takes it."
    ),
    bad=BAD,
    good=GOOD,
    source="linters of programming languages report unused variables alike (pyflakes, Ruff F841)",
    allow="in files that begin with the same defaults on purpose",
    check=check,
)
