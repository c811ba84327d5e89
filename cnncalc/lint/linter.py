"""Linting: a file read, run and looked at by every rule; many files by as many processes as help."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cnncalc.api import build, load_source
from cnncalc.diagnostics import ArchitectureError, Diagnostic, Severity, Span
from cnncalc.graph import resting_collector
from cnncalc.inference import Run
from cnncalc.lint.allowances import Allowances
from cnncalc.lint.network import Network
from cnncalc.lint.rule import Finding, Fix
from cnncalc.lint.rules import CHECKED, NAMES, rule
from cnncalc.lint.settings import Settings, find_settings
from cnncalc.reader import read
from cnncalc.source import Source

UNUSED = "unused-allowance"
UNREADABLE = "unreadable-file"
"""What is told of a path that can't be read: not about a file's text, and so never left out."""

DOUBTFUL, CERTAIN = "layout", "channels-last"
"""What the reader finds worth a word about an input's axes, and the rule that says the same where it is certain."""


@dataclass(frozen=True, slots=True)
class Found:
    """A finding of one file, and its repair if there is one."""

    diagnostic: Diagnostic
    fix: Fix | None = None


@dataclass(slots=True)
class Report:
    """What was found in one file. ``source`` is None where it could not be read at all."""

    name: str
    source: Source | None
    found: list[Found] = field(default_factory=list)
    path: str | None = None
    """The file, if it is one: not standard input, nor what comes with cnncalc."""
    mended: Source | None = None
    """The text with its repairs made, where they were asked for and there are some; ``found`` is about it."""
    repaired: list[Found] = field(default_factory=list)
    """What was found before, and repaired."""

    @property
    def diagnostics(self) -> list[Diagnostic]:
        return [found.diagnostic for found in self.found]

    @property
    def clean(self) -> bool:
        """Whether nothing of warning or above was found."""
        return all(d.severity == "info" for d in self.diagnostics)

    def of(self, source: Source) -> Report:
        """The same findings, of a source with the same text and another name."""
        found = [Found(replace(each.diagnostic, file=source.name), each.fix) for each in self.found]
        return Report(source.name, source, found)

    @property
    def unreadable(self) -> bool:
        """Whether there was nothing to lint: no such file, or none that may be read."""
        return any(d.rule == UNREADABLE for d in self.diagnostics)


def lint(arch: str | os.PathLike[str] | Source, settings: Settings | None = None, **budget: int) -> Report:
    """Lint one file, a bundled architecture, ``-``, or a Source. ``budget`` has bounds: ``max_params=5_000_000``.

    Without ``settings`` those nearest to the file count. Never raises for what is in a file: that is a finding.
    """
    if isinstance(arch, Source):
        return lint_source(arch, settings or Settings(), budget)
    name = os.fspath(arch)
    if settings is None:
        settings = find_settings(folder_of(name), {})
    source = load(name, settings)
    return source if isinstance(source, Report) else lint_source(source, settings, budget)


def folder_of(name: str) -> Path:
    """The folder that a file lies in; for standard input and bundled names the one in which we are."""
    return Path(os.path.abspath(name)).parent


def load(name: str, settings: Settings) -> Source | Report:
    """A file's text, or what is told where it has none."""
    try:
        return load_source(name)
    except ArchitectureError as error:
        told = [d for d in error.diagnostics if d.rule == UNREADABLE or settings.runs(d.rule, name)]
        return Report(name, None, [Found(d if d.rule == UNREADABLE else _leveled(d, settings)) for d in told])


def lint_source(source: Source, settings: Settings, budget: Mapping[str, int] | None = None) -> Report:
    """Lint a text."""
    with resting_collector():
        return Report(source.name, source, sorted(_found(source, settings, budget or {}), key=_place))


def _place(found: Found) -> tuple[int, int, str]:
    span = found.diagnostic.span
    return (span.line, span.column, found.diagnostic.rule) if span else (0, 0, found.diagnostic.rule)


def _found(source: Source, settings: Settings, budget: Mapping[str, int]) -> Iterator[Found]:
    reading = read(source)
    try:
        graph, findings = build(source, reading=reading)
    except ArchitectureError as error:
        yield from (Found(_leveled(d, settings)) for d in error.diagnostics if settings.runs(d.rule, source.name))
        return
    run = Run(graph, findings)
    for _ in run:
        pass
    analysis = run.analysis()
    if budget:
        analysis = analysis.within(budget)
    allowances = Allowances(source.text)
    net = Network(source, reading.root, analysis)
    certain: set[Span] = set()
    active = [name for name in CHECKED if settings.runs(name, source.name)]
    for name in active:
        declared = rule(name)
        for finding in _merged(declared.check(net, settings.limits(name))):
            if name == CERTAIN:
                certain.add(finding.span)
            if not allowances.allows(name, finding):
                yield _reported(source.name, name, finding, settings.severity.get(name, declared.severity))
    for diagnostic in analysis.diagnostics:
        doubled = diagnostic.rule == DOUBTFUL and diagnostic.span in certain
        if settings.runs(diagnostic.rule, source.name) and not doubled:
            yield Found(_leveled(diagnostic, settings))
    if settings.runs(UNUSED, source.name):
        severity = settings.severity.get(UNUSED, rule(UNUSED).severity)
        for finding in allowances.unused(NAMES, CHECKED, active):
            yield _reported(source.name, UNUSED, finding, severity)


def _leveled(diagnostic: Diagnostic, settings: Settings) -> Diagnostic:
    level = settings.severity.get(diagnostic.rule)
    return replace(diagnostic, severity=level) if level else diagnostic


def _reported(file: str, name: str, finding: Finding, severity: Severity) -> Found:
    diagnostic = Diagnostic(name, severity, finding.message, finding.help, finding.layer, file, finding.span)
    return Found(diagnostic, finding.fix)


def _merged(findings: Iterable[Finding]) -> Iterator[Finding]:
    """One finding for each place, however many layers a block or a repeat makes of it."""
    by_place: dict[Any, list[Finding]] = {}
    for finding in findings:
        by_place.setdefault(finding.span, []).append(finding)
    for same in by_place.values():
        first, *more = same
        others = len({finding.layer for finding in more} - {first.layer})
        if others:
            again = "1 more layer" if others == 1 else f"{others:,} more layers"
            first = replace(first, message=f"{first.message} (and {again} from this line)")
        # A repair at a place that makes several layers has to be right for all of them.
        fixes = {finding.fix for finding in same}
        yield first if len(fixes) == 1 else replace(first, fix=None)
