"""``cnncalc schema``: the JSON Schemas of the language, of assignments and of answer files."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from cnncalc.cli.output import chosen

KINDS = ("architecture", "assignment", "answers")


def schema_command(
    of: Annotated[str, typer.Option("--of", metavar="FILE", help=f"{', '.join(KINDS)}.")] = "architecture",
) -> None:
    """Print the JSON Schema of the language, for editors.

    cnncalc schema > cnncalc.json

    Editors that know it check and complete YAML. Homework has schemas of its own: --of assignment, --of answers.
    """
    chosen(of, KINDS, "--of")
    print(json.dumps(_schema(of), indent=2, ensure_ascii=False))


def _schema(of: str) -> dict[str, object]:
    if of == "architecture":
        from cnncalc.schema import schema

        return schema()
    from cnncalc.homework.schemas import answers_schema, assignment_schema

    return assignment_schema() if of == "assignment" else answers_schema()
