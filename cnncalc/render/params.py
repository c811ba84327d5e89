"""Where the parameters are: the formula of each count with its numbers, and a bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cnncalc.analysis import Analysis, Layer
from cnncalc.folding import Group, Row, fold
from cnncalc.language import marked, t
from cnncalc.layers import Tensor
from cnncalc.render.shapes import total_word
from cnncalc.render.table import Column, Table
from cnncalc.text import count_text

BAR = 20
"""Characters of the longest bar."""

EIGHTHS = " ▏▎▍▌▋▊▉█"


def formula(tensors: Sequence[Tensor]) -> str:
    """The count of the weights with its numbers put in: ``(3·3·3 + 1)·64``.

    Tensors with one part for each unit are added before they are multiplied by the units.
    """
    terms: dict[int | None, list[str]] = {}
    for tensor in tensors:
        terms.setdefault(tensor.copies, []).append("·".join(map(str, tensor.each)) or "1")
    return " + ".join(_product(parts, copies) for copies, parts in terms.items())


def _product(parts: list[str], copies: int | None) -> str:
    if copies is None:
        return " + ".join(parts)
    if len(parts) == 1:
        return f"{copies}" if parts[0] == "1" else f"{parts[0]}·{copies}"
    if len(set(parts)) == 1:
        own = "" if parts[0] == "1" else f"{parts[0]}·"
        return f"{len(parts)}·{own}{copies}"
    return f"({' + '.join(parts)})·{copies}"


def layer_formula(layer: Layer) -> str:
    """A layer's formula; who has the weights, where it uses another's; ``?`` where the input is not known."""
    if layer.node.shared is not None:
        return f"as {layer.graph.nodes[layer.node.shared].path}"
    if layer.tensors is None:
        return "?"
    return formula(layer.tensors)


def bar(share: float, width: int = BAR) -> str:
    """A bar of up to ``width`` characters, exact to an eighth of one."""
    eighths = round(share * width * 8)
    return "█" * (eighths // 8) + (EIGHTHS[eighths % 8] if eighths % 8 else "")


@dataclass(eq=False, repr=False)
class Share:
    """A row of the table: something that has parameters, and its part of all."""

    name: str
    type: str
    formula: str
    params: int | None
    share: float
    layer: Layer | None = None


def shares(analysis: Analysis, depth: int = 0) -> list[Share]:
    """A row for every layer that has weights, or may have; or for every stage down to a depth of names."""
    total = analysis.totals.params
    rows: Sequence[Row] = fold(analysis.layers, depth) if depth else analysis.layers
    return [_share(row, total) for row in rows if _weighs(row)]


def _weighs(row: Row) -> bool:
    return bool(row.params) if isinstance(row, Group) else row.tensors is None or bool(row.tensors)


def _share(row: Row, total: int) -> Share:
    if isinstance(row, Layer):
        return Share(row.path, row.type, layer_formula(row), row.params, _part(row.params, total), row)
    return Share(row.path, row.type, "", row.params, _part(row.params, total))


def type_shares(analysis: Analysis) -> list[Share]:
    """A row for every layer type that has weights, the largest first."""
    total = analysis.totals.params
    sums: dict[str, int] = {}
    for layer in analysis.layers:
        sums[layer.type] = sums.get(layer.type, 0) + (layer.params or 0)
    found = [Share("", word, "", params, _part(params, total)) for word, params in sums.items() if params]
    return sorted(found, key=lambda share: -(share.params or 0))


def _part(params: int | None, total: int) -> float:
    return (params or 0) / total if total else 0.0


def _formula_text(row: Share) -> str:
    """The formula for people; who has the weights is told in the language in use."""
    if row.layer is None or row.layer.node.shared is None:
        return row.formula
    return t("as {layer}", layer=row.layer.graph.nodes[row.layer.node.shared].path)


def _percent(row: Share) -> str:
    return "?" if row.params is None else f"{100 * row.share:.1f}%"


_NAME = Column("name", marked("name"), lambda row: row.name, lambda row: row.name, style="bold", folds=True)
_TYPE = Column("type", marked("type"), lambda row: row.type, lambda row: row.type, style="magenta")
_FORMULA = Column("formula", marked("formula"), _formula_text, lambda row: row.formula, right=True)
_PARAMS = Column("params", marked("parameters"), lambda row: count_text(row.params), lambda row: row.params, right=True)
_SHARE = Column("share", marked("share"), _percent, lambda row: round(row.share, 6), right=True)
_BAR = Column("bar", "", lambda row: bar(row.share), lambda row: "", style="green", graphic=True)


def params_table(analysis: Analysis, depth: int = 0) -> Table:
    """The parameters layer by layer, or stage by stage."""
    total = f"{analysis.totals.params:,}"
    name = total_word(analysis.totals.complete)
    return Table(
        (_NAME, _TYPE, _FORMULA, _PARAMS, _SHARE, _BAR), shares(analysis, depth), lambda: (name, "", "", total, "", "")
    )


def types_table(analysis: Analysis) -> Table:
    """The parameters by layer type."""
    return Table((_TYPE, _PARAMS, _SHARE, _BAR), type_shares(analysis))


def params_dict(analysis: Analysis, depth: int = 0) -> dict[str, Any]:
    """The JSON document of ``cnncalc params``."""
    return {
        "name": analysis.name,
        "ok": analysis.ok,
        "totals": analysis.head_dict()["totals"],
        "layers": [
            {
                "path": row.name,
                "type": row.type,
                "formula": row.formula,
                "params": row.params,
                "share": row.share,
                "weights": None if row.layer is None or row.layer.weights is None else _lists(row.layer.weights),
            }
            for row in shares(analysis, depth)
        ],
        "types": {row.type: {"params": row.params, "share": row.share} for row in type_shares(analysis)},
        "diagnostics": [d.to_dict() for d in analysis.diagnostics],
    }


def _lists(weights: dict[str, tuple[int, ...]]) -> dict[str, list[int]]:
    return {name: list(shape) for name, shape in weights.items()}
