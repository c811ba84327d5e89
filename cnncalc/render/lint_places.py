"""What the formats for programs share: paths, fingerprints, and JSON that is safe on any terminal."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import quote

from cnncalc.lint.linter import Report

_HIDDEN = re.compile(
    "[\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff0-\uffff]"
)


def json_text(document: Any, indent: int | None = None) -> str:
    """A JSON document in UTF-8, in which no character is left that a terminal would obey or an encoder refuse."""
    text = json.dumps(document, ensure_ascii=False, indent=indent)
    return _HIDDEN.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def relative_path(name: str) -> str:
    """A file's path from the folder in which we are, with slashes; its whole path where it lies elsewhere."""
    if name.startswith("<"):
        return name
    path, here = os.path.abspath(name), os.path.abspath(os.curdir)
    if os.path.commonpath([path, here]) == here:
        path = os.path.relpath(path, here)
    return Path(path).as_posix()


def uri(name: str) -> str:
    """The path as a URI: a relative reference, or ``file:`` where the file lies elsewhere."""
    path = quote(os.fsencode(relative_path(name)), safe="/")
    return f"file://{path}" if path.startswith("/") else path


def fingerprints(report: Report, salt: str = "") -> list[str]:
    """A name for each finding that stays when lines move: of its rule, its line's text, and the how manyth it is."""
    source = report.mended or report.source
    lines = source.text.splitlines() if source else []
    seen: Counter[tuple[str, str]] = Counter()
    found = []
    for diagnostic in report.diagnostics:
        span = diagnostic.span
        text = lines[span.line - 1].strip() if span and span.line <= len(lines) else diagnostic.message
        seen[diagnostic.rule, text] += 1
        parts = (salt, diagnostic.rule, text, str(seen[diagnostic.rule, text]))
        digest = hashlib.sha256("\0".join(parts).encode("utf-8", "backslashreplace"))
        found.append(digest.hexdigest()[:32])
    return found
