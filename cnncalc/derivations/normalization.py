"""How the numbers of normalisations come about: the shape stays, and each channel may have a factor and an offset."""

from __future__ import annotations

from cnncalc.derivations.base import Derivation, Section, Subject, axes, channels, no_weights, weight_sections
from cnncalc.formula import Expression, Symbol, product
from cnncalc.language import n, t


def _affine(subject: Subject, each: Expression) -> list[Section]:
    """γ and β, as many of each as ``each`` says."""
    if not subject.settings.affine:
        return [no_weights(subject)]
    parts = [("weight", t("factors"), each), ("bias", t("offsets"), each)]
    return weight_sections(subject, 2 * each, parts)


def batch_norm(subject: Subject) -> Derivation:
    """2C parameters, and 2C buffers."""
    count = channels(subject.x, "I")
    sections = _affine(subject, count)
    if subject.settings.running_stats:
        remark = t("a running mean and variance for each channel, which no gradient trains")
        sections.append(Section("buffers", t("buffers"), 2 * count, subject.facts.buffers, remark=remark))
    words = t("Each channel is brought to mean 0 and variance 1 over the batch; the shape stays.")
    return Derivation(words, sections)


def instance_norm(subject: Subject) -> Derivation:
    """As batch norm, for each image by itself."""
    found = batch_norm(subject)
    words = t("Each channel of each image is brought to mean 0 and variance 1; the shape stays.")
    return Derivation(words, found.sections)


def layer_norm(subject: Subject) -> Derivation:
    """2C parameters, or 2·C·H·W over the whole map."""
    count = channels(subject.x, "I")
    if subject.settings.over == "all":
        words = t("All numbers of an image are brought to mean 0 and variance 1; the shape stays.")
        return Derivation(words, _affine(subject, product([count, *axes(subject.x, "I")])))
    words = t("The channels at each position are brought to mean 0 and variance 1; the shape stays.")
    return Derivation(words, _affine(subject, count))


def group_norm(subject: Subject) -> Derivation:
    """2C parameters."""
    words = n(
        "{n} group of channels is brought to mean 0 and variance 1, image by image; the shape stays.",
        "{n} groups of channels are each brought to mean 0 and variance 1, image by image; the shape stays.",
        subject.settings.groups,
    )
    groups = Symbol("G", "", subject.settings.groups)
    return Derivation(words, _affine(subject, channels(subject.x, "I")), [groups])


def lrn(subject: Subject) -> Derivation:
    """No parameters."""
    return Derivation(
        n(
            "Each number is divided by what its neighbours in {n} channel amount to; the shape stays.",
            "Each number is divided by what its neighbours in {n} channels amount to; the shape stays.",
            subject.settings.size,
        )
    )


def scale(subject: Subject) -> Derivation:
    """C parameters, or none."""
    value = subject.settings.value
    if value is not None:
        return Derivation(t("Every number is multiplied by {value}; the shape stays.", value=f"{value:g}"))
    count = channels(subject.x, "I")
    words = t("Each channel is multiplied by a factor of its own, which is learned; the shape stays.")
    return Derivation(words, weight_sections(subject, count, []))
