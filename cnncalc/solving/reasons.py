"""Why no window fits, in a sentence that teaches, and the nearest that do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from cnncalc.diagnostics import Fault
from cnncalc.language import t
from cnncalc.solving.windows import (
    POOLS,
    SETTINGS,
    TRANSPOSED,
    Question,
    Setting,
    Values,
    changed,
    largest,
    smallest,
    solve,
)
from cnncalc.text import axis_word, count_text
from cnncalc.values import axis_names
from cnncalc.window import SEARCHED, effective_kernel, fit, transposed_output

WIDE = range(1, 65)
"""The kernels that are looked at where none of the usual ones fits."""
NEAREST = 2
"""So many values of each setting are offered."""


class Alternative(NamedTuple):
    """A window that fits once one thing is changed: a setting's name, ``rounding`` or ``bounds``."""

    change: str
    setting: Setting


def alternatives(questions: Sequence[Question]) -> list[Alternative]:
    """For a question that nothing answers: the nearest that fit, each with one given thing changed.

    Another rounding; the nearest values of each setting that was given, up to 16 away; larger kernels, where any was
    tried; the nearest sizes.
    """
    found = []
    if questions[0].rounding != "any" and questions[0].type != TRANSPOSED:
        found += _first("rounding", [changed(question, rounding="any") for question in questions])
    if all(question.kernel is None for question in questions):
        found += _first("bounds", [changed(question, kernel=WIDE) for question in questions])
    for name in (*SETTINGS[2:], *SETTINGS[:2]):
        if all(getattr(question, name) is not None for question in questions):
            found += _nearest(name, questions)
    return found


def _first(change: str, questions: list[Question]) -> list[Alternative]:
    return [Alternative(change, setting) for setting in _settings(questions)[:1]]


def _settings(questions: list[Question]) -> tuple[Setting, ...]:
    try:
        return solve(questions).settings
    except Fault:  # more than can be tried: then nothing is offered
        return ()


def _nearest(name: str, questions: Sequence[Question]) -> list[Alternative]:
    """The nearest values of one setting that fit, with the most usual of the others."""
    given = [getattr(question, name) for question in questions]
    least = 0 if name in ("padding", "output_padding") else 1
    wider = [
        changed(question, **{name: _wider(name, questions, values, least)})
        for question, values in zip(questions, given)
    ]

    def distance(setting: Setting) -> int:
        return sum(abs(value - _closest(values, value)) for value, values in zip(setting.part(name), given))

    best: dict[tuple[int, ...], Setting] = {}
    for setting in sorted(_settings(wider), key=distance):
        best.setdefault(setting.part(name), setting)
    return [Alternative(name, setting) for setting in list(best.values())[:NEAREST]]


def _wider(name: str, questions: Sequence[Question], values: Values, least: int) -> Values | None:
    other = {"input": "output", "output": "input"}.get(name)
    if other and all(getattr(question, other) is not None for question in questions):
        return None  # the formula itself leads from the one size to the other, however far that is
    return range(max(least, smallest(values) - SEARCHED), largest(values) + SEARCHED + 1)


def _closest(values: Values, value: int) -> int:
    if isinstance(values, range):
        return min(max(value, values[0]), values[-1])
    return min(values, key=lambda v: abs(v - value))


def reason(questions: Sequence[Question]) -> str:
    """Why nothing fits: about the first axis that nothing fits, named where the axes differ."""
    for name, question in zip(axis_names(len(questions)), questions):
        try:
            if solve([question]).settings:
                continue
        except Fault:
            continue
        why = "; ".join(_why(question))
        return why if len(set(questions)) == 1 else t("{axis}: {reason}", axis=axis_word(name), reason=why)
    return t("each axis has settings that fit, and no layer has one rounding for all of them")


