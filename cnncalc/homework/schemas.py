"""The JSON Schemas of assignments and of answer files, made from the tables that read them; for editors."""

from __future__ import annotations

from typing import Any

from cnncalc.homework import files, submissions
from cnncalc.homework.assignment import AXES
from cnncalc.homework.conventions import READERS, Points
from cnncalc.homework.questions import QUESTION_KEYS
from cnncalc.homework.quiz.asking import TEMPLATE_KEYS, WINDOWS
from cnncalc.homework.quiz.templates import DIFFICULTIES, TEMPLATES
from cnncalc.homework.truth import ASKS, SETTINGS
from cnncalc.language import ENGLISH, speaking
from cnncalc.schema import DIALECT, schema
from cnncalc.values import ShapeKind


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}"}


_NAME = {"type": ["string", "number", "boolean"]}
_NAMES = {"type": "array", "items": _NAME, "minItems": 1}
_SHAPE = ShapeKind().schema()
_ASK = {"enum": list(ASKS)}
_ARCHITECTURE = {"anyOf": [_NAME, _ref("architecture")]}
_TEXT = {"type": ["string", "number", "boolean", "null"]}

HELP = {
    "title": "what the assignment is called",
    "id": "a name of its own: of an assignment, which numbers are drawn by; of a question, for answer files",
    "conventions": "what the answers follow",
    "questions": "what is asked, each for points",
    "text": "the question in the author's words; one is made unless it is given",
    "points": "what it is worth; 1 unless given",
    "architecture": "a network: a bundled name, a path, or a description",
    "input": "the shape that comes in",
    "layer": "one layer with its settings; or, of an architecture, the name of a layer",
    "layers": "the layers of a small network",
    "ask": "what is asked for",
    "axis": "one axis of the output, where not all are asked for",
    "table": "a table to fill in: its columns",
    "rows": "the layers that are its rows; all that change the shape or have weights unless given",
    "output": "the output that a setting has to give",
    "template": "what kind of question is drawn for each student",
    "difficulty": "1, the easiest, to 5",
    "windows": "`any` lets windows leave a remainder",
    "student": "who answers, or whom the questions were drawn for",
    "variant": "which variant of the questions this is",
    "answers": "an answer for each question: as text, or a mapping for a table",
}
"""What each key means, for editors."""


def assignment_schema() -> dict[str, Any]:
    """The schema of an assignment, in English whatever the language in use."""
    with speaking(ENGLISH):
        return _document(
            "cnncalc assignment",
            "Questions about networks, which `cnncalc check` grades the answers to",
            {
                "title": _NAME,
                "id": _NAME,
                "student": _NAME,
                "variant": _NAME,
                "conventions": _mapping({name: reader.schema() for name, reader in READERS.items()}),
                "questions": {
                    "type": "array",
                    "items": {"if": {"required": ["template"]}, "then": _ref("drawn"), "else": _ref("question")},
                    "minItems": 1,
                },
            },
            files.KEYS,
            ["questions"],
            question=_question(),
            drawn=_drawn(),
        )


def answers_schema() -> dict[str, Any]:
    """The schema of an answer file, in English whatever the language in use."""
    with speaking(ENGLISH):
        answers = {"type": ["object", "null"], "additionalProperties": _ref("answer")}
        return _document(
            "cnncalc answers",
            "A student's answers, which `cnncalc check` grades",
            {"student": _NAME, "variant": _NAME, "answers": answers, "architecture": _ARCHITECTURE, "input": _SHAPE},
            submissions.KEYS,
            ["answers"],
            answer={"anyOf": [_TEXT, _LISTED, {"type": "object", "additionalProperties": _ref("row")}]},
            row={"anyOf": [_TEXT, _LISTED, {"type": "object", "additionalProperties": _ONE, "propertyNames": _ASK}]},
        )


_LISTED = {"type": "array", "items": _TEXT, "description": "a shape that YAML reads as a list: [96, 55, 55]"}
_ONE = {"anyOf": [_TEXT, _LISTED]}


def _document(
    title: str, help: str, properties: dict[str, Any], keys: tuple[str, ...], required: list[str], **more: Any
) -> dict[str, Any]:
    """A schema whose properties are the keys of a reader; a network written in it is as in an architecture."""
    architecture = schema()
    definitions = architecture.pop("$defs")
    del architecture["$schema"]
    return {
        "$schema": DIALECT,
        "title": title,
        "description": help,
        **_described(properties, keys),
        "required": required,
        "$defs": {**more, "architecture": architecture, **definitions},
    }


def _described(properties: dict[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    """A mapping with these keys, each with what it means."""
    return _mapping({key: {"description": HELP[key], **properties[key]} for key in keys})


def _mapping(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _question() -> dict[str, Any]:
    """A question names a network, and what is asked of it; or a template, which does both."""
    properties: dict[str, Any] = {
        "id": _NAME,
        "text": _NAME,
        "points": Points().schema(),
        "architecture": _ARCHITECTURE,
        "input": _SHAPE,
        "layer": {"anyOf": [_NAME, _ref("layer")]},
        "layers": {"$ref": "#/$defs/layers", "minItems": 1},
        "ask": _ASK,
        "axis": {"enum": list(AXES)},
        "table": {"type": "array", "items": _ASK, "minItems": 1},
        "rows": _NAMES,
        "output": _SHAPE,
    }
    return {
        **_described(properties, QUESTION_KEYS),
        "allOf": [
            _if("architecture", {"properties": {"layer": _NAME}}),
            _if("axis", {"properties": {"ask": {"const": "output"}}, "required": ["ask"]}),
            _if("output", {"properties": {"ask": {"enum": list(SETTINGS)}}, "required": ["ask"]}),
            _any(["ask"], ["table"]),
            _any(["architecture"], ["input", "layer"], ["input", "layers"]),
        ],
    }


def _drawn() -> dict[str, Any]:
    """A question whose numbers are drawn for each student."""
    properties: dict[str, Any] = {
        "id": _NAME,
        "points": Points().schema(),
        "template": {"enum": list(TEMPLATES)},
        "difficulty": {"enum": list(DIFFICULTIES)},
        "windows": {"enum": list(WINDOWS)},
        "ask": _ASK,
    }
    asks = [
        {
            "if": {"properties": {"template": {"const": name}}},
            "then": {"properties": {"ask": {"enum": list(template.suitable())}}},
        }
        for name, template in TEMPLATES.items()
    ]
    return {**_described(properties, TEMPLATE_KEYS), "required": ["template"], "allOf": asks}


def _if(key: str, then: dict[str, Any]) -> dict[str, Any]:
    return {"if": {"required": [key]}, "then": then}


def _any(*keys: list[str]) -> dict[str, Any]:
    return {"anyOf": [{"required": each} for each in keys]}
