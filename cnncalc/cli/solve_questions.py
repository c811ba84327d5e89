"""What ``cnncalc solve`` is asked about a window: which numbers are channels, and a question for each spatial axis."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import typer

from cnncalc.cli.solve_words import axis_values, refuse, size_values
from cnncalc.language import t
from cnncalc.solving.windows import POOLS, TRANSPOSED, Question, Values

FEW = 4
"""A size of two numbers begins with channels where the first is at most this: 1x16000 is a sound."""


class Asked(NamedTuple):
    """The questions, and what is to be said about the sizes: how they were read, and what gives the channels."""

    questions: list[Question]
    remarks: list[str]


def read_question(type: str, input: str, output: str, sizes: dict[str, str], rounding: str) -> Asked:
    """A question for each spatial axis. ``sizes`` are the other options. Raises typer.BadParameter."""
    if type != TRANSPOSED:
        refuse({"--output-padding": sizes["--output-padding"]}, t("belongs to a transposed convolution"))
    elif rounding != "strict":
        raise typer.BadParameter(t("a transposed convolution has nothing to round"), param_hint="--rounding")
    if type == "avg_pool":
        refuse({"-D": sizes["-D"]}, t("an average pool has no dilation"))
    names = {"-F": "kernel", "-S": "stride", "-P": "padding", "-D": "dilation", "--output-padding": "output_padding"}
    settings = {names[option]: axis_values(text, option) for option, text in sizes.items()}
    before, after = size_values(input, "INPUT"), size_values(output, "--output")
    remarks = []
    sound = _is_sound(before, after, settings.values())
    if sound:
        read = (input if len(before) == 2 else output).strip()
        remarks.append(t("{size} is read as channels × length; as height and width write 1x{size}", size=read))
    (inputs, before), (outputs, after) = _parted(before, sound), _parted(after, sound)
    if outputs is not None:
        remarks += _channels(type, inputs, outputs)
    given = {"input": before, "output": after, **settings}
    options = {"input": "INPUT", "output": "--output", **{name: option for option, name in names.items()}}
    rank = max(len(axes) for axes in given.values())
    for name, axes in given.items():
        if len(axes) not in (0, 1, rank):
            message = t("there are {count} axes here, and {rank} elsewhere", count=len(axes), rank=rank)
            raise typer.BadParameter(message, param_hint=options[name])
    spread: dict[str, Sequence[Values | None]] = {
        name: axes * rank if len(axes) == 1 else axes or [None] * rank for name, axes in given.items()
    }
    values: list[dict[str, Any]] = [{name: axes[axis] for name, axes in spread.items()} for axis in range(rank)]
    return Asked([Question(type, rounding=rounding, **each) for each in values or [{}]], remarks)


def _is_sound(before: Sequence[Values], after: Sequence[Values], settings: Iterable[Sequence[Values]]) -> bool:
    """Whether a size of two numbers means channels and a length, as 1x16000 does in a network's input.

    It does where its first number is at most 4, or where the size on the other side is one number; not where both of
    its numbers are the same, or a setting has two axes: then they are height and width.
    """
    pairs = [axes for axes in (before, after) if len(axes) == 2]
    if not pairs or max(len(before), len(after)) > 2 or any(len(axes) > 1 for axes in settings):
        return False
    if any(first == second for first, second in pairs):
        return False
    few = any(len(pair[0]) == 1 and pair[0][0] <= FEW for pair in pairs)
    return few or len(before) + len(after) == 3


def _parted(axes: list[Values], sound: bool) -> tuple[Values | None, list[Values]]:
    """The channels, where the size has them, and the spatial axes."""
    return (axes[0], axes[1:]) if len(axes) > (1 if sound else 2) else (None, axes)


def _channels(type: str, inputs: Values | None, outputs: Values) -> list[str]:
    """What gives the output its channels. Raises typer.BadParameter where nothing does."""
    if type in POOLS:
        if inputs not in (None, outputs):
            raise typer.BadParameter(t("a pool keeps the number of channels"), param_hint="--output")
        return []
    if len(outputs) > 1:
        return []
    if type != "depthwise_conv":
        return [t("{option} gives the channels", option=f"-K {outputs[0]}")]
    if inputs is None or len(inputs) > 1:
        return []
    if outputs[0] % inputs[0]:
        message = t("a depthwise convolution makes a multiple of the input's {count} channels", count=inputs[0])
        raise typer.BadParameter(message, param_hint="--output")
    return [t("{option} gives the channels", option=f"-M {outputs[0] // inputs[0]}")]
