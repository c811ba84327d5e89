"""``cnncalc lint``: what is wrong, or doubtful, in many files; and its repair."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from typing import Annotated, Any, Literal, TextIO

import typer

from cnncalc.cli.options import MaxMacsOption, MaxMemoryOption, MaxParamsOption, parse_budget
from cnncalc.cli.output import chosen, excerpt_width, json_line, opened, styled, write_table, write_text
from cnncalc.language import n, t
from cnncalc.lint.linter import Report
from cnncalc.lint.many import Job, lint_files, walk
from cnncalc.lint.settings import Settings, SettingsError
from cnncalc.lint.tally import Tally
from cnncalc.render.lint import PIECES, diff, diff_pieces, repair_line, statistics, statistics_table, summary
from cnncalc.render.table import write_plain
from cnncalc.text import printable, quote

FORMATS = ("text", "concise", "json", "github", "sarif", "gitlab", "junit")
LOOK = 0.5
"""Seconds between two looks at the files that are watched."""
CLEAR = "\x1b[H\x1b[2J"


def lint_command(
    paths: Annotated[
        list[str],
        typer.Argument(metavar="PATH", help="Files, folders, - for standard input, or bundled names."),
    ],
    select: Annotated[
        list[str] | None, typer.Option("--select", metavar="RULES", help="Only these rules, with commas between.")
    ] = None,
    ignore: Annotated[
        list[str] | None, typer.Option("--ignore", metavar="RULES", help="All but these rules, with commas between.")
    ] = None,
    severity: Annotated[
        list[str] | None,
        typer.Option("--severity", metavar="RULE=LEVEL", help="Another severity for a rule: error, warning or info."),
    ] = None,
    max_params: MaxParamsOption = "",
    max_macs: MaxMacsOption = "",
    max_memory: MaxMemoryOption = "",
    fix: Annotated[bool, typer.Option("--fix", help="Repair what can be repaired, in the files.")] = False,
    unsafe_fixes: Annotated[
        bool,
        typer.Option("--unsafe-fixes", help="With --fix or --diff: repairs, too, that may change what is computed."),
    ] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="Show the repairs, and write nothing; exit status 1 if there are some.")
    ] = False,
    statistics: Annotated[bool, typer.Option("--statistics", help="How often each rule found something.")] = False,
    only_architectures: Annotated[
        bool, typer.Option("--only-architectures", help="Skip named files, too, that have no `layers:`.")
    ] = False,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Of many files, lint those as well that are as they were last time.")
    ] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Lint again whenever a file changes; Ctrl-C ends it.")] = False,
    format: Annotated[str, typer.Option("--format", "-f", metavar="FORMAT", help=f"{', '.join(FORMATS)}.")] = "text",
    output_file: Annotated[
        str, typer.Option("--output-file", metavar="FILE", help="Write the findings into a file.")
    ] = "",
) -> None:
    """Find what is wrong, or doubtful, in architectures.

    cnncalc lint networks/ vgg16

    Exit status 1 for a warning or an error, 2 for a path that can't be read. `cnncalc rule NAME` explains a rule;
    settings stand in pyproject.toml under [tool.cnncalc.lint].
    """
    chosen(format, FORMATS, "--format")
    if statistics and format not in ("text", "concise", "json"):
        message = t("--statistics goes with the formats text, concise and json")
        raise typer.BadParameter(message, param_hint="--statistics")
    if unsafe_fixes and not (fix or diff):
        raise typer.BadParameter(t("it goes with --fix or --diff"), param_hint="--unsafe-fixes")
    if "-" in paths and (watch or (fix and not diff and len(paths) > 1)):
        option = "--watch" if watch else "--fix"
        raise typer.BadParameter(t("standard input can't be linted with it among files"), param_hint=option)
    repair: Literal["", "safe", "unsafe"] = ("unsafe" if unsafe_fixes else "safe") if fix or diff else ""
    budget = tuple(parse_budget(max_params, max_macs, max_memory).items())
    job = Job(_options(select, ignore, severity), budget, repair, kept=not no_cache)
    task = Task(job, format, output_file, statistics, diff)
    files = partial(_files, paths, only_architectures)
    if watch:
        _watch(task, files)
    status = task.run(files())
    if status:
        raise typer.Exit(status)


def _options(select: list[str] | None, ignore: list[str] | None, severity: list[str] | None) -> Any:
    """The rules' options for a Job. Raises typer.BadParameter."""
    levels = {}
    for text in severity or ():
        name, equals, level = text.partition("=")
        if not equals:
            message = t("{text} is not of the form RULE=LEVEL", text=quote(text))
            raise typer.BadParameter(message, param_hint="--severity")
        levels[name.strip()] = level.strip()
    options = (_words(select), _words(ignore), tuple(levels.items()))
    try:
        Settings().with_options(options[0], options[1], levels)
    except SettingsError as error:
        option, _, message = str(error).partition(": ")
        raise typer.BadParameter(message, param_hint=option) from None
    return options


