"""Where the grades of a class go: a JSON for each student, and the files about all."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import count

from cnncalc.homework.grade import Grade

LONGEST = 200
"""Bytes that the name of a grade's file has at most; most systems allow 255."""
LONGEST_PATH = 1000
"""Bytes that its path has at most, below the folder of grades; most systems allow 4,096 for all of it."""


class ClassFiles:
    """A folder of grades. The names in it follow from the names of the files, never from what stands in them.

    Each file appears when it is complete. Grades depend on the answers alone, so that a run which was interrupted is
    simply done again.
    """

    def __init__(self, folder: str, files: Sequence[str], document: Callable[[Grade, bool], str]) -> None:
        """``document`` gives the JSON of a grade. Raises OSError where the folder can't be made."""
        self.folder = folder
        self._document = document
        self._names = _names(files)
        self._made = {folder}
        os.makedirs(folder, exist_ok=True)

    def keep(self, grade: Grade, reveal: bool) -> None:
        """Write a grade's JSON. Raises OSError."""
        path = os.path.join(self.folder, self._names[grade.file])
        parent = os.path.dirname(path)
        if parent not in self._made:
            os.makedirs(parent, exist_ok=True)
            self._made.add(parent)
        data = self._document(grade, reveal).encode("utf-8", "backslashreplace")
        # To replace a file costs more than to grade it; run again, most grades are the same.
        if not _holds(path, data):
            write_whole(path, data)

    def finish(self, name: str, text: str) -> None:
        """Write a file about all. Raises OSError."""
        write_whole(os.path.join(self.folder, name), text.encode("utf-8", "backslashreplace"))


def _holds(path: str, data: bytes) -> bool:
    try:
        with open(path, "rb", buffering=0) as file:
            return file.read(len(data) + 1) == data
    except OSError:
        return False


def write_whole(path: str, data: bytes) -> None:
    """Write a file that appears under its name when it is complete, and not before. Raises OSError."""
    unfinished = f"{path}.part"
    try:
        with open(unfinished, "wb", buffering=0) as file:
            file.write(data)
        os.replace(unfinished, path)
    except BaseException as error:
        with suppress(OSError):
            os.remove(unfinished)
        if isinstance(error, OSError):
            error.filename, error.filename2 = path, None
        raise


def _names(files: Sequence[str]) -> dict[str, str]:
    """The JSON of each answer file, below ``students``: ``ana.json`` for ``submissions/ana.yaml``.

    No two are one file where capitals or the writing of accents do not count, none is a folder of another's, and
    none is longer than a name may be.
    """
    places = [os.path.abspath(file) for file in files]
    root = os.path.commonpath([os.path.dirname(place) for place in places])
    inner = [os.path.relpath(place, root) for place in places]
    taken = {_folded(folder) for folder in _folders(inner)}
    names: dict[str, str] = {}
    for file, path in zip(files, inner):
        for name in _possible(path):
            own = {_folded(f"{name}.json"), _folded(f"{name}.json.part")}
            if not own & taken:
                break
        taken |= own
        names[file] = os.path.join("students", f"{name}.json")
    return names


def _folders(paths: Sequence[str]) -> set[str]:
    folders = set()
    for path in paths:
        while (path := os.path.dirname(path)) and path not in folders:
            folders.add(path)
    return folders


def _possible(path: str) -> Iterator[str]:
    """Names for what belongs to a file, the shortest first: without its ending, with it, and then with a number."""
    folder, name = os.path.split(path)
    whole = os.fsencode(path)
    if len(whole) > LONGEST_PATH or len(os.fsencode(name)) > LONGEST:
        from hashlib import sha256

        folder = "" if len(whole) > LONGEST_PATH else folder
        yield os.path.join(folder, f"{name[: LONGEST // 4]}-{sha256(whole).hexdigest()[:12]}")
    else:
        yield os.path.join(folder, os.path.splitext(name)[0])
        yield os.path.join(folder, name)
    yield from (os.path.join(folder, f"{name}.{number}") for number in count(2))


def _folded(path: str) -> str:
    return unicodedata.normalize("NFC", path).casefold()
