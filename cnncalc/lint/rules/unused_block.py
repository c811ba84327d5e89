"""Blocks that are defined, and make no layer."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.lint.network import Network
from cnncalc.lint.rule import Finding, Limits, Rule
from cnncalc.lint.written import definitions, used_blocks, words
from cnncalc.text import listing, quote

BAD = """\
input: 3x32x32
blocks:
  basic:
    layers: [conv: {filters: 16, kernel: 3, padding: 1, bias: false}, batch_norm, relu]
  wide:   # here
    layers: [conv: {filters: 32, kernel: 3, padding: 1, bias: false}, batch_norm, relu]
layers:
  - basic
  - basic
"""

GOOD = BAD.replace("   # here", "").replace("- basic\n  - basic", "- basic\n  - wide")


def check(net: Network, limits: Limits) -> Iterator[Finding]:
    blocks = definitions(net, "blocks")
    if not blocks:
        return
    used = used_blocks(net)
    unused = [(key, body) for key, body in blocks if key.text not in used]
    users: dict[str, list[str]] = {key.text: [] for key, _ in unused}
    for key, body in unused:
        for word in {word.text for word, _ in words(body)} & users.keys():
            users[word].append(key.text)
    for key, _ in unused:
        message = f"the block {quote(key.text)} is never used"
        if users[key.text]:
            by = listing(map(quote, users[key.text][:3]))
            message = f"the block {quote(key.text)} is used by {by} alone, and never by a layer"
        yield Finding(message, "use it under `layers:`, or take it out", key.span)


RULE = Rule(
    name="unused-block",
    severity="warning",
    summary="a block that no layer comes of",
    why=(
        "A block that `layers:` uses neither itself nor by way of other blocks does nothing; it is left over, or the "
        "layer that was to use it has another block's name. A use whose `when` does not hold counts as a use."
    ),
    bad=BAD,
    good=GOOD,
    source="linters of programming languages report unused functions alike (vulture and Ruff for Python)",
    allow="in a file that is a template, whose blocks are for others to use",
    check=check,
)
