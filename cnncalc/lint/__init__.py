"""The linter: rules that look at architectures, one file each.

>>> from cnncalc.lint import lint
>>> [found.diagnostic.rule for found in lint("lenet5").found]
[]
"""

from __future__ import annotations

from cnncalc.lint.linter import Found, Report, lint, lint_source
from cnncalc.lint.rule import Edit, Finding, Fix, Rule
from cnncalc.lint.settings import Settings, SettingsError

__all__ = ["Edit", "Finding", "Fix", "Found", "Report", "Rule", "Settings", "SettingsError", "lint", "lint_source"]
