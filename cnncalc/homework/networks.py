"""The networks that are asked about: by name, by path, or written in the question."""

from __future__ import annotations

import os

from cnncalc.analysis import Analysis
from cnncalc.api import build, load_source
from cnncalc.diagnostics import ArchitectureError, Fault
from cnncalc.inference import Run
from cnncalc.language import t
from cnncalc.reader import read
from cnncalc.source import is_file
from cnncalc.tree import Mapping, Node, Scalar, Sequence
from cnncalc.values import read_shape


def finish(run: Run) -> Analysis:
    """The analysis of a network, all of whose layers are run."""
    for _ in run:
        pass
    return run.analysis()


def analyze_named(name: str, folder: str = "", shape: tuple[int, ...] | None = None) -> Analysis:
    """A network by its path, looked for in the folder first, or by its bundled name. Raises ArchitectureError."""
    if name == "-":
        raise ArchitectureError.of(name, Fault("invalid-value", t("an architecture in a file is a path or a name")))
    beside = os.path.join(folder, name)
    source = load_source(beside if folder and is_file(beside) else name)
    return finish(Run(*build(source, shape, reading=read(source))))


def one_layer(layer: Node, axes: Node, extra: tuple[tuple[Scalar, Node], ...]) -> Node:
    """The list of a network with one layer; a dense one gets a flatten where its input has a map."""
    place = layer.span
    if isinstance(layer, Mapping) and len(layer.entries) == 1:
        key, settings = layer.entries[0]
        own = settings.entries if isinstance(settings, Mapping) else []
        if extra:
            layer = Mapping([(key, Mapping([*own, *extra], settings.span))], place)
        if key.text == "dense" and len(read_shape(axes, "input")) > 1:
            return Sequence([Scalar("flatten", place), layer], place)
    return Sequence([layer], place)
