"""``cnncalc explain``: how the numbers of a layer come about."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from shutil import get_terminal_size
from typing import Annotated

import typer

from cnncalc.analysis import Analysis, Totals
from cnncalc.api import analyze, load_source
from cnncalc.cli.options import ArchArgument, FormatOption, HeadsOption, InputOption, parse_inputs
from cnncalc.cli.output import FORMATS, chosen, json_line, refusals, styled, tell, write_table, write_text
from cnncalc.explaining import Explanation, blamed, explanations
from cnncalc.render.explain import (
    closing,
    explain_table,
    explanation_dict,
    latex,
    markdown,
    part_heading,
    segments,
)
from cnncalc.render.shapes import heading
from cnncalc.render.table import LATEX, MARKDOWN
from cnncalc.source import stem
from cnncalc.text import printable

WIDTH = 100
"""Columns of a derivation that is no terminal's."""


def explain_command(
    arch: ArchArgument,
    layer: Annotated[
        str, typer.Argument(metavar="LAYER", help="A layer, or a structure with its branches; all unless given.")
    ] = "",
    input: InputOption = None,
    without_heads: HeadsOption = False,
    format: FormatOption = "table",
) -> None:
    """Derive the numbers of a layer step by step.

    cnncalc explain vgg16 conv1_1

    The formula, the numbers put in, the division and its remainder, the result; then one sentence. Of a structure each
    branch, then the merge; without LAYER all layers.
    """
    chosen(format, FORMATS, "--format")
    with refusals(stem(arch), format):
        source = load_source(arch)
        analysis = analyze(source, parse_inputs(input), heads=not without_heads)
    found: Iterable[Explanation]
    diagnostics = analysis.diagnostics
    try:
        found = explanations(analysis, layer or None)
    except KeyError as error:
        raise typer.BadParameter(str(error.args[0]), param_hint="LAYER") from None
    if layer:
        found = list(found)
        diagnostics = tuple(blamed(analysis, found))
    write_explanations(analysis, found, format)
    if format != "json":
        tell(diagnostics, source.text)
    if any(d.severity == "error" for d in diagnostics):
        raise typer.Exit(1)


def write_explanations(analysis: Analysis, found: Iterable[Explanation], format: str, *, titled: bool = True) -> None:
    """The explanations on standard output, one after another; ``titled`` begins with the network's name."""
    if format == "csv":
        write_table(explain_table(found), format)
    elif format == "json":
        _write_json(analysis, found)
    else:
        _write_text(analysis, found, format, titled)


def _write_text(analysis: Analysis, found: Iterable[Explanation], format: str, titled: bool) -> None:
    if format == "latex":
        sys.stdout.write("% \\usepackage{amsmath}\n")
    if titled:
        _write_title(printable(heading(analysis.graph)), format)
    width = get_terminal_size().columns if styled(sys.stdout) else WIDTH
    totals, count, part = Totals(), 0, ""
    for explanation in found:
        if count:
            print()
        if explanation.part != part and explanation.part:
            write_text([(part_heading(explanation.part, format), "bold")], sys.stdout)
        part = explanation.part
        if format == "table":
            write_text(segments(explanation, width), sys.stdout)
        else:
            sys.stdout.write((markdown if format == "markdown" else latex)(explanation))
        totals.add_layer(explanation.layer)
        count += 1
    if count > 1:
        sums = closing(totals)
        write_text([(f"\n{sums.translate(LATEX) if format == 'latex' else sums}\n", "")], sys.stdout)


def _write_title(title: str, format: str) -> None:
    if format == "markdown":
        sys.stdout.write(f"## {title.translate(MARKDOWN)}\n\n")
    elif format == "latex":
        sys.stdout.write(f"\\noindent\\textbf{{{title.translate(LATEX)}}}\\par\\medskip\n")
    else:
        write_text([(f"{title}\n\n", "bold")], sys.stdout)


def _write_json(analysis: Analysis, found: Iterable[Explanation]) -> None:
    """The JSON document, a layer a line, written as it goes."""
    head = {"name": analysis.name, "ok": analysis.ok}
    out = sys.stdout
    out.write(json_line(head)[:-1] + ', "layers": [')
    for number, explanation in enumerate(found):
        out.write(("," if number else "") + "\n" + json_line(explanation_dict(explanation)))
    out.write('],\n"diagnostics": ' + json_line([d.to_dict() for d in analysis.diagnostics]) + "}\n")
