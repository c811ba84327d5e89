"""A trace on a terminal, step by step: which key was pressed, and what the screen shows."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from shutil import get_terminal_size
from typing import Any

from cnncalc.language import t
from cnncalc.render.trace import Writer, drawn
from cnncalc.render.trace_text import MOST_ROWS, Line, Room, joined, step_lines
from cnncalc.trace_steps import Progress

SECONDS = 0.8
"""How long a step stands while it runs by itself."""

ESCAPE_SECONDS = 0.05

FORWARD, BACK, FIRST, LAST, UP, DOWN, RUN, QUIT, REDRAW = (
    "forward", "back", "first", "last", "up", "down", "run", "quit", "redraw",
)  # fmt: skip
RESIZED = "\0"
"""What a terminal of another size is told by, as if it were a key."""

KEYS = {
    **dict.fromkeys((" ", "\r", "\n", "n", "l", "\x1b[C", "\x1bOC"), FORWARD),
    **dict.fromkeys(("b", "p", "h", "\x7f", "\x08", "\x1b[D", "\x1bOD"), BACK),
    **dict.fromkeys(("k", "\x1b[A", "\x1bOA"), UP),
    **dict.fromkeys(("j", "\x1b[B", "\x1bOB"), DOWN),
    **dict.fromkeys(("\x1b[H", "\x1bOH", "\x1b[1~", "\x1b[7~"), FIRST),
    **dict.fromkeys(("\x1b[F", "\x1bOF", "\x1b[4~", "\x1b[8~"), LAST),
    RESIZED: REDRAW,
    "a": RUN,
    **dict.fromkeys(("q", "\x1b", "\x03", "\x04"), QUIT),
}
_KEY = re.compile(r"\x1b[\[O][0-9;]*[A-Za-z~]|.", re.DOTALL)

Wait = Callable[[float | None], str]
"""Waits so many seconds (None: for ever) for keys, and returns what was typed; nothing where the time is over."""


def play(writer: Writer) -> bool:
    """Show the steps, a key for each. False, and nothing shown, where keys can't be read one by one."""
    try:
        with _keys() as wait, _screen():
            _loop(writer, wait)
    except _NoKeys:
        return False
    return True


class _NoKeys(Exception):
    """The terminal gives no keys, only lines."""


def _loop(writer: Writer, wait: Wait) -> None:
    progress = Progress(writer.trace)
    last = len(writer.trace.steps) - 1
    at, above, running = 0, 0, False
    while True:
        above = _show(writer, progress, at, above)
        typed = wait(SECONDS if running else None)
        for action in [KEYS.get(key, "") for key in _KEY.findall(typed)] or [FORWARD]:
            if action == QUIT:
                return
            if action == RUN:
                running = not running
                # A run from the last step begins anew.
                at = 0 if running and at == last else at
            elif action in (UP, DOWN):
                above += 1 if action == DOWN else -1
            elif action and action != REDRAW:
                running = running and not typed
                at = {FIRST: 0, LAST: last, BACK: max(at - 1, 0)}.get(action, min(at + 1, last))
        running = running and at < last


def _show(writer: Writer, progress: Progress, at: int, above: int) -> int:
    """One step on the whole screen, its grids cut a little where it would not fit.

    What still does not is scrolled: so many lines stand above the screen. Returns how many there really are.
    """
    columns, lines = get_terminal_size()
    room = max(1, lines - 1)
    shown: list[Line] = []
    for rows in (MOST_ROWS, 11, 8):
        shown = step_lines(writer, progress, writer.trace.steps[at], Room(max(20, columns), rows))
        if note := drawn(writer.trace):
            shown.insert(1, [(note, "dim")])
        if len(shown) <= room:
            break
    keys = _keys_line(len(shown) > room, columns - 1)
    above = max(0, min(above, len(shown) - room))
    shown = shown[above : above + room]
    shown += [[]] * (room - len(shown)) + [[(keys, "dim")]]
    text = _coloured(joined(shown)[:-1], columns)
    # Every line is cleared behind its text, and nothing before it, so that the screen does not flicker.
    sys.stdout.write("\x1b[H" + text.replace("\n", "\x1b[K\n") + "\x1b[K\x1b[J")
    sys.stdout.flush()
    return above


