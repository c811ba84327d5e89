"""A question that names a template, read."""

from __future__ import annotations

from dataclasses import dataclass

from cnncalc.diagnostics import Fault, Span
from cnncalc.homework.conventions import Conventions, read_points
from cnncalc.homework.quiz.templates import DIFFICULTIES, TEMPLATES, Order, Template
from cnncalc.language import t
from cnncalc.text import listing, quote, suggest
from cnncalc.tree import Mapping, Node
from cnncalc.values import Choice, read_word

TEMPLATE_KEYS = ("id", "points", "template", "difficulty", "windows", "ask")
WINDOWS = ("whole", "any")
USUAL_DIFFICULTY = 2


@dataclass(frozen=True)
class Asking:
    """What is wanted of a template. Without an ``ask``, one is drawn from those of the difficulty."""

    id: str
    template: Template
    difficulty: int
    asks: tuple[str, ...]
    """Those that are drawn from."""
    whole: bool
    span: Span
    points: Node | None = None

    def order(self, ask: str, conventions: Conventions) -> Order:
        return Order(ask, self.difficulty, self.whole, conventions.rounding)


def read_asking(node: Mapping, number: str, conventions: Conventions) -> Asking:
    """A question's template and what is wanted of it; ``number`` is its id unless it has one. Raises Fault."""
    nodes = {key.text: value for key, value in node.entries}
    for key, _ in node.entries:
        if key.text not in TEMPLATE_KEYS:
            help = t("it has {names}; the rest is drawn", names=listing(TEMPLATE_KEYS))
            message = t("a question from a template has no {key}", key=quote(key.text))
            raise Fault("unknown-parameter", message, suggest(key.text, TEMPLATE_KEYS, help), span=key.span)
    if "points" in nodes:
        read_points(nodes["points"], "points")
    template = read_template(nodes["template"])
    difficulty = USUAL_DIFFICULTY
    if "difficulty" in nodes:
        words = tuple(map(str, DIFFICULTIES))
        difficulty = int(Choice(words).read(nodes["difficulty"], "difficulty"))
    whole = "windows" not in nodes or Choice(WINDOWS).read(nodes["windows"], "windows") == "whole"
    id = read_word(nodes["id"], "id") if "id" in nodes else number
    asks = read_asks(template, difficulty, nodes.get("ask"), conventions, node.span)
    return Asking(id, template, difficulty, asks, whole, node.span, nodes.get("points"))


def read_template(node: Node) -> Template:
    """The template of that name. Raises Fault with the nearest."""
    name = read_word(node, "template")
    if name not in TEMPLATES:
        help = suggest(name, list(TEMPLATES), t("one of {words}", words=listing(TEMPLATES, "or")))
        raise Fault("unknown-reference", t("there is no template {name}", name=quote(name)), help, span=node.span)
    return TEMPLATES[name]


def read_asks(
    template: Template, difficulty: int, node: Node | None, conventions: Conventions, place: Span
) -> tuple[str, ...]:
    """What may be asked for: what the question says, or what the difficulty has. Raises Fault.

    What the assignment counts otherwise than the mistakes do is not asked for: FLOPs that are MACs, and parameters
    without biases.
    """
    odd = {"flops"} if conventions.counts == "macs" else set()
    odd |= set() if conventions.biases else {"params"}
    suitable = [ask for ask in template.suitable() if ask not in odd]
    if node is None:
        drawn = tuple(ask for ask in template.asks[difficulty] if ask in suitable)
        # Without biases, parameters are weights.
        return drawn or tuple(ask for ask in suitable if ask == "weights")
    ask = read_word(node, "ask")
    if ask not in suitable:
        help = suggest(ask, suitable, t("one of {words}", words=listing(suitable, "or")))
        if ask in template.suitable():
            help = t("the conventions of this assignment leave {words}", words=listing(suitable, "or"))
        message = t("the template {name} does not ask for {ask}", name=quote(template.name), ask=quote(ask))
        raise Fault("invalid-value", message, help, span=node.span)
    return (ask,)
