"""What a question says: its author's text, or a sentence made from the network and from what is asked."""

from __future__ import annotations

from collections.abc import Iterable

from cnncalc.analysis import DTYPES, Analysis
from cnncalc.homework.assignment import Cell, Question
from cnncalc.homework.conventions import Conventions
from cnncalc.homework.phrases import input_words, layer_words, network_lines, shape_words
from cnncalc.language import t
from cnncalc.text import listing, printable

MOST_ROWS = 30
"""Rows of a table that are named in its sentence."""

_SHAPED = frozenset({"output", "fits", "activations", "macs", "flops", "memory"})
"""Asks whose answer hangs on what a window gets that does not fit."""


def question_text(question: Question) -> str:
    """The whole question, on one line or several, without a control character in it.

    The author's text where there is one. Else a sentence, with the conventions that the answer hangs on where they are
    not the usual ones; empty where the question can't be asked at all.
    """
    if question.text.strip():
        return authors_text(question)
    text = asked(question)
    if not text:
        return ""
    usual = set(notes(Conventions(), [question]))
    extra = [note for note in notes(question.conventions, [question]) if note not in usual]
    return "\n".join([text, *([" ".join(extra)] if extra else [])])


def authors_text(question: Question) -> str:
    """The author's text, its control characters written out and its lines kept."""
    lines = question.text.strip().expandtabs(4).splitlines()
    return "\n".join(printable(line.rstrip()) for line in lines)


def asked(question: Question) -> str:
    """The author's text, or a sentence, in either case without a word about conventions."""
    if question.text.strip():
        return authors_text(question)
    cells = [cell for cell in question.cells if not cell.broken and not cell.misnamed]
    if not cells:
        return ""
    if question.table and len(question.cells) > 1:
        return _table(question, cells)
    cell = cells[0]
    if cell.inverse is not None:
        return _inverse(question, cell)
    assert cell.analysis is not None
    if not question.written:
        return _in_network(cell, printable(cell.analysis.name), question.conventions)
    before = cell.analysis.layers[:-1]
    alone = cell.layer is cell.analysis.layers[-1] and all(layer.type == "flatten" for layer in before)
    if alone and cell.layer is not None:
        text = t(
            "{input} goes into {layer}.",
            input=input_words(cell.analysis, question.conventions.layout),
            layer=layer_words(cell.layer, question.conventions),
        )
        return f"{text} {_of_it(cell, question.conventions)}"
    return "\n".join([_told(cell.analysis, question), _in_network(cell, t("this network"), question.conventions)])


def _told(analysis: Analysis, question: Question) -> str:
    """The network, layer by layer."""
    conventions = question.conventions
    head = t("{input} goes through these layers:", input=input_words(analysis, conventions.layout))
    return "\n".join([head, *network_lines(analysis, conventions)])


def _in_network(cell: Cell, network: str, conventions: Conventions) -> str:
    if cell.layer is None:
        return _of_network(cell, network, conventions)
    return _of_layer(cell, network, printable(cell.row or cell.layer.path), conventions)


# What is asked


def _of_it(cell: Cell, conventions: Conventions) -> str:
    """About the one layer that was told."""
    if cell.axis:
        return {
            "channels": t("How many channels leave it?"),
            "height": t("How high is the map that leaves it?"),
            "width": t("How wide is the map that leaves it?"),
        }[cell.axis]
    memory = {
        "all": t("How much memory do its weights and its output take?"),
        "weights": t("How much memory do its weights take?"),
        "activations": t("How much memory does its output take?"),
    }
    return {
        "output": t("What is the shape that leaves?"),
        "fits": t("Does its window fit?"),
        "weights": t("How many weights does it have, biases not counted?"),
        "biases": t("How many biases does it have?"),
        "params": t("How many parameters does it have?"),
        "macs": t("How many multiply-accumulates (MACs) does it take for one image?"),
        "flops": t("How many FLOPs does it take for one image?"),
        "memory": memory[conventions.memory],
        "activations": t("How many numbers leave it for one image?"),
        "receptive_field": t(
            "How large is its receptive field: how many pixels of the input does a unit see along each axis?"
        ),
        "effective_stride": t(
            "What is its effective stride: how many pixels of the input apart do neighbouring units look?"
        ),
        "kernel": t("What is its kernel F?"),
        "stride": t("What is its stride S?"),
        "padding": t("What is its padding P?"),
        "filters": t("How many filters K does it have?"),
    }[cell.ask]


