"""Many files: which of a folder are architectures, and how they are linted by as many processes as help."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from cnncalc.language import current, use
from cnncalc.lint.linter import Report, folder_of, lint_source, load
from cnncalc.lint.settings import Nearest, Settings
from cnncalc.processes import cores
from cnncalc.source import Source, is_file

PARALLEL = 64
"""From so many files on, several processes work."""
MOST_KNOWN = 500
"""Texts whose findings a process remembers."""

_LAYERS = re.compile(r"^(?:layers|\"layers\"|'layers')\s*:", re.MULTILINE)


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

    kept: bool = False
    """Whether findings are kept from one run to the next, where the files are many."""

    def each(self, files: Iterable[str]) -> Iterator[Report]:
        """Lint some files, one after the other. Raises SettingsError."""
        return map(Linting(self).report, files)

    def nearest(self) -> Nearest:
        """The settings for each file."""
        select, ignore, severity = self.options
        return Nearest(select, ignore, dict(severity))

    def run(self, files: Sequence[str]) -> list[Report]:
        """Lint some files, and return when all are done. Raises SettingsError."""
        return list(self.each(files))


class Linting:
    """Linting at work in one process. A text that was linted before, a copy of another file, is not linted again."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._budget = dict(job.budget)
        self._nearest = job.nearest()
        self._known: dict[tuple[int, str], Report] = {}

    def report(self, file: str) -> Report:
        """What is found in a file. Raises SettingsError."""
        settings = self._nearest.of(folder_of(file))
        source = load(file, settings)
        report = source if isinstance(source, Report) else self._linted(source, settings)
        if file != "-" and is_file(file):
            report.path = file
        return report

    def _linted(self, source: Source, settings: Settings) -> Report:
        if self._job.repair:
            return self._repaired(source, settings)
        if settings.per_file:
            return lint_source(source, settings, self._budget)
        key = id(settings), source.text  # the settings stay where they are, in _nearest
        known = self._known.get(key)
        if known is not None:
            return known.of(source)
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        known = self._known[key] = lint_source(source, settings, self._budget)
        return known

    def _repaired(self, source: Source, settings: Settings) -> Report:
        from cnncalc.lint.fixes import repaired

        mended, made = repaired(source, settings, unsafe=self._job.repair == "unsafe")
        report = lint_source(mended, settings, self._budget)
        report.source = source
        if made:
            report.mended, report.repaired = mended, made
        return report


def lint_files(files: Sequence[str], job: Job) -> Iterator[Report]:
    """Lint files, in their order, by several processes where there are many. Raises SettingsError."""
    if len(files) < PARALLEL or "-" in files:
        yield from job.each(files)
    elif job.kept and not job.repair:
        yield from _with_kept(files, job)
    else:
        yield from _shared_out(files, job)


def _shared_out(files: Sequence[str], job: Job) -> Iterator[Report]:
    """Lint files, in their order, by as many processes as help."""
    workers = cores()
    if len(files) < PARALLEL or workers < 2:
        yield from job.each(files)
        return
    from concurrent.futures import ProcessPoolExecutor

    size = max(1, min(25, len(files) // (4 * workers)))
    parts = [files[start : start + size] for start in range(0, len(files), size)]
    with ProcessPoolExecutor(workers, initializer=_start, initargs=(job, current())) as pool:
        for reports in pool.map(_run, parts):
            yield from reports


_linting: Linting | None = None
"""What a process of the pool works with."""


def _start(job: Job, language: str) -> None:
    global _linting
    use(language)
    _linting = Linting(job)


def _run(files: Sequence[str]) -> list[Report]:
    assert _linting is not None
    return [_linting.report(file) for file in files]


def _with_kept(files: Sequence[str], job: Job) -> Iterator[Report]:
    """Lint the files of which nothing is kept; the reports come in the order of the files."""
    from cnncalc.lint.kept import Kept

    kept, nearest, budget = Kept(), job.nearest(), dict(job.budget)
    ready: dict[str, Report] = {}
    for file in () if kept.empty else files:
        settings = nearest.of(folder_of(file))
        source = load(file, settings)
        report = kept.find(source, settings, budget) if isinstance(source, Source) else None
        if report is not None:
            report.path = file if is_file(file) else None
            ready[file] = report
    linted = _shared_out([file for file in files if file not in ready], job)
    for file in files:
        report = ready.pop(file, None)
        if report is None:
            report = next(linted)
            kept.keep(report, nearest.of(folder_of(file)), budget)
        yield report
    kept.save()
