"""Options that several commands have, declared once. Numbers are read by cnncalc, whose messages say more."""

from __future__ import annotations

from typing import Annotated

import typer

from cnncalc.analysis import DTYPES

ArchArgument = Annotated[
    str, typer.Argument(metavar="ARCH", help="A YAML file, - for standard input, or a bundled name such as vgg16.")
]
InputOption = Annotated[
    list[str] | None,
    typer.Option(
        "--input", "-i", metavar="SHAPE", help="Another input shape: 3x256x256; or name=3x256x256, once for each input."
    ),
]
HeadsOption = Annotated[bool, typer.Option("--without-heads", help="Leave out auxiliary outputs.")]
BatchOption = Annotated[
    str, typer.Option("--batch", metavar="N", help="Images in a batch, for the memory of activations.")
]
DtypeOption = Annotated[
    str, typer.Option("--dtype", metavar="TYPE", help=f"Number format, for memory: {', '.join(DTYPES)}.")
]


def parse_inputs(given: list[str] | None) -> str | dict[str, str] | None:
    """One shape, or shapes by input's name."""
    if not given:
        return None
    if len(given) == 1 and "=" not in given[0]:
        return given[0]
    pairs = {}
    for text in given:
        name, equals, shape = text.partition("=")
        if not equals:
            raise typer.BadParameter(f"'{text}' names no input; write NAME={text}", param_hint="--input")
        pairs[name.strip()] = shape
    return pairs
