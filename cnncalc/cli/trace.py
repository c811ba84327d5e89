"""``cnncalc trace``: a small layer number by number, on a terminal as an animation that a key steps through."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from shutil import get_terminal_size
from typing import Annotated, TypeVar

import typer

from cnncalc.cli.options import FormatOption
from cnncalc.cli.output import (
    FORMATS,
    chosen,
    json_line,
    refusals,
    refused,
    styled,
    tell,
    write_table,
    write_text,
)
from cnncalc.diagnostics import Fault, Span
from cnncalc.language import n, t
from cnncalc.render.trace import Writer, drawn, steps_table, trace_dict
from cnncalc.source import decode
from cnncalc.text import printable, quote, suggest
from cnncalc.trace_examples import EXAMPLES, Example
from cnncalc.trace_numbers import MAX_DECIMALS, is_shape, is_size, read_word
from cnncalc.trace_shapes import TYPES, MisfitError
from cnncalc.trace_steps import Progress, Step, Trace
from cnncalc.tracing import SEED, as_bias, as_input, as_kernel, build, refusing
from cnncalc.tree import Scalar
from cnncalc.values import read_whole

MOST_SHOWN = 1000
"""Steps whose pictures --all writes as text."""

PICTURES = frozenset(".svg .svgz .gif .png .apng .jpg .jpeg .webp .bmp .tif .tiff .ico .pdf .ps .eps .mp4".split())
"""Endings of files that are known as pictures of a type."""

T = TypeVar("T")


def trace_command(
    what: Annotated[
        str,
        typer.Argument(
            metavar="LAYER",
            help=t(
                "{types}; or an example that needs nothing more: {examples}.",
                types=", ".join(TYPES),
                examples=", ".join(EXAMPLES),
            ),
        ),
    ],
    input: Annotated[
        str,
        typer.Argument(
            metavar="INPUT",
            help="Numbers, '3 3 2; 0 0 1' (| between channels); a CSV file, - for standard input; or a shape, 3x5x5.",
        ),
    ] = "",
    input_option: Annotated[
        str, typer.Option("--input", "-i", metavar="INPUT", help="The same, for numbers that begin with a minus.")
    ] = "",
    kernel: Annotated[
        str,
        typer.Option(
            "-F",
            "--kernel",
            metavar="NUMBERS|SIZE",
            help="The filters' numbers, or a file of them; or the size of a pool's window, or of drawn filters: 3.",
        ),
    ] = "",
    filters: Annotated[
        str, typer.Option("-K", "--filters", metavar="N", help="How many filters are drawn; 1 unless given.")
    ] = "",
    stride: Annotated[str, typer.Option("-S", "--stride", metavar="SIZE", help="How far the window moves.")] = "",
    padding: Annotated[
        str, typer.Option("-P", "--padding", metavar="SIZE", help="Zeros around the input: 1, 0x3, same or valid.")
    ] = "",
    dilation: Annotated[
        str, typer.Option("-D", "--dilation", metavar="SIZE", help="Distance between the window's pixels.")
    ] = "",
    output_padding: Annotated[
        str, typer.Option("--output-padding", metavar="SIZE", help="Of a transposed convolution.")
    ] = "",
    bias: Annotated[
        str, typer.Option("--bias", metavar="NUMBERS", help="A number for each filter; 0 unless given.")
    ] = "",
    no_count_padding: Annotated[
        bool, typer.Option("--no-count-padding", help="Leave the padding out of an average pool's means.")
    ] = False,
    rounding: Annotated[
        str,
        typer.Option("--rounding", metavar="WORD", help="What a window that does not fit gets: strict, floor or ceil."),
    ] = "",
    seed: Annotated[
        str,
        typer.Option("--seed", metavar="N", help=t("What draws numbers for a shape; {seed} unless given.", seed=SEED)),
    ] = "",
    step: Annotated[str, typer.Option("--step", metavar="N", help="Show one step, and nothing else.")] = "",
    all: Annotated[bool, typer.Option("--all", help="Show all steps, one after the other.")] = False,
    decimals: Annotated[
        str, typer.Option("--decimals", metavar="N", help="Decimals of numbers that are not whole.")
    ] = "",
    svg: Annotated[
        str,
        typer.Option("--svg", metavar="FILE", help="Draw the --step, or all of them in one picture; - writes it here."),
    ] = "",
    gif: Annotated[
        str, typer.Option("--gif", metavar="FILE", help="Draw an animation for slides; it needs cnncalc[gif].")
    ] = "",
    format: FormatOption = "table",
) -> None:
    """Work out a small layer number by number.

    cnncalc trace picture_conv

    cnncalc trace conv '3 3 2 1; 0 0 1 3; 3 1 2 2' -F '0 1; 2 0' --bias 1

    cnncalc trace conv 3x5x5 -K 2 -F 3 -P 1 -S 2 --seed 7 --step 4

    On a terminal keys step through it; through a pipe it is a table of all steps and the output. Options besides an
    example's name change the example.
    """
    chosen(format, FORMATS, "--format")
    example = _example(what)
    given = {
        "input": input_option or input,
        "kernel": kernel,
        "filters": filters,
        "stride": stride,
        "padding": padding,
        "dilation": dilation,
        "output_padding": output_padding,
        "bias": bias,
        "rounding": rounding,
    }
    words = {"input": example.input, **example.options, **{name: word for name, word in given.items() if word}}
    if not words["input"]:
        raise typer.BadParameter(
            t("write the input's numbers ('3 3 2; 0 0 1'), or a shape whose numbers are drawn (1x5x5)"),
            param_hint="INPUT",
        )
    for name, option in ((svg, "--svg"), (gif, "--gif")):
        _check_suffix(name, option)
    places = _whole_from_zero(decimals, "--decimals", MAX_DECIMALS) if decimals else None
    drawn_by = _whole_from_zero(seed, "--seed") if seed else SEED
    with refusals(what, format):
        try:
            traced = _traced(example.type, words, not no_count_padding, drawn_by)
        except MisfitError as error:
            if format == "json":
                print(json_line(refused(what, error)))
            else:
                tell(error.diagnostics, error.text)
            raise typer.Exit(1) from None
    writer = Writer(traced, places)
    steps = _chosen_steps(traced, step)
    if svg or gif:
        _draw(writer, steps, svg, gif)
    else:
        _show(writer, steps, format, pictures=bool(step) or all)
    if format != "json":
        tell(traced.diagnostics, "")


def _example(what: str) -> Example:
    """The example of that name, or one without numbers for a layer type. Raises typer.BadParameter."""
    if what in EXAMPLES:
        return EXAMPLES[what]
    if what not in TYPES:
        known = [*TYPES, *EXAMPLES]
        layers = t("it traces {types}, or an example: {examples}", types=", ".join(TYPES), examples=", ".join(EXAMPLES))
        hint = suggest(what, known, layers)
        raise typer.BadParameter(t("{word} can't be traced; {hint}", word=quote(what), hint=hint), param_hint="LAYER")
    return Example(what, "", {})


def _whole_from_zero(text: str, option: str, most: int | None = None) -> int:
    """A whole number from 0 on. Raises typer.BadParameter."""
    try:
        number = read_whole(Scalar(text, Span(1, 1, 1, 2)), option, 0)
    except Fault as fault:
        raise typer.BadParameter(fault.message, param_hint=option) from None
    if most is not None and number > most:
        raise typer.BadParameter(t("{n} is more than {most}", n=number, most=most), param_hint=option)
    return number


def _traced(type: str, words: dict[str, str], count_padding: bool, seed: int) -> Trace:
    """The trace that the words ask for. Raises ArchitectureError, MisfitError."""
    settings = dict(words)
    pool = TYPES[type][0] == "pool"
    if pool and "kernel" not in settings and "filters" in settings:
        settings["kernel"] = settings.pop("filters")  # the lecture calls a pool's window K, or F
    image = _read(settings.pop("input"), "INPUT", is_shape, as_input)
    weights = _read(
        settings.pop("kernel", ""), "--kernel", is_size, lambda text, csv: as_kernel(text, pool=pool, csv=csv)
    )
    biases = _read(settings.pop("bias", ""), "--bias", lambda text: not text, as_bias)
    return build(type, image, weights, biases, settings, count_padding, seed)


def _read(word: str, name: str, ready: Callable[[str], bool], reader: Callable[..., T]) -> T:
    """What the reader makes of a word, or of the file that it names. ``ready`` tells what names no file."""
    source, csv = None, False
    if not ready(word):
        with refusing(word if word != "-" else "<stdin>"):
            source, csv = read_word(word, name)
    text = source.text if source else word
    with refusing(source.name if source else name, text):
        return reader(text, csv=csv)


def _chosen_steps(trace: Trace, step: str) -> Sequence[Step]:
    """The one step that was asked for, or all. Raises typer.BadParameter."""
    if not step:
        return trace.steps
    number = _whole_from_zero(step.strip().removeprefix("-"), "--step")
    if number < 1 or step.strip().startswith("-"):
        message = n(
            "{number} is no step: there is one, number 1",
            "{number} is no step: they count from 1 to {n}",
            len(trace.steps),
            number=step.strip(),
        )
        raise typer.BadParameter(message, param_hint="--step")
    if number > len(trace.steps):
        count = n("there is {n} step", "there are {n} steps", len(trace.steps))
        raise typer.BadParameter(t("{number} is too many: {count}", number=number, count=count), param_hint="--step")
    return trace.steps[number - 1 : number]


def _show(writer: Writer, steps: Sequence[Step], format: str, *, pictures: bool) -> None:
    from cnncalc.render.trace_text import Room, given_lines, heading_lines, joined

    trace = writer.trace
    if format == "json":
        print(json_line(trace_dict(trace, steps)))
    elif format == "csv":
        write_table(steps_table(writer, steps), format)
    elif format != "table":
        from cnncalc.render.trace_math import write_solution

        write_solution(writer, steps, format, sys.stdout)
    elif pictures:
        _write_pictures(writer, steps)
    elif styled(sys.stdout) and sys.stdin and sys.stdin.isatty() and _play(writer):
        _write_output(writer)
    else:
        write_text(joined(heading_lines(writer)), sys.stdout)
        if drawn(trace):
            write_text(joined(given_lines(writer, Room(_columns()))), sys.stdout)
        write_text([("\n", "")], sys.stdout)
        write_table(steps_table(writer, steps), format)
        _write_output(writer)


def _columns() -> int:
    from cnncalc.render.trace_text import WIDTH

    return get_terminal_size().columns if styled(sys.stdout) else WIDTH


def _write_pictures(writer: Writer, steps: Sequence[Step]) -> None:
    from cnncalc.render.trace_text import Room, heading_lines, joined, step_lines

    if len(steps) > MOST_SHOWN:
        message = t(
            "there are {steps:,} steps, and at most {most:,} are shown; name one with --step",
            steps=len(steps),
            most=MOST_SHOWN,
        )
        raise typer.BadParameter(message, param_hint="--all")
    progress = Progress(writer.trace)
    room = Room(_columns())
    write_text(joined(heading_lines(writer)), sys.stdout)
    for step in steps:
        write_text([("\n", ""), *joined(step_lines(writer, progress, step, room))], sys.stdout)


def _write_output(writer: Writer) -> None:
    from cnncalc.render.trace_text import Room, joined, output_lines

    write_text(joined(output_lines(writer, Room(_columns()))), sys.stdout)


def _play(writer: Writer) -> bool:
    """Step through it, if the terminal lets keys be read one by one."""
    from cnncalc.cli.trace_player import play

    return play(writer)


def _draw(writer: Writer, steps: Sequence[Step], svg: str, gif: str) -> None:
    """Write the picture, the animation or both. Ends with exit status 2 where that can't be."""
    from cnncalc.render.trace_scene import Album

    with refusals(writer.trace.type, "table"), refusing("trace"):
        album = Album(writer, steps)
        if svg:
            from cnncalc.render.trace_svg import write_svg

            _write_file(svg, write_svg(writer.trace, album).encode())
        if gif:
            from cnncalc.render.trace_gif import write_gif

            _write_file(gif, write_gif(writer.trace, album))


def _check_suffix(name: str, option: str) -> None:
    """Raises typer.BadParameter for a file whose name says that it is another kind of picture."""
    suffix, own = Path(name).suffix.lower(), f".{option[2:]}"
    if suffix != own and suffix in PICTURES:
        message = t("{name} is the name of another type of file: end it in {own}", name=quote(name), own=own)
        raise typer.BadParameter(message, param_hint=option)
    if name == "-" and own == ".gif":
        raise typer.BadParameter(t("an animation needs a file; give its name"), param_hint=option)


def _write_file(name: str, data: bytes) -> None:
    """Raises Fault ``unwritable-file``."""
    if name == "-":
        sys.stdout.write(decode(data))
        return
    try:
        Path(name).write_bytes(data)
    except (OSError, ValueError) as error:
        import os

        reason = os.strerror(error.errno).lower() if isinstance(error, OSError) and error.errno else str(error)
        message = t("cannot write {name}: {reason}", name=quote(name), reason=reason)
        raise Fault("unwritable-file", message, t("give another path")) from None
    print(t("wrote {name}", name=printable(name)))
