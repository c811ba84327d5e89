"""Settings that the solver found: a table, why each is usual, and the formula with its numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from cnncalc.language import n, t
from cnncalc.render.table import Column, Table
from cnncalc.solving import AxisSetting, Setting, Solutions
from cnncalc.solving.reasons import Alternative
from cnncalc.solving.windows import KERNELS, POOLS, TRANSPOSED, Question, Values
from cnncalc.text import listing, shape_text

SEEN_IN: dict[tuple[str, int, int, int], str] = {
    ("conv", 11, 4, 0): "AlexNet",
    ("conv", 7, 2, 3): "ResNet",
    ("conv", 7, 1, 3): "ConvNeXt",
    ("conv", 5, 1, 0): "LeNet-5",
    ("conv", 5, 1, 2): "GoogLeNet",
    ("conv", 4, 4, 0): "ConvNeXt",
    ("conv", 3, 1, 1): "VGG",
    ("conv", 3, 1, 0): "U-Net",
    ("conv", 3, 2, 1): "ResNet",
    ("conv", 1, 1, 0): "GoogLeNet",
    ("conv", 1, 2, 0): "ResNet",
    ("conv", 16, 16, 0): "ViT",
    ("pool", 2, 2, 0): "VGG",
    ("pool", 3, 2, 0): "AlexNet",
    ("pool", 3, 2, 1): "ResNet",
    ("pool", 3, 1, 1): "GoogLeNet",
    (TRANSPOSED, 2, 2, 0): "U-Net",
    (TRANSPOSED, 4, 2, 1): "pix2pix",
}
"""Networks that are known for a kernel, stride and padding: those of their papers, without dilation."""


def formula(axis: AxisSetting, type: str) -> str:
    """``(227 − 11 + 2·0)/4 + 1 = 55``, with the brackets of its rounding; a transposed one reads the other way."""
    i, o, s, p, extent, rest = axis.input, axis.output, axis.stride, axis.padding, axis.extent, axis.remainder
    if type == TRANSPOSED:
        extra = f" + {rest}" if rest else ""
        return f"{s}·({i} − 1) + {extent} − 2·{p}{extra} = {o}"
    sizes = f"{i} − {extent} + 2·{p}"
    if axis.rounding == "strict":
        return f"({sizes})/{s} + 1 = {o}"
    opening, closing = "⌊⌋" if axis.rounding == "floor" else "⌈⌉"
    return f"{opening}({sizes})/{s}{closing} + 1 = {o}"


def window_formula(axis: AxisSetting) -> str:
    """``2·(3 − 1) + 1 = 5``: how far a dilated window reaches."""
    return f"{axis.dilation}·({axis.kernel} − 1) + 1 = {axis.extent}"


def formula_lines(setting: Setting) -> list[str]:
    """The formulas of a setting, one for each axis that differs."""
    lines = []
    for axis in dict.fromkeys(setting.axes):
        if axis.dilation > 1:
            lines.append(t("a window of F' = {formula}", formula=window_formula(axis)))
        if _clipped(axis):
            raw = formula(axis._replace(output=axis.output + 1), setting.type)
            lines.append(t("{formula}; the last window would start in the padding: {output}", formula=raw,
                           output=axis.output))  # fmt: skip
        else:
            lines.append(formula(axis, setting.type))
    return lines


def _clipped(axis: AxisSetting) -> bool:
    """Whether the window that rounding up adds would start in the padding, and is taken off again."""
    return axis.rounding == "ceil" and (axis.output - 1) * axis.stride + axis.extent <= axis.input + 2 * axis.padding


def notes(setting: Setting) -> list[str]:
    """Why a setting is usual, or what it does that is not."""
    found = [_size_note(setting), *_axis_notes(setting, setting.axes[0]), *_rest_notes(setting)]
    alike = {
        (a.kernel, a.stride, a.padding, a.dilation, setting.type == TRANSPOSED and a.remainder) for a in setting.axes
    }
    if len(alike) == 1:
        axis = setting.axes[0]
        family = "pool" if setting.type in POOLS else TRANSPOSED if setting.type == TRANSPOSED else "conv"
        network = SEEN_IN.get((family, axis.kernel, axis.stride, axis.padding))
        if network and axis.dilation == 1 and not (family == TRANSPOSED and axis.remainder):
            found.append(t("as in {network}", network=network))
    return list(dict.fromkeys(note for note in found if note))


def _size_note(setting: Setting) -> str:
    sizes = {(axis.input, axis.output) for axis in setting.axes}
    if all(i == o for i, o in sizes):
        return t("keeps the size")
    for factor in range(2, 65):
        if all(i == o * factor for i, o in sizes):
            return t("halves the size") if factor == 2 else t("divides the size by {factor}", factor=factor)
        if all(o == i * factor for i, o in sizes):
            return t("doubles the size") if factor == 2 else t("multiplies the size by {factor}", factor=factor)
    return ""


def _axis_notes(setting: Setting, axis: AxisSetting) -> Iterable[str]:
    if setting.type != TRANSPOSED:
        if axis.padding == 0 and axis.extent == axis.input and axis.output == 1:
            yield t("one window is the whole map")
        elif axis.stride > axis.extent:
            yield t("skips pixels between its windows")
        elif axis.stride == axis.extent > 1:
            yield t("windows side by side")
        if axis.padding and 2 * axis.padding == axis.extent - 1 and any(a.input != a.output for a in setting.axes):
            yield t("same padding")
    if 2 * axis.padding > axis.extent:
        yield t("pads more than half the window")


def _rest_notes(setting: Setting) -> Iterable[str]:
    """What a division leaves over, on the axis that it leaves most on."""
    rest = max(axis.remainder for axis in setting.axes)
    if not rest:
        return
    if setting.type == TRANSPOSED:
        yield t("output padding {size}", size=rest)
    elif setting.rounding == "floor":
        yield n("{n} row left over under floor", "{n} rows left over under floor", rest)
    elif any(_clipped(axis) for axis in setting.axes):
        yield t("under ceil one window is taken off: it would start in the padding")
    else:
        rows = max(
            (axis.output - 1) * axis.stride + axis.extent - axis.input - 2 * axis.padding for axis in setting.axes
        )
        yield n("{n} row added under ceil", "{n} rows added under ceil", rows)


def sizes_text(sizes: Sequence[int], joiner: str = "×") -> str:
    """``3`` where all axes agree, else ``1×7``."""
    return str(sizes[0]) if len(set(sizes)) == 1 else joiner.join(map(str, sizes))


def _part(key: str, title: str) -> Column:
    return Column(
        key, title, lambda row: sizes_text(row.part(key)), lambda row: sizes_text(row.part(key), "x"), right=True
    )


def _size(key: str, title: str) -> Column:
    return Column(
        key, title, lambda row: shape_text(row.part(key)), lambda row: shape_text(row.part(key), "x"), right=True
    )


def _note_text(setting: Setting) -> str:
    return ", ".join(notes(setting))


def _columns(settings: Sequence[Setting], type: str, *, every: bool) -> list[Column]:
    """The columns that say something; ``every`` has all, for programs."""
    transposed = type == TRANSPOSED
    dilated = every or any(set(s.part("dilation")) != {1} for s in settings)
    padded = transposed and (every or any(any(s.part("remainder")) for s in settings))
    roundings = not transposed and (every or len({s.rounding for s in settings} - {"strict"}) > 1)
    output_padding = Column(
        "output_padding",
        "P_out",
        lambda row: sizes_text(row.part("remainder")),
        lambda row: sizes_text(row.part("remainder"), "x"),
        right=True,
    )
    rounding = Column("rounding", t("rounding"), lambda row: row.rounding, lambda row: row.rounding)
    columns = [_part("kernel", "F"), _part("stride", "S"), _part("padding", "P")]
    columns += [_part("dilation", "D")] * dilated + [output_padding] * padded
    columns += [_size("input", t("input")), _size("output", t("output"))] + [rounding] * roundings
    return [*columns, Column("note", t("note"), _note_text, _note_text, folds=True)]


def settings_table(settings: Sequence[Setting], type: str, *, every: bool = False) -> Table:
    """A row for each setting."""
    return Table(_columns(settings, type, every=every), list(settings))


def alternatives_table(found: Sequence[Alternative], questions: Sequence[Question], *, every: bool = False) -> Table:
    """A row for each change that makes something fit."""
    settings = [alternative.setting for alternative in found]
    strides = {setting.part("stride") for setting in settings[:1]}
    searched = any(question.stride is None for question in questions)

    def change_text(row: Alternative) -> str:
        stride = row.setting.part("stride")
        if not searched or stride in strides:
            return _change_text(row)
        return t("{change}, with S = {stride}", change=_change_text(row), stride=sizes_text(stride))

    def of_setting(column: Column) -> Column:
        return Column(
            column.key, column.title, lambda row: column.text(row.setting), lambda row: column.raw(row.setting),
            column.right, folds=column.folds,
        )  # fmt: skip

    change = Column("change", t("with"), change_text, lambda row: row.change, style="bold")
    return Table([change, *map(of_setting, _columns(settings, questions[0].type, every=every))], list(found))


def _change_text(row: Alternative) -> str:
    if row.change == "rounding":
        return t("rounding {word}", word=row.setting.rounding)
    if row.change in ("input", "output"):
        return t("another input") if row.change == "input" else t("another output")
    if row.change in ("kernel", "bounds") and max(row.setting.part("kernel")) > KERNELS[-1]:
        return t("another F, above {most}", most=KERNELS[-1])
    letters = {"stride": "S", "padding": "P", "dilation": "D", "output_padding": "P_out"}
    return t("another {letter}", letter=letters.get(row.change, "F"))


def tried_text(questions: Sequence[Question]) -> str:
    """How far was searched: ``tried: F 1 to 11, S 1 to 4 or to F, P below F, D 1``."""
    kernels, strides, paddings, dilations = ("×".join(dict.fromkeys(texts)) for texts in zip(*map(_tried, questions)))
    return t(
        "tried: F {kernel}, S {stride}, P {padding}, D {dilation}",
        kernel=kernels,
        stride=strides,
        padding=paddings,
        dilation=dilations,
    )


def _tried(question: Question) -> tuple[str, str, str, str]:
    """The kernels, strides, paddings and dilations along one axis."""
    stride = t("1 to 4 or to F") if question.stride is None else _values_text(question.stride)
    if question.padding is not None:
        padding = _values_text(question.padding)
    else:
        padding = t("to half of F") if question.type in POOLS else t("below F")
    return _values_text(question.kernels), stride, padding, _values_text(question.dilations)


def _values_text(values: Values) -> str:
    if isinstance(values, range) and len(values) > 1:
        return t("{first} to {last}", first=values[0], last=values[-1])
    return listing(map(str, values[:8]), t("or")) + (" …" if len(values) > 8 else "")


def solutions_dict(
    solutions: Solutions, remarks: Sequence[str], shown: int | None, reason: str, found: Sequence[Alternative]
) -> dict[str, Any]:
    """The JSON document of ``cnncalc solve`` for a window; ``remarks`` are about the sizes, as they were read."""
    return {
        "type": solutions.questions[0].type,
        "ok": bool(solutions.settings),
        "square": solutions.square,
        "found": len(solutions.settings),
        "remarks": list(remarks),
        "settings": [_setting_dict(setting) for setting in solutions.settings[:shown]],
        "reason": reason or None,
        "nearest": [{"change": a.change, **_setting_dict(a.setting)} for a in found],
    }


def _setting_dict(setting: Setting) -> dict[str, Any]:
    return {**setting.to_dict(), "notes": notes(setting), "formulas": formula_lines(setting)}
