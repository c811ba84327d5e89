"""``# cnncalc: allow[rule-name] reason``: findings that an author has looked at and means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from cnncalc.diagnostics import Span
from cnncalc.lint.rule import Finding
from cnncalc.text import quote, suggest

_COMMENT = re.compile(r"(?:^|\s)#\s*cnncalc:\s*allow\[([^\]]*)\]")
_LOOKS = re.compile(r"(?:^|\s)#\s*cnncalc:")


@dataclass(slots=True)
class Allowance:
    """A comment that allows rules: on one line, or (``line`` 0) in the whole file."""

    rules: dict[str, Span]
    line: int
    used: set[str] = field(default_factory=set)


class Allowances:
    """All such comments of a text."""

    def __init__(self, text: str) -> None:
        self.found: list[Allowance] = []
        self._at: dict[tuple[str, int], list[Allowance]] = {}
        self.misread: list[Span] = []
        """Comments that begin like an allowance, and are none."""
        if "cnncalc:" in text:
            self._read(text.splitlines())
        for allowance in self.found:
            for rule in allowance.rules:
                self._at.setdefault((rule, allowance.line), []).append(allowance)

    def _read(self, lines: list[str]) -> None:
        heading = True  # nothing but comments so far
        for number, line in enumerate(lines, 1):
            bare = line.strip()
            match = _COMMENT.search(line)
            if match:
                alone = bare.startswith("#")
                target = 0 if alone and heading else _next(lines, number) if alone else number
                self.found.append(Allowance(dict(_names(match, number)), target))
            elif looks := _LOOKS.search(line):
                start = looks.start() + 1 + (line[looks.start()] != "#")
                self.misread.append(Span(number, start, number, len(line) + 1))
            heading = heading and (not bare or bare.startswith("#") or bare == "---")

    def allows(self, rule: str, finding: Finding) -> bool:
        """Whether a finding is allowed; the allowance is then used."""
        if not self.found:
            return False
        lines = {0, finding.span.line, finding.line, *range(finding.line, finding.end + 1)}
        matching = [allowance for line in lines for allowance in self._at.get((rule, line), ())]
        for allowance in matching:
            allowance.used.add(rule)
        return bool(matching)

    def unused(self, known: Iterable[str], checked: Iterable[str], active: Iterable[str]) -> Iterator[Finding]:
        """The allowances that silence nothing; of rules that were not run, nothing is said.

        ``checked`` are the rules that a comment can allow: those that look at networks.
        """
        known, checked, active = list(known), set(checked), set(active)
        for allowance in self.found:
            for rule, span in allowance.rules.items():
                if rule not in known:
                    help = suggest(rule, known, "`cnncalc rule` lists them")
                    yield Finding(f"there is no rule {quote(rule)}", help, span)
                elif rule not in checked:
                    help = "the settings can give it another severity, or leave it out"
                    yield Finding(f"a comment does not allow {rule}", help, span)
                elif rule in active and rule not in allowance.used:
                    where = "in this file" if allowance.line == 0 else "here"
                    yield Finding(f"the allowance of {rule} silences nothing {where}", "take it out", span)
        for span in self.misread:
            help = "an allowance is written `# cnncalc: allow[rule-name] reason`"
            yield Finding("this comment begins like an allowance, and allows nothing", help, span)


def _names(match: re.Match[str], number: int) -> Iterator[tuple[str, Span]]:
    """The rules named in the brackets, with their places."""
    for word in re.finditer(r"[^\s,]+", match[1]):
        start = match.start(1) + word.start() + 1
        yield word[0], Span(number, start, number, start + len(word[0]))


def _next(lines: list[str], number: int) -> int:
    """The next line that is neither empty nor a comment."""
    for later in range(number, len(lines)):
        bare = lines[later].strip()
        if bare and not bare.startswith("#"):
            return later + 1
    return number
