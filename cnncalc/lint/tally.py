"""What many reports come to: counts by severity and by rule, what can be repaired, and the exit status."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from cnncalc.lint.linter import Report


@dataclass
class Tally:
    """The sums of the reports that were added."""

    files: int = 0
    """Files that were linted."""
    with_findings: int = 0
    """Those in which something was found."""
    severities: Counter[str] = field(default_factory=Counter)
    rules: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Findings by rule and severity."""
    fixable: Counter[str] = field(default_factory=Counter)
    """Findings by rule that a repair is offered for."""
    safe: int = 0
    """Repairs that --fix makes, and beside them ``unsafe`` ones."""
    unsafe: int = 0
    repaired: int = 0
    """Findings that were repaired, in so many ``mended`` files."""
    mended: int = 0
    unreadable: bool = False
    unwritten: bool = False
    """Whether a repair could not be written."""
    failed: bool = False
    """Whether something of warning or above was found."""

    def add(self, report: Report) -> None:
        """Count a file's findings."""
        self.files += 1
        self.with_findings += bool(report.found)
        self.repaired += len(report.repaired)
        self.mended += bool(report.repaired)
        self.unreadable = self.unreadable or report.unreadable
        self.failed = self.failed or not report.clean
        for found in report.found:
            rule, severity = found.diagnostic.rule, found.diagnostic.severity
            self.severities[severity] += 1
            self.rules[rule, severity] += 1
            if found.fix is not None:
                self.fixable[rule] += 1
                self.safe += found.fix.safe
                self.unsafe += not found.fix.safe

    @property
    def status(self) -> int:
        """The exit status: 2 for a path that can't be read or written, 1 for a finding of warning or above, else 0."""
        return 2 if self.unreadable or self.unwritten else int(self.failed)
