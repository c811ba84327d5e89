"""Budgets: at most so many parameters, multiply-accumulates or bytes, on the command line or in a file's ``expect``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from cnncalc.diagnostics import Diagnostic, Fault
from cnncalc.language import t
from cnncalc.text import listing, quote
from cnncalc.tree import Node, Scalar, kind_of

if TYPE_CHECKING:
    from cnncalc.analysis import Analysis

BOUNDS: dict[str, str] = {
    "max_params": "parameters",
    "max_macs": "MACs",
    "max_memory": "bytes of weights and activations",
}
"""Every bound, and what it counts, for the schema; activations are every layer's output."""

BOUND_SUMS = {"max_params": ("params",), "max_macs": ("macs",), "max_memory": ("params", "activations")}
"""The sums that each bound is about."""

THOUSANDS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "b": 10**9, "t": 10**12}
BYTES = {
    **{f"{letter}{b}": factor for letter, factor in THOUSANDS.items() if letter != "b" for b in ("", "b")},
    **{f"{letter}ib": 2 ** (10 * power) for power, letter in enumerate("kmgt", 1)},
}
_AMOUNT = re.compile(r"([0-9]+(?:_[0-9]{3})*(?:\.[0-9]+)?(?:[eE][0-9]{1,2})?) *([a-zA-Z]*)\Z")


def is_rounded(text: str) -> bool:
    """Whether it is an amount with a unit or a power of ten: ``1.5M``, ``12e6``."""
    match = _AMOUNT.match(text.strip()) if len(text) < 40 else None
    return match is not None and match[2].lower() in THOUSANDS and not text.strip().replace("_", "").isdecimal()


def read_amount(node: Node, bound: str) -> int:
    """``1.5M``, ``2G`` or ``64MiB`` as a whole number. Raises Fault ``invalid-value``."""
    if not isinstance(node, Scalar):
        message = t("{what} is one amount, not {kind}", what=bound, kind=kind_of(node))
        raise Fault("invalid-value", message, span=node.span)
    units = BYTES if bound == "max_memory" else THOUSANDS
    match = _AMOUNT.match(node.text.strip()) if len(node.text) < 40 else None
    factor = units.get(match[2].lower()) if match else None
    if match is None or factor is None:
        examples = ("64MiB", "64MB", "67_108_864") if bound == "max_memory" else ("1.5M", "2G", "1_500_000")
        message = t("{what} can't be {kind}", what=bound, kind=quote(node.text))
        raise Fault("invalid-value", message, t("write {example}", example=listing(examples, "or")), span=node.span)
    amount = Fraction(match[1].replace("_", "")) * factor
    if amount.denominator != 1:
        message = t("{what} {text} is no whole number", what=bound, text=quote(node.text))
        raise Fault("invalid-value", message, span=node.span)
    return amount.numerator


def measured(bound: str, count: int) -> str:
    """So much of what a bound counts, in words: ``61,706 parameters``."""
    if bound == "max_params":
        return t("{count:,} parameters", count=count)
    if bound == "max_macs":
        return t("{count:,} MACs", count=count)
    return t("{count:,} bytes of weights and activations", count=count)


def unchecked(bound: str, most: int) -> Fault:
    """The note about a bound that is kept by what is known, where not all is."""
    message = t(
        "the bound of {amount} could not be checked in full: what some layers have is not known",
        amount=measured(bound, most),
    )
    return Fault("unchecked-budget", message)


def over_budget(analysis: Analysis, budget: Mapping[str, int]) -> Iterable[Diagnostic]:
    """A finding for each bound that the network is over, or may be. What can't be known counts as nothing."""
    totals, file = analysis.totals, analysis.graph.architecture.source.name
    found = totals.bounded(analysis.dtype, analysis.batch)
    for bound, most in budget.items():
        if found[bound] > most:
            message = t(
                "{name} has {amount}, {excess:,} more than the budget of {most:,}",
                name=analysis.name,
                amount=measured(bound, found[bound]),
                excess=found[bound] - most,
                most=most,
            )
            help = t(
                "every layer's output counts; {dtype}, batch of {batch:,}", dtype=analysis.dtype, batch=analysis.batch
            )
            yield Diagnostic("over-budget", "error", message, help if bound == "max_memory" else "", file=file)
        elif totals.unbounded(bound):
            note = unchecked(bound, most)
            yield Diagnostic(note.rule, "info", note.message, file=file)
