"""The window's formula backwards: which kernel, stride, padding or input takes an axis to the size that is wanted.

Letters as in `cnncalc.window`, which all of it goes through. A transposed convolution is a convolution read from right
to left (Dumoulin & Visin 2016, section 4): what takes O to I under floor, and leaves r rows over, takes I to O with an
output padding of r.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from itertools import product
from typing import Any, NamedTuple, Union

from cnncalc.diagnostics import Fault
from cnncalc.language import t
from cnncalc.window import Rounding, effective_kernel, fit, transposed_output

Values = Union["range", "tuple[int, ...]"]
"""Numbers to try."""

KERNELS = range(1, 12)
"""The kernels that are tried where none is given."""
STRIDES = 4
"""The strides that are tried go from 1 to this, or to the kernel where that is larger."""
MAX_TRIED = 300_000
"""So many settings are tried, which takes about a second; a question with more is refused."""

LONG = 100
"""A list or range of sizes that is longer is not gone through: the formula leads to those that fit."""

POOLS = ("max_pool", "avg_pool")
TRANSPOSED = "transposed_conv"
LABELS: dict[str, tuple[Rounding, ...]] = {
    "strict": ("strict",),
    "floor": ("strict", "floor"),
    "ceil": ("strict", "ceil"),
    "any": ("strict", "floor", "ceil"),
}
"""What may be done to the division under each rounding; ``strict`` stands for a division that leaves nothing over."""


def largest(values: Values) -> int:
    """The largest of the numbers, 0 where there are none; a range may be too long to go through."""
    return (values[-1] if isinstance(values, range) else max(values)) if values else 0


def smallest(values: Values) -> int:
    """The smallest of the numbers."""
    return values[0] if isinstance(values, range) else min(values)


class AxisSetting(NamedTuple):
    """A window along one axis, and what it does there. In pixels.

    ``rounding`` is ``strict`` where the division leaves nothing over. ``remainder`` is what it leaves, and of a
    transposed convolution the output padding.
    """

    kernel: int
    stride: int
    padding: int
    dilation: int
    input: int
    output: int
    rounding: Rounding
    remainder: int

    @property
    def extent(self) -> int:
        """F': the kernel with the holes of its dilation."""
        return effective_kernel(self.kernel, self.dilation)


@dataclass(frozen=True)
class Question:
    """What is known of a window along one axis: numbers to try for each setting, None for what is searched for.

    Searched are, unless given: kernels 1 to 11; strides 1 to 4, and up to the kernel; paddings smaller than the window
    (of a pool, at most half of it: a window of padding alone has no maximum); dilation 1; an output padding smaller
    than the stride. The input or the output has to be given. ``rounding`` is strict, floor, ceil, or any of them.
    """

    type: str = "conv"
    input: Values | None = None
    output: Values | None = None
    kernel: Values | None = None
    stride: Values | None = None
    padding: Values | None = None
    dilation: Values | None = None
    output_padding: Values | None = None
    rounding: str = "strict"

    @property
    def kernels(self) -> Values:
        return self.kernel if self.kernel is not None else KERNELS

    @property
    def dilations(self) -> Values:
        return self.dilation if self.dilation is not None else (1,)

    def strides(self, kernel: int) -> Values:
        return self.stride if self.stride is not None else range(1, max(STRIDES, kernel) + 1)

    def paddings(self, extent: int) -> Values:
        """Those that are tried with a window of that extent, the largest that makes sense being the last."""
        most = extent // 2 if self.type in POOLS else extent - 1
        if self.padding is None:
            return range(most + 1)
        if isinstance(self.padding, range):
            return range(self.padding.start, min(self.padding.stop, most + 1))
        return tuple(p for p in self.padding if p <= most)

    @property
    def slid_over(self) -> Values | None:
        """The sizes that the window slides over: of a transposed convolution, its output."""
        return self.output if self.type == TRANSPOSED else self.input

    @property
    def positions(self) -> Values | None:
        """The numbers of positions that the window takes: of a transposed convolution, its input."""
        return self.input if self.type == TRANSPOSED else self.output


@dataclass(frozen=True)
class Setting:
    """A window that fits: its settings along each spatial axis of the input."""

    type: str
    axes: tuple[AxisSetting, ...]

    @property
    def rounding(self) -> Rounding:
        """What the layer has to say of rounding: ``strict`` where no axis leaves anything over."""
        return next((axis.rounding for axis in self.axes if axis.rounding != "strict"), "strict")

    @property
    def score(self) -> int:
        """How far it is from what is usual; 0 is nearest. See `unusual`."""
        own = sum(unusual(self.type, axis) for axis in self.axes)
        first = self.axes[0]
        return own + sum(2 * (axis[index] != first[index]) for axis in self.axes for index in (0, 1, 3))

    def part(self, name: str) -> tuple[Any, ...]:
        """One setting along each axis: ``part("kernel")``."""
        return tuple(getattr(axis, name) for axis in self.axes)

    def to_dict(self) -> dict[str, Any]:
        """The setting as it stands in JSON; sizes have one number an axis."""
        transposed = self.type == TRANSPOSED
        return {
            **{name: list(self.part(name)) for name in ("kernel", "stride", "padding", "dilation")},
            "output_padding": list(self.part("remainder")) if transposed else None,
            "input": list(self.part("input")),
            "output": list(self.part("output")),
            "rounding": None if transposed else self.rounding,
            "remainder": None if transposed else list(self.part("remainder")),
            "score": self.score,
        }


