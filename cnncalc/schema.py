"""The JSON Schema of the language, made from the declarations of the layer types; for editors."""

from __future__ import annotations

from typing import Any

from cnncalc.budget import BOUNDS
from cnncalc.language import ENGLISH, speaking
from cnncalc.layers import LAYERS, MERGES, Layer, Parameter
from cnncalc.layers.base import ROUNDING
from cnncalc.reader.common import COUNTS
from cnncalc.reader.document import KEYS
from cnncalc.values import LIMIT, SIDE_WORDS, ShapeKind, SizeKind

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_NAME = {"type": ["string", "number", "boolean"]}
_NAMES = {"anyOf": [_NAME, {"type": "array", "items": _NAME, "minItems": 1}]}
_WHOLE = {"type": "integer", "minimum": 0}
_EXPRESSION = {"$ref": "#/$defs/expression"}
_SHAPE = ShapeKind().schema()
_ITEMS = {"$ref": "#/$defs/layers"}


def schema() -> dict[str, Any]:
    """The schema of a whole description, in English whatever the language in use."""
    with speaking(ENGLISH):
        return _schema()


def _schema() -> dict[str, Any]:
    return {
        "$schema": DIALECT,
        "title": "cnncalc architecture",
        "description": "A convolutional network, as cnncalc reads it",
        "type": "object",
        "properties": {key: {"description": help, **_top(key)} for key, help in KEYS.items()},
        "required": ["layers"],
        "oneOf": [{"required": ["input"]}, {"required": ["inputs"]}],
        "additionalProperties": False,
        "$defs": _definitions(),
    }


def _top(key: str) -> dict[str, Any]:
    special: dict[str, dict[str, Any]] = {
        "year": {"type": "integer"},
        "input": _SHAPE,
        "inputs": {"type": "object", "additionalProperties": _SHAPE, "minProperties": 1},
        "outputs": _NAMES,
        "rounding": {**ROUNDING.schema(), "default": "strict"},
        "defaults": _defaults(),
        "blocks": {"type": "object", "additionalProperties": {"$ref": "#/$defs/block"}},
        "layers": {**_ITEMS, "minItems": 1},
        "expect": {"$ref": "#/$defs/expect"},
    }
    return special.get(key, _NAME)


def _definitions() -> dict[str, Any]:
    expect = {
        "type": "object",
        "properties": {
            "output": {"anyOf": [_SHAPE, {"type": "object", "additionalProperties": _SHAPE}]},
            **dict.fromkeys(COUNTS, _WHOLE),
            **{
                bound: {"type": ["integer", "string"], "description": f"{unit} at most: 1.5M, 64MiB"}
                for bound, unit in BOUNDS.items()
            },
            "receptive_field": SizeKind(0).schema(),
        },
        "additionalProperties": False,
    }
    return {
        "expression": {
            "type": "string",
            "pattern": r"\$",
            "description": "a block's parameter, or arithmetic with some",
        },
        "common": {"properties": _common()},
        "layers": {"type": "array", "items": {"$ref": "#/$defs/item"}},
        "item": {
            "anyOf": [
                {"type": "string", "description": "a layer without parameters, or a block"},
                {"$ref": "#/$defs/branches"},
                {"$ref": "#/$defs/residual"},
                {"$ref": "#/$defs/repeat"},
                {"$ref": "#/$defs/head"},
                {"$ref": "#/$defs/layer"},
            ]
        },
        "layer": _layer(),
        "branches": _structure(
            "branches",
            {
                "anyOf": [
                    {"type": "object", "additionalProperties": _ITEMS},
                    {"type": "array", "items": _ITEMS},
                    _EXPRESSION,
                ]
            },
            "paths by name, or a list of lists; [] is the identity",
            {"merge": {"anyOf": [{"enum": list(MERGES)}, _EXPRESSION], "default": "concat"}},
        ),
        "residual": _structure("residual", _list(), "a branch that is added to its own input", {"shortcut": _list()}),
        "repeat": _structure(
            "repeat", _list(), "layers, several times over", {"times": {"anyOf": [_WHOLE, _EXPRESSION]}}, ["times"]
        ),
        "head": _structure("head", _list(), "a path that ends in an output of its own", {}),
        "block": {
            "type": "object",
            "properties": {
                "parameters": {
                    "anyOf": [{"type": "array", "items": {"type": ["string", "object"]}}, {"type": "object"}],
                    "description": "names, some with a default: [c, stride: 1]",
                },
                "layers": _ITEMS,
            },
            "required": ["layers"],
            "additionalProperties": False,
        },
        "expect": expect,
    }


