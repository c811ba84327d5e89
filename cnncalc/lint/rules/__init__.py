"""The rules, a file each; and those that reader and engine raise themselves, in `raised`."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from cnncalc.lint.rule import Rule

CHECKED: tuple[str, ...] = (
    "bias-before-batch-norm",
    "window-in-padding",
    "linear-layers-in-a-row",
    "repeated-activation",
    "softmax-of-one-unit",
    "dropout-before-batch-norm",
    "unfinished-output",
    "stride-over-kernel",
    "pool-padding",
    "unused-layer",
    "unused-block",
    "unused-parameter",
    "unused-default",
    "shadowed-name",
    "channels-last",
    "output-activation",
    "constant-init",
    "widening-dense",
    "shrinking-channels",
    "uneven-block",
    "growing-kernel",
    "dropout-before-max-pool",
    "extreme-dropout",
    "repeated-batch-norm",
    "repeated-pooling",
    "outsized",
    "unread-pixels",
    "portability",
    "asymmetric-padding",
    "unproductive-layer",
    "narrow-view",
    "dominant-dense",
    "factorisable-convolution",
    "representational-bottleneck",
    "no-downsampling",
    "averaged-padding",
    "uneven-adaptive-pool",
    "unknown-task",
    "no-activation",
)
"""The rules that look at networks, in the order in which they are listed: each in the file of its name."""

RAISED: tuple[str, ...] = (
    "unreadable-file",
    "syntax",
    "unknown-type",
    "unknown-parameter",
    "missing-parameter",
    "invalid-value",
    "unknown-reference",
    "duplicate-name",
    "duplicate-key",
    "recursive-block",
    "empty-network",
    "limit-exceeded",
    "non-integer-output",
    "window-too-large",
    "channel-mismatch",
    "feature-mismatch",
    "merge-mismatch",
    "groups-mismatch",
    "weights-mismatch",
    "missing-flatten",
    "reshape-mismatch",
    "expectation-failed",
    "over-budget",
    "unchecked-budget",
    "layout",
    "unused-allowance",
)
"""The rules of reader and engine, whose pages stand in `raised`."""

NAMES: tuple[str, ...] = (*CHECKED, *RAISED)


@cache
def rule(name: str) -> Rule:
    """The rule of that name. Raises KeyError."""
    if name in CHECKED:
        found: Rule = import_module(f"cnncalc.lint.rules.{name.replace('-', '_')}").RULE
        return found
    pages: dict[str, Rule] = import_module("cnncalc.lint.rules.raised").PAGES
    return pages[name]
