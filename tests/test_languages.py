"""Translations: complete, without stale entries, with the same values in them; and the ways to choose one."""

from __future__ import annotations

import ast
import importlib.util
import json
import string
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog, Message

import cnncalc
from cnncalc.language import ENGLISH, current, languages, n, t, use, wanted
from cnncalc.text import listing

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "cnncalc"


def load_catalogues() -> Any:
    spec = importlib.util.spec_from_file_location("catalogues", PACKAGE / "locale" / "catalogues.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


CATALOGUES = load_catalogues()
PATHS = sorted(PACKAGE.glob("locale/*/LC_MESSAGES/*.po"))


@pytest.fixture(autouse=True)
def _english() -> Iterable[None]:
    use(ENGLISH)
    yield
    use(ENGLISH)


def forms(message: Message) -> list[str]:
    """A message's translations: one, or one for each number."""
    return [message.string] if isinstance(message.string, str) else list(message.string)


def values(text: str) -> set[str]:
    """The names in braces; none in a text with braces of its own, which is shown as it is."""
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}
    except ValueError:
        return set()


@pytest.fixture(scope="module")
def template() -> Catalog:
    return CATALOGUES.template()


@pytest.fixture(scope="module", params=PATHS, ids=lambda path: path.parts[-3])
def catalog(request: pytest.FixtureRequest) -> Catalog:
    return CATALOGUES.load(request.param)


def test_there_is_spanish() -> None:
    assert "es" in languages()


def test_every_message_is_translated(template: Catalog, catalog: Catalog) -> None:
    known = {message.id: message for message in catalog if message.id}
    missing = [m.id for m in template if m.id and (m.id not in known or not all(forms(known[m.id])))]
    assert missing == []


def test_no_entry_is_stale_or_uncertain(template: Catalog, catalog: Catalog) -> None:
    ids = {message.id for message in template}
    assert [message.id for message in catalog if message.id and message.id not in ids] == []
    assert [message.id for message in catalog if message.id and message.fuzzy] == []
    assert list(catalog.obsolete) == []


def test_translations_have_the_same_values_in_them(catalog: Catalog) -> None:
    wrong = []
    for message in catalog:
        if not message.id:
            continue
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        for place, text in enumerate(forms(message)):
            # "Only one" need not say its number.
            free = {"n"} if place == 0 and len(ids) > 1 else set()
            if values(text) | free != values(ids[-1]) | free:
                wrong.append((ids[-1], text))
        # What Babel itself knows to check: the number of plural forms, and formats.
        wrong += [(ids[-1], str(error)) for error in message.check(catalog)]
    assert wrong == []


def test_the_compiled_catalogue_is_the_one_that_is_there(catalog: Catalog) -> None:
    use(str(catalog.locale))
    for message in catalog:
        if isinstance(message.id, str) and message.id:
            assert t(message.id) == message.string, "python cnncalc/locale/catalogues.py compiles it"


