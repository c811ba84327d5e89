"""How the numbers of merges come about."""

from __future__ import annotations

from cnncalc.derivations.base import Derivation, Subject, axes_title, channels_section, no_weights
from cnncalc.formula import Symbol, total
from cnncalc.language import n, t
from cnncalc.layers.merging import gate_inputs
from cnncalc.text import shape_text

MOST = 8
"""So many inputs are named."""


def _inputs_text(subject: Subject) -> str:
    """``1x1 64×28×28, 3x3 128×28×28``: what comes in, and from where."""
    parts = [f"{name} {shape_text(shape)}" for name, shape in zip(subject.names, subject.facts.inputs)]
    if len(parts) > MOST:
        parts[MOST - 2 : -1] = ["…"]
    return ", ".join(parts)


def concat(subject: Subject) -> Derivation:
    """C_O is the sum of the inputs' channels."""
    shapes = subject.facts.inputs
    terms = [Symbol("C", str(place), None if s is None else s[0]) for place, s in enumerate(shapes, 1)]
    sections = [channels_section(subject, total(terms), _inputs_text(subject)), no_weights(subject)]
    if subject.rank:
        where = axes_title(subject.rank, range(subject.rank))
        words = n(
            "The channels of {n} input are passed on; {axes} stay.",
            "The channels of {n} inputs are put one after another; {axes} have to be the same in all, and stay.",
            len(shapes),
            axes=where,
        )
    else:
        words = t("The numbers of the inputs are put one after another.")
    return Derivation(words, sections)


def _elementwise(subject: Subject, words: str) -> Derivation:
    """C_O is that of the inputs, or of the one that the others are stretched to."""
    found = subject.y[0]
    place = next((i for i, shape in enumerate(subject.facts.inputs, 1) if shape and shape[0] == found), 1)
    sections = [channels_section(subject, Symbol("C", str(place), found), _inputs_text(subject)), no_weights(subject)]
    return Derivation(words, sections)


def add(subject: Subject) -> Derivation:
    """Number by number, the shape stays."""
    return _elementwise(subject, t("The inputs are added number by number; so they need one shape, and it stays."))


def multiply(subject: Subject) -> Derivation:
    """Number by number; a gate of one number a channel is stretched."""
    if gate_inputs(subject.facts):
        words = t("Each channel is multiplied by one number, its gate; the shape of the map stays.")
    else:
        words = t("The inputs are multiplied number by number; so they need one shape, and it stays.")
    return _elementwise(subject, words)
