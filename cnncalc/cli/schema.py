"""``cnncalc schema``: the JSON Schema of the language."""

from __future__ import annotations

import json


def schema_command() -> None:
    """Print the JSON Schema of the language, for editors.

    cnncalc schema > cnncalc.json

    Editors that know it check and complete YAML.
    """
    from cnncalc.schema import schema

    print(json.dumps(schema(), indent=2, ensure_ascii=False))
