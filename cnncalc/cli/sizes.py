"""``cnncalc sizes``, and ``cnncalc shapes --input 3xHxW``: networks whose input's size is a letter."""

from __future__ import annotations

import sys

import typer

from cnncalc.api import build, load_source
from cnncalc.cli.options import ArchArgument, FormatOption, HeadsOption, InputOption, parse_inputs
from cnncalc.cli.output import FORMATS, chosen, json_line, refusals, styled, tell, write_table, write_text
from cnncalc.diagnostics import ArchitectureError, Fault, Findings
from cnncalc.graph import resting_collector
from cnncalc.render.sizes import answer, letters_heading, letters_table, own_sizes, sizes_dict
from cnncalc.sizes import Sizes, find_sizes, opened
from cnncalc.source import Source, stem


def sizes_command(
    arch: ArchArgument,
    input: InputOption = None,
    without_heads: HeadsOption = False,
    format: FormatOption = "table",
) -> None:
    """Show which input sizes fit a network, in closed form.

    cnncalc sizes vgg16

    Each letter of an --input is open: 3xHxW for all sizes, 3xNxN for square ones, 3xHx224 for a given width.
    """
    chosen(format, FORMATS, "--format")
    with refusals(stem(arch), format), resting_collector():
        source = load_source(arch)
        found, own = _find(source, parse_inputs(input), not without_heads)
    if format == "json":
        print(json_line(sizes_dict(found, own)))
    else:
        _write(found, format, conditions=True)
        if format == "table":
            write_text([("\n" + "\n".join(answer(found, own)) + "\n", "")], sys.stdout)
        tell(found.diagnostics, source.text)
    sizes = own_sizes(found, own)
    if not found.ok or (sizes is not None and not found.accepts(**sizes)):
        raise typer.Exit(1)


def show_letters(arch: str, inputs: str | dict[str, str], heads: bool, format: str) -> None:
    """The table of shapes in the letters of the input. Raises typer.Exit(1) where no input fits."""
    with refusals(stem(arch), format), resting_collector():
        source = load_source(arch)
        found, own = _find(source, inputs, heads)
    if format == "json":
        print(json_line(sizes_dict(found, own)))
    else:
        _write(found, format, conditions=False)
        if format == "table":
            write_text([("\n" + "\n".join(answer(found, {})[:1]) + "\n", "")], sys.stdout)
        tell(found.diagnostics, source.text)
    if not found.ok:
        raise typer.Exit(1)


def _write(found: Sizes, format: str, *, conditions: bool) -> None:
    if format == "table":
        write_text([(letters_heading(found) + "\n", "bold")], sys.stdout)
        if styled(sys.stdout):
            print()
    write_table(letters_table(found, conditions=conditions), format)


def _find(source: Source, inputs: str | dict[str, str] | None, heads: bool) -> tuple[Sizes, dict[str, tuple[int, ...]]]:
    """The sizes that fit, and the inputs that the file itself has. Raises ArchitectureError."""
    graph, findings = build(source, None, heads)
    own = dict(graph.inputs)
    try:
        return find_sizes(graph, findings, opened(graph, inputs)), own
    except Fault as fault:
        refusal = Findings(source.name)
        refusal.add(fault)
        raise ArchitectureError(refusal) from None
