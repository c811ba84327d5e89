"""What a lint rule is: a declaration with its page, its check and, where one is safe, its fix."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from cnncalc.diagnostics import Severity, Span

if TYPE_CHECKING:
    from cnncalc.lint.network import Network

Limits = Mapping[str, float]
"""A rule's thresholds by name, as the settings have them."""

Check = Callable[["Network", Limits], Iterable["Finding"]]


class Edit(NamedTuple):
    """A replacement of a part of a text: the place, and what stands there instead. An empty place is an insertion."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A repair. One that could change what the network computes is not ``safe``."""

    edits: tuple[Edit, ...]
    title: str
    safe: bool = True


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found: where, with the numbers that it saw, and the cure.

    It can be allowed at its layer's other lines as well: from ``line``, on which the layer begins, to ``end``.
    """

    message: str
    help: str
    span: Span
    layer: str | None = None
    line: int = 0
    fix: Fix | None = None
    end: int = 0


class Threshold(NamedTuple):
    """A number that a rule compares with, which the settings may change."""

    value: float
    help: str


def _nothing(net: Network, limits: Limits) -> Iterable[Finding]:
    return ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule and its page. ``bad`` and ``good`` are whole descriptions; a comment ``# here`` in the bad one marks the
    line at which the rule, and no other of its severity or above, reports it."""

    name: str
    """It reads well behind "allow": ``bias-before-batch-norm``."""
    severity: Severity
    summary: str
    """What it reports, in one line."""
    why: str
    bad: str
    good: str
    source: str
    """The paper, the framework's documentation or the measurement that it rests on."""
    allow: str
    """When it is right to allow it."""
    check: Check = _nothing
    thresholds: Mapping[str, Threshold] = field(default_factory=dict)
    fixes: str = ""
    """What ``--fix`` does, if it does something."""