def _keys_line(scrolls: bool, room: int) -> str:
    """The keys that there are; of a line that is too narrow for all, the most needed ones."""
    keys = t("space or → next   ← back   Home first   End last   a run   q quit")
    if scrolls:
        keys = t("space or → next   ← back   Home first   End last   ↑ ↓ scroll   a run   q quit")
    if len(keys) > room:
        keys = t("→ next   ← back   ↑ ↓ scroll   q quit") if scrolls else t("→ next   ← back   a run   q quit")
    return keys


def _coloured(pieces: list[tuple[str, str]], columns: int) -> str:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, width=columns)
    with console.capture() as capture:
        console.print(Text.assemble(*pieces), end="", no_wrap=True, overflow="ellipsis", crop=True)
    return capture.get()


@contextmanager
def _screen() -> Iterator[None]:
    """The terminal's other screen, without a cursor; what stood there comes back at the end."""
    sys.stdout.write("\x1b[?1049h\x1b[?25l")
    try:
        yield
    finally:
        sys.stdout.write("\x1b[?25h\x1b[?1049l")
        sys.stdout.flush()


@contextmanager
def _keys() -> Iterator[Wait]:
    """Reads keys as they are pressed. Raises _NoKeys where that is not possible."""
    try:
        import termios
        import tty
    except ImportError:
        yield _windows_wait()
        return
    try:
        descriptor = sys.stdin.fileno()
        before: Any = termios.tcgetattr(descriptor)
        tty.setcbreak(descriptor)
    except (OSError, ValueError, termios.error):
        raise _NoKeys from None
    try:
        with _resizes() as resized:
            yield lambda seconds: _posix_wait(descriptor, resized, seconds)
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


@contextmanager
def _resizes() -> Iterator[int]:
    """A descriptor from which something can be read each time that the terminal gets another size."""
    import signal

    reader, writer = os.pipe()
    os.set_blocking(writer, False)

    def tell(*_: Any) -> None:
        with suppress(BlockingIOError):  # so many times already
            os.write(writer, b"\0")

    before: Any = None
    try:
        before = signal.signal(signal.SIGWINCH, tell)
        yield reader
    finally:
        signal.signal(signal.SIGWINCH, before or signal.SIG_DFL)
        os.close(reader)
        os.close(writer)


def _posix_wait(descriptor: int, resized: int, seconds: float | None) -> str:
    import select

    ready, _, _ = select.select([descriptor, resized], [], [], seconds)
    if resized in ready:
        os.read(resized, 4096)
        return RESIZED
    if not ready:
        return ""
    typed = os.read(descriptor, 64)
    # An arrow's characters may come one by one through a slow line; the first alone is the key Esc.
    if typed.endswith(b"\x1b") and select.select([descriptor], [], [], ESCAPE_SECONDS)[0]:
        typed += os.read(descriptor, 64)
    # The end of the input is a wish to quit: no key will come any more.
    return typed.decode(errors="replace") or "q"


def _windows_wait() -> Wait:
    """The same with what Windows has: an arrow is two characters there."""
    try:
        import msvcrt
    except ImportError:
        raise _NoKeys from None
    import time

    console: Any = msvcrt

    def wait(seconds: float | None) -> str:
        end = None if seconds is None else time.monotonic() + seconds
        while not console.kbhit():
            if end is not None and time.monotonic() > end:
                return ""
            time.sleep(0.02)
        key: str = console.getwch()
        if key in "\x00\xe0":
            return {"M": "\x1b[C", "K": "\x1b[D", "H": "\x1b[A", "P": "\x1b[B", "G": "\x1b[H", "O": "\x1b[F"}.get(
                console.getwch(), ""
            )
        return key

    return wait
