"""What activations and other layers do that leave every shape as it is: mostly one sentence."""

from __future__ import annotations

from cnncalc.derivations.base import Derivation, Section, Subject
from cnncalc.formula import Num
from cnncalc.language import n, t

FUNCTIONS: dict[str, str] = {
    "relu": "max(0, x)",
    "relu6": "min(max(0, x), 6)",
    "gelu": "x·Φ(x)",
    "silu": "x/(1 + e⁻ˣ)",
    "mish": "x·tanh(log(1 + eˣ))",
    "sigmoid": "1/(1 + e⁻ˣ)",
    "hard_sigmoid": "min(max(0, x + 3), 6)/6",
    "hard_swish": "x·min(max(0, x + 3), 6)/6",
    "tanh": "tanh(x)",
    "softplus": "log(1 + eˣ)",
}
"""What each makes of a number x."""


def activation(word: str, subject: Subject) -> Derivation:
    """One function of every number by itself."""
    return Derivation(_words(word, subject))


def _words(word: str, subject: Subject) -> str:
    if word in FUNCTIONS:
        return t("Every number x becomes {function}; the shape stays.", function=FUNCTIONS[word])
    if word == "leaky_relu":
        slope = f"{subject.settings.slope:g}"
        return t("Every positive number stays, and the others are multiplied by {slope}; the shape stays.", slope=slope)
    if word == "elu":
        alpha = f"{subject.settings.alpha:g}"
        return t("Every positive number stays, and x below 0 becomes {alpha}·(eˣ − 1); the shape stays.", alpha=alpha)
    if word == "selu":
        return t("An elu whose two constants keep mean 0 and variance 1; the shape stays.")
    if word == "softmax":
        return t("The channels become positive and add up to 1, at each position; the shape stays.")
    if word == "log_softmax":
        return t("The channels become the logarithms of their softmax, at each position; the shape stays.")
    return ""


def prelu(subject: Subject) -> Derivation:
    """One learned factor, or one for each channel."""
    count = subject.settings.num_parameters
    words = n(
        "Every positive number stays, and the others are multiplied by {n} learned factor; the shape stays.",
        "Every positive number stays, and the others are multiplied by one of {n} learned factors, their channel's; "
        "the shape stays.",
        count,
    )
    return Derivation(words, [Section("parameters", t("parameters"), Num(count), subject.facts.params)])


def identity(subject: Subject) -> Derivation:
    """What comes in goes out."""
    return Derivation(t("What comes in goes out."))


def dropout(subject: Subject) -> Derivation:
    """A share of the numbers is set to 0 while training."""
    share = f"{100 * subject.settings.rate:g}"
    return Derivation(t("While training, {share} of the numbers are set to 0; the shape stays.", share=f"{share}%"))


def drop_path(subject: Subject) -> Derivation:
    """A branch is dropped for a share of the images while training."""
    share = f"{100 * subject.settings.rate:g}"
    return Derivation(
        t("While training, the branch is left out for {share} of the images; the shape stays.", share=f"{share}%")
    )
