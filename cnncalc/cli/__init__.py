"""The command line: a thin layer over the Python API, whose commands are imported when they are asked for."""

from __future__ import annotations

import os
import sys

COMMANDS: dict[str, str] = {
    "shapes": "shapes",
    "sizes": "sizes",
    "params": "params",
    "conv": "layers",
    "pool": "layers",
    "dense": "layers",
    "trace": "trace",
    "explain": "explain",
    "solve": "solve",
    "check": "check",
    "quiz": "quiz",
    "misconception": "misconception",
    "diff": "diff",
    "reconcile": "reconcile",
    "lint": "lint",
    "rule": "rule",
    "list": "gallery",
    "show": "gallery",
    "copy": "gallery",
    "schema": "schema",
}
"""Every command and the module of this package that it stands in, in the order of the help page."""


def main() -> None:
    """Run the command line. No input gets a traceback: what nobody foresaw is told in one line (exit status 2)."""
    # Python has no stream where whoever started it closed one.
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        speak(sys.argv[1:])
        from cnncalc.cli.app import run

        status = run()
        sys.stdout.flush()
        sys.exit(status)
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        # What a command opens by name it answers for itself; this is a write, to a disk that is full.
        if error.filename is not None or os.environ.get("CNNCALC_DEBUG"):
            raise
        sys.exit(unwritten(error))
    except Exception as error:
        if os.environ.get("CNNCALC_DEBUG"):
            raise
        told_fault(error)
        sys.exit(2)


def told_fault(error: Exception) -> None:
    """Tell of a fault of cnncalc itself."""
    from cnncalc.language import t

    what = f"{type(error).__name__}: {str(error)[:200]!r}"
    help = t("this is a fault of cnncalc, not of your file; {variable} shows where", variable="CNNCALC_DEBUG=1")
    print(t("cnncalc: internal error: {error}", error=what), file=sys.stderr)
    print(f"  {t('help:')} {help}", file=sys.stderr)


def unwritten(error: OSError) -> int:
    """Tell that the output could not be written, and return the exit status."""
    from cnncalc.language import t

    discard_output()
    reason = os.strerror(error.errno) if error.errno else str(error)
    print(t("cnncalc: cannot write: {reason}", reason=reason), file=sys.stderr)
    return 2


def discard_output() -> None:
    """Let the rest of the output go nowhere, so that the interpreter does not fail on it at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def speak(words: list[str]) -> None:
    """Use the language that ``--lang`` names anywhere among the words, or the environment.

    It comes before anything is read, since the help of every option is written in it. A language that there is not
    ends the run with exit status 2.
    """
    from cnncalc.language import languages, t, use, wanted
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
        use(wanted())
        known = listing(languages(), "or")
        message = t("'{value}' is not one of {known}", value=printable(code), known=known)
        print(f"{t('error')}: --lang: {message}", file=sys.stderr)
        sys.exit(2)
