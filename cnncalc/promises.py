"""``expect``: what a file promises about a layer, a structure or the network, compared with what was found."""

from __future__ import annotations

from typing import Any

from cnncalc.analysis import Totals
from cnncalc.architecture import Expect
from cnncalc.budget import BOUNDS, measured, unchecked
from cnncalc.diagnostics import Fault, Findings
from cnncalc.language import t
from cnncalc.receptive_field import Field
from cnncalc.text import shape_text
from cnncalc.values import Shape, spread


def check_promises(
    expect: Expect,
    findings: Findings,
    who: str,
    outputs: dict[str, Shape | None],
    totals: Totals,
    field: Field,
) -> None:
    """Report each promise that does not hold. What could not be worked out is not held against the file."""
    for key, promised in expect.values.items():
        for what, wanted, found in _pairs(key, promised, outputs, totals, field):
            if key in BOUNDS and found <= wanted:
                if totals.unbounded(key):
                    findings.add(unchecked(key, wanted), span=expect.spans[key], layer=who or None, severity="info")
                continue
            if found is None or wanted == found or not _known(found):
                continue
            if key in BOUNDS:
                message = t(
                    "{amount}, {excess:,} more than the file's bound of {most:,}",
                    amount=measured(key, found),
                    excess=found - wanted,
                    most=wanted,
                )
                help = t("make the network smaller, or the bound larger")
            else:
                message = t(
                    "{what} is {found}, and the file expects {wanted}",
                    what=what,
                    found=_text(found),
                    wanted=_text(wanted),
                )
                help = t("correct the network, or the promise")
            if who:
                message = f"{who}: {message}"
            fault = Fault("expectation-failed", message, help)
            findings.add(fault, span=expect.spans.get(what, expect.spans[key]), layer=who or None)


def _pairs(
    key: str, promised: Any, outputs: dict[str, Shape | None], totals: Totals, field: Field
) -> list[tuple[str, Any, Any]]:
    """What is compared: a name for it, what was promised, and what was found."""
    if key == "output":
        if isinstance(promised, dict):
            return [(f"output {name}", shape, outputs.get(name, ())) for name, shape in promised.items()]
        return [("output", promised, outputs.get("output", next(iter(outputs.values()), None)))]
    if key == "receptive_field":
        found = tuple(None if extent is None else extent.size for extent in field)
        try:
            return [(t("receptive field"), spread(promised, len(found), "receptive_field"), found)]
        except Fault:
            return [(t("receptive field"), promised, found)]
    if key in BOUNDS:
        return [(key, promised, totals.bounded()[key])]
    return [(key, promised, getattr(totals, key) if totals.complete else None)]


def _known(found: Any) -> bool:
    return not isinstance(found, tuple) or None not in found


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return shape_text(value) or t("not there")
    return f"{value:,}"