def _why(question: Question) -> Iterator[str]:
    """What stands in the way along one axis: at least one sentence."""
    i, o = _one(question.input), _one(question.output)
    kernels = [effective_kernel(f, d) for f in _few(question.kernels) for d in _few(question.dilations)]
    if question.padding is not None and not any(len(question.paddings(extent)) for extent in kernels):
        yield _too_padded(question, smallest(question.padding), max(kernels))
        return
    if i is None or o is None:
        yield t("no size in bounds fits the settings that are given")
        return
    if question.type != TRANSPOSED:
        padding = largest(question.paddings(min(kernels)))
        if min(kernels) > i + 2 * padding:
            yield t("a window of {extent} is larger than the input of {input}", extent=min(kernels), input=i)
            return
        alone = _needed(question, i, o)
        if alone:
            yield alone
            return
    yield _out_of_reach(question, i, o)


def _few(values: Values) -> Values:
    return values[:1000]


def _one(values: Values | None) -> int | None:
    """The number, where there is just one to try."""
    return values[0] if values is not None and len(values) == 1 else None


def _too_padded(question: Question, padding: int, extent: int) -> str:
    if question.type in POOLS:
        return t(
            "a padding of {padding} is more than half the window of {extent}: a window of padding alone has no maximum",
            padding=padding,
            extent=extent,
        )
    return t(
        "a padding of {padding} is not smaller than the window of {extent}: the first window would see nothing else",
        padding=padding,
        extent=extent,
    )


def _needed(question: Question, i: int, o: int) -> str:
    """What the one setting that is not given would have to be; nothing where more are free, or division is rounded."""
    f, s, p, d = (_one(values) for values in (question.kernel, question.stride, question.padding, question.dilations))
    if d is None:
        return ""
    extent = None if f is None else effective_kernel(f, d)
    if extent is not None and s is not None and p is not None:
        return _all_given(i, o, extent, s, p)
    if question.rounding != "strict":
        return ""
    if p is None and extent is not None and f is not None:
        stride = s or _halving(question, i, o, f, extent)
        return _padding_needed(question, i, o, extent, stride) if stride else ""
    if s is None and extent is not None and p is not None and o > 1:
        return _stride_needed(i, o, extent, p)
    if f is None and s is not None and p is not None:
        return _kernel_needed(i, o, s, p, d)
    return ""


def _halving(question: Question, i: int, o: int, kernel: int, extent: int) -> int | None:
    """The first stride with which a padding of half a pixel, in bounds, would fit."""
    half = range(1, 2 * largest(question.paddings(extent)) + 2, 2)
    strides = _few(question.strides(kernel))
    return next((s for s in strides if transposed_output(o, extent, s, 0, 0, 0) - i in half), None)


def _all_given(i: int, o: int, extent: int, s: int, p: int) -> str:
    found = fit(i, extent, s, p, p, "strict")
    exact = found.output + Fraction(found.remainder, s)
    return t(
        "({input} − {extent} + 2·{padding})/{stride} + 1 = {found}, and not {output}",
        input=i,
        extent=extent,
        padding=p,
        stride=s,
        found=_number(exact),
        output=o,
    )


def _padding_needed(question: Question, i: int, o: int, extent: int, s: int) -> str:
    twice = transposed_output(o, extent, s, 0, 0, 0) - i
    values = {"input": i, "extent": extent, "stride": s, "output": o, "needed": _number(Fraction(twice, 2))}
    if twice < 0:
        return t(
            "({input} − {extent} + 2·P)/{stride} + 1 = {output} needs P = {needed}: even without padding there is more "
            "than {output}",
            **values,
        )
    if twice % 2:
        other = t("an odd kernel") if extent % 2 == 0 else t("an even kernel")
        return t(
            "({input} − {extent} + 2·P)/{stride} + 1 = {output} needs P = {needed}: padding on both sides adds an even "
            "number; only asymmetric padding, or {other}, gives {output}",
            other=other,
            **values,
        )
    if question.type in POOLS:
        return t(
            "({input} − {extent} + 2·P)/{stride} + 1 = {output} needs P = {needed}, and a pool's padding is at most "
            "half its window",
            **values,
        )
    return t(
        "({input} − {extent} + 2·P)/{stride} + 1 = {output} needs P = {needed}, and a padding is smaller than the "
        "window of {extent}",
        **values,
    )


