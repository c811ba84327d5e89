"""What every layer and structure may say: ``name``, ``from``, ``expect``, ``when``, ``weights``, ``trainable``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cnncalc.architecture import Common, Expect, Reference
from cnncalc.budget import BOUNDS, is_rounded, read_amount
from cnncalc.diagnostics import Fault, Findings
from cnncalc.expressions import Unknown
from cnncalc.language import t
from cnncalc.reader.slips import comma_fault, space_help, with_leftovers
from cnncalc.text import hidden, listing, quote, suggest
from cnncalc.tree import Mapping, Node, Scalar, Sequence, kind_of
from cnncalc.values import AXES, Flag, Form, read_shape, read_size, read_whole, read_word

COMMON = ("name", "from", "expect", "when", "weights", "trainable")
COUNTS = ("params", "trainable", "buffers", "macs", "activations")
EXPECTED = ("output", *COUNTS, "receptive_field", *BOUNDS)
AXIS_WORDS = frozenset(name for names in AXES.values() for name in names)
MAX_NAME = 100


def read_name(node: Node, what: str = "") -> str:
    """A name, as written; ``what`` says what it names. Raises Fault ``invalid-value`` for what can't be referred to."""
    what = what or t("a name")
    name = read_word(node, what).strip()
    problem = _name_problem(name, what)
    if problem:
        raise Fault("invalid-value", problem, span=node.span)
    return name


def _name_problem(name: str, what: str) -> str:
    """What is wrong with a name; empty where nothing is."""
    shown = quote(name)
    if not name:
        return t("{what} {name} is empty", what=what, name=shown)
    if len(name) > MAX_NAME:
        return t(
            "{what} {name} has {count:,} characters; {most} are the most",
            what=what,
            name=shown,
            count=len(name),
            most=MAX_NAME,
        )
    if not name.isprintable() and any(map(hidden, name)):
        return t("{what} {name} has control characters or invisible ones in it", what=what, name=shown)
    if "/" in name:
        return t("{what} {name} has a / in it, which separates a scope from what is in it", what=what, name=shown)
    if name == "input":
        return t("{what} {name} is taken: it means the network's input, or the block's", what=what, name=shown)
    return ""


def read_references(node: Node, what: str) -> tuple[Reference, ...]:
    """One name, or a list of them, each with its place."""
    if isinstance(node, Sequence) and not node.items:
        raise Fault("invalid-value", t("{what} is an empty list", what=what), span=node.span)
    items = node.items if isinstance(node, Sequence) else [node]
    return tuple((read_word(item, what).strip(), item.span) for item in items)


def read_expect(node: Node, findings: Findings) -> Expect:
    """The facts that a file promises. Faults go to the findings; what is right is kept."""
    expect = Expect({}, {})
    if not isinstance(node, Mapping):
        message = t("expect is a mapping, not {kind}", kind=kind_of(node))
        help = t("it takes {names}", names=listing(EXPECTED))
        findings.add(Fault("invalid-value", message, help), span=node.span)
        return expect
    for key, value, leftovers in with_leftovers(node.entries):
        if leftovers and key.text in EXPECTED:
            form: Form = "axes" if key.text in ("output", "receptive_field") else "whole"
            findings.add(comma_fault(value, leftovers, form))
            continue
        try:
            fact = expect.values[key.text] = _read_fact(key, value)
            expect.spans[key.text] = value.span
            if isinstance(fact, dict) and isinstance(value, Mapping):
                expect.spans.update({f"{key.text} {name.text}": shape.span for name, shape in value.entries})
        except Fault as fault:
            findings.add(fault, span=value.span)
    return expect


def _read_fact(key: Scalar, value: Node) -> Any:
    if key.text == "output":
        if isinstance(value, Mapping) and not any(k.text in AXIS_WORDS for k, _ in value.entries):
            return {k.text: read_shape(v, "output") for k, v in value.entries}
        return read_shape(value, "output")
    if key.text == "receptive_field":
        return read_size(value, "receptive_field", 0)
    if key.text in COUNTS:
        _refuse_amount(key, value)
        return read_whole(value, key.text, 0)
    if key.text in BOUNDS:
        return read_amount(value, key.text)
    help = space_help(key.text) or suggest(key.text, EXPECTED, t("it takes {names}", names=listing(EXPECTED)))
    if "flops" in key.text.lower():
        name = "max_macs" if "max" in key.text.lower() else "macs"
        help = t("a MAC is two FLOPs: write {name}, and half of the number", name=name)
    raise Fault("unknown-parameter", t("expect has no {key}", key=quote(key.text)), help, span=key.span)


def _refuse_amount(key: Scalar, value: Node) -> None:
    """Raises Fault ``invalid-value`` for ``1M``, which bounds may be, and no count."""
    if isinstance(value, Scalar) and is_rounded(value.text):
        bound = f"max_{key.text}"
        help = t("write all its digits")
        if bound in BOUNDS:
            help = t("write all its digits; a bound is {bound}: {text}", bound=bound, text=value.text)
        message = t("{what} is an exact number, not {text}", what=key.text, text=quote(value.text))
        raise Fault("invalid-value", message, help, span=value.span)


def read_common(entries: Iterable[tuple[Scalar, Node]], findings: Findings) -> Common:
    """Name, inputs, promises, shared weights and frozenness, from the entries that say them."""
    common = Common()
    for key, value in entries:
        if isinstance(value, Unknown):
            continue
        common.spans[key.text] = value.span
        try:
            if key.text == "name":
                common.name = read_name(value)
            elif key.text == "from":
                common.inputs = read_references(value, "from")
                common.listed = isinstance(value, Sequence)
            elif key.text == "expect":
                common.expect = read_expect(value, findings)
            elif key.text == "weights":
                common.weights = read_word(value, "weights").strip()
            elif key.text == "trainable":
                common.trainable = Flag().read(value, "trainable")
        except Fault as fault:
            findings.add(fault, span=value.span)
    return common


def left_out(entries: Iterable[tuple[Scalar, Node]]) -> bool:
    """Whether a ``when`` among the entries does not hold. (Its condition has been worked out before.)"""
    for key, value in entries:
        if key.text == "when":
            return isinstance(value, Scalar) and value.text == "false"
    return False
