"""What the reader refuses: a file that breaks one of these rules is not an architecture."""

from __future__ import annotations

from cnncalc.lint.rule import Rule

LANGUAGE = "the language's own rule, so that no slip is read as something else"
NEVER = "never: it is an error, and the file can't be read before it is mended"

UNREADABLE_FILE = Rule(
    name="unreadable-file",
    severity="error",
    summary="a file that is not there, or can't be opened",
    why=(
        "There is no such file, it is a folder, or reading it is not permitted. A name without a path may also be that "
        "of an architecture that comes with cnncalc: `cnncalc list` shows them all."
    ),
    bad="# cnncalc lint vgg61.yaml\n#   where the file is called vgg16.yaml\n",
    good="# cnncalc lint vgg16.yaml\n",
    source="the operating system",
    allow="never: nothing was linted",
)

SYNTAX = Rule(
    name="syntax",
    severity="error",
    summary="text that is not YAML, or not UTF-8",
    why=(
        "The file could not be taken apart into keys and values: a space is missing behind a colon or dash, a bracket "
        "is not closed, a tab indents, a character can't be printed. The place is where the reader could not go on; "
        "the slip is there or shortly before."
    ),
    bad="""\
input: 3x32x32
layers:
  - conv: {filters: 16, kernel: 3, padding: 1}
  - max_pool:{kernel: 2, stride: 2}   # here
""",
    good="""\
input: 3x32x32
layers:
  - conv: {filters: 16, kernel: 3, padding: 1}
  - max_pool: {kernel: 2, stride: 2}
""",
    source="YAML 1.2, https://yaml.org/spec/1.2.2/",
    allow=NEVER,
)

UNKNOWN_TYPE = Rule(
    name="unknown-type",
    severity="error",
    summary="a layer type that is neither a word of the language nor a block of the file",
    why=(
        "A layer that is not known has no shape, and neither has anything behind it. The words of the language are in "
        "lower case, with underscores: `conv`, where PyTorch has Conv2d. The nearest known word is suggested."
    ),
    bad="""\
input: 3x32x32
layers:
  - conv: {filters: 16, kernel: 3, padding: 1}
  - max_pol: {kernel: 2}   # here
""",
    good="""\
input: 3x32x32
layers:
  - conv: {filters: 16, kernel: 3, padding: 1}
  - max_pool: {kernel: 2}
""",
    source=LANGUAGE,
    allow=NEVER,
)

UNKNOWN_PARAMETER = Rule(
    name="unknown-parameter",
    severity="error",
    summary="a parameter that the layer, the block or the file does not have",
    why=(
        "A parameter that is misspelt and passed over leaves its default in force, and every number behind it wrong. "
        "Each is therefore refused, with the nearest one that the layer has. The lecture's letters and the frameworks' "
        "names are understood."
    ),
    bad="""\
input: 3x32x32
layers:
  - conv: {filters: 16, kernel: 3, paddding: 1}   # here
""",
    good="""\
input: 3x32x32
layers:
  - conv: {filters: 16, kernel: 3, padding: 1}
""",
    source=LANGUAGE,
    allow=NEVER,
)

MISSING_PARAMETER = Rule(
    name="missing-parameter",
    severity="error",
    summary="a parameter that has no default and was not given",
    why=(
        "Stride, padding, dilation, groups and bias have PyTorch's defaults. The number of filters, the window and the "
        "units have none: there is no number of them that would be right for most networks."
    ),
    bad="""\
input: 3x32x32
layers:
  - conv: {filters: 16}   # here
""",
    good="""\
input: 3x32x32
layers:
  - conv: {filters: 16, kernel: 3, padding: 1}
""",
    source=LANGUAGE,
    allow=NEVER,
)

INVALID_VALUE = Rule(
    name="invalid-value",
    severity="error",
    summary="a value of the wrong kind, or out of its bounds",
    why=(
        "A count is a whole number, a size one number or one for each axis, a rate a number from 0 to 1. Values are "
        "read as they are written, never as YAML takes them: 010 is not eight, and a comma between braces "
        "ends the value."
    ),
    bad="""\
input: 3x32x32
layers:
  - conv: {filters: 16.5, kernel: 3, padding: 1}   # here
""",
    good="""\
input: 3x32x32
layers:
  - conv: {filters: 16, kernel: 3, padding: 1}
""",
    source=LANGUAGE,
    allow="never: it is an error, and what is meant can't be known",
)

