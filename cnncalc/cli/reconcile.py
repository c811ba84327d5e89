"""``cnncalc reconcile``: what other tools would report, and why they differ."""

from __future__ import annotations

import sys

import typer

from cnncalc.api import analyze, load_source
from cnncalc.cli.options import ArchArgument, FormatOption, HeadsOption, InputOption, parse_inputs
from cnncalc.cli.output import FORMATS, chosen, json_line, refusals, tell, write_table, write_text
from cnncalc.language import marked, t
from cnncalc.reconcile import reconcile
from cnncalc.render.reconcile import figures_table, reasons_table, reconcile_dict
from cnncalc.render.shapes import heading
from cnncalc.source import stem
from cnncalc.tools import TOOLS

ASSUMED = marked(
    "for a batch of one, in evaluation mode, the network in plain torch.nn: a module for each layer, + and * for merges"
)


def reconcile_command(
    arch: ArchArgument,
    input: InputOption = None,
    without_heads: HeadsOption = False,
    format: FormatOption = "table",
) -> None:
    """Show what other tools would report, and why they differ.

    cnncalc reconcile resnet50

    The tools are torchinfo, fvcore, ptflops, thop, calflops and Keras.
    """
    chosen(format, FORMATS, "--format")
    with refusals(stem(arch), format):
        source = load_source(arch)
        analysis = analyze(source, parse_inputs(input), heads=not without_heads)
    reports = reconcile(analysis)
    if format == "json":
        print(json_line(reconcile_dict(analysis, reports)))
    else:
        if format == "table":
            write_text([(heading(analysis.graph) + "\n\n", "bold")], sys.stdout)
        write_table(figures_table(analysis, reports), format)
        reasons = reasons_table(analysis, reports)
        if reasons.rows and format != "csv":
            print()
            write_table(reasons, format)
        if format == "table":
            versions = ", ".join(f"{tool.name} {tool.version}" for tool in TOOLS)
            rules = t("by the rules of {versions}", versions=versions)
            write_text([(f"\n{t(ASSUMED)}\n{rules}\n", "")], sys.stdout)
        tell(analysis.diagnostics, source.text)
    if not analysis.ok:
        raise typer.Exit(1)
