"""``cnncalc conv``, ``pool`` and ``dense``: one layer, no file."""

from __future__ import annotations

from typing import Annotated

import typer

from cnncalc.api import Command, analyze_command
from cnncalc.cli.options import BatchOption, DtypeOption, FormatOption, parse_memory
from cnncalc.cli.output import FORMATS, chosen, refusals, tell, write_table
from cnncalc.cli.shapes import write_json, write_summary
from cnncalc.diagnostics import ArchitectureError
from cnncalc.language import t
from cnncalc.render.params import layer_formula
from cnncalc.render.shapes import footer, layer_table, memory_text
from cnncalc.text import count_text
from cnncalc.tree import Scalar

CONV_KINDS = {
    "conv": "conv",
    "depthwise": "depthwise_conv",
    "separable": "separable_conv",
    "transposed": "transposed_conv",
}
POOL_KINDS = {
    "max": "max_pool",
    "avg": "avg_pool",
    "global_max": "global_max_pool",
    "global_avg": "global_avg_pool",
    "adaptive_max": "adaptive_max_pool",
    "adaptive_avg": "adaptive_avg_pool",
}

InputArgument = Annotated[
    str, typer.Argument(metavar="INPUT", help="The shape that comes in, channels first: 3x227x227.")
]
KernelOption = Annotated[
    str, typer.Option("-F", "--kernel", metavar="SIZE", help="Height and width of the window: 3, or 1x7.")
]
StrideOption = Annotated[str, typer.Option("-S", "--stride", metavar="SIZE", help="How far the window moves.")]
PaddingOption = Annotated[
    str, typer.Option("-P", "--padding", metavar="SIZE", help="Zeros around the input: 1, 0x3, same or valid.")
]
DilationOption = Annotated[
    str, typer.Option("-D", "--dilation", metavar="SIZE", help="Distance between the window's pixels.")
]
RoundingOption = Annotated[
    str, typer.Option("--rounding", metavar="WORD", help="What a window that does not fit gets: strict, floor or ceil.")
]
ExplainOption = Annotated[bool, typer.Option("--explain", help="Show how the numbers come about, step by step.")]
LayoutOption = Annotated[str, typer.Option("--layout", metavar="ORDER", help="Order of the input's axes: chw or hwc.")]


def conv_command(
    input: InputArgument,
    filters: Annotated[str, typer.Option("-K", "--filters", metavar="N", help="Number of filters.")] = "",
    kernel: KernelOption = "",
    stride: StrideOption = "",
    padding: PaddingOption = "",
    dilation: DilationOption = "",
    groups: Annotated[str, typer.Option("-G", "--groups", metavar="N", help="Groups of channels.")] = "",
    multiplier: Annotated[
        str, typer.Option("-M", "--multiplier", metavar="N", help="Depthwise filters for each channel.")
    ] = "",
    output_padding: Annotated[
        str, typer.Option("--output-padding", metavar="SIZE", help="Of a transposed convolution.")
    ] = "",
    no_bias: Annotated[bool, typer.Option("--no-bias", help="Without a bias for each filter.")] = False,
    rounding: RoundingOption = "",
    kind: Annotated[str, typer.Option("--kind", metavar="KIND", help=f"{', '.join(CONV_KINDS)}.")] = "conv",
    layout: LayoutOption = "chw",
    batch: BatchOption = "",
    dtype: DtypeOption = "",
    explain: ExplainOption = False,
    format: FormatOption = "table",
) -> None:
    """Work out one convolution.

    cnncalc conv 3x227x227 -K 96 -F 11 -S 4
    """
    word = CONV_KINDS[chosen(kind, CONV_KINDS, "--kind")]
    given = {
        "-K": ("filters", filters),
        "-F": ("kernel", kernel),
        "-S": ("stride", stride),
        "-P": ("padding", padding),
        "-D": ("dilation", dilation),
        "-G": ("groups", groups),
        "-M": ("multiplier", multiplier),
        "--output-padding": ("output_padding", output_padding),
        "--rounding": ("rounding", rounding),
    }
    # A bias is on unless said otherwise; the option says "false" and shows as it was typed.
    _calculate("conv", word, input, given, layout, batch, dtype, format, explain, no_bias=no_bias)


