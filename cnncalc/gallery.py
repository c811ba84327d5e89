"""The architectures that come with cnncalc."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from cnncalc.diagnostics import ArchitectureError, Fault, Findings
from cnncalc.language import t
from cnncalc.text import suggest

_NAME = re.compile(r"[a-z0-9_]+\Z")

SCHEMA = "cnncalc.schema.json"
"""The JSON Schema that lies beside them, as ``cnncalc schema`` prints it."""
MODELINE = f"# yaml-language-server: $schema={SCHEMA}\n"
"""The last line of each file, by which editors find the schema."""


@cache
def folder() -> Path:
    """Where they lie: inside the installed package, or beside it in a source tree."""
    package = Path(__file__).parent
    installed = package / "architectures"
    return installed if installed.is_dir() else package.parent / "architectures"


def names() -> list[str]:
    """All their names, in alphabetical order."""
    return sorted(path.stem for path in folder().glob("*.yaml"))


def unknown(name: str, message: str) -> ArchitectureError:
    """The error of a name that no architecture has, with the nearest that are known."""
    findings = Findings(name)
    help = suggest(name, names(), t("`cnncalc list` shows the architectures that come with it"))
    findings.add(Fault("unreadable-file", message, help))
    return ArchitectureError(findings)


def find(name: str) -> Path | None:
    """The file of a name, given with or without ``.yaml``; None where there is none."""
    stem = name.removesuffix(".yaml").removesuffix(".yml")
    path = folder() / f"{stem}.yaml"
    return path if _NAME.match(stem) and path.is_file() else None
