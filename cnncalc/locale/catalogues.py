"""Makes the catalogues with Babel: ``python cnncalc/locale/catalogues.py`` gathers the messages of the code into every
``.po`` and compiles it. A new language is ``python cnncalc/locale/catalogues.py fr``, and its file translated.

Not needed at run time. The build runs `compile_all` (see ``pyproject.toml``), the tests compare with `template`.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

LOCALE = Path(__file__).parent
PACKAGE = LOCALE.parent
MESSAGES = {"t": 1, "marked": 1, "n": 2}
"""The functions that take messages, and how many: `n` takes one for a single thing and one for many."""

TYPER = ("Options", "Arguments", "Commands", "Missing command.", "default: {default}", "required")
"""What typer says itself, and looks up in the catalogue."""


Found = tuple[int, "str | tuple[str, str]"]
"""A line, and the message that stands there."""


def messages(tree: ast.AST) -> Iterator[Found]:
    """The messages of a module, those in f-strings too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MESSAGES:
            texts = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            wanted = MESSAGES[node.func.id]
            if len(texts) >= wanted:
                yield node.lineno, texts[0] if wanted == 1 else (texts[0], texts[1])


def helps(tree: ast.AST) -> Iterator[Found]:
    """The help lines of a module of commands: the ``help`` of its options, and its commands' docstrings."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name.endswith("_command"):
            if told := ast.get_docstring(node):
                yield node.lineno, told
        elif isinstance(node, ast.keyword) and node.arg == "help" and isinstance(node.value, ast.Constant):
            yield node.value.lineno, str(node.value.value)


def declared() -> Iterator[tuple[str, str]]:
    """What the layer types' declarations say, as errors and explanations show it; with the module that it stands in."""
    from cnncalc.layers import LAYERS

    for layer in LAYERS:
        yield layer.__module__, (layer.__doc__ or "").splitlines()[0]
        for parameter in layer.parameters.values():
            yield layer.__module__, parameter.help


def template() -> Catalog:
    """Every message of the code."""
    catalog = Catalog(project="cnncalc", charset="utf-8")
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found = [*messages(tree), *(helps(tree) if path.parent.name == "cli" else ())]
        for line, message in found:
            catalog.add(message, None, [(path.relative_to(PACKAGE.parent).as_posix(), line)])
    for module, message in declared():
        catalog.add(message, None, [(f"{module.replace('.', '/')}.py", 1)])
    for message in TYPER:
        catalog.add(message, None, [("typer", 1)])
    return catalog


def load(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3], domain="cnncalc")


def update(path: Path) -> None:
    """Bring a catalogue up to the code: new messages come in without a translation, stale ones go."""
    catalog = load(path) if path.exists() else Catalog(locale=path.parts[-3], project="cnncalc", charset="utf-8")
    catalog.update(template(), no_fuzzy_matching=True, update_header_comment=False)
    catalog.obsolete.clear()
    catalog.creation_date = catalog.revision_date = datetime(2026, 1, 1, tzinfo=UTC)  # no day is news
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalog, width=120, sort_by_file=True, include_lineno=False, ignore_obsolete=True)


def compile_all() -> None:
    """Write the ``.mo`` beside every ``.po``."""
    for path in LOCALE.glob("*/LC_MESSAGES/*.po"):
        with path.with_suffix(".mo").open("wb") as file:
            write_mo(file, load(path))


if __name__ == "__main__":
    paths = list(LOCALE.glob("*/LC_MESSAGES/*.po"))
    paths += [LOCALE / code / "LC_MESSAGES" / "cnncalc.po" for code in sys.argv[1:]]
    for path in paths:
        update(path)
    compile_all()