def pool_command(
    input: InputArgument,
    kernel: Annotated[
        str, typer.Option("-F", "-K", "--kernel", metavar="SIZE", help="Height and width of the window.")
    ] = "",
    stride: Annotated[
        str, typer.Option("-S", "--stride", metavar="SIZE", help="How far the window moves; the kernel unless given.")
    ] = "",
    padding: PaddingOption = "",
    dilation: DilationOption = "",
    output: Annotated[
        str, typer.Option("--output", metavar="SIZE", help="Of an adaptive pool: the output's height and width.")
    ] = "",
    rounding: RoundingOption = "",
    kind: Annotated[str, typer.Option("--kind", metavar="KIND", help=f"{', '.join(POOL_KINDS)}.")] = "max",
    layout: LayoutOption = "chw",
    batch: BatchOption = "",
    dtype: DtypeOption = "",
    explain: ExplainOption = False,
    format: FormatOption = "table",
) -> None:
    """Work out one pooling layer.

    cnncalc pool 96x55x55 -F 3 -S 2
    """
    word = POOL_KINDS[chosen(kind, POOL_KINDS, "--kind")]
    given = {
        "-F": ("kernel", kernel),
        "-S": ("stride", stride),
        "-P": ("padding", padding),
        "-D": ("dilation", dilation),
        "--output": ("output", output),
        "--rounding": ("rounding", rounding),
    }
    _calculate("pool", word, input, given, layout, batch, dtype, format, explain)


def dense_command(
    input: InputArgument,
    units: Annotated[str, typer.Option("-U", "--units", metavar="N", help="Number of units.")] = "",
    no_bias: Annotated[bool, typer.Option("--no-bias", help="Without a bias for each unit.")] = False,
    layout: LayoutOption = "chw",
    batch: BatchOption = "",
    dtype: DtypeOption = "",
    explain: ExplainOption = False,
    format: FormatOption = "table",
) -> None:
    """Work out one dense layer, its input flattened first.

    cnncalc dense 3x200x200 --units 1000
    """
    _calculate(
        "dense", "dense", input, {"--units": ("units", units)}, layout, batch, dtype, format, explain, no_bias=no_bias
    )


def _calculate(
    name: str,
    word: str,
    input: str,
    given: dict[str, tuple[str, str]],
    layout: str,
    batch: str,
    dtype: str,
    format: str,
    explain: bool,
    *,
    no_bias: bool = False,
) -> None:
    chosen(format, FORMATS, "--format")
    chosen(layout, ("chw", "hwc"), "--layout")
    size, kind = parse_memory(batch, dtype)
    command = Command(f"cnncalc {name}")
    axes = command.add(input)
    settings = [
        (Scalar(parameter, value.span), value)
        for option, (parameter, text) in given.items()
        if text
        for value in [command.add(text, option)]
    ]
    if no_bias:
        flag = command.add("--no-bias")
        settings.append((Scalar("bias", flag.span), Scalar("false", flag.span)))
    with refusals(word, format):
        try:
            analysis = analyze_command(command, word, axes, settings, layout, size, kind)
        except ArchitectureError as error:
            error.text = command.text
            raise
    if explain:
        from cnncalc.cli.explain import write_explanations
        from cnncalc.explaining import explanations

        write_explanations(analysis, explanations(analysis), format, titled=False)
        if format == "table" and (batch or dtype):
            print(memory_text(analysis))
    elif format == "json":
        write_json(analysis)
    else:
        table = layer_table(analysis.graph, analysis.layers, ["input", "macs"])
        table.footer = None if len(analysis.layers) == 1 else lambda: footer(table.columns, analysis.totals)
        write_table(table, format)
        if format == "table":
            layer = analysis.layers[-1]
            count = count_text(layer.params)
            formula = t("{formula} = {count} parameters", formula=layer_formula(layer), count=count)
            formulas = [formula] if layer.params else []
            write_summary(analysis, memory=bool(batch or dtype), formulas=formulas)
    if format != "json":
        tell(analysis.diagnostics, command.text)
    if not analysis.ok:
        raise typer.Exit(1)
