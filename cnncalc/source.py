"""Where a description comes from: a file, a pipe, or text already in hand. Bytes in, checked UTF-8 text out."""

from __future__ import annotations

import os
import re
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

from yaml.reader import Reader

from cnncalc.diagnostics import Fault, Span
from cnncalc.language import marked, t
from cnncalc.text import quote

COMMAND_LINE = marked("command line")
"""The name of the text that the words of a command are."""

MAX_BYTES = 4_000_000
PIPE_PATIENCE = 1.5
"""Seconds to wait for a pipe's next bytes."""

_UNPRINTABLE = Reader.NON_PRINTABLE


@dataclass(frozen=True, slots=True)
class Source:
    """A text and the name that messages give it."""

    name: str
    text: str


def read_file(path: str, *, numbers: bool = False) -> Source:
    """The text of a file, or of standard input for ``-``; where it has ``numbers``, messages do not speak of YAML.

    Raises Fault: ``unreadable-file`` where there is no such file or it is no text file, ``limit-exceeded`` above
    4 MB, ``syntax`` where it is not UTF-8.
    """
    name = "<stdin>" if path == "-" else path
    try:
        data = _read_stdin() if path == "-" else _read_path(path)
    except (OSError, ValueError) as error:
        reason = os.strerror(error.errno).lower() if isinstance(error, OSError) and error.errno else str(error)
        raise Fault("unreadable-file", t("cannot read {name}: {reason}", name=quote(name), reason=reason)) from None
    if len(data) > MAX_BYTES:
        message = t("{name} has more than {most:,} bytes", name=quote(name), most=MAX_BYTES)
        help = "" if numbers else t("a network that repeats itself is shorter with `repeat` and `blocks`")
        raise Fault("limit-exceeded", message, help)
    return Source(name, decode(data, numbers=numbers))


def _read_stdin() -> bytes:
    return sys.stdin.buffer.read(MAX_BYTES + 1)


def _read_path(path: str) -> bytes:
    # Without O_NONBLOCK, opening a named pipe that nobody writes to would wait for ever.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISDIR(mode):
        os.close(descriptor)
        raise ValueError(t("it is a folder; name a file in it"))
    with open(descriptor, "rb", buffering=0) as file:
        if stat.S_ISFIFO(mode):
            return _read_pipe(descriptor)
        if not stat.S_ISREG(mode):
            raise ValueError(t("it is a device, not a file"))
        data = bytearray()
        while len(data) <= MAX_BYTES and (more := file.read(MAX_BYTES + 1 - len(data))):
            data += more
        return bytes(data)


def _read_pipe(descriptor: int) -> bytes:
    import select

    data = bytearray()
    while len(data) <= MAX_BYTES:
        ready, _, _ = select.select([descriptor], [], [], PIPE_PATIENCE)
        if not ready:
            message = t(
                "nothing came through this pipe in {seconds} seconds; use - for standard input", seconds=PIPE_PATIENCE
            )
            raise ValueError(message)
        more = os.read(descriptor, 1 << 16)
        if not more:
            break
        data += more
    if not data:
        raise ValueError(t("it is a pipe that nobody writes to"))
    return bytes(data)


def decode(data: bytes, *, numbers: bool = False) -> str:
    """UTF-8 bytes as text, without a byte order mark. Raises Fault ``syntax`` at the first bad byte."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Fault("syntax", t("this file is UTF-16, not UTF-8"), t("save it as UTF-8"), span=Span(1, 1, 1, 2))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig")
        message = t("byte 0x{byte:02x} is not UTF-8", byte=data[error.start])
        raise Fault("syntax", message, t("save the file as UTF-8"), span=_place(before, len(before))) from None
    check_characters(text, numbers=numbers)
    return text


def check_characters(text: str, *, numbers: bool = False) -> None:
    """Raises Fault ``syntax`` at the first character that YAML does not allow, such as NUL or escape."""
    bad = _UNPRINTABLE.search(text)
    if bad:
        code = ord(bad.group())
        message = t("the control character U+{code:04X} is not allowed in a YAML file", code=code)
        if numbers:
            message = t("the control character U+{code:04X} is not allowed in a file of numbers", code=code)
        help = t("is this a text file?") if bad.group() == "\0" else t("delete it")
        raise Fault("syntax", message, help, span=_place(text, bad.start()))


def _place(text: str, index: int) -> Span:
    lines = re.split(r"\r\n|[\n\r\x85\u2028\u2029]", text[:index])
    line, column = len(lines), len(lines[-1]) + 1
    return Span(line, column, line, column + 1)


def is_file(path: str) -> bool:
    """Whether a file stands at the path, or a pipe to read from."""
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):  # nothing there, or a NUL in the name
        return False
    return stat.S_ISREG(mode) or stat.S_ISFIFO(mode)


def exists(path: str) -> bool:
    """Whether anything stands at the path, whatever it is."""
    try:
        return os.path.lexists(path)
    except ValueError:  # a NUL in the name
        return False


def stem(path: str) -> str:
    """A file's name without folders and ending."""
    return Path(path).stem
