"""Options that several commands have, declared once. Numbers are read by cnncalc, whose messages say more."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from cnncalc.analysis import DTYPES
from cnncalc.budget import read_amount
from cnncalc.cli.output import FORMATS, chosen, whole, with_help
from cnncalc.diagnostics import Fault, Span
from cnncalc.language import t
from cnncalc.tree import Scalar
from cnncalc.values import LETTER

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
DepthOption = Annotated[
    str,
    typer.Option(
        "--depth", "-d", metavar="N", help="Fold blocks below this depth into one row: 1 shows the top level."
    ),
]
BatchOption = Annotated[
    str, typer.Option("--batch", metavar="N", help="Images in a batch, for the memory of activations.")
]
DtypeOption = Annotated[
    str,
    typer.Option("--dtype", metavar="TYPE", help=t("Number format, for memory: {names}.", names=", ".join(DTYPES))),
]
MaxParamsOption = Annotated[
    str, typer.Option("--max-params", metavar="N", help="Budget of parameters: 5M; over it, exit status 1.")
]
MaxMacsOption = Annotated[str, typer.Option("--max-macs", metavar="N", help="Budget of MACs: 1.5G.")]
MaxMemoryOption = Annotated[
    str,
    typer.Option("--max-memory", metavar="BYTES", help="Budget of weights and all layers' outputs together: 64MiB."),
]
FormatOption = Annotated[str, typer.Option("--format", "-f", metavar="FORMAT", help=f"{', '.join(FORMATS)}.")]


def parse_memory(batch: str, dtype: str) -> tuple[int, str]:
    """The size of a batch and the number format, with what they are unless given. Raises typer.BadParameter."""
    return whole(batch, "--batch") if batch else 1, chosen(dtype or "float32", DTYPES, "--dtype")


def parse_budget(max_params: str, max_macs: str, max_memory: str) -> dict[str, int]:
    """The bounds that were given. Raises typer.BadParameter."""
    given = {"max_params": max_params, "max_macs": max_macs, "max_memory": max_memory}
    budget = {}
    for bound, text in given.items():
        if text:
            option = "--" + bound.replace("_", "-")
            try:
                budget[bound] = read_amount(Scalar(text, Span(1, 1, 1, 2)), bound)
            except Fault as fault:
                raise typer.BadParameter(with_help(fault.message, fault.help), param_hint=option) from None
    return budget


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
            message = t("'{text}' names no input; write NAME={text}", text=text)
            raise typer.BadParameter(message, param_hint="--input")
        pairs[name.strip()] = shape
    return pairs


def has_letters(given: str | dict[str, str]) -> bool:
    """Whether a letter stands for a size in an --input: 3xHxW, or for the width in 3x224xW."""
    texts = given.values() if isinstance(given, dict) else [given]
    return any(re.search(rf"(?:^|[xX×,])\s*{LETTER}\s*(?:[xX×,]|$)", text) for text in texts)