@dataclass(frozen=True)
class Solutions:
    """The answer: all settings in bounds that fit, the most usual first.

    ``square`` tells that each has one kernel, stride and padding for all axes; they do not where no such setting fits.
    """

    questions: tuple[Question, ...]
    settings: tuple[Setting, ...]
    square: bool = True


def solve_window(
    input: int | Iterable[int] | None = None,
    output: int | Iterable[int] | None = None,
    kernel: int | Iterable[int] | None = None,
    stride: int | Iterable[int] | None = None,
    padding: int | Iterable[int] | None = None,
    dilation: int | Iterable[int] | None = None,
    output_padding: int | Iterable[int] | None = None,
    *,
    rounding: str = "strict",
    type: str = "conv",
) -> Solutions:
    """All windows that take one axis from ``input`` to ``output``, the most usual first.

    Each argument is a number, several to try, or None for what is searched for; `Question` says how far.
    ``solve_window(227, 55).settings[0].axes[0]`` is F = 11, S = 4, P = 0. ``type`` is a layer type's word: ``conv``,
    ``max_pool``, ``transposed_conv``, … Raises Fault where there are too many to try, or no size at all.
    """
    sizes = {"input": _values(input), "output": _values(output), "output_padding": _values(output_padding)}
    settings = {"kernel": kernel, "stride": stride, "padding": padding, "dilation": dilation}
    given = {name: _values(values) for name, values in settings.items()}
    return solve([Question(type, **sizes, **given, rounding=rounding)])


def _values(given: int | Iterable[int] | None) -> Values | None:
    if given is None or isinstance(given, range):
        return given
    return (given,) if isinstance(given, int) else tuple(dict.fromkeys(given))


def solve(questions: Sequence[Question]) -> Solutions:
    """The settings that fit every axis, a question for each: those with one size for all axes, else any.

    Raises Fault ``limit-exceeded`` where there are more than 300,000 to try, ``missing-parameter`` without any size.
    """
    found = {question: list(_search(question)) for question in dict.fromkeys(questions)}
    kind = questions[0].type
    if len(found) == 1:
        alone = next(iter(found.values()))
        return Solutions(tuple(questions), _ranked(Setting(kind, (axis,) * len(questions)) for axis in alone))
    axes = [found[question] for question in questions]
    square = _ranked(_square(kind, axes))
    if square:
        return Solutions(tuple(questions), square)
    return Solutions(tuple(questions), _ranked(_joined(kind, axes)), square=False)


def _ranked(settings: Iterable[Setting]) -> tuple[Setting, ...]:
    return tuple(sorted(settings, key=lambda setting: (setting.score, setting.axes)))


def _square(kind: str, axes: list[list[AxisSetting]]) -> Iterator[Setting]:
    """Settings with one kernel, stride, padding and dilation for all axes."""
    groups: list[dict[tuple[int, ...], list[AxisSetting]]] = []
    for axis in axes:
        groups.append({})
        for setting in axis:
            groups[-1].setdefault(setting[:4], []).append(setting)
    for shared in groups[0]:
        if all(shared in group for group in groups):
            yield from _joined(kind, [group[shared] for group in groups])


def _joined(kind: str, axes: list[list[AxisSetting]]) -> Iterator[Setting]:
    """Every choice of one setting an axis that one layer can have: it rounds all axes alike."""
    work = _Work()
    for chosen in product(*axes):
        work.tick()
        if len({axis.rounding for axis in chosen} - {"strict"}) <= 1 or kind == TRANSPOSED:
            yield Setting(kind, chosen)


def _search(question: Question) -> Iterator[AxisSetting]:
    """Every setting in the bounds that fits."""
    if question.input is None and question.output is None:
        raise Fault(
            "missing-parameter",
            t("neither the input's size nor the output's is given"),
            t("give one of them, or both: cnncalc solve conv 227 --output 55"),
        )
    labels = LABELS["floor" if question.type == TRANSPOSED else question.rounding]
    positions = question.positions or range(1, sys.maxsize)
    work = _Work()
    for kernel, dilation in _pairs(question.kernels, question.dilations):
        extent = effective_kernel(kernel, dilation)
        for stride in question.strides(kernel):
            work.tick()
            for size, padding, wanted in _places(question, extent, stride, work):
                for label in labels:
                    found = fit(size, extent, stride, padding, padding, label)
                    if found.output < 1 or (found.remainder > 0) == (label == "strict"):
                        continue
                    if found.output not in (positions if wanted is None else (wanted,)):
                        continue
                    sizes = (size, found.output)
                    setting = AxisSetting(kernel, stride, padding, dilation, *sizes, label, found.remainder)
                    if question.type != TRANSPOSED:
                        yield setting
                    elif question.output_padding is None or found.remainder in question.output_padding:
                        yield setting._replace(input=found.output, output=size, rounding="strict")