def _of_layer(cell: Cell, network: str, layer: str, conventions: Conventions) -> str:
    """About a layer of a network."""
    names = {"network": network, "layer": layer}
    if cell.axis:
        return {
            "channels": t("In {network}, how many channels leave {layer}?", **names),
            "height": t("In {network}, how high is the map that leaves {layer}?", **names),
            "width": t("In {network}, how wide is the map that leaves {layer}?", **names),
        }[cell.axis]
    memory = {
        "all": t("In {network}, how much memory do the weights and the output of {layer} take?", **names),
        "weights": t("In {network}, how much memory do the weights of {layer} take?", **names),
        "activations": t("In {network}, how much memory does the output of {layer} take?", **names),
    }
    return {
        "output": t("In {network}, what shape leaves {layer}?", **names),
        "fits": t("In {network}, does the window of {layer} fit?", **names),
        "weights": t("In {network}, how many weights does {layer} have, biases not counted?", **names),
        "biases": t("In {network}, how many biases does {layer} have?", **names),
        "params": t("In {network}, how many parameters does {layer} have?", **names),
        "macs": t("In {network}, how many multiply-accumulates (MACs) does {layer} take for one image?", **names),
        "flops": t("In {network}, how many FLOPs does {layer} take for one image?", **names),
        "memory": memory[conventions.memory],
        "activations": t("In {network}, how many numbers leave {layer} for one image?", **names),
        "receptive_field": t(
            "In {network}, how large is the receptive field of {layer}: how many pixels of the network's input does "
            "a unit see along each axis?",
            **names,
        ),
        "effective_stride": t(
            "In {network}, what is the effective stride of {layer}: how many pixels of the network's input apart do "
            "neighbouring units look?",
            **names,
        ),
        "kernel": t("In {network}, what is the kernel F of {layer}?", **names),
        "stride": t("In {network}, what is the stride S of {layer}?", **names),
        "padding": t("In {network}, what is the padding P of {layer}?", **names),
        "filters": t("In {network}, how many filters K does {layer} have?", **names),
    }[cell.ask]


def _of_network(cell: Cell, network: str, conventions: Conventions) -> str:
    """About a whole network."""
    names = {"network": network}
    if cell.axis:
        return {
            "channels": t("How many channels leave {network}?", **names),
            "height": t("How high is the map that leaves {network}?", **names),
            "width": t("How wide is the map that leaves {network}?", **names),
        }[cell.axis]
    memory = {
        "all": t("How much memory do all weights of {network} and the outputs of all its layers take?", **names),
        "weights": t("How much memory do all weights of {network} take?", **names),
        "activations": t("How much memory do the outputs of all layers of {network} take?", **names),
    }
    return {
        "output": t("What shape leaves {network}?", **names),
        "fits": t("Do all windows of {network} fit?", **names),
        "weights": t("How many weights does {network} have, biases not counted?", **names),
        "biases": t("How many biases does {network} have?", **names),
        "params": t("How many parameters does {network} have?", **names),
        "macs": t("How many multiply-accumulates (MACs) does {network} take for one image?", **names),
        "flops": t("How many FLOPs does {network} take for one image?", **names),
        "memory": memory[conventions.memory],
        "activations": t("How many numbers do all layers of {network} give for one image?", **names),
        "receptive_field": t(
            "How large is the receptive field of the last layer of {network}: how many pixels of the input does a unit "
            "see along each axis?",
            **names,
        ),
        "effective_stride": t(
            "What is the effective stride of the last layer of {network}: how many pixels of the input apart do "
            "neighbouring units look?",
            **names,
        ),
        "kernel": t("What is the kernel F of the last layer of {network}?", **names),
        "stride": t("What is the stride S of the last layer of {network}?", **names),
        "padding": t("What is the padding P of the last layer of {network}?", **names),
        "filters": t("How many filters K does the last layer of {network} have?", **names),
    }[cell.ask]


