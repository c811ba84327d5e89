"""What a layer type is: a declaration from which the reader, the engine, the help and the schema all follow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Any, ClassVar, NamedTuple, Union

from cnncalc.diagnostics import Fault
from cnncalc.language import n, t
from cnncalc.text import axis_word, shape_text
from cnncalc.values import LIMIT, Choice, Flag, Kind, PaddingKind, Real, Shape, SizeKind, Whole, axis_names

REQUIRED: Any = object()


@dataclass(eq=False, repr=False)
class Parameter:
    """A parameter of a layer type, under all its names.

    ``letters`` are the lecture's; ``claim`` marks what follows from the input and is only checked.
    """

    kind: Kind
    default: Any
    help: str
    letters: str = ""
    synonyms: tuple[str, ...] = ()
    claim: bool = False
    name: str = ""

    @property
    def required(self) -> bool:
        return self.default is REQUIRED

    @property
    def spellings(self) -> tuple[str, ...]:
        return (self.name, *self.letters, *self.synonyms)


def parameter(
    kind: Kind, default: Any, help: str, letters: str = "", synonyms: tuple[str, ...] = (), claim: bool = False
) -> Any:
    """Declares a parameter as a class attribute; typed Any, so that the attribute has its value's type."""
    return Parameter(kind, default, help, letters, synonyms, claim)


def filters_parameter() -> Any:
    synonyms = ("out_channels", "output_channels", "num_output")
    return parameter(Whole(), REQUIRED, "number of filters, and so of output channels", "K", synonyms)


def kernel_parameter(default: Any = REQUIRED, letters: str = "F") -> Any:
    synonyms = ("kernel_size", "kernel_shape", "pool_size", "filter_size", "window", "size")
    return parameter(SizeKind(), default, "height and width of the window, in pixels", letters, synonyms)


def stride_parameter(default: Any = 1, help: str = "how far the window moves, in pixels") -> Any:
    return parameter(SizeKind(), default, help, "S", ("strides",))


def dilation_parameter() -> Any:
    return parameter(SizeKind(), 1, "distance between the pixels of the window", "D", ("dilations", "dilation_rate"))


def groups_parameter() -> Any:
    return parameter(Whole(), 1, "groups of channels that do not see each other", "G", ("group",))


def bias_parameter() -> Any:
    return parameter(
        Flag(), True, "whether a learned constant is added for each output channel", "", ("use_bias", "bias_term")
    )


def claim_parameter(*synonyms: str, of: str = "channels") -> Any:
    help = f"claimed number of input {of}; it follows from the input, and is checked"
    return parameter(Whole(), None, help, "", synonyms, claim=True)


def eps_parameter(default: float) -> Any:
    return parameter(Real(0), default, "small constant added to the variance", "", ("epsilon",))


def affine_parameter(default: bool) -> Any:
    return parameter(Flag(), default, "whether it has learned factors and offsets", "", ("elementwise_affine",))


def padding_parameter(help: str = "zeros added around the input, in pixels") -> Any:
    return parameter(PaddingKind(), 0, help, "P", ("pad", "pads"))


ROUNDING = Choice(("strict", "floor", "ceil"))


def rounding_parameter() -> Any:
    return parameter(ROUNDING, "strict", "what a window that does not fit gets; the file's `rounding` unless given")


class Tensor(NamedTuple):
    """A weight tensor. ``each`` are the factors of one unit's part, as a person writes them; ``copies`` the units.

    A convolution's weight of shape (K, C, F_h, F_w) has F_h·F_w·C weights for each of K filters.
    """

    name: str
    shape: tuple[int, ...]
    each: tuple[int, ...]
    copies: int | None

    @property
    def numel(self) -> int:
        """The number of weights in it."""
        return prod(self.shape)


def weight(name: str, *shape: int, each: tuple[int, ...] | None = None) -> Tensor:
    """A weight whose first axis counts the units and whose second the inputs of each: PyTorch's order."""
    return Tensor(name, shape, shape[2:] + shape[1:2] if each is None else each, shape[0])


def bias(units: int, name: str = "bias") -> Tensor:
    """One weight for each unit."""
    return Tensor(name, (units,), (), units)


Known = Any
"""A shape that is known as far as the method needs it: a tuple of whole numbers."""

Number = Union[int, Fraction]


