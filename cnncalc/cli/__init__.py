"""The command line: a thin layer over the Python API, whose commands are imported when they are asked for."""

from __future__ import annotations

import os
import sys

COMMANDS: dict[str, str] = {
    "shapes": "shapes",
    "params": "params",
    "conv": "layers",
    "pool": "layers",
    "dense": "layers",
    "diff": "diff",
    "reconcile": "reconcile",
    "list": "gallery",
    "show": "gallery",
    "copy": "gallery",
    "schema": "schema",
}
"""Every command and the module of this package that it stands in, in the order of the help page."""


def main() -> None:
    """Run the command line. No input gets a traceback: what nobody foresaw is told in one line (exit status 2)."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        speak(sys.argv[1:])
        from cnncalc.cli.app import run

        sys.exit(run())
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        if os.environ.get("CNNCALC_DEBUG"):
            raise
        print(f"cnncalc: internal error: {type(error).__name__}: {str(error)[:200]!r}", file=sys.stderr)
        print("  help: this is a fault of cnncalc, not of your file; CNNCALC_DEBUG=1 shows where", file=sys.stderr)
        sys.exit(2)


def speak(words: list[str]) -> None:
    """Use the language that ``--lang`` names anywhere among the words, or the environment.

    It comes before anything is read, since the help of every option is written in it. A language that there is not
    ends the run with exit status 2.
    """
    from cnncalc.language import languages, use, wanted
    from cnncalc.text import listing, printable

    code = wanted()
    for place, word in enumerate(words):
        if word == "--":
            break
        option, equals, value = word.partition("=")
        if option == "--lang":
            code = value if equals else "".join(words[place + 1 : place + 2])
    try:
        use(code)
    except KeyError:
        print(f"error: --lang: {printable(code)!r} is not one of {listing(languages(), 'or')}", file=sys.stderr)
        sys.exit(2)
