"""Mistakes that are made at every layer of a network, and in solving for a setting."""

from __future__ import annotations

import pytest

from cnncalc.homework.files import read_assignment
from cnncalc.homework.grading import Grader, Item
from cnncalc.homework.submissions import read_submission
from cnncalc.source import Source


def graded(question: str, answer: str) -> Item:
    assignment = read_assignment(Source("hw.yaml", f"questions:\n  - {{id: q, {question}}}\n"))
    answers = read_submission(Source("ana.yaml", f"student: ana\nanswers: {{q: '{answer}'}}\n"), assignment.ids)
    return Grader(assignment).grade(answers).items[0]


# LeNet-5 has 156 + 2,416 + 48,120 + 10,164 + 850 = 61,706 parameters (LeCun et al. 1998 with C3 connected to all maps),
# of which 6 + 16 + 120 + 84 + 10 = 236 are biases.
LENET = "architecture: lenet5, ask: params"


@pytest.mark.parametrize(
    ("question", "answer", "mistake"),
    [
        (LENET, "61706", None),
        (LENET, str(61_706 - 236), "bias-forgotten"),
        (LENET, str(61_706 - 236 + 5), "one-bias"),
        (LENET, "61,760", "digits-exchanged"),
        (LENET, "617060", "power-of-ten"),
        (LENET, "60000", None),
        # 416,520 MACs: 117,600 + 240,000 + 48,000 + 10,080 + 840.
        ("architecture: lenet5, ask: macs", str(2 * 416_520), "macs-and-flops"),
        # What leaves a network leaves its last layer: 4×26×26.
        ("input: 3x28x28, layers: [relu, conv: {K: 4, F: 3}], ask: output", "3x26x26", "channels-kept"),
        # (28 − 5 + P)/1 + 1 = 28, with the padding counted once.
        ("input: 1x28x28, layer: {conv: {K: 4, F: 5, S: 1}}, output: 4x28x28, ask: padding", "2", None),
        ("input: 1x28x28, layer: {conv: {K: 4, F: 5, S: 1}}, output: 4x28x28, ask: padding", "4", "padding-once"),
        ("input: 1x28x28, layer: {conv: {K: 4, F: 5, S: 1}}, output: 4x28x28, ask: padding", "3", None),
    ],
)
def test_the_mistake_is_named(question: str, answer: str, mistake: str | None) -> None:
    item = graded(question, answer)
    assert list(item.misconceptions)[:1] == ([mistake] if mistake else [])
    assert bool(item.hint) == bool(mistake)


def test_weights_that_are_used_again_count_once() -> None:
    shared = (
        "layers: [conv: {name: a, filters: 4, kernel: 3}, relu, conv: {weights: a, filters: 4, kernel: 3}], "
        "input: 4x16x16, ask: params"
    )
    # 3·3·4·4 + 4 = 148, once; without biases 144.
    assert graded(shared, "148").verdict == "correct"
    assert graded(shared, "144").misconceptions[:1] == ("bias-forgotten",)
