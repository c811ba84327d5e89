"""Every lint rule by its own page: the bad example, the good one, and its repair; and the published networks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cnncalc import Source, gallery
from cnncalc.diagnostics import REFUSALS
from cnncalc.lint import Settings, lint, lint_source
from cnncalc.lint.fixes import fixed
from cnncalc.lint.rules import CHECKED, NAMES, RAISED, rule
from cnncalc.lint.rules.raised import PAGES
from cnncalc.reader import read

RULES = Path(__file__).parent.parent / "cnncalc" / "lint" / "rules"


EXAMPLES = [name for name in NAMES if name != "unreadable-file"]
"""The rules whose examples can be texts: what can't be read has none."""

BUDGETS = {"over-budget": {"max_params": 400}}
"""What the command line asks for, where a rule is about that. Such findings have no place in the text."""

COMES_WITH = {"unchecked-budget": {"non-integer-output"}}
"""Rules that are only found beside an error, and that error."""

BEYOND = {"cli", "render", "lint"}
"""The parts of the package whose errors are about a command, and no finding about a file."""


def found(text: str, budget: dict[str, int] | None = None) -> list[tuple[str, int]]:
    """The rules that report something, and the lines."""
    report = lint_source(Source("example.yaml", text), Settings(), budget)
    return [(d.rule, d.span.line if d.span else 0) for d in report.diagnostics]


def marked(text: str) -> list[int]:
    """The lines that a comment marks."""
    return [number for number, line in enumerate(text.splitlines(), 1) if line.rstrip().endswith("# here")]


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_bad_example_reports_just_its_rule_at_the_marked_line(name: str) -> None:
    bad = rule(name).bad
    lines = [0] if name in BUDGETS else marked(bad)
    assert lines, "mark the line with `# here`"
    others = COMES_WITH.get(name, set())
    everything = found(bad, BUDGETS.get(name))
    assert [each for each in everything if each[0] not in others] == [(name, line) for line in lines]
    assert {each for each, _ in everything} == {name, *others}


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_good_example_is_clean(name: str) -> None:
    assert found(rule(name).good, BUDGETS.get(name)) == []


def test_an_unreadable_file_is_a_finding() -> None:
    assert [(d.rule, d.severity) for d in lint("vgg61.yaml").diagnostics] == [("unreadable-file", "error")]


def test_every_rule_that_reader_and_engine_raise_has_a_page() -> None:
    package = RULES.parent.parent
    files = [path for path in package.rglob("*.py") if path.relative_to(package).parts[0] not in BEYOND]
    text = "".join(path.read_text(encoding="utf-8") for path in files)
    raised = set(re.findall(r'(?:Fault|Diagnostic)\(\s*"([a-z-]+)"', text))
    assert raised <= set(RAISED)
    assert set(RAISED) >= REFUSALS
    assert [name for name in RAISED if f'"{name}"' not in text] == ["unused-allowance"]
    assert list(PAGES) == list(RAISED)
    assert [name for name in RAISED if rule(name).severity == "info"] == ["unchecked-budget", "layout"]


@pytest.mark.parametrize("name", NAMES)
def test_a_rules_page_is_complete(name: str) -> None:
    declared = rule(name)
    assert declared.name == name
    assert declared.summary[0].islower()
    assert len(declared.summary) <= 90
    assert not declared.summary.endswith(".")
    assert declared.why.endswith(".")
    assert declared.source
    assert declared.allow


@pytest.mark.parametrize("name", [name for name in CHECKED if rule(name).fixes])
def test_after_its_repair_the_finding_is_gone(name: str) -> None:
    source = Source("bad.yaml", rule(name).bad)
    mended, count = fixed(source, Settings(), unsafe=True)
    assert count
    reading = read(mended)
    assert reading.architecture is not None
    assert not reading.findings.errors
    assert name not in [each for each, _ in found(mended.text)]
    comments = [line.partition("#")[2] for line in source.text.splitlines() if "#" in line]
    assert comments == [line.partition("#")[2] for line in mended.text.splitlines() if "#" in line]


def test_every_file_of_rules_is_listed() -> None:
    files = {path.stem.replace("_", "-") for path in RULES.glob("*.py")} - {"--init--", "raised"}
    assert files == set(CHECKED)


@pytest.mark.parametrize("name", gallery.names())
def test_what_comes_with_cnncalc_is_clean_at_warning_level(name: str) -> None:
    assert [d for d in lint(name, Settings()).diagnostics if d.severity != "info"] == []
