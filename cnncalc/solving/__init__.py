"""The formulas backwards: which settings, inputs or numbers of filters give what is wanted."""

from cnncalc.solving.filters import FilterCount, solve_filters
from cnncalc.solving.inputs import InputSizes, inputs_giving
from cnncalc.solving.windows import AxisSetting, Question, Setting, Solutions, solve, solve_window

__all__ = [
    "AxisSetting",
    "FilterCount",
    "InputSizes",
    "Question",
    "Setting",
    "Solutions",
    "inputs_giving",
    "solve",
    "solve_filters",
    "solve_window",
]
