"""An output that does not fit the loss or the task which the file names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cnncalc.lint.ends import NONE, RECTIFIED, SOFTMAX, End, output_end
from cnncalc.lint.goals import LOSSES, TASKS, Goal, goal, parts
from cnncalc.lint.network import Network
from cnncalc.lint.repairs import remove_line, whole_lines
from cnncalc.lint.rule import Edit, Finding, Fix, Limits, Rule

BAD = """\
task: classification
loss: cross_entropy
input: 3x32x32
layers:
  - conv: {filters: 32, kernel: 3, padding: 1}
  - relu
  - max_pool: {kernel: 2}
  - conv: {filters: 64, kernel: 3, padding: 1}
  - relu
  - global_avg_pool
  - flatten
  - dense: {units: 10}
  - softmax   # here
"""

GOOD = BAD.replace("  - softmax   # here\n", "")

ELSEWHERE = ("generation", "embedding")
"""Tasks whose loss looks at what another network makes of the output."""
BOUNDED = ("sigmoid", "hard_sigmoid")


def check(net: Network, limits: Limits) -> Iterator[Finding]:
    tasks, losses = parts(net.facts.get("task", "")), parts(net.facts.get("loss", ""))
    if len(tasks) > 1 or len(losses) > 1:
        return
    task = goal(tasks[0], TASKS) if tasks else None
    loss = goal(losses[0], LOSSES) if losses else None
    if (losses and loss is None) or (task and task.name in ELSEWHERE):
        return
    ends = [end for _, output in net.outputs() if not net.users(output) and (end := output_end(net, output))]
    # Outputs of different widths are for different things, and only one of them for this loss.
    if (task or loss) and len({layer.output[0] for _, layer in net.outputs() if layer.output}) == 1:
        for end in ends:
            found = (loss and _against_loss(end, loss)) or (task and _against_task(end, task, loss))
            if found and task and task.name == "multi_label" and loss and loss.over_classes and end.channels > 1:
                found = found._replace(help=f"{found.help}; or take bce_with_logits, the loss of independent labels")
            if found:
                yield net.finding(end.layer, found.message, found.help, fix=_fix(net, end, found.new))


class Wrong(NamedTuple):
    """What is wrong about an output, and the activation that is to stand there: empty for none."""

    message: str
    help: str
    new: str | None = None


def _against_loss(end: End, loss: Goal) -> Wrong | None:
    """What is wrong about an output for a loss."""
    path, name, activation = end.layer.path, end.layer.name, end.activation
    if loss.over_classes and end.channels == 1:
        # softmax-of-one-unit says it where there is a softmax.
        message = f"{loss.name} of a single class is 0, whatever comes out of {path}"
        return None if activation in SOFTMAX else Wrong(message, "take bce_with_logits for one score")
    wrong = f"{path} ends the network with {activation}, and {loss.name} wants"
    if loss.wants == "scores":
        applied = BOUNDED if loss.name == "bce_with_logits" else SOFTMAX
        if activation in applied:
            message = f"{applied[0]} is applied twice: by {path}, and by the loss {loss.name} itself"
            return Wrong(message, f"take {name} out for training: {loss.name} wants scores", "")
        if activation in (*SOFTMAX, *BOUNDED, *RECTIFIED):
            return Wrong(f"{wrong} scores of any size", f"take {name} out", "")
    elif loss.wants == "margins" and activation in (*SOFTMAX, *BOUNDED):
        return Wrong(f"{wrong} scores that nothing bounds", f"take {name} out", "")
    elif loss.wants == "logs" and activation != "log_softmax":
        help = "end with log_softmax, or take cross_entropy, which has it in it, behind scores"
        return Wrong(f"{wrong} logarithms of probabilities", help, "log_softmax")
    elif loss.wants == "probabilities" and activation != "softmax":
        help = "end with softmax, or take cross_entropy behind scores"
        return Wrong(f"{wrong} probabilities that add up to 1", help, "softmax")
    elif loss.wants == "sigmoid" and activation not in (*BOUNDED, "softmax"):
        help = "end with sigmoid, or take bce_with_logits behind scores"
        return Wrong(f"{wrong} probabilities", help, "sigmoid")
    return None


def _against_task(end: End, task: Goal, loss: Goal | None) -> Wrong | None:
    """What is wrong about an output for a task; how classes relate is for the loss to say, where there is one."""
    wrong = f"{end.layer.path} ends the network with {end.activation}"
    out, several = f"take {end.layer.name} out", end.channels > 1
    if task.name == "regression" and end.activation in RECTIFIED:
        out += ", or take softplus where only positive numbers can be"
        return Wrong(f"{wrong}: no number is below 0, and where it is 0 no gradient goes back", out, "")
    if task.name == "regression" and end.activation in SOFTMAX and several:
        return Wrong(f"{wrong}: none of its {end.channels:,} numbers is free of the others", out, "")
    if task.wants == "scores" and end.activation in RECTIFIED:
        return Wrong(f"{wrong}: every score below 0 becomes 0", out, "")
    if task.over_classes and loss is None and end.activation in BOUNDED and several:
        help = "take softmax for classes that exclude each other, or say `task: multi_label`"
        return Wrong(f"{wrong}: its {end.channels:,} classes do not exclude each other", help, "softmax")
    if task.name == "multi_label" and loss is None and end.activation in SOFTMAX and several:
        help = "take sigmoid, or say `task: classification` where one label alone is right"
        return Wrong(f"{wrong}: of its {end.channels:,} labels one alone can be likely", help, "sigmoid")
    return None


def _fix(net: Network, end: End, new: str | None) -> Fix | None:
    """Another activation in the place of the one there, or none."""
    entry = net.entry(end.layer)
    span = end.layer.node.item.span
    if new is None or end.activation == NONE or entry is None or span not in whole_lines(net, [end.layer]):
        return None
    if not new:
        return remove_line(net, end.layer, f"take out {end.layer.name}", safe=False)
    if entry[1] is not None or entry[0].text != end.layer.type or not entry[0].plain:
        return None
    return Fix((Edit(span, new),), f"make {end.layer.name} a {new}", safe=False)


RULE = Rule(
    name="output-activation",
    severity="warning",
    summary="an output whose activation does not fit the `loss:` or `task:` of the file",
    why=(
        "A loss expects scores, probabilities or their logarithms, and does not notice if it gets another: it trains, "
        "and worse. PyTorch's cross_entropy applies log-softmax itself, and bce_with_logits sigmoid: with the same in "
        "the network it is applied twice, and the gradients shrink. nll wants log_softmax, Keras's "
        "categorical_cross_entropy softmax, bce sigmoid. Numbers of a regression that end in relu can't be negative, "
        "and classes that exclude each other want softmax, not sigmoid. Heads are looked at as well; outputs of "
        "different widths are not, nor a sum of losses."
    ),
    bad=BAD,
    good=GOOD,
    source="PyTorch, torch.nn.CrossEntropyLoss, NLLLoss, BCELoss and BCEWithLogitsLoss; Keras, keras.losses and its "
    "from_logits; the condition in NeuraLint, Nikanjam et al., arXiv:2105.08095",
    allow="where the file describes the network as it is used, and the activation is left out for training",
    check=check,
    fixes="takes the activation out, or puts the right one in its place",
)