def _stride_needed(i: int, o: int, extent: int, p: int) -> str:
    needed = Fraction(fit(i, extent, 1, p, p, "strict").output - 1, o - 1)
    values = {"input": i, "extent": extent, "padding": p, "output": o, "needed": _number(needed)}
    if needed < 1:
        return t(
            "({input} − {extent} + 2·{padding})/S + 1 = {output} needs S = {needed}: even stride 1 gives less than "
            "{output}",
            **values,
        )
    if needed.denominator > 1:
        return t(
            "({input} − {extent} + 2·{padding})/S + 1 = {output} needs S = {needed}, and a window moves by whole "
            "pixels",
            **values,
        )
    return t(
        "({input} − {extent} + 2·{padding})/S + 1 = {output} needs S = {needed}, larger than what is tried", **values
    )


def _kernel_needed(i: int, o: int, s: int, p: int, d: int) -> str:
    extent = i - transposed_output(o, 0, s, p, p, 0)
    values = {"input": i, "padding": p, "stride": s, "output": o, "needed": _number(Fraction(extent))}
    if extent < 1:
        return t(
            "({input} − F + 2·{padding})/{stride} + 1 = {output} needs F = {needed}: even a window of 1 gives less "
            "than {output}",
            **values,
        )
    if d > 1 and (extent - 1) % d:
        return t(
            "({input} − F + 2·{padding})/{stride} + 1 = {output} needs a window of {needed}, and with dilation "
            "{dilation} a window is a multiple of {dilation}, and 1 more",
            dilation=d,
            **values,
        )
    return t(
        "({input} − F + 2·{padding})/{stride} + 1 = {output} needs a window of {needed}, outside of what is tried",
        **values,
    )


def _number(value: Fraction) -> str:
    """``54.25``, ``1.5``; at most two places."""
    return f"{round(float(value), 2):,.12g}".replace("-", "−") if abs(value) < 10**15 else count_text(int(value))


def _out_of_reach(question: Question, i: int, o: int) -> str:
    """The outputs that there are instead: all smaller, all larger, or the nearest on both sides."""
    outputs = {s.axes[0].output for s in _settings([changed(question, output=None)])}
    values = {"input": i, "output": o}
    below = max((v for v in outputs if v < o), default=None)
    above = min((v for v in outputs if v > o), default=None)
    if below is None and above is None:
        return t("no setting in bounds gives {output} from {input}", **values)
    if above is None:
        return _too_small(question, i, o, below or 0)
    if below is None:
        if question.type == TRANSPOSED:
            return t("the smallest output in bounds from {input} is {least}, more than {output}", least=above, **values)
        return t(
            "the smallest output in bounds from {input} is {least}, more than {output}: a stride of S leaves about one "
            "in S positions",
            least=above,
            **values,
        )
    return t(
        "no setting in bounds gives {output} from {input}; the nearest outputs are {below} and {above}",
        below=below,
        above=above,
        **values,
    )


def _too_small(question: Question, i: int, o: int, most: int) -> str:
    values = {"input": i, "output": o, "most": most}
    if question.type == TRANSPOSED:
        return t("the largest output in bounds from {input} is {most}, less than {output}", **values)
    if question.stride is not None and smallest(question.stride) > 1:
        return t(
            "the largest output in bounds from {input} is {most}, less than {output}: a stride of {stride} leaves "
            "about one in {stride} positions",
            stride=smallest(question.stride),
            **values,
        )
    return t(
        "the largest output in bounds from {input} is {most}, less than {output}: no stride makes a map grow, only "
        "padding does, by less than the window; a transposed convolution is made for it",
        **values,
    )