UNKNOWN_REFERENCE = Rule(
    name="unknown-reference",
    severity="error",
    summary="a name that no earlier layer, block or parameter has",
    why=(
        "`from`, `like`, `weights` and `outputs` take the names of what came before, in their own scope or around it, "
        "and `$name` a parameter of the block. A name that means nothing is misspelt, or comes later."
    ),
    bad="""\
input: 3x32x32
layers:
  - conv: {name: left, filters: 16, kernel: 3, padding: 1}
  - relu
  - conv: {name: right, filters: 16, kernel: 3, padding: 1}
  - add: {from: [lefft, right]}   # here
""",
    good="""\
input: 3x32x32
layers:
  - conv: {name: left, filters: 16, kernel: 3, padding: 1}
  - relu
  - conv: {name: right, filters: 16, kernel: 3, padding: 1}
  - add: {from: [left, right]}
""",
    source=LANGUAGE,
    allow=NEVER,
)

DUPLICATE_NAME = Rule(
    name="duplicate-name",
    severity="error",
    summary="a name that is given twice in one scope",
    why=(
        "A name has to mean one thing, or `from` and the commands could not tell which. The network, each block, "
        "branch and head, and each round of a repeat are scopes of their own, in which names may come again."
    ),
    bad="""\
input: 3x32x32
layers:
  - conv: {name: first, filters: 16, kernel: 3, padding: 1}
  - relu
  - conv: {name: first, filters: 16, kernel: 3, padding: 1}   # here
""",
    good="""\
input: 3x32x32
layers:
  - conv: {name: first, filters: 16, kernel: 3, padding: 1}
  - relu
  - conv: {name: second, filters: 16, kernel: 3, padding: 1}
""",
    source=LANGUAGE,
    allow=NEVER,
)

DUPLICATE_KEY = Rule(
    name="duplicate-key",
    severity="error",
    summary="a key that stands twice in one mapping, or one parameter under two of its names",
    why=(
        "YAML forbids the same key twice, and most readers silently keep the last: whoever changes the first wonders "
        "why nothing happens. The same holds for a parameter under two names, such as `K` and `filters`."
    ),
    bad="""\
input: 3x32x32
layers:
  - conv: {filters: 16, kernel: 3, padding: 1, K: 32}   # here
""",
    good="""\
input: 3x32x32
layers:
  - conv: {filters: 16, kernel: 3, padding: 1}
""",
    source="YAML 1.2, section 3.2.1.1: the keys of a mapping are unique",
    allow=NEVER,
)

RECURSIVE_BLOCK = Rule(
    name="recursive-block",
    severity="error",
    summary="a block that is made of itself",
    why=(
        "Blocks are filled in where they are used, and one that has itself in it, directly or by way of others, would "
        "never come to an end. For several rounds of the same layers there is `repeat`."
    ),
    bad="""\
input: 3x32x32
blocks:
  double: {layers: [conv: {filters: 16, kernel: 3, padding: 1}, relu, double]}   # here
layers: [double]
""",
    good="""\
input: 3x32x32
layers:
  - repeat: [conv: {filters: 16, kernel: 3, padding: 1}, relu]
    times: 2
""",
    source=LANGUAGE,
    allow=NEVER,
)

EMPTY_NETWORK = Rule(
    name="empty-network",
    severity="error",
    summary="a file without a layer",
    why="A network without layers has nothing to be worked out; a file that is empty was most often not saved.",
    bad="""\
input: 3x32x32
layers: []   # here
""",
    good="""\
input: 3x32x32
layers:
  - conv: {filters: 16, kernel: 3, padding: 1}
""",
    source=LANGUAGE,
    allow=NEVER,
)

LIMIT_EXCEEDED = Rule(
    name="limit-exceeded",
    severity="error",
    summary="a file, a network or a number beyond what is worked out",
    why=(
        "So that no file can make a machine hang, 4 MB of text, 250,000 nodes of YAML, 100 levels of nesting, a "
        "million layers and 10¹⁸ for any number are the most. All are counted before anything is unrolled."
    ),
    bad="""\
input: 3x32x32
layers:
  - conv: {filters: 1_000_000_000_000_000_001, kernel: 3, padding: 1}   # here
""",
    good="""\
input: 3x32x32
layers:
  - conv: {filters: 16, kernel: 3, padding: 1}
""",
    source="the limits of the language; no published network comes near them",
    allow=NEVER,
)

PAGES = (
    UNREADABLE_FILE,
    SYNTAX,
    UNKNOWN_TYPE,
    UNKNOWN_PARAMETER,
    MISSING_PARAMETER,
    INVALID_VALUE,
    UNKNOWN_REFERENCE,
    DUPLICATE_NAME,
    DUPLICATE_KEY,
    RECURSIVE_BLOCK,
    EMPTY_NETWORK,
    LIMIT_EXCEEDED,
)
