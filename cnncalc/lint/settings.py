"""The linter's settings: ``[tool.cnncalc.lint]`` of the nearest pyproject.toml, or ``.cnncalc.toml``."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from cnncalc.diagnostics import Severity
from cnncalc.lint.rules import NAMES, rule
from cnncalc.text import listing, quote, suggest

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
KEYS = ("select", "ignore", "severity", "thresholds", "per-file")
FILES = (".cnncalc.toml", "pyproject.toml")


class SettingsError(Exception):
    """Settings that can't be read; the message says where and why."""


@dataclass(frozen=True)
class Settings:
    """Which rules are run, how severe they are, and what they compare with.

    ``select`` is empty for all. ``per_file`` has rules to leave out for files that match a pattern, as seen from
    ``folder``, in which the settings were found.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = field(default_factory=dict)
    thresholds: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    per_file: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    folder: Path | None = None

    def runs(self, name: str, file: str) -> bool:
        """Whether a rule is run on a file."""
        if name in self.ignore or (self.select and name not in self.select):
            return False
        return not any(name in rules for pattern, rules in self.per_file.items() if self._matches(file, pattern))

    def _matches(self, file: str, pattern: str) -> bool:
        path = Path(os.path.abspath(file))
        if self.folder is not None and path.is_relative_to(self.folder):
            return fnmatch(path.relative_to(self.folder).as_posix(), pattern) or fnmatch(path.name, pattern)
        return fnmatch(path.name, pattern)

    def limits(self, name: str) -> dict[str, float]:
        """A rule's thresholds, the settings' own in the place of its defaults."""
        declared = {key: threshold.value for key, threshold in rule(name).thresholds.items()}
        return {**declared, **self.thresholds.get(name, {})}

    def with_options(self, select: Iterable[str], ignore: Iterable[str], severity: Mapping[str, str]) -> Settings:
        """The settings with those of a command line before them. Raises SettingsError."""
        selected = list(select)
        chosen = _rule_names(selected, "--select")
        left_out = _rule_names(list(ignore), "--ignore")
        levels = _severities(severity, "--severity")
        return replace(
            self,
            select=chosen if selected else self.select,
            ignore=(*(i for i in self.ignore if i not in chosen), *left_out),
            severity={**self.severity, **levels},
        )


def find_settings(folder: Path, known: dict[Path, Settings]) -> Settings:
    """The nearest settings from a folder upwards; ``known`` keeps what was found. Raises SettingsError."""
    way = []
    found = Settings()
    for around in (folder, *folder.parents):
        if around in known:
            found = known[around]
            break
        way.append(around)
        here = _settings_in(around)
        if here is not None:
            found = here
            break
    known.update(dict.fromkeys(way, found))
    return found


class Nearest:
    """The settings for each file: the nearest ones, with those of a command line before them."""

    def __init__(self, select: Iterable[str], ignore: Iterable[str], severity: Mapping[str, str]) -> None:
        self._options = tuple(select), tuple(ignore), dict(severity)
        self._found: dict[Path, Settings] = {}
        self._settings: dict[int, Settings] = {}

    def of(self, folder: Path) -> Settings:
        """The settings for the files of a folder, one object wherever they are the same. Raises SettingsError."""
        found = find_settings(folder, self._found)
        if id(found) not in self._settings:
            self._settings[id(found)] = found.with_options(*self._options)
        return self._settings[id(found)]


def _settings_in(folder: Path) -> Settings | None:
    for name in FILES:
        path = folder / name
        if path.is_file():
            table = _table(path)
            if table is not None:
                return read_settings(table, str(path), folder)
    return None


def _table(path: Path) -> dict[str, Any] | None:
    """The settings in a file; None where it has none."""
    import tomllib

    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        if path.name == "pyproject.toml" and isinstance(error, OSError):
            return None
        raise SettingsError(f"{path}: {error}") from None
    if path.name != "pyproject.toml":
        document = document.get("lint", document)
    else:
        for key in ("tool", "cnncalc", "lint"):
            document = document.get(key, {}) if isinstance(document, dict) else {}
        if not document:
            return None
    if not isinstance(document, dict):
        raise SettingsError(f"{path}: lint is a table")
    return document


def read_settings(table: Mapping[str, Any], place: str, folder: Path | None = None) -> Settings:
    """The settings of a table, checked. Raises SettingsError with the nearest known word."""
    for key in table:
        if key not in KEYS:
            help = suggest(key, KEYS, f"it has {listing(KEYS)}")
            raise SettingsError(f"{place}: there is no setting {quote(key)}; {help}")
    per_file = _tables(table, "per-file", place)
    thresholds = _tables(table, "thresholds", place)
    return Settings(
        select=_rule_names(table.get("select", []), f"{place}: select"),
        ignore=_rule_names(table.get("ignore", []), f"{place}: ignore"),
        severity=_severities(_tables(table, "severity", place), f"{place}: severity"),
        thresholds={name: _thresholds(name, values, f"{place}: thresholds") for name, values in thresholds.items()},
        per_file={pattern: _rule_names(names, f"{place}: per-file") for pattern, names in per_file.items()},
        folder=folder,
    )


def _tables(table: Mapping[str, Any], key: str, place: str) -> Mapping[str, Any]:
    value = table.get(key, {})
    if not isinstance(value, dict):
        raise SettingsError(f"{place}: {key} is a table")
    return value


def _rule_names(names: Any, place: str) -> tuple[str, ...]:
    """Names of rules, checked; ``all`` is none in particular."""
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise SettingsError(f"{place}: write a list of rules' names")
    for name in names:
        _check_rule(name, place)
    return tuple(name for name in names if name != "all")


def _check_rule(name: str, place: str) -> None:
    if name not in NAMES and name != "all":
        help = suggest(name, NAMES, "`cnncalc rule` lists them")
        raise SettingsError(f"{place}: there is no rule {quote(name)}; {help}")


def _severities(table: Mapping[str, Any], place: str) -> dict[str, Severity]:
    levels: dict[str, Severity] = {}
    for name, level in table.items():
        _check_rule(name, place)
        if level not in SEVERITIES:
            raise SettingsError(f"{place}: {quote(str(level))} is not one of {listing(SEVERITIES, 'or')}")
        levels[name] = level
    return levels


def _thresholds(name: str, values: Any, place: str) -> dict[str, float]:
    _check_rule(name, place)
    declared = rule(name).thresholds
    if not isinstance(values, dict):
        raise SettingsError(f"{place}: {name} is a table of numbers")
    for key, value in values.items():
        if key not in declared:
            known = f"it has {listing(declared)}" if declared else "it has none"
            raise SettingsError(f"{place}: {name} has no threshold {quote(key)}; {suggest(key, list(declared), known)}")
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise SettingsError(f"{place}: {name}.{key} is a number")
    return dict(values)