def _inverse(question: Question, cell: Cell) -> str:
    """Which setting gives a stated output."""
    assert cell.inverse is not None
    conventions = question.conventions
    analysis = cell.inverse.analysis(cell.truth)
    output = shape_words(cell.inverse.wanted, conventions.layout)
    asks = {
        "kernel": t("Which kernel F gives {output}?", output=output),
        "stride": t("Which stride S gives {output}?", output=output),
        "padding": t("Which padding P gives {output}?", output=output),
        "filters": t("How many filters K give {output}?", output=output),
    }
    text = t(
        "{input} goes into {layer}.",
        input=input_words(analysis, conventions.layout),
        layer=layer_words(analysis.layers[-1], conventions, hidden=cell.ask),
    )
    return f"{text} {asks[cell.ask]}"


# Tables


def cell_text(question: Question, cell: Cell) -> str:
    """A cell of a table as a question of its own; of another question the text."""
    if not question.table or cell.analysis is None:
        return asked(question)
    network = t("this network") if question.written else printable(cell.analysis.name)
    text = _of_layer(cell, network, printable(cell.row), question.conventions)
    return f"{_told(cell.analysis, question)}\n{text}" if question.written else text


def _table(question: Question, cells: list[Cell]) -> str:
    analysis = cells[0].analysis
    assert analysis is not None
    columns = listing(dict.fromkeys(column_title(cell.ask, question.conventions) for cell in cells))
    rows = list(dict.fromkeys(printable(cell.row) for cell in cells))
    network = t("this network") if question.written else printable(analysis.name)
    if len(rows) > MOST_ROWS:
        text = t("In {network}, fill in the table for each layer: {columns}.", network=network, columns=columns)
    else:
        text = t(
            "In {network}, fill in the table for {layers}: {columns}.",
            network=network,
            layers=listing(rows),
            columns=columns,
        )
    return f"{_told(analysis, question)}\n{text}" if question.written else text


def column_title(ask: str, conventions: Conventions) -> str:
    """What a column of a table is called."""
    titles = {
        "output": t("output shape"),
        "fits": t("whether it fits"),
        "weights": t("weights"),
        "biases": t("biases"),
        "params": t("parameters"),
        "macs": "MACs",
        "flops": "FLOPs",
        "memory": t("memory in bytes") if conventions.unit == "B" else t("memory in {unit}", unit=conventions.unit),
        "activations": t("activations"),
        "receptive_field": t("receptive field"),
        "effective_stride": t("effective stride"),
        "kernel": t("kernel F"),
        "stride": t("stride S"),
        "padding": t("padding P"),
        "filters": t("filters K"),
    }
    return titles.get(ask, ask)


# Conventions


def notes(conventions: Conventions, questions: Iterable[Question]) -> list[str]:
    """The conventions that the answers to these questions follow, a sentence each."""
    cells = [(question, cell) for question in questions for cell in question.cells if not cell.broken]
    asks = {cell.ask for _, cell in cells}
    found = []
    if "output" in asks or any(cell.inverse for _, cell in cells):
        found.append(t("Shapes are written {layout}.", layout=conventions.layout.replace("x", "×")))
    if any(question.written and cell.ask in _SHAPED and _slides(cell) for question, cell in cells):
        rounding = {
            "strict": t("A window that leaves a remainder does not fit."),
            "floor": t("What the division of a window leaves over is dropped (floor)."),
            "ceil": t("What the division of a window leaves over gets a window of its own (ceil)."),
        }
        found.append(rounding[conventions.rounding])
    if "params" in asks:
        counted = conventions.biases
        found.append(t("Biases count as parameters.") if counted else t("Biases do not count as parameters."))
    if "flops" in asks:
        twice = conventions.counts == "flops"
        found.append(t("A multiply-accumulate is two FLOPs.") if twice else t("A multiply-accumulate is one FLOP."))
    if "memory" in asks:
        found.append(_memory(conventions))
    return found


def _slides(cell: Cell) -> bool:
    """Whether there is a window that may not fit."""
    layers = cell.analysis.layers if cell.analysis is not None else []
    seen = layers if cell.layer is None else layers[: cell.layer.index]
    return any("rounding" in layer.node.spec.type.parameters for layer in seen)


def _memory(conventions: Conventions) -> str:
    values = {"dtype": conventions.dtype, "bits": 8 * DTYPES[conventions.dtype]}
    if conventions.unit == "B":
        return t("Memory is told in bytes; a number is a {dtype} of {bits} bits.", **values)
    return t(
        "Memory is told in {unit}, with {kilobyte} bytes to the KB; a number is a {dtype} of {bits} bits.",
        unit=conventions.unit,
        kilobyte=conventions.kilobyte,
        **values,
    )
