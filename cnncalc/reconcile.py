"""Why tools disagree about one network: what each would report, and a reason for every difference."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cnncalc.analysis import Analysis, Layer
from cnncalc.language import t
from cnncalc.tools import EVERY, TOOLS, Rule, Tool


@dataclass
class Term:
    """One reason for a difference: how much it makes up, in which layers, and why."""

    why: str
    amount: int = 0
    layers: dict[str, int] = field(default_factory=dict)
    """How many layers of which type."""

    @property
    def layers_text(self) -> str:
        """``53 batch_norm, 1 dense``."""
        return ", ".join(f"{count:,} {word}" for word, count in self.layers.items())


@dataclass
class Report:
    """What a tool would report. ``operations`` is None where it counts none, or where a shape is not known."""

    tool: Tool
    params: int
    operations: int | None
    params_terms: list[Term]
    operations_terms: list[Term]

    def to_dict(self) -> dict[str, Any]:
        """The report as it stands in JSON."""
        return {
            "tool": self.tool.name,
            "version": self.tool.version,
            "unit": self.tool.unit or None,
            "per_mac": self.tool.per_mac or None,
            "params": self.params,
            "operations": self.operations,
            "params_terms": [vars(term) for term in self.params_terms],
            "operations_terms": [vars(term) for term in self.operations_terms],
        }


def reconcile(analysis: Analysis) -> list[Report]:
    """What torchinfo, fvcore, ptflops, thop, calflops and Keras would report for a network, and why they differ."""
    by_type: dict[str, list[Layer]] = {}
    for layer in analysis.layers:
        if layer.macs is not None and layer.activations is not None and not layer.facts.faults:
            by_type.setdefault(layer.type, []).append(layer)
    return [_report(tool, analysis, by_type) for tool in TOOLS]


def _report(tool: Tool, analysis: Analysis, by_type: Mapping[str, list[Layer]]) -> Report:
    totals = analysis.totals
    params = _terms(tool.params, by_type)
    terms = _terms(tool.operations, by_type)
    known = tool.per_mac and totals.complete
    return Report(
        tool,
        totals.params + sum(term.amount for term in params),
        tool.per_mac * totals.macs + sum(term.amount for term in terms) if known else None,
        params,
        terms,
    )


def _terms(rules: Iterable[Rule], by_type: Mapping[str, list[Layer]]) -> list[Term]:
    """What each rule comes to, where it comes to anything."""
    found = []
    for rule in rules:
        term = Term(t(rule.why))
        for word in by_type if rule.types == EVERY else rule.types:
            amounts = [amount for layer in by_type.get(word, ()) if (amount := rule.count(layer))]
            if amounts:
                term.amount += sum(amounts)
                term.layers[word] = len(amounts)
        if term.layers:
            found.append(term)
    return found
