"""The references of layer types and lint rules as Markdown, made from their declarations."""

from __future__ import annotations

from cnncalc.layers import LAYERS, Layer, Parameter
from cnncalc.lint.rules import NAMES, rule


def layer_reference() -> str:
    """A table of every layer type: its word, what it does, and its parameters with letters and defaults."""
    rows = [f"| `{layer.word}` | {_sentence(layer)} | {_parameters(layer)} |" for layer in LAYERS]
    return "\n".join(["| layer | what it does | parameters |", "|---|---|---|", *rows]) + "\n"


def _sentence(layer: type[Layer]) -> str:
    return " ".join((layer.__doc__ or "").split()).replace("|", "\\|").replace("``", "`").rstrip(".")


def _parameters(layer: type[Layer]) -> str:
    return ", ".join(map(_parameter, layer.parameters.values()))


def _parameter(declared: Parameter) -> str:
    letters = f" ({', '.join(declared.letters)})" if declared.letters else ""
    if declared.required:
        return f"**`{declared.name}`**{letters}"
    default = declared.default
    if default is None:
        return f"`{declared.name}`{letters}"
    shown = str(default).lower() if isinstance(default, bool) else default
    return f"`{declared.name}: {shown}`{letters}"


def rule_reference() -> str:
    """A table of every lint rule: its name, how severe it is, what it reports, and what ``--fix`` does about it."""
    rows = []
    for declared in map(rule, NAMES):
        summary = declared.summary.replace("|", "\\|")
        rows.append(f"| `{declared.name}` | {declared.severity} | {summary} | {declared.fixes} |")
    return "\n".join(["| rule | severity | what it reports | `--fix` |", "|---|---|---|---|", *rows]) + "\n"