class _Work:
    """Counts what is tried, and raises Fault ``limit-exceeded`` when it is too much."""

    def __init__(self) -> None:
        self.done = 0

    def tick(self) -> None:
        self.done += 1
        if self.done > MAX_TRIED:
            raise Fault(
                "limit-exceeded",
                t("there are more than {most:,} settings to try", most=MAX_TRIED),
                t("give more of them, or narrower ranges"),
            )


def _pairs(first: Values, second: Values) -> Iterator[tuple[int, int]]:
    """Each of the first with each of the second; itertools.product would write long ranges out."""
    return ((a, b) for a in first for b in second)


def _places(question: Question, extent: int, stride: int, work: _Work) -> Iterator[tuple[int, int, int | None]]:
    """Sizes that the window slides over and paddings that may fit, with the number of positions that is wanted.

    Where the sizes on both sides are known, the formula leaves few paddings; where one is, few sizes on the other. A
    long range is as good as not known.
    """
    over, positions, paddings = question.slid_over, question.positions, question.paddings(extent)
    # A window that fits without rounding slides over one size alone; one that is rounded over up to S of them.
    slack = 0 if question.rounding == "strict" and question.type != TRANSPOSED else stride
    if over is not None and (positions is None or len(positions) > LONG >= len(over)):
        for size, padding in _pairs(over, paddings):
            work.tick()
            yield size, padding, None
    elif over is None or len(over) > LONG:
        for wanted, padding in _pairs(positions or (), paddings):
            exact = transposed_output(wanted, extent, stride, padding, padding, 0)
            for size in range(exact - slack, exact + slack + 1):
                work.tick()
                if size >= 1 and (over is None or size in over):
                    yield size, padding, wanted
    else:
        for size, wanted in _pairs(over, positions or ()):
            twice = transposed_output(wanted, extent, stride, 0, 0, 0) - size  # 2P, where nothing is left over
            work.tick()
            for padding in range(max(0, -(-(twice - slack) // 2)), min(extent, (twice + slack) // 2 + 1)):
                work.tick()
                if padding in paddings:
                    yield size, padding, wanted


USUAL_KERNELS: dict[str, tuple[int, ...]] = {
    "conv": (3, 1, 5, 7, 11, 9),
    "pool": (2, 3),
    TRANSPOSED: (2, 4, 3, 5),
}
"""The kernels that networks have, the most usual first."""


def unusual(type: str, axis: AxisSetting) -> int:
    """How far a setting is from what networks usually have; 0 is nearest. It is the sum of

    - the kernel's place in 3, 1, 5, 7, 11, 9, then all others, the even ones last unless the stride is as large (of a
      pool 2, 3, of a transposed convolution 2, 4, 3, 5 come first);
    - the stride: 0 for 1, 1 for 2, 2 for the kernel's own size (patches), else itself; of a pool and a transposed
      convolution 0 for the kernel's own size, 1 for 2, 3 for 1, else 1 more than itself; 3 more where it is larger than
      the window and skips pixels;
    - the padding: 0 for none and for (F' − 1)/2, which keeps the size; 2 up to half the window, else 6;
    - the dilation, where there is one; 3 for rows that floor leaves over, 6 for those that ceil adds; 2 for an
      output padding.
    """
    family = "pool" if type in POOLS else type if type == TRANSPOSED else "conv"
    usual = USUAL_KERNELS[family]
    even_alone = axis.kernel % 2 == 0 and axis.stride != axis.kernel
    if axis.kernel in usual:
        score = usual.index(axis.kernel)
    else:
        score = len(usual) + axis.kernel // 2 + (4 if family == "conv" and even_alone else 0)
    score += _unusual_stride(axis, family)
    if axis.padding not in (0, (axis.extent - 1) / 2):
        score += 2 if 2 * axis.padding <= axis.extent else 6
    score += axis.dilation if axis.dilation > 1 else 0
    if axis.remainder:
        score += 2 if family == TRANSPOSED else 3 if axis.rounding == "floor" else 6
    return score


def _unusual_stride(axis: AxisSetting, family: str) -> int:
    stride = axis.stride
    gaps = 3 if stride > axis.extent else 0
    if family == "conv":
        return gaps + (stride - 1 if stride <= 2 else 2 if stride == axis.kernel else stride)
    if stride == axis.kernel:
        return 0
    return gaps + (1 if stride == 2 else 3 if stride == 1 else stride + 1)


def changed(question: Question, **values: Values | str | None) -> Question:
    """The question with other values for some settings."""
    return replace(question, **values)  # type: ignore[arg-type]


SETTINGS = tuple(field.name for field in fields(Question) if field.name not in ("type", "rounding"))
"""The names of what a question may give numbers for."""
