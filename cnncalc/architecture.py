"""An architecture as its file says it: nested, with blocks filled in and nothing unrolled."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Union

from cnncalc.diagnostics import Span
from cnncalc.layers import Layer
from cnncalc.source import Source

MAX_LAYERS = 1_000_000


@dataclass(slots=True, eq=False, repr=False)
class Spec:
    """A layer type with the settings that its file gives. Equal layers share one, so it compares by identity.

    ``key`` says the same as type and settings, in any file; empty where nobody has written it out.
    """

    type: type[Layer]
    values: dict[str, Any]
    key: str = ""


Reference = tuple[str, Span]
"""The name of something that came before, and the place where the file says it."""


@dataclass(slots=True, eq=False, repr=False)
class Expect:
    """Facts that the file promises about a layer, a structure or the network, with the place of each."""

    values: dict[str, Any]
    spans: dict[str, Span]


@dataclass(slots=True, eq=False, repr=False)
class Common:
    """What every layer and every structure may say of itself."""

    name: str | None = None
    inputs: tuple[Reference, ...] | None = None
    listed: bool = False
    """Whether ``from`` is a list, be it of one."""
    expect: Expect | None = None
    weights: str | None = None
    trainable: bool | None = None
    spans: dict[str, Span] = field(default_factory=dict)


@dataclass(slots=True, eq=False, repr=False)
class LayerItem:
    """One layer. ``spans`` has the place of each parameter given, by its own name."""

    spec: Spec
    common: Common
    span: Span
    init: str | None = None
    count = 1


@dataclass(slots=True, eq=False, repr=False)
class Path:
    """A sequence of layers and structures, one after the other."""

    items: tuple[Item, ...]
    name: str | None = None
    span: Span | None = None

    @property
    def count(self) -> int:
        return sum(item.count for item in self.items)


@dataclass(slots=True, eq=False, repr=False)
class Structure:
    """Layers that belong together. ``count`` is the number of layers that it unrolls to, at least 1."""

    kind: str
    """``branches``, ``residual``, ``repeat``, ``head``, or the name of a block."""
    common: Common
    span: Span
    paths: tuple[Path, ...]
    merge: type[Layer] | None = None
    times: int = 1
    count: int = 0

    def __post_init__(self) -> None:
        layers = sum(path.count for path in self.paths) + (self.merge is not None)
        self.count = max(1, layers * self.times)

    @property
    def empty(self) -> bool:
        """Whether it has no layer: what comes in goes out."""
        return self.times == 0 or (self.merge is None and not any(path.items for path in self.paths))


Item = Union[LayerItem, Structure]


@dataclass(slots=True, eq=False, repr=False)
class Architecture:
    """A whole description. ``inputs`` are shapes C×H×W by name; a lone input is called ``input``."""

    source: Source
    name: str
    inputs: dict[str, tuple[int, ...]]
    trunk: Path
    outputs: dict[str, Span] = field(default_factory=dict)
    expect: Expect | None = None
    promised: bool = True
    """Whether ``expect`` is to be looked at: it is about the file's own input, with its heads."""
    facts: dict[str, str] = field(default_factory=dict)
    """What the file says about itself in words: year, family, source, task, loss."""

    @property
    def year(self) -> int | None:
        year = self.facts.get("year", "")
        return int(year) if year.isascii() and year.isdigit() else None
