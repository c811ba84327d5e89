"""Findings kept from one run to the next, so that of many files only those are linted again that have changed.

They lie in the user's cache folder, by the hash of all that they depend on: the text, the settings (and the name, where
these are for some files only), the language, and cnncalc itself. What can't be read or written there is not kept.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import Any

from cnncalc.diagnostics import Diagnostic, Span
from cnncalc.language import current
from cnncalc.lint.linter import Found, Report
from cnncalc.lint.rule import Edit, Fix
from cnncalc.lint.settings import Settings
from cnncalc.source import Source

MOST = 20_000
"""Files whose findings are kept, those of the last run first."""
MOST_BYTES = 20_000_000
"""A file of findings that is larger is not read."""
FOLDER = "CNNCALC_CACHE_DIR"
"""The variable of the environment that names another folder."""


class Kept:
    """The findings of runs before, and of this one."""

    def __init__(self) -> None:
        self._place = folder() / "lint.json"
        self._old = _read(self._place)
        self._new: dict[str, list[Any]] = {}
        self._settings: dict[int, tuple[Settings, bytes]] = {}

    @property
    def empty(self) -> bool:
        """Whether nothing was kept."""
        return not self._old

    def find(self, source: Source, settings: Settings, budget: Mapping[str, int]) -> Report | None:
        """What was found in this text under its name; None where it was not linted yet."""
        key = self._key(source, settings, budget)
        found = self._old.get(key)
        if found is None:
            return None
        with suppress(TypeError, ValueError, IndexError, KeyError):  # somebody wrote into the file
            report = Report(source.name, source, [_found(each, source.name) for each in found])
            self._new[key] = found
            return report
        return None

    def keep(self, report: Report, settings: Settings, budget: Mapping[str, int]) -> None:
        """Keep what was found in a text."""
        if report.source is not None and all(found.diagnostic.file == report.name for found in report.found):
            self._new[self._key(report.source, settings, budget)] = [_listed(found) for found in report.found]

    def save(self) -> None:
        """Write what is kept, as a whole or not at all."""
        if self._new.keys() <= self._old.keys():
            return
        entries = {**self._new, **{key: found for key, found in self._old.items() if key not in self._new}}
        document = {"state": _state(), "found": dict(list(entries.items())[:MOST])}
        with suppress(OSError):
            self._place.parent.mkdir(parents=True, exist_ok=True)
            unfinished = self._place.with_suffix(f".{os.getpid()}")
            unfinished.write_text(json.dumps(document, separators=(",", ":")), encoding="ascii")
            unfinished.replace(self._place)

    def _key(self, source: Source, settings: Settings, budget: Mapping[str, int]) -> str:
        known = self._settings.get(id(settings))
        if known is None:
            said = repr((settings, sorted(budget.items()), current())).encode("utf-8", "backslashreplace")
            known = self._settings[id(settings)] = settings, said
        hash = blake2b(known[1], digest_size=16)
        name = os.path.abspath(source.name) if settings.per_file else ""
        hash.update(f"\0{name}\0{source.text}".encode("utf-8", "surrogatepass"))
        return hash.hexdigest()


def folder() -> Path:
    """Where findings are kept: the system's folder for what can be made again."""
    home = Path(os.path.expanduser("~"))
    if given := os.environ.get(FOLDER):
        return Path(given)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "cnncalc" / "Cache"
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "cnncalc"
    return Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache") / "cnncalc"


def _read(place: Path) -> dict[str, list[Any]]:
    with suppress(OSError, ValueError, RecursionError):
        if place.stat().st_size > MOST_BYTES:
            return {}
        document = json.loads(place.read_text(encoding="ascii"))
        if isinstance(document, dict) and document.get("state") == _state() and isinstance(document["found"], dict):
            return document["found"]
    return {}


def _state() -> str:
    """What says which cnncalc it was: its version, and when its newest file was written."""
    from cnncalc import __version__

    newest = 0
    for path, _, files in os.walk(Path(__file__).parent.parent):
        if not path.endswith("__pycache__"):
            newest = max([newest, *(os.stat(os.path.join(path, name)).st_mtime_ns for name in files)])
    return f"{__version__} {newest}"


def _listed(found: Found) -> list[Any]:
    told, fix = found.diagnostic, found.fix
    mending = None
    if fix is not None:
        mending = [fix.title, fix.safe, [[*edit.span, edit.text] for edit in fix.edits]]
    return [told.rule, told.severity, told.message, told.help, told.layer, told.span and list(told.span), mending]


def _found(listed: list[Any], file: str) -> Found:
    rule, severity, message, help, layer, place, mending = listed
    span = None if place is None else Span(*place)
    fix = None
    if mending is not None:
        title, safe, edits = mending
        fix = Fix(tuple(Edit(Span(*edit[:4]), edit[4]) for edit in edits), title, safe)
    return Found(Diagnostic(rule, severity, message, help, layer, file, span), fix)
