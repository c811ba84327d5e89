"""The teacher's secret, which never stands on a command line, where everybody on the machine could read it."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from cnncalc.cli.output import with_help
from cnncalc.diagnostics import Fault
from cnncalc.homework.files import SECRET

SecretOption = Annotated[
    str,
    typer.Option(
        "--secret-file",
        metavar="FILE",
        help="Where the teacher's secret stands, for an assignment whose numbers are drawn for each student.",
    ),
]


def given_secret(path: str) -> bytes:
    """The secret of the file, else that of the environment; empty where there is neither. Raises typer.BadParameter."""
    from cnncalc.homework.quiz.secret import read_secret, secret_of

    text = os.environ.get(SECRET, "")
    if not path and not text.strip():
        return b""
    try:
        return read_secret(path) if path else secret_of(text)
    except Fault as fault:
        place = "--secret-file" if path else SECRET
        raise typer.BadParameter(with_help(fault.message, fault.help), param_hint=place) from None
