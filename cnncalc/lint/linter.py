"""Linting: a file read, run and looked at by every rule; many files by as many processes as help."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from cnncalc.api import build, load_source
from cnncalc.diagnostics import ArchitectureError, Diagnostic, Severity, Span
from cnncalc.graph import resting_collector
from cnncalc.inference import Run
from cnncalc.language import current, use
from cnncalc.lint.allowances import Allowances
from cnncalc.lint.network import Network
from cnncalc.lint.rule import Finding, Fix
from cnncalc.lint.rules import CHECKED, NAMES, rule
from cnncalc.lint.settings import Settings, find_settings
from cnncalc.reader import read
from cnncalc.source import Source, is_file

UNUSED = "unused-allowance"
UNREADABLE = "unreadable-file"
"""What is told of a path that can't be read: not about a file's text, and so never left out."""

DOUBTFUL, CERTAIN = "layout", "channels-last"
"""What the reader finds worth a word about an input's axes, and the rule that says the same where it is certain."""

PARALLEL = 64
"""From so many files on, several processes work."""

_LAYERS = re.compile(r"^(?:layers|\"layers\"|'layers')\s*:", re.MULTILINE)


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
        settings = find_settings(_folder(name), {})
    source = _loaded(name, settings)
    return source if isinstance(source, Report) else lint_source(source, settings, budget)


def _folder(name: str) -> Path:
    """The folder that a file lies in; for standard input and bundled names the one in which we are."""
    return Path(os.path.abspath(name)).parent


def _loaded(name: str, settings: Settings) -> Source | Report:
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


# Many files


def walk(paths: Sequence[str], only_architectures: bool = False) -> Iterator[str]:
    """The files to lint: those named, and in folders every ``*.yaml`` and ``*.yml`` that has ``layers:``.

    ``only_architectures`` asks that of the files named, too. A file that is named twice comes once.
    """
    seen = set()
    for path in _walked(paths, only_architectures):
        place = path if path == "-" else os.path.abspath(path)
        if place not in seen:
            seen.add(place)
            # What begins a line of the output like that would be a command to GitHub's runner.
            yield os.path.join(os.curdir, path) if path.lstrip().startswith(("::", "##[")) else path


def _walked(paths: Sequence[str], only_architectures: bool) -> Iterator[str]:
    for path in paths:
        if path == "-" or not os.path.isdir(path):
            if not only_architectures or not os.path.isfile(path) or _is_architecture(path):
                yield path
            continue
        closed: list[OSError] = []
        for folder, folders, files in os.walk(path, onerror=closed.append):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(files):
                file = os.path.join(folder, name).removeprefix(os.path.join(os.curdir, ""))
                if name.endswith((".yaml", ".yml")) and _is_architecture(file):
                    yield file
        # A folder that can't be read is told like a file.
        yield from (os.fsdecode(error.filename) for error in closed if error.filename)


def _is_architecture(file: str) -> bool:
    if not os.path.isfile(file):
        return os.path.islink(file)  # linting a link to nothing says so
    try:
        with open(file, encoding="utf-8", errors="replace") as stream:
            return _LAYERS.search(stream.read(4_000_001)) is not None
    except OSError:
        return True  # linting it says what is wrong


@dataclass(frozen=True)
class Job:
    """What every file is linted with: the settings nearest to it, with ``options`` on top."""

    options: tuple[tuple[str, ...], tuple[str, ...], tuple[tuple[str, str], ...]] = ((), (), ())
    """Rules to select, rules to ignore, and severities by rule."""
    budget: tuple[tuple[str, int], ...] = ()
    repair: Literal["", "safe", "unsafe"] = ""
    """Which repairs are made in the texts, if any. No file is written."""

    def each(self, files: Iterable[str]) -> Iterator[Report]:
        """Lint some files, one after the other. Raises SettingsError."""
        known: dict[Path, Settings] = {}
        select, ignore, severity = self.options
        for file in files:
            settings = find_settings(_folder(file), known).with_options(select, ignore, dict(severity))
            report = self._linted(file, settings)
            if file != "-" and is_file(file):
                report.path = file
            yield report

    def _linted(self, file: str, settings: Settings) -> Report:
        if not self.repair:
            return lint(file, settings, **dict(self.budget))
        from cnncalc.lint.fixes import repaired

        source = _loaded(file, settings)
        if isinstance(source, Report):
            return source
        mended, made = repaired(source, settings, unsafe=self.repair == "unsafe")
        report = lint_source(mended, settings, dict(self.budget))
        report.source = source
        if made:
            report.mended, report.repaired = mended, made
        return report

    def run(self, files: Sequence[str]) -> list[Report]:
        """Lint some files, and return when all are done. Raises SettingsError."""
        return list(self.each(files))


def lint_files(files: Sequence[str], job: Job) -> Iterator[Report]:
    """Lint files, in their order, by several processes where there are many. Raises SettingsError."""
    workers = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if len(files) < PARALLEL or workers < 2 or "-" in files:
        yield from job.each(files)
        return
    from concurrent.futures import ProcessPoolExecutor

    size = max(1, min(8, len(files) // (8 * workers)))
    parts = [files[start : start + size] for start in range(0, len(files), size)]
    with ProcessPoolExecutor(workers, initializer=use, initargs=(current(),)) as pool:
        for reports in pool.map(job.run, parts):
            yield from reports
