"""cnncalc: shapes, parameters and costs of convolutional networks, without a deep learning framework.

>>> import cnncalc
>>> cnncalc.analyze("vgg16").totals.params
138357544
"""

from cnncalc.analysis import Analysis, Layer, Totals
from cnncalc.api import accepted_sizes, analyze, analyze_layer, analyze_text
from cnncalc.diagnostics import ArchitectureError, Diagnostic
from cnncalc.source import Source

__version__ = "0.2.0"

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
]
