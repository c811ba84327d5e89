"""The teacher's secret: whoever knows it can work out everybody's numbers, and nobody else."""

from __future__ import annotations

from cnncalc.diagnostics import Fault
from cnncalc.language import t
from cnncalc.source import read_file

LEAST = 16
"""Characters of a secret: fewer are found by trying."""
LEAST_DIFFERENT = 6
LONGEST = 4_096

COMMAND = 'python3 -c "import secrets; print(secrets.token_hex(32))" > secret.txt'
"""How to make one."""


def secret_of(text: str) -> bytes:
    """The secret as a key, without the space around it. Raises Fault where it would be found by trying."""
    text = text.strip()
    help = t("make one: {command}", command=COMMAND)
    if len(text.splitlines()) > 1:
        raise Fault("invalid-value", t("a secret is one line, and this has more; is this the right file?"), help)
    if len(text) < LEAST:
        raise Fault("invalid-value", t("the secret is shorter than {least} characters", least=LEAST), help)
    if len(set(text)) < LEAST_DIFFERENT:
        message = t("the secret has fewer than {least} different characters", least=LEAST_DIFFERENT)
        raise Fault("invalid-value", message, help)
    if len(text) > LONGEST:
        message = t("the secret is longer than {most:,} characters; is this the right file?", most=LONGEST)
        raise Fault("limit-exceeded", message, help)
    return text.encode("utf-8", "surrogateescape")


def read_secret(path: str) -> bytes:
    """The secret that a file holds. Raises Fault."""
    try:
        text = read_file(path).text
    except Fault as fault:
        if fault.rule == "unreadable-file":
            raise
        message = t("a secret is a line of text, and {name} holds something else", name=path)
        raise Fault(fault.rule, message, t("make one: {command}", command=COMMAND)) from None
    return secret_of(text)