class Window(NamedTuple):
    """What one output unit sees of its input along one axis, in input pixels.

    ``stride`` is how far the next unit's window lies, None where there is no next one: the window is the whole map.
    ``start`` is where the first unit's window begins (minus the padding).
    """

    size: int
    stride: Number | None
    start: Number


class Misfit(Exception):
    """The output can't be known in full: what is wrong, and what is known all the same."""

    def __init__(self, faults: list[Fault], output: Shape | None) -> None:
        super().__init__()
        self.faults = faults
        self.output = output


@dataclass(slots=True, eq=False, repr=False)
class Facts:
    """All that follows from a layer's settings and the shapes that come in. None is what can't be known."""

    layer: Layer | None
    inputs: tuple[Shape | None, ...]
    output: Shape | None = None
    tensors: tuple[Tensor, ...] | None = None
    params: int | None = None
    buffers: int | None = None
    macs: int | None = None
    windows: tuple[Window | None, ...] | None = None
    padding: tuple[tuple[int, int] | None, ...] | None = None
    unread: tuple[int | None, ...] | None = None
    faults: tuple[Fault, ...] = ()

    @property
    def activations(self) -> int | None:
        """The number of elements in the output."""
        return elements(self.output)


def elements(shape: Shape | None) -> int | None:
    """The number of elements of a shape, where all of it is known."""
    if shape is None:
        return None
    count = 1
    for axis in shape:
        if axis is None:
            return None
        count *= axis
    return count


class Layer:
    """A layer type. A subclass declares ``word``, its parameters as attributes, and the facts that differ from these.

    An instance is the type with its settings, every size spread over the axes of an input of one spatial rank.
    """

    word: ClassVar[str]
    synonyms: ClassVar[tuple[str, ...]] = ()
    """What frameworks call it: not accepted, but understood well enough to say what to write."""
    parameters: ClassVar[dict[str, Parameter]] = {}
    spellings: ClassVar[dict[str, str]] = {}
    """Every accepted spelling of a parameter, and the parameter's name."""
    required: ClassVar[tuple[str, ...]] = ()
    """The parameters that have to be given."""
    merges: ClassVar[bool] = False
    """Whether it takes several inputs."""
    slides: ClassVar[bool] = False
    """Whether it needs spatial axes to work on."""
    deepens: ClassVar[bool] = False
    """Whether papers count it in a network's depth."""
    spread_sides: ClassVar[str] = ""
    """The parameter whose sides (top, bottom, …) may stand among the layer's own parameters."""

    def __init_subclass__(cls) -> None:
        own = {k: v for k, v in vars(cls).items() if isinstance(v, Parameter)}
        cls.parameters = {**cls.parameters}
        for name, declared in own.items():
            named = Parameter(**{**vars(declared), "name": name})
            cls.parameters[name] = named
        # What has to be given stands first, claims last.
        ordered = sorted(cls.parameters.items(), key=lambda item: (item[1].claim, not item[1].required))
        cls.parameters = dict(ordered)
        cls.spellings = {s: name for name, p in cls.parameters.items() for s in p.spellings}
        cls.required = tuple(name for name, p in cls.parameters.items() if p.required)

    def __init__(self, values: Mapping[str, Any], rank: int) -> None:
        """Settle the values given, and the defaults of the others, for an input of this rank.

        Raises Fault ``invalid-value`` where a value does not suit the rank.
        """
        self.rank = rank
        for name, declared in self.parameters.items():
            value = values.get(name, declared.default)
            if value is not None:
                try:
                    value = declared.kind.settle(value, rank, name)
                except Fault as fault:
                    fault.parameter = name
                    raise
            setattr(self, name, value)

    @classmethod
    def validate(cls, values: Mapping[str, Any]) -> Iterable[Fault]:
        """What is wrong about the settings by themselves, before any input is known."""
        return ()

    @property
    def settings(self) -> dict[str, Any]:
        """Every parameter with its value, as it stands in JSON; claims only where they were made."""
        return {
            name: _plain(getattr(self, name))
            for name, declared in self.parameters.items()
            if not (declared.claim and getattr(self, name) is None)
        }

    def check(self, x: Shape) -> Iterable[Fault]:
        """What is wrong about the input, before any output is looked for. Raises Misfit where that is pointless."""
        return ()

    def output_shape(self, x: Shape, *more: Shape) -> Shape:
        """The shape that leaves. Raises Misfit with the part that is known."""
        return x

    def period(self) -> tuple[int, ...]:
        """How far apart, on each axis, input sizes lie that behave alike: from one to the next, the output's size
        changes by the same amount."""
        return (1,) * self.rank

    def tensors(self, x: Known) -> tuple[Tensor, ...]:
        """The weights. Asked for where the channels are known; a shape that is not known has None in it."""
        return ()

    def buffers(self, channels: int) -> int:
        """The number of running statistics, which no gradient trains."""
        return 0

    def macs(self, x: Known, y: Known) -> int:
        """Multiply-accumulates for one image, asked for where both shapes are known."""
        return 0

    def windows(self, x: Shape, y: Shape | None) -> tuple[Window | None, ...] | None:
        """What an output unit sees, for each spatial axis; None where it is the unit at the same place."""
        return None

    def padding_pixels(self, x: Shape) -> tuple[tuple[int, int] | None, ...] | None:
        """What ``padding`` comes to, before and after on each axis."""
        return None

    def unread(self, x: Shape, y: Shape | None) -> tuple[int | None, ...] | None:
        """How many rows and columns of the input no window reads."""
        return None