def _words(given: list[str] | None) -> tuple[str, ...]:
    return tuple(word for text in given or () for part in text.split(",") if (word := part.strip()))


def _files(paths: list[str], only_architectures: bool) -> list[str]:
    files = list(walk(paths, only_architectures))
    if not files and not only_architectures:
        where = ", ".join(quote(path) for path in paths[:4])
        print(t("no architecture in {where}: no .yaml file has `layers:`", where=where), file=sys.stderr)
    return files


@dataclass
class Task:
    """A job, and where its findings go."""

    job: Job
    format: str
    output_file: str
    statistics: bool
    diff: bool

    def run(self, files: list[str]) -> int:
        """Lint the files, write what was found, and return the exit status."""
        tally = Tally()
        # A repaired standard input is the output; findings make way.
        piped = files == ["-"] and bool(self.job.repair) and not self.diff
        with opened(self.output_file, sys.stderr if piped else sys.stdout) as out, _settings_errors():
            if self.diff:
                return self._write_diffs(lint_files(files, self.job), tally, out)
            told = out if self.format == "text" else sys.stderr
            self._write(self._reports(files, tally, told), tally, out)
            if self.format == "text" or tally.severities:
                write_text([(summary(tally) + "\n", "bold")], told)
        return tally.status

    def _reports(self, files: list[str], tally: Tally, told: TextIO) -> Iterator[Report]:
        """The reports, counted; each after its repairs are written and told."""
        for report in lint_files(files, self.job):
            reason = self._rewrite(report) if self.job.repair else ""
            if reason:
                message = t("cannot repair {name}: {reason}", name=quote(report.name), reason=printable(reason))
                write_text([(t("error"), "bold red"), (f": {message}\n", "")], sys.stderr)
                tally.unwritten = True
                (report,) = replace(self.job, repair="").run([report.path or report.name])
            if report.repaired:
                write_text([(f"{repair_line(found)}\n", "") for found in report.repaired], told)
            tally.add(report)
            yield report

    def _rewrite(self, report: Report) -> str:
        """Write a repaired text in its file's place; returns why it can't be done, if it can't."""
        from cnncalc.lint.writing import rewrite

        if report.name == "<stdin>" and report.source is not None:
            sys.stdout.write((report.mended or report.source).text)
        elif report.source is not None and report.mended is not None:
            if report.path is None:
                return t("it comes with cnncalc; `cnncalc copy` makes a file of it")
            try:
                rewrite(report.path, report.source, report.mended)
            except OSError as error:
                return os.strerror(error.errno).lower() if error.errno else str(error)
        return ""

    def _write(self, reports: Iterator[Report], tally: Tally, out: TextIO) -> None:
        if self.statistics:
            for _ in reports:
                pass
            if self.format == "json":
                out.write(json_line(statistics(tally)) + "\n")
            elif tally.rules:
                table = statistics_table(tally)
                write_table(table, "table") if out is sys.stdout else write_plain(table, out)
        elif self.format in PIECES:
            width = excerpt_width(out)
            for report in reports:
                if report.found:
                    write_text(PIECES[self.format](report, width), out)
        else:
            out.write(import_module(f"cnncalc.render.lint_{self.format}").render(reports))

    def _write_diffs(self, reports: Iterator[Report], tally: Tally, out: TextIO) -> int:
        for report in reports:
            tally.add(report)
            text = diff(report)
            if text and styled(out):
                write_text(diff_pieces(text), out)
            else:
                out.write(text)
            if report.unreadable:
                write_text(PIECES["concise"](report, 0), sys.stderr)
        if tally.repaired:
            files = n("{n} file", "{n} files", tally.mended)
            told = n("{n} repair in {files}", "{n} repairs in {files}", tally.repaired, files=files)
            write_text([(told + "\n", "bold")], sys.stderr)
        return 2 if tally.unreadable else int(bool(tally.repaired))


@contextmanager
def _settings_errors() -> Iterator[None]:
    """Tell of settings that can't be read, and end with exit status 2."""
    try:
        yield
    except SettingsError as error:
        sys.stdout.flush()
        write_text([(t("error"), "bold red"), (f": {printable(str(error))}\n", "")], sys.stderr)
        raise typer.Exit(2) from None


def _watch(task: Task, files: Callable[[], list[str]]) -> None:
    """Lint, and again whenever something changed, until Ctrl-C: exit status 130."""
    import time

    from cnncalc.lint.watching import rounds

    try:
        for listed in rounds(files, lambda: time.sleep(LOOK)):
            if styled(sys.stdout):
                sys.stdout.write(CLEAR)
            with suppress(typer.Exit):  # settings that can't be read: they may be mended, too
                task.run(listed)
            print(t("watching; Ctrl-C ends it"), file=sys.stderr)
            sys.stdout.flush()
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
