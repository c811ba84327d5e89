"""What is wrong with a file, as data: a rule's name, a message, a cure and a place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

Severity = Literal["error", "warning", "info"]

REFUSALS = frozenset(
    {
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
    }
)
"""Rules that the reader raises: a file that breaks one is not an architecture (exit status 2)."""


class Span(NamedTuple):
    """A place in a text. Lines and columns count from 1; the end column is the first one after it."""

    line: int
    column: int
    end_line: int
    end_column: int


class Fault(Exception):
    """One thing that is wrong, raised by whoever finds it; it gets its file and layer once, at the top.

    ``parameter`` is the layer's parameter to blame, ``span`` the place where that is already known.
    """

    def __init__(
        self, rule: str, message: str, help: str = "", *, parameter: str | None = None, span: Span | None = None
    ) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message
        self.help = help
        self.parameter = parameter
        self.span = span


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A finding about a file: what was found, how to mend it, and where."""

    rule: str
    severity: Severity
    message: str
    help: str = ""
    layer: str | None = None
    file: str = ""
    span: Span | None = None

    def to_dict(self) -> dict[str, Any]:
        """The diagnostic as it stands in JSON."""
        return {
            "rule": self.rule,
            "severity": self.severity,
            "message": self.message,
            "help": self.help,
            "layer": self.layer,
            "location": location(self.file, self.span),
        }


def location(file: str, span: Span | None) -> dict[str, Any] | None:
    """The place as it stands in a diagnostic's JSON; None where there is no place in a text."""
    return None if span is None else {"file": file, **span._asdict()}


MAX_FINDINGS = 1000


class TooManyFaults(Exception):
    """The findings are full."""


class Findings:
    """A list of diagnostics that says each thing once, however often a block or a repeat comes by it.

    ``errors`` tells whether one of them is an error, ``full`` that no more are taken.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.errors = False
        self.full = False
        self._seen: dict[tuple[str, str, Span | None], Diagnostic] = {}

    def add(
        self,
        fault: Fault,
        *,
        span: Span | None = None,
        layer: str | None = None,
        severity: Severity = "error",
        file: str = "",
    ) -> None:
        """Record a fault; its own place goes before the one given here, and ``file`` before the findings' own.

        Raises TooManyFaults, once, when there are so many that the file is better read no further.
        """
        place = fault.span or span
        key = (fault.rule, fault.message, place)
        if key in self._seen or self.full:
            return
        self.errors = self.errors or severity == "error"
        self._seen[key] = Diagnostic(fault.rule, severity, fault.message, fault.help, layer, file or self.file, place)
        if len(self._seen) == MAX_FINDINGS:
            self.full = True
            raise TooManyFaults

    def extend(self, faults: Iterable[Fault], *, span: Span | None = None) -> None:
        for fault in faults:
            self.add(fault, span=span)

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(self._seen.values())

    def __len__(self) -> int:
        return len(self._seen)

    def sorted(self) -> tuple[Diagnostic, ...]:
        """In the order of the file's lines."""
        return tuple(sorted(self, key=lambda d: d.span or Span(0, 0, 0, 0)))


class ArchitectureError(Exception):
    """A file that could not be read as an architecture. ``diagnostics`` says why; ``str()`` shows it."""

    def __init__(self, diagnostics: Iterable[Diagnostic], text: str = "") -> None:
        super().__init__()
        self.diagnostics = tuple(diagnostics)
        self.text = text

    @classmethod
    def of(cls, name: str, fault: Fault, text: str = "") -> ArchitectureError:
        """For one fault, in the file of that name."""
        findings = Findings(name)
        findings.add(fault)
        return cls(findings, text)

    def __str__(self) -> str:
        from cnncalc.render.messages import render_diagnostics

        return render_diagnostics(self.diagnostics, self.text)
