"""The Python API: a description in, an Analysis out. The command line is a thin layer over this."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any, Union

from cnncalc import gallery
from cnncalc.analysis import DTYPES, Analysis
from cnncalc.diagnostics import ArchitectureError, Diagnostic, Fault, Findings, Span
from cnncalc.graph import Graph, resting_collector, unroll
from cnncalc.inference import Run
from cnncalc.language import t
from cnncalc.layers.sliding import floor_help
from cnncalc.layout import layout_fault
from cnncalc.reader import Reading, read, read_tree
from cnncalc.source import COMMAND_LINE, Source, check_characters, exists, is_file, read_file
from cnncalc.text import listing, quote, shape_text, suggest
from cnncalc.tree import Mapping as MappingNode
from cnncalc.tree import Node, Scalar, Sequence
from cnncalc.values import AXES, read_shape

if TYPE_CHECKING:
    from cnncalc.sizes import Sizes

Inputs = Union[str, "tuple[int, ...]", "list[int]", Mapping[str, Any], None]


def load_source(arch: str | PathLike[str]) -> Source:
    """The text behind a path, ``-``, or a bundled name with or without ``.yaml``. A file that exists wins.

    Raises ArchitectureError where there is none, or it can't be read.
    """
    path = fspath(arch)
    try:
        if path == "-" or is_file(path):
            return read_file(path)
        bundled = gallery.find(path)
        if bundled is not None:
            return Source(bundled.name, bundled.read_text(encoding="utf-8"))
        if exists(path):
            return read_file(path)  # a folder or a device, which is told there
        raise gallery.unknown(path, t("there is no file {path}, and no architecture of that name", path=quote(path)))
    except Fault as fault:
        raise ArchitectureError.of("<stdin>" if path == "-" else path, fault) from None


def build(
    source: Source, inputs: Inputs = None, heads: bool = True, reading: Reading | None = None
) -> tuple[Graph, Findings]:
    """The unrolled network, ready to run. Raises ArchitectureError for what can't be read as an architecture."""
    reading = reading or read(source)
    architecture, findings = reading.architecture, reading.findings
    graph = None
    if architecture is not None:
        if inputs is not None and not findings.errors:
            given = _replaced(architecture.inputs, inputs)
            for name, shape in given.items():
                if shape != architecture.inputs[name] and (doubt := layout_fault(shape, "option")):
                    findings.add(doubt, severity="info", file="--input")
            # What a file promises is about its own input.
            architecture.promised = given == architecture.inputs
            architecture.inputs = given
        architecture.promised = architecture.promised and heads
        graph = unroll(architecture, findings, heads)
        if not findings.errors and not graph.nodes:
            findings.add(Fault("empty-network", t("the network comes to no layer at all")))
    if graph is None or findings.errors:
        raise ArchitectureError(findings.sorted(), source.text)
    return graph, findings


def analyze(
    arch: str | PathLike[str] | Source,
    input: Inputs = None,
    *,
    heads: bool = True,
    batch: int = 1,
    dtype: str = "float32",
) -> Analysis:
    """Work out a network: shapes, parameters, MACs and receptive fields of every layer, and what is wrong.

    ``arch`` is a path, ``-`` for standard input, a bundled name (``"vgg16"``), or a Source with the text itself;
    ``input`` another input shape, as ``"3x256x256"``, ``(3, 256, 256)``, or by name where there are several;
    ``heads=False`` leaves out auxiliary outputs. Shape errors are in the result's ``diagnostics``; a file that can't
    be read as an architecture raises ArchitectureError.
    """
    if dtype not in DTYPES:
        known = listing(DTYPES, "or")
        raise ValueError(t("dtype is one of {known}, not {value}", known=known, value=repr(dtype)))
    source = arch if isinstance(arch, Source) else load_source(arch)
    with resting_collector():
        return _run(*build(source, input, heads), batch, dtype)


def _run(graph: Graph, findings: Findings, batch: int, dtype: str) -> Analysis:
    run = Run(graph, findings)
    for _ in run:
        pass
    return run.analysis(batch, dtype)


def accepted_sizes(arch: str | PathLike[str] | Source, input: Inputs = None, *, heads: bool = True) -> Sizes:
    """Which input sizes a network accepts, in closed form: ``accepted_sizes("vgg16").accepts(H=224, W=224)``.

    ``input`` says which axes are open, by letters: ``"3xHxW"`` (all, unless given), ``"3xNxN"`` or ``"3xHx224"``.
    Raises ArchitectureError for what can't be read, and Fault where there is no axis to choose or no closed form.
    """
    from cnncalc.sizes import find_sizes, opened

    source = arch if isinstance(arch, Source) else load_source(arch)
    graph, findings = build(source, None, heads)
    return find_sizes(graph, findings, opened(graph, input))


def analyze_text(text: str, input: Inputs = None, *, name: str = "<text>", heads: bool = True) -> Analysis:
    """``analyze`` for a description that is a string."""
    try:
        check_characters(text)
    except Fault as fault:
        raise ArchitectureError.of(name, fault, text) from None
    return analyze(Source(name, text), input, heads=heads)