def _list() -> dict[str, Any]:
    return {"anyOf": [_ITEMS, _EXPRESSION]}


def _common() -> dict[str, Any]:
    return {
        "name": {**_NAME, "description": "what the layer is called"},
        "from": {**_NAMES, "description": "the layers that it takes its input from; the one before unless given"},
        "expect": {"$ref": "#/$defs/expect"},
        "when": {**_NAME, "description": "a condition; where it does not hold, the layer is not there"},
        "weights": {**_NAME, "description": "a layer or block whose weights it uses again"},
        "trainable": {"anyOf": [{"type": "boolean"}, _EXPRESSION], "description": "false where its weights are frozen"},
    }


def _common_keys() -> dict[str, Any]:
    """The same, told where they are declared: every layer type has them."""
    return {key: {"$ref": f"#/$defs/common/properties/{key}"} for key in _common()}


def _structure(
    key: str, body: dict[str, Any], help: str, options: dict[str, Any], required: list[str] | None = None
) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {key: {**body, "description": help}, **options, **_common_keys()},
        "required": [key, *(required or [])],
        "additionalProperties": False,
    }


def _layer() -> dict[str, Any]:
    """One key with its parameters; a key that is no layer type is a block of the file's own."""
    return {
        "type": "object",
        "properties": {layer.word: layer_schema(layer) for layer in LAYERS},
        "additionalProperties": {"type": ["object", "null"], "description": "a block"},
        "minProperties": 1,
        "maxProperties": 1,
        "not": {"anyOf": [{"required": [key]} for key in ("branches", "residual", "repeat", "head")]},
    }


def layer_schema(layer: type[Layer]) -> dict[str, Any]:
    """One layer type's parameters, under all their names. What is required may come from the file's `defaults`."""
    properties: dict[str, Any] = {}
    for declared in layer.parameters.values():
        for spelling in declared.spellings:
            properties[spelling] = _parameter(layer, declared, spelling)
    if layer.spread_sides:
        side = {"type": "integer", "minimum": 0, "maximum": LIMIT}
        properties.update({word: {**side, "description": f"rows or columns at the {word}"} for word in SIDE_WORDS})
    common = {key: value for key, value in _common_keys().items() if key not in properties}
    return {
        "type": ["object", "null"],
        "description": (layer.__doc__ or "").strip(),
        "properties": {
            **properties,
            **common,
            "init": {**_NAME, "description": "how the weights begin; for the linter"},
        },
        "additionalProperties": False,
    }


def _parameter(layer: type[Layer], declared: Parameter, spelling: str) -> dict[str, Any]:
    described = f"{declared.help} ({declared.kind.title})"
    if spelling != declared.name:
        place = f"#/$defs/layer/properties/{layer.word}/properties/{declared.name}"
        return {"$ref": place, "description": f"{declared.name}: {described}"}
    parameter: dict[str, Any] = {"description": described, "anyOf": [declared.kind.schema(), _EXPRESSION]}
    if not declared.required and declared.default is not None:
        parameter["default"] = declared.default
    return parameter


def _defaults() -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            layer.word: {"$ref": f"#/$defs/layer/properties/{layer.word}", "type": "object"}
            for layer in LAYERS
            if layer.parameters
        },
        "additionalProperties": {"type": "object", "description": "a block's parameters"},
    }
