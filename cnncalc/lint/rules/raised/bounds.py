"""What a file promises, what a budget bounds, and what looks doubtful before any layer is run."""

from __future__ import annotations

from cnncalc.lint.rule import Rule

EXPECTATION_FAILED = Rule(
    name="expectation-failed",
    severity="error",
    summary="a promise of the file that does not hold",
    why=(
        "`expect` says what a layer, a structure or the network comes to: an output, parameters, MACs, a receptive "
        "field, or a bound on them. Where it does not hold, either the network was changed or the number is wrong."
    ),
    bad="""\
input: 1x28x28
layers:
  - conv: {filters: 4, kernel: 3, padding: 1}
expect: {params: 41}   # here
""",
    good="""\
input: 1x28x28
layers:
  - conv: {filters: 4, kernel: 3, padding: 1}
expect: {params: 40}
""",
    source="the file itself: (3·3·1 + 1)·4 = 40",
    allow="never: it is an error; correct the network or the promise",
)

OVER_BUDGET = Rule(
    name="over-budget",
    severity="error",
    summary="more parameters, MACs or memory than the bound given on the command line",
    why=(
        "A bound such as `--max-params 1M` is what a device has room or time for. What the network needs beyond it is "
        "named. A bound that always holds can stand in the file, as `expect: {max_params: 1M}`."
    ),
    bad="""\
# cnncalc lint --max-params 400 net.yaml
input: 3x32x32
layers:
  - conv: {filters: 16, kernel: 3, padding: 1}
""",
    good="""\
# cnncalc lint --max-params 400 net.yaml
input: 3x32x32
layers:
  - conv: {filters: 8, kernel: 3, padding: 1}
""",
    source="the bound given, and the formulas: (F·F·C + 1)·K = (3·3·3 + 1)·16 = 448 parameters",
    allow="never: it is an error; make the network smaller, or the bound larger",
)

UNCHECKED_BUDGET = Rule(
    name="unchecked-budget",
    severity="info",
    summary="a bound that could only be checked for what is known",
    why=(
        "Behind an error shapes are unknown, and with them the parameters and MACs. What is known keeps within the "
        "bound; whether all does is only seen once the error is mended."
    ),
    bad="""\
input: 3x224x224
layers:
  - conv: {filters: 64, kernel: 11, stride: 4}
  - relu
  - max_pool: {kernel: 5}
  - flatten
  - dense: {units: 10}
expect: {max_params: 3M}   # here
""",
    good="""\
input: 3x227x227
layers:
  - conv: {filters: 64, kernel: 11, stride: 4}
  - relu
  - max_pool: {kernel: 5}
  - flatten
  - dense: {units: 10}
expect: {max_params: 3M}
""",
    source="the bound given, in the file or on the command line, and the layers whose shapes are not known",
    allow="by mending the error that it comes with",
)

LAYOUT = Rule(
    name="layout",
    severity="info",
    summary="an input whose axes look as if they stood in another order",
    why=(
        "Shapes are C×H×W here, and have no batch axis. 28x28 is read as 28 channels of a signal, and 1x3x224x224 as "
        "one channel of a volume: both are allowed, and mostly an image is meant. 224x224x3, where the channels are "
        "last, is the warning `channels-last`."
    ),
    bad="""\
input: 28x28   # here
layers:
  - conv: {filters: 16, kernel: 3, padding: 1}
""",
    good="""\
input: 1x28x28
layers:
  - conv: {filters: 16, kernel: 3, padding: 1}
""",
    source="torch.nn.Conv2d takes N×C×H×W; keras.layers.Conv2D N×H×W×C, by its data_format",
    allow="by naming the axes: input: {channels: 28, length: 28}",
)

UNUSED_ALLOWANCE = Rule(
    name="unused-allowance",
    severity="warning",
    summary="a comment that allows a rule which reports nothing there",
    why=(
        "An allowance that silences nothing is left over, names a rule that does not exist, or stands on the wrong "
        "line. It would hide the next finding there, which nobody has looked at."
    ),
    bad="""\
input: 3x32x32
layers:
  - conv: {filters: 16, kernel: 3, bias: false}   # cnncalc: allow[bias-before-batch-norm] as published   # here
  - batch_norm
  - relu
""",
    good="""\
input: 3x32x32
layers:
  - conv: {filters: 16, kernel: 3, padding: 1}   # cnncalc: allow[bias-before-batch-norm] as published
  - batch_norm
  - relu
""",
    source="the comments of the file, and what was found",
    allow="where the rule it names is run elsewhere with other settings",
)

PAGES = (EXPECTATION_FAILED, OVER_BUDGET, UNCHECKED_BUDGET, LAYOUT, UNUSED_ALLOWANCE)
