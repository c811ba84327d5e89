"""What the commands write as LaTeX: nothing that pdflatex has no letter for in the encoding T1."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from cnncalc.cli.app import app
from cnncalc.language import speaking

LETTERS = "ÁÉÍÓÚÜÑáéíóúüñàâäåæçèêëìîïòôöøùûß¿¡«»"
"""Letters and quotation marks that T1 has. Signs and superscripts are mathematics, and stand between dollars."""

COMMANDS = [
    "shapes vgg16 -c all",
    "shapes googlenet",
    "shapes googlenet --depth 1",
    "shapes vgg16 --input 3xHxW",
    "shapes alexnet -i 3x10x10",
    "sizes resnet18",
    "sizes lenet5",
    "params vgg16",
    "conv 3x227x227 -K 96 -F 11 -S 4",
    "conv 3x224x224 -K 96 -F 11 -S 4",
    "conv 3x227x227 -K 96 -F 11 -S 4 --explain",
    "dense 3x200x200 -U 1000 --explain",
    "trace picture_conv",
    "trace picture_avg_pool",
    "explain lenet5",
    "explain resnet18",
    "explain googlenet 3a",
    "explain efficientnet_b0",
    "explain convnext_tiny",
    "explain shufflenet_v2_x1_0",
    "solve conv 227 --output 55",
    "solve conv 28 --output 28 -F 4",
    "solve conv 7 --output 4 -F 2 -S 2 --rounding any",
    "solve vgg16 --output 7x7",
    "solve conv 64x56x56 -F 3 --max-params 1M",
    "diff vgg11 vgg13",
    "diff resnet50 resnet101",
    "reconcile resnet50",
    "list",
]


def strange(text: str) -> Iterator[str]:
    """The lines with a character that is neither ASCII nor a letter of T1."""
    return (line for line in text.splitlines() if any(ord(c) > 126 and c not in LETTERS for c in line))


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("command", COMMANDS)
def test_pdflatex_knows_every_character(command: str, language: str) -> None:
    with speaking(language):
        result = CliRunner().invoke(app, [*command.split(" "), "--format", "latex"])
    assert result.exit_code in (0, 1)
    assert result.stdout
    assert list(strange(result.stdout)) == []


# Each sign and what stands for it.
SIGNS = {
    "H ≡ 0 mod 32, H ≥ 5": r"H $\equiv$ 0 mod 32, H $\geq$ 5",
    "a ≤ b ≈ c": r"a $\leq$ b $\approx$ c",
    "3–7 → 4": r"3--7 $\rightarrow$ 4",
    "1 − eˣ": r"1 $-$ e$^{x}$",
    "10¹⁸": r"10$^{1}$$^{8}$",
}


@pytest.mark.parametrize(("text", "latex"), SIGNS.items(), ids=SIGNS)
def test_signs(text: str, latex: str) -> None:
    from cnncalc.render.table import LATEX

    assert text.translate(LATEX) == latex
