"""cnncalc: shapes, parameters and costs of convolutional networks, without a deep learning framework.

>>> import cnncalc
>>> cnncalc.analyze("vgg16").totals.params
138357544
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from cnncalc.analysis import Analysis, Layer, Totals
from cnncalc.api import accepted_sizes, analyze, analyze_layer, analyze_text
from cnncalc.diagnostics import ArchitectureError, Diagnostic
from cnncalc.source import Source

if TYPE_CHECKING:
    from cnncalc.explaining import explain
    from cnncalc.solving import inputs_giving, solve_filters, solve_window
    from cnncalc.tracing import trace

__version__ = "0.5.0"

__all__ = [
    "Analysis",
    "ArchitectureError",
    "Diagnostic",
    "Layer",
    "Source",
    "Totals",
    "accepted_sizes",
    "analyze",
    "analyze_layer",
    "analyze_text",
    "explain",
    "inputs_giving",
    "solve_filters",
    "solve_window",
    "trace",
]

_LATER = {
    "explain": "explaining",
    "inputs_giving": "solving",
    "solve_filters": "solving",
    "solve_window": "solving",
    "trace": "tracing",
}
"""Functions whose modules are imported when they are asked for: most runs need none of them."""


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"cnncalc.{_LATER[name]}"), name)