def infer(type: type[Layer], values: Mapping[str, Any], inputs: tuple[Shape | None, ...]) -> Facts:
    """The facts about one layer: a pure function of its settings and input shapes, and the only way to them."""
    facts = Facts(None, inputs)
    shapes = tuple(s for s in inputs if s is not None)
    if len(shapes) < len(inputs):
        if type.tensors is Layer.tensors:  # without weights, whatever comes in
            facts.tensors, facts.params, facts.buffers = (), 0, 0
        return facts
    x = shapes[0]
    faults: list[Fault] = []
    sound = False
    try:
        if type.slides and len(x) < 2:
            raise Misfit([_flat_fault(type.word, x)], None)
        layer = facts.layer = type(values, len(x) - 1)
        faults += layer.check(x)
        sound = not faults
        facts.output = layer.output_shape(*shapes)
        if over := _limit_fault(facts.output):
            raise Misfit([over], None)
    except Misfit as misfit:
        faults += misfit.faults
        facts.output = misfit.output
    except Fault as fault:
        faults.append(fault)
    facts.faults = tuple(faults)
    if facts.layer is not None:
        _complete(facts, facts.layer, x, sound)
    return facts


def _complete(facts: Facts, layer: Layer, x: Shape, sound: bool) -> None:
    """The weights, costs and windows, as far as input and output are known."""
    y = facts.output
    if sound and x[0] is not None:
        tensors = layer.tensors(x)
        if all(None not in tensor.shape for tensor in tensors):
            facts.tensors = tensors
            facts.params = sum(tensor.numel for tensor in tensors)
            facts.buffers = layer.buffers(x[0])
    if sound and y is not None and None not in x and None not in y:
        facts.macs = layer.macs(x, y)
    elif layer.macs.__func__ is Layer.macs:  # type: ignore[attr-defined]
        facts.macs = 0
    facts.windows = layer.windows(x, y)
    facts.padding = layer.padding_pixels(x)
    facts.unread = layer.unread(x, y)


def _flat_fault(word: str, x: Shape) -> Fault:
    return Fault(
        "invalid-value",
        n(
            "{word} works on height and width, and its input is flat: {n} number",
            "{word} works on height and width, and its input is flat: {n} numbers",
            x[0] or 0,
            word=word,
        ),
        t("put it before `flatten`, or give the input its spatial axes back with `reshape`"),
    )


def _limit_fault(output: Shape) -> Fault | None:
    if all(axis is None or axis <= LIMIT for axis in output):
        return None
    message = t("the output would be {shape}; no axis may exceed 10¹⁸", shape=shape_text(output))
    return Fault("limit-exceeded", message)


def _plain(value: Any) -> Any:
    """Tuples as lists; a padding with equal sides as one number an axis."""
    if isinstance(value, tuple):
        if value and all(isinstance(v, tuple) and len(v) == 2 and v[0] == v[1] for v in value):
            return [v[0] for v in value]
        return [_plain(v) for v in value]
    return value


def spatial(x: Shape) -> Shape:
    """The axes after the channels."""
    return x[1:]


def whole_map(x: Shape) -> tuple[Window | None, ...]:
    """Windows over the whole of each spatial axis, with none beside them."""
    return tuple(None if size is None else Window(size, None, 0) for size in spatial(x))


def axis_words(rank: int) -> tuple[str, ...]:
    """What the spatial axes are called, in the language in use."""
    return tuple(map(axis_word, axis_names(rank)))