def analyze_layer(
    type: str, input: Inputs, *, layout: str = "chw", batch: int = 1, dtype: str = "float32", **parameters: Any
) -> Analysis:
    """``analyze`` for one layer: ``analyze_layer("conv", "3x227x227", filters=96, kernel=11, stride=4)``.

    ``layout="hwc"`` reads the input with its channels last. A dense layer gets a flatten where its input has a map.
    """
    command = Command(f"cnncalc {type}")
    axes = command.add(input if isinstance(input, str) else "x".join(map(str, input or ())))
    settings = [
        (Scalar(name, axes.span), command.add(_written(value), f"--{name}")) for name, value in parameters.items()
    ]
    return analyze_command(command, type, axes, settings, layout, batch, dtype)


def _written(value: Any) -> str:
    return "x".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


class Command:
    """A command line as the text that places of its words are in."""

    def __init__(self, start: str) -> None:
        self.text = start

    def add(self, word: str, option: str = "") -> Scalar:
        """Append a word, behind its option; as a node with its place."""
        self.text += f" {option}" if option else ""
        start = len(self.text) + 2
        self.text += f" {word}"
        return Scalar(word, Span(1, start, 1, start + max(1, len(word))))


def analyze_command(
    command: Command,
    type: str,
    axes: Scalar,
    settings: list[tuple[Scalar, Scalar]],
    layout: str = "chw",
    batch: int = 1,
    dtype: str = "float32",
) -> Analysis:
    """``analyze`` for one layer whose words stand in a command line."""
    source = Source(COMMAND_LINE, command.text)
    findings = Findings(source.name)
    try:
        shape = read_shape(axes, t("the input"))
    except Fault as fault:
        findings.add(fault)
        raise ArchitectureError(findings, source.text) from None
    if layout == "hwc":
        shape = (shape[-1], *shape[:-1])
    elif type != "dense" and (doubt := layout_fault(shape, "command")):  # all numbers in one row: any order will do
        findings.add(doubt, span=axes.span, severity="info")
    word = Scalar(type, Span(1, 9, 1, 9 + len(type)))
    layers: list[Node] = [MappingNode([(word, MappingNode(list(settings), word.span))], word.span)]
    if type == "dense" and len(shape) > 1:
        layers.insert(0, Scalar("flatten", word.span))
    entries: list[tuple[Scalar, Node]] = [
        (Scalar("name", word.span), Scalar(type, word.span)),
        (Scalar("input", word.span), _named(shape, axes.span)),
        (Scalar("layers", word.span), Sequence(layers, word.span)),
    ]
    reading = read_tree(source, MappingNode(entries, word.span), findings)
    analysis = _run(*build(source, reading=reading), batch, dtype)
    options = {floor_help(): floor_help(command=True)}
    return replace(analysis, diagnostics=tuple(_told_by(d, options) for d in analysis.diagnostics))


def _told_by(diagnostic: Diagnostic, options: Mapping[str, str]) -> Diagnostic:
    """The diagnostic with the lines of its help that are about a file told by the options of a command."""
    lines = diagnostic.help.split("\n")
    return replace(diagnostic, help="\n".join(options.get(line, line) for line in lines))


def _named(shape: tuple[int, ...], span: Span) -> MappingNode:
    """A shape with its axes by name, which says that their order is meant."""
    return MappingNode(
        [(Scalar(name, span), Scalar(str(n), span)) for name, n in zip(AXES[len(shape) - 1], shape)], span
    )


def _replaced(inputs: dict[str, tuple[int, ...]], given: Inputs) -> dict[str, tuple[int, ...]]:
    """The inputs with other shapes. Raises ArchitectureError for what is no shape, or no input's name."""
    try:
        if isinstance(given, Mapping):
            unknown = [name for name in given if name not in inputs]
            if unknown:
                name = str(unknown[0])
                help = suggest(name, list(inputs), t("it has {names}", names=listing(map(quote, inputs))))
                raise Fault("unknown-reference", t("the network has no input {name}", name=quote(name)), help)
            return {**inputs, **{name: _shape(shape) for name, shape in given.items()}}
        if len(inputs) > 1:
            example = " ".join(f"{name}={shape_text(shape, 'x')}" for name, shape in inputs.items())
            message = t("the network has {count} inputs; say which: {example}", count=len(inputs), example=example)
            raise Fault("invalid-value", message)
        return dict.fromkeys(inputs, _shape(given))
    except Fault as fault:
        fault.span = None
        raise ArchitectureError.of("--input", fault) from None


def _shape(given: Any) -> tuple[int, ...]:
    span = Span(1, 1, 1, 2)
    node: Node
    if isinstance(given, str):
        node = Scalar(given, span)
    elif isinstance(given, Mapping):
        node = MappingNode([(Scalar(str(k), span), Scalar(str(v), span)) for k, v in given.items()], span)
    else:
        node = Sequence([Scalar(str(axis), span) for axis in given], span)
    return read_shape(node, t("an input shape"))
