"""A layer's parameters: any spelling in, canonical names and checked values out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cnncalc.diagnostics import Fault, Findings, Span
from cnncalc.expressions import is_unknown
from cnncalc.language import t
from cnncalc.layers import BY_WORD, Layer, Parameter
from cnncalc.reader.common import COMMON
from cnncalc.reader.slips import comma_fault, parameter_help, space_help, with_leftovers
from cnncalc.text import listing, nearest, quote, suggest
from cnncalc.tree import Mapping, Node, Scalar
from cnncalc.values import SIDE_WORDS

LAYER_COMMON = (*COMMON, "init")


def read_parameters(
    type: type[Layer], entries: Iterable[tuple[Scalar, Node]], findings: Findings
) -> tuple[dict[str, Any], dict[str, Span]]:
    """The values of a layer's own parameters by canonical name, and the place of each. Faults go to the findings."""
    values: dict[str, Any] = {}
    spans: dict[str, Span] = {}
    said: dict[str, str] = {}
    sides: list[tuple[Scalar, Node]] = []
    for key, node, leftovers in with_leftovers(entries):
        if type.spread_sides and key.text in SIDE_WORDS:
            sides.append((key, node))
            continue
        name = type.spellings.get(key.text)
        if name is None:
            findings.add(unknown_parameter(type, key, node), span=key.span)
            # A required parameter that was only misspelt is not missing as well.
            meant = nearest(key.text, [p.name for p in type.parameters.values() if p.required])
            meant += filter(None, [type.spellings.get(key.text.partition(":")[0])])
            values.update(dict.fromkeys(meant))
        elif name in said:
            findings.add(_twice(name, said[name], key), span=key.span)
        else:
            said[name] = key.text
            spans[name] = node.span
            if leftovers:
                findings.add(comma_fault(node, leftovers, type.parameters[name].kind.form))
                values[name] = None
                continue
            _read_value(type.parameters[name], key, node, values, findings)
    if sides:
        key = sides[0][0]
        name = type.spread_sides
        if name in said:
            findings.add(_twice(name, said[name], key), span=key.span)
        else:
            spans[name] = key.span
            _read_value(type.parameters[name], Scalar(name, key.span), Mapping(sides, key.span), values, findings)
    return values, spans


def _read_value(declared: Parameter, key: Scalar, node: Node, values: dict[str, Any], findings: Findings) -> None:
    if is_unknown(node):
        values[declared.name] = None
        return
    try:
        values[declared.name] = declared.kind.read(node, key.text)
    except Fault as fault:
        findings.add(fault, span=node.span)
        # What was said, badly, is not missing too.
        values[declared.name] = None


def _twice(name: str, before: str, key: Scalar) -> Fault:
    spellings = listing(map(quote, dict.fromkeys((before, key.text))))
    message = t("{name} is said twice: {spellings}", name=name, spellings=spellings)
    return Fault("duplicate-key", message, t("keep one of them"), span=key.span)


def check_settings(
    type: type[Layer], values: dict[str, Any], span: Span, spans: dict[str, Span], findings: Findings
) -> None:
    """What is missing, and what can't stand together."""
    missing = [type.parameters[name] for name in type.required if name not in values]
    if missing:
        names = listing(f"`{p.name}`" for p in missing)
        helps = "; ".join(f"{p.name}: {t(p.help)} ({p.kind.title})" for p in missing)
        message = t("{type} needs {names}", type=type.word, names=names)
        findings.add(Fault("missing-parameter", message, helps, span=span))
    if None not in values.values():
        for fault in type.validate(values):
            findings.add(fault, span=spans.get(fault.parameter or "", span))


def unknown_parameter(type: type[Layer], key: Scalar, value: Node | None = None) -> Fault:
    """The fault of a key that the layer type does not have, with the nearest that it has."""
    known = [*type.spellings, *LAYER_COMMON]
    own = listing(type.parameters)
    if own:
        otherwise = t("{type} takes {names}", type=type.word, names=own)
    else:
        otherwise = t("{type} has no parameters of its own", type=type.word)
    help = parameter_help(type, key, value) or suggest(key.text, known, otherwise)
    message = t("{type} has no parameter {name}", type=type.word, name=quote(key.text))
    return Fault("unknown-parameter", message, help, span=key.span)


def unknown_type(word: Scalar, blocks: Iterable[str], structures: Iterable[str]) -> Fault:
    """The fault of a word that is no layer type, with what it was probably meant to be."""
    fold = word.text.lower().replace("-", "_")
    bare = fold.replace("_", "")
    for layer in BY_WORD.values():
        if fold == layer.word or bare in (layer.word.replace("_", ""), *layer.synonyms) or fold in layer.synonyms:
            help = t("it is written `{word}` here", word=layer.word)
            break
    else:
        known = [*BY_WORD, *blocks, *structures]
        help = space_help(word.text) or suggest(word.text, known, t("`cnncalc schema` has all layer types"))
    return Fault("unknown-type", t("{word} is no layer type", word=quote(word.text)), help, span=word.span)
