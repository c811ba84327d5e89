"""Budgets: at most so many parameters, multiply-accumulates or bytes, on the command line or in a file's ``expect``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from cnncalc.diagnostics import Diagnostic, Fault
from cnncalc.language import t
from cnncalc.text import quote
from cnncalc.tree import Node, Scalar, kind_of

if TYPE_CHECKING:
    from cnncalc.analysis import Analysis

BOUNDS: dict[str, str] = {
    "max_params": "parameters",
    "max_macs": "MACs",
    "max_memory": "bytes of weights and activations",
}
"""Every bound, and what it counts; activations are every layer's output."""

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
        raise Fault("invalid-value", f"{bound} is one amount, not {kind_of(node)}", span=node.span)
    units = BYTES if bound == "max_memory" else THOUSANDS
    match = _AMOUNT.match(node.text.strip()) if len(node.text) < 40 else None
    factor = units.get(match[2].lower()) if match else None
    if match is None or factor is None:
        example = "64MiB, 64MB or 67_108_864" if bound == "max_memory" else "1.5M, 2G or 1_500_000"
        raise Fault("invalid-value", f"{bound} can't be {quote(node.text)}", f"write {example}", span=node.span)
    amount = Fraction(match[1].replace("_", "")) * factor
    if amount.denominator != 1:
        raise Fault("invalid-value", f"{bound} {quote(node.text)} is no whole number", span=node.span)
    return amount.numerator


def excess(bound: str, found: int, most: int, source: str) -> str:
    """How much is over the bound, in words."""
    unit = BOUNDS[bound]
    return f"{found:,} {unit}, {found - most:,} more than {source} of {most:,}"


def unchecked(bound: str, most: int) -> Fault:
    """The note about a bound that is kept by what is known, where not all is."""
    message = t(
        "the bound of {most:,} {unit} could not be checked in full: what some layers have is not known",
        most=most,
        unit=BOUNDS[bound],
    )
    return Fault("unchecked-budget", message)


def over_budget(analysis: Analysis, budget: Mapping[str, int]) -> Iterable[Diagnostic]:
    """A finding for each bound that the network is over, or may be. What can't be known counts as nothing."""
    totals, file = analysis.totals, analysis.graph.architecture.source.name
    found = totals.bounded(analysis.dtype, analysis.batch)
    for bound, most in budget.items():
        if found[bound] > most:
            message = f"{analysis.name} has {excess(bound, found[bound], most, 'the budget')}"
            help = f"every layer's output counts; {analysis.dtype}, batch of {analysis.batch:,}"
            yield Diagnostic("over-budget", "error", message, help if bound == "max_memory" else "", file=file)
        elif totals.unbounded(bound):
            note = unchecked(bound, most)
            yield Diagnostic(note.rule, "info", note.message, file=file)
