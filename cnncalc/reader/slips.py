"""Slips that YAML takes for something else: a comma in a number, a space that is missing, a word that stands too deep.

The functions give the cure, for whoever finds that a key or value means nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cnncalc.diagnostics import Fault
from cnncalc.language import t
from cnncalc.layers import BY_WORD, Layer, Parameter
from cnncalc.text import listing, quote
from cnncalc.tree import Node, Scalar
from cnncalc.values import Form, comma_help

ACTIVATIONS = ("activation", "act", "act_fn", "activation_fn", "nonlinearity")
"""What a parameter for the activation is called in frameworks."""

Entry = tuple[Scalar, Node]

_START = re.compile(r"[(\[]?-?[0-9]+\Z")
_REST = re.compile(r"[0-9]+(\.[0-9]+)?[)\]]?\Z")
_PARTS = re.compile(r"[0-9]+(?: *[,xX×] *[0-9]+)*\Z")


def with_leftovers(entries: Iterable[Entry]) -> Iterator[tuple[Scalar, Node, list[Scalar]]]:
    """Each entry, with the parts of its number that a comma between braces made keys of: ``024`` of ``K: 1,024``."""
    held: tuple[Scalar, Node, list[Scalar]] | None = None
    for key, value in entries:
        if held and _continues(held[1], held[2], key, value):
            held[2].append(key)
            continue
        if held:
            yield held
        held = key, value, []
    if held:
        yield held


def _continues(start: Node, rest: list[Scalar], key: Scalar, value: Node) -> bool:
    before = rest[-1].span if rest else start.span
    return (
        isinstance(start, Scalar)
        and isinstance(value, Scalar)
        and value.null
        and bool(_START.match(start.text) and _REST.match(key.text))
        and before.end_line == key.span.line
        and 0 < key.span.column - before.end_column <= 3
    )


def comma_fault(start: Node, rest: list[Scalar], form: Form) -> Fault:
    """The fault of a number that was taken apart."""
    parts = [start.text if isinstance(start, Scalar) else "", *(key.text for key in rest)]
    text = ",".join(parts)
    message = t(
        "a comma ends a value between braces: {text} is read as {parts}",
        text=quote(text),
        parts=listing(map(quote, parts)),
    )
    return Fault("invalid-value", message, comma_help(text, form), span=start.span)


def space_help(text: str) -> str:
    """The cure of a word in which a colon or dash has no space behind it; empty where that is not what is wrong."""
    if match := re.match(r"(\w+):([^\s:/].*)", text):
        return t("a key ends with a colon and a space: `{key}: {value}`", key=match[1], value=match[2].split()[0])
    if match := re.search(r"(?:^| )-([A-Za-z_]\w*)", text):
        return t("a layer of the list begins with a dash and a space: `- {word}`", word=match[1])
    return ""


def parameter_help(type: type[Layer], key: Scalar, value: Node | None) -> str:
    """The cure of a parameter that frameworks have and the layer type has not; empty for others."""
    if key.text.lower() in ACTIVATIONS:
        word = value.text if isinstance(value, Scalar) else ""
        known = next((layer.word for layer in BY_WORD.values() if word in (layer.word, *layer.synonyms)), "relu")
        return t("an activation is a layer of its own: put `- {word}` after it", word=known)
    if type.word == "depthwise_conv" and BY_WORD["conv"].spellings.get(key.text) == "filters":
        return t("a depthwise convolution has a multiplier (M, or -M on the command line), not filters")
    return space_help(key.text) if isinstance(value, Scalar) and value.null else ""


def as_parameters(layer: type[Layer], text: str) -> str:
    """Numbers without names as the parameters that they are likely meant to be: ``filters: 8, kernel: 3``."""
    declared = [p for p in layer.parameters.values() if p.kind.form and not p.claim]
    if not declared or not _PARTS.match(text):
        return f"{next(iter(layer.parameters), 'name')}: {text}"
    given: dict[str, str] = {}
    for part in _parts(text, declared[0].kind.form):
        fitting = (p for p in declared if p.name not in given and (p.kind.form == "axes" or part.isdecimal()))
        free = next(fitting if declared[0].kind.form != "real" else iter(declared), None)
        if free is None:
            break
        given[free.name] = part
    return ", ".join(_said(p, given) for p in declared if p.required or p.name in given)


def _parts(text: str, form: Form) -> list[str]:
    numbers = re.split(r" *, *", text)
    if form == "real" and len(numbers) == 2:
        return [".".join(numbers)]
    if form == "whole" and " " not in text and len(numbers) > 1 and all(len(n) == 3 for n in numbers[1:]):
        return ["".join(numbers)]
    return [re.sub(r" *[xX×] *", "x", number) for number in numbers]


def _said(declared: Parameter, given: dict[str, str]) -> str:
    return f"{declared.name}: {given.get(declared.name, '…')}"