def untranslatable(path: Path) -> Iterable[str]:
    """Faults and bad parameters whose message is a literal that no catalogue can have."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, (ast.Name, ast.Attribute))):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
        told = {"Fault": node.args[1:3], "BadParameter": node.args[:1], "write_text": []}.get(name, [])
        for argument in told:
            for part in ast.walk(argument):
                if isinstance(part, ast.Call):
                    break
                if isinstance(part, ast.JoinedStr) or (isinstance(part, ast.Constant) and str(part.value).strip()):
                    yield f"{path.relative_to(ROOT)}:{argument.lineno}"
                    break


def test_no_message_is_out_of_a_translators_reach() -> None:
    assert [place for path in sorted(PACKAGE.rglob("*.py")) for place in untranslatable(path)] == []


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "es_MX.UTF-8"}, "es"),
        ({"LANG": "es"}, "es"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "es_ES", "LC_ALL": "C"}, "en"),
        ({"LANG": "C.UTF-8", "LC_MESSAGES": "es_AR.UTF-8"}, "es"),
        ({"LANG": "en_GB", "CNNCALC_LANG": "es"}, "es"),
        ({"LANG": "es_ES", "CNNCALC_LANG": "en"}, "en"),
        ({"CNNCALC_LANG": "xx\x1b[31m"}, "en"),
    ],
)
def test_the_environment_chooses(environment: Mapping[str, str], language: str) -> None:
    assert wanted(environment) == language


def test_the_api_speaks_the_language_in_use() -> None:
    text = "input: 3x224x224\nlayers: [conv: {K: 96, F: 11, S: 4}]"
    english = cnncalc.analyze_text(text).diagnostics[0]
    use("es")
    assert current() == "es"
    spanish = cnncalc.analyze_text(text).diagnostics[0]
    assert spanish.rule == english.rule
    assert "la ventana no cabe" in spanish.message
    assert "(224 − 11 + 2·0)/4 + 1 = 54.25" in spanish.message
    assert n("{n} channel", "{n} channels", 1) == "1 canal"


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cnncalc", *words]
    return subprocess.run(command, capture_output=True, encoding="utf-8", env={"PYTHONUTF8": "1", **environment})


@pytest.mark.parametrize(
    ("words", "environment", "part"),
    [
        (("shapes", "lenet5"), {}, "61,706 parameters"),
        (("shapes", "lenet5", "--lang", "es"), {}, "61,706 parámetros"),
        (("--lang=es", "shapes", "lenet5"), {}, "61,706 parámetros"),
        (("shapes", "lenet5"), {"CNNCALC_LANG": "es"}, "61,706 parámetros"),
        (("shapes", "lenet5"), {"LANG": "es_MX.UTF-8"}, "61,706 parámetros"),
        (("shapes", "lenet5", "--lang", "en"), {"CNNCALC_LANG": "es"}, "61,706 parameters"),
        (("conv", "--help", "--lang", "es"), {}, "Opciones:"),
        (("conv", "--help", "--lang", "es"), {}, "Número de filtros"),
        (("--help", "--lang", "es"), {}, "Uso: "),
    ],
)
def test_the_command_line_chooses(words: tuple[str, ...], environment: dict[str, str], part: str) -> None:
    result = run(*words, **environment)
    assert result.returncode == 0
    assert part in result.stdout


def test_spanish_help_is_spanish_and_not_cut() -> None:
    text = run("--help", "--lang", "es").stdout
    assert text.startswith("Uso: ")
    assert text.splitlines()[0].endswith(" [OPCIONES] COMANDO [ARGUMENTOS]...")
    assert [line for line in text.splitlines() if line.endswith("...")] == text.splitlines()[:1]


# What a Spanish sentence needs of words that are put into it: an article, «u» before o and «e» before i.
@pytest.mark.parametrize(
    ("shape", "part"),
    [
        ("3x224x224", "la ventana no cabe en el alto y el ancho, de 224: "),
        ("3x55x57", "la ventana no cabe en el ancho, de 57: "),
        ("3x57x55", "la ventana no cabe en el alto, de 57: "),
        ("3x224", "la ventana no cabe en la longitud, de 224: "),
        ("3x224x224", "F = 12 u 8"),
        ("3x9x9", "una ventana de 11 es más grande que el alto y el ancho, de 9"),
    ],
)
def test_spanish_sentences_agree(shape: str, part: str) -> None:
    use("es")
    found = cnncalc.analyze_text(f"input: {shape}\nlayers: [conv: {{K: 96, F: 11, S: 4}}]").diagnostics
    assert any(part in diagnostic.message + diagnostic.help for diagnostic in found), found


# Listings with "or" and "and": whether Spanish says «u» and «e».
JOINED = {
    ("6", "8"): ("6 u 8", "6 y 8"),
    ("7", "11"): ("7 u 11", "7 y 11"),
    ("7", "110"): ("7 o 110", "7 y 110"),
    ("7", "11,000"): ("7 u 11,000", "7 y 11,000"),
    ("`alto`", "`output`"): ("`alto` u `output`", "`alto` y `output`"),
    ("padres", "hijos"): ("padres o hijos", "padres e hijos"),
    ("agua", "hielo"): ("agua o hielo", "agua y hielo"),
    ("conv", "identity"): ("conv o identity", "conv e identity"),
}


@pytest.mark.parametrize(("words", "joined"), JOINED.items(), ids=str)
def test_spanish_listings(words: tuple[str, ...], joined: tuple[str, str]) -> None:
    use("es")
    assert (listing(words, "or"), listing(words)) == joined
    use(ENGLISH)
    assert listing(words, "or") == " or ".join(words)


@pytest.mark.parametrize("code", ["fr", "", "../es", "\x1b[31m"])
def test_a_language_that_there_is_not_is_bad_usage(code: str) -> None:
    result = run("shapes", "lenet5", f"--lang={code}")
    assert result.returncode == 2
    assert "en" in result.stderr
    assert "es" in result.stderr
    assert "\x1b" not in result.stderr


def untold(document: Any) -> Any:
    """A JSON document without the sentences in it."""
    if isinstance(document, dict):
        return {key: untold(value) for key, value in document.items() if key not in ("message", "help")}
    return [untold(value) for value in document] if isinstance(document, list) else document


@pytest.mark.parametrize(
    "words", [("shapes", "alexnet", "-i", "3x10x10"), ("params", "vgg11"), ("diff", "vgg11", "vgg13")]
)
def test_json_is_the_same_but_for_its_sentences(words: tuple[str, ...]) -> None:
    english, spanish = (json.loads(run(*words, "-f", "json", "--lang", lang).stdout) for lang in ("en", "es"))
    assert untold(english) == untold(spanish)
