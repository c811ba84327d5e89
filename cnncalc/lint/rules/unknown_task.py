"""A `task:` or `loss:` that the linter does not know, and so does not check."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.lint.goals import LOSSES, TASKS, Goal, goal, parts
from cnncalc.lint.network import Network
from cnncalc.lint.rule import Finding, Limits, Rule
from cnncalc.lint.written import top
from cnncalc.text import listing, quote, suggest

BAD = """\
task: clasification   # here
loss: cross_entropy
input: 3x32x32
layers:
  - conv: {filters: 16, kernel: 3, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - dense: {units: 10}
"""

GOOD = BAD.replace("clasification   # here", "classification")


def check(net: Network, limits: Limits) -> Iterator[Finding]:
    for key, known in (("task", TASKS), ("loss", LOSSES)):
        node = top(net, key)
        text = net.facts.get(key, "")
        for word in parts(text) if node is not None else []:
            if node is not None and goal(word, known) is None:
                message = f"the linter does not know the {key} {quote(word)}, and checks no output by it"
                yield Finding(message, _help(word, known), node.span)


def _help(word: str, known: tuple[Goal, ...]) -> str:
    spellings = [name for goal in known for name in (goal.name, *goal.others)]
    names = listing((goal.name for goal in known), "or")
    return suggest(word, spellings, f"it knows {names}, and what PyTorch and Keras call them")


RULE = Rule(
    name="unknown-task",
    severity="info",
    summary="a `task:` or `loss:` that the linter does not know",
    why=(
        "With `task:` and `loss:` the linter sees whether the network's output fits its training. A word that it does "
        "not know is allowed, and then nothing is checked: that a name is misspelt would otherwise not be seen."
    ),
    bad=BAD,
    good=GOOD,
    source="the names of torch.nn, torch.nn.functional, keras.losses and Caffe's loss layers",
    allow="where the word is right and unknown here, as for a loss of one's own",
    check=check,
)
