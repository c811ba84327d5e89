"""Repaired texts written back: as a whole or not at all, with all that is not text kept as it was."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress

from cnncalc.diagnostics import Fault
from cnncalc.source import Source, decode

BOM = b"\xef\xbb\xbf"


def rewrite(path: str, old: Source, new: Source) -> None:
    """Put a new text in the place of the old one in a file, which keeps its permissions and its byte order mark.

    The file is replaced in one step, so that nobody ever sees half of it; a link stays a link. Raises OSError, and so
    it does where the file is no longer what was linted.
    """
    target = os.path.realpath(path)
    if not os.path.isfile(target):
        raise OSError("it is not a file that can be written")
    with open(target, "rb") as file:
        data = file.read()
    if _decoded(data) != old.text:
        raise OSError("it has changed meanwhile")
    mark = BOM if data.startswith(BOM) else b""
    _replace(target, mark + new.text.encode("utf-8"))


def _replace(target: str, data: bytes) -> None:
    """Write a file that is there anew, by way of a temporary one beside it. Raises OSError."""
    folder, name = os.path.split(target)
    descriptor, temporary = tempfile.mkstemp(prefix=f".{name[:100]}.", suffix=".tmp", dir=folder)
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        with suppress(OSError, AttributeError):  # another's file: only an administrator can give it back
            status = os.stat(target)
            os.chown(temporary, status.st_uid, status.st_gid)
        shutil.copymode(target, temporary)
        os.replace(temporary, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise


def _decoded(data: bytes) -> str | None:
    try:
        return decode(data)
    except Fault:
        return None
