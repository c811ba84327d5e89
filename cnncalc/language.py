"""The language that people are spoken to in: English as it stands in the code, or that of a gettext catalogue.

Every sentence for people goes through `t` (or `n`, where a number decides between singular and plural). The English
text is the key of its translation; its values stand in braces, so that a translation may order them anew. JSON keys,
YAML words and names are the same in every language.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Any

DOMAIN = "cnncalc"
FOLDER = Path(__file__).parent / "locale"
"""The catalogues: ``es/LC_MESSAGES/cnncalc.po``, and the ``.mo`` compiled from it."""

ENGLISH = "en"

_current: NullTranslations = NullTranslations()
_code = ENGLISH


@cache
def languages() -> tuple[str, ...]:
    """The languages that there are: English, and each one with a catalogue."""
    return (ENGLISH, *sorted(path.parts[-3] for path in FOLDER.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")))


def current() -> str:
    """The language in use: ``en``."""
    return _code


def use(code: str) -> None:
    """Speak this language from now on. Raises KeyError where there is no such catalogue."""
    global _current, _code
    if code not in languages():
        raise KeyError(code)
    if code == ENGLISH:
        _current = NullTranslations()
    else:
        with (FOLDER / code / "LC_MESSAGES" / f"{DOMAIN}.mo").open("rb") as file:
            _current = GNUTranslations(file)
    _code = code


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak this language for a while: for what is the same in all. Raises KeyError as `use` does."""
    global _current, _code
    before = _current, _code
    use(code)
    try:
        yield
    finally:
        _current, _code = before


def wanted(environ: Mapping[str, str] = os.environ) -> str:
    """The language that the environment asks for: CNNCALC_LANG, else the locale's (LC_ALL, LC_MESSAGES, LANG).

    English where it asks for one that there is no catalogue of.
    """
    known = languages()
    for variable in ("CNNCALC_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = environ.get(variable, "")
        if value:
            code = value.replace("-", "_").split(".")[0].split("_")[0].lower()
            return code if code in known else ENGLISH
    return ENGLISH


def t(message: str, /, **values: Any) -> str:
    """The message in the language in use, with its values put in: ``t("a {name} of {size}", name=…, size=…)``."""
    text = _current.gettext(message) if message else ""
    return text.format(**values) if values else text


def marked(message: str, /) -> str:
    """The message in English, for a catalogue to find it: it is made before it is known who reads it, and `t` later."""
    return message


def n(singular: str, plural: str, count: int, /, **values: Any) -> str:
    """The message for so many; ``{n}`` is the count with its thousands grouped: ``n("{n} row", "{n} rows", 3)``."""
    return _current.ngettext(singular, plural, count).format(n=f"{count:,}", **values)
