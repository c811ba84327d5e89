"""Networks that no library has, in PyTorch, each from its paper: what ``make.py`` makes their tables from.

They are written from the papers and the authors' code, not from ``architectures/``. Activations, response
normalization and dropout have no row in a table; they stand here where the paper has them.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn


def conv(inputs: int, filters: int, kernel: int, stride: int = 1, padding: int = 0, groups: int = 1) -> nn.Sequential:
    """A convolution with its bias, and a relu."""
    return nn.Sequential(nn.Conv2d(inputs, filters, kernel, stride, padding, groups=groups), nn.ReLU())


def dense(inputs: int, units: int, rate: float = 0.5) -> nn.Sequential:
    """A hidden dense layer with relu and dropout."""
    return nn.Sequential(nn.Linear(inputs, units), nn.ReLU(), nn.Dropout(rate))


def lenet5() -> nn.Module:
    """LeCun et al. 1998, Figure 2, with a dense C3, pools without weights, and a dense output in place of the RBFs."""
    return nn.Sequential(
        nn.Conv2d(1, 6, 5),
        nn.AvgPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.AvgPool2d(2),
        nn.Conv2d(16, 120, 5),
        nn.Flatten(),
        nn.Linear(120, 84),
        nn.Linear(84, 10),
    )


def alexnet_grouped() -> nn.Module:
    """Krizhevsky et al. 2012, section 3.5 and Figure 2: what two GPUs held are two groups."""
    return nn.Sequential(
        conv(3, 96, 11, stride=4),
        nn.LocalResponseNorm(5, k=2),
        nn.MaxPool2d(3, 2),
        conv(96, 256, 5, padding=2, groups=2),
        nn.LocalResponseNorm(5, k=2),
        nn.MaxPool2d(3, 2),
        conv(256, 384, 3, padding=1),
        conv(384, 384, 3, padding=1, groups=2),
        conv(384, 256, 3, padding=1, groups=2),
        nn.MaxPool2d(3, 2),
        nn.Flatten(),
        dense(256 * 6 * 6, 4096),
        dense(4096, 4096),
        nn.Linear(4096, 1000),
    )


def zfnet() -> nn.Module:
    """Zeiler and Fergus, arXiv:1311.2901, Figure 3, padded and rounded so that its maps come out."""
    return nn.Sequential(
        conv(3, 96, 7, stride=2, padding=1),
        nn.MaxPool2d(3, 2, ceil_mode=True),
        nn.LocalResponseNorm(5),
        conv(96, 256, 5, stride=2),
        nn.MaxPool2d(3, 2, ceil_mode=True),
        nn.LocalResponseNorm(5),
        conv(256, 384, 3, padding=1),
        conv(384, 384, 3, padding=1),
        conv(384, 256, 3, padding=1),
        nn.MaxPool2d(3, 2, ceil_mode=True),
        nn.Flatten(),
        dense(256 * 6 * 6, 4096),
        dense(4096, 4096),
        nn.Linear(4096, 1000),
    )


def nin() -> nn.Module:
    """Lin et al., arXiv:1312.4400, as its authors put it into Caffe's model zoo for ImageNet (nin_imagenet)."""
    return nn.Sequential(
        conv(3, 96, 11, stride=4),
        conv(96, 96, 1),
        conv(96, 96, 1),
        nn.MaxPool2d(3, 2, ceil_mode=True),
        conv(96, 256, 5, padding=2),
        conv(256, 256, 1),
        conv(256, 256, 1),
        nn.MaxPool2d(3, 2, ceil_mode=True),
        conv(256, 384, 3, padding=1),
        conv(384, 384, 1),
        conv(384, 384, 1),
        nn.MaxPool2d(3, 2, ceil_mode=True),
        nn.Dropout(0.5),
        conv(384, 1024, 3, padding=1),
        conv(1024, 1024, 1),
        conv(1024, 1000, 1),
        nn.AvgPool2d(6, 1),
        nn.Flatten(),
    )


class Inception(nn.Module):
    """GoogLeNet's module: the columns of Table 1, from #1×1 to pool proj."""

    def __init__(self, inputs: int, c1: int, r3: int, c3: int, r5: int, c5: int, proj: int) -> None:
        super().__init__()
        self.branches = nn.ModuleList(
            [
                conv(inputs, c1, 1),
                nn.Sequential(conv(inputs, r3, 1), conv(r3, c3, 3, padding=1)),
                nn.Sequential(conv(inputs, r5, 1), conv(r5, c5, 5, padding=2)),
                nn.Sequential(nn.MaxPool2d(3, 1, 1), conv(inputs, proj, 1)),
            ]
        )

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([branch(x) for branch in self.branches], 1)


def googlenet() -> nn.Module:
    """Szegedy et al., arXiv:1409.4842, Table 1, without the auxiliary classifiers; pools round up as Caffe's do."""
    return nn.Sequential(
        conv(3, 64, 7, stride=2, padding=3),
        nn.MaxPool2d(3, 2, ceil_mode=True),
        nn.LocalResponseNorm(5),
        conv(64, 64, 1),
        conv(64, 192, 3, padding=1),
        nn.LocalResponseNorm(5),
        nn.MaxPool2d(3, 2, ceil_mode=True),
        Inception(192, 64, 96, 128, 16, 32, 32),
        Inception(256, 128, 128, 192, 32, 96, 64),
        nn.MaxPool2d(3, 2, ceil_mode=True),
        Inception(480, 192, 96, 208, 16, 48, 64),
        Inception(512, 160, 112, 224, 24, 64, 64),
        Inception(512, 128, 128, 256, 24, 64, 64),
        Inception(512, 112, 144, 288, 32, 64, 64),
        Inception(528, 256, 160, 320, 32, 128, 128),
        nn.MaxPool2d(3, 2, ceil_mode=True),
        Inception(832, 256, 160, 320, 32, 128, 128),
        Inception(832, 384, 192, 384, 48, 128, 128),
        nn.AvgPool2d(7),
        nn.Flatten(),
        nn.Dropout(0.4),
        nn.Linear(1024, 1000),
    )


class NaiveInception(nn.Module):
    """Szegedy et al., arXiv:1409.4842, Figure 2(a): no 1×1 before the larger filters or after the pool."""

    def __init__(self, inputs: int, c1: int, c3: int, c5: int) -> None:
        super().__init__()
        branches = [conv(inputs, c1, 1), conv(inputs, c3, 3, padding=1), conv(inputs, c5, 5, padding=2)]
        self.branches = nn.ModuleList([*branches, nn.MaxPool2d(3, 1, 1)])

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([branch(x) for branch in self.branches], 1)


class GoogLeNetWithHeads(nn.Module):
    """Szegedy et al., arXiv:1409.4842, section 5: a classifier on 4a, and one on 4d."""

    def __init__(self) -> None:
        super().__init__()
        trunk = list(googlenet())
        self.parts = nn.ModuleList(nn.Sequential(*part) for part in (trunk[:11], trunk[11:14], trunk[14:]))
        self.heads = nn.ModuleList(self.head(inputs) for inputs in (512, 528))

    @staticmethod
    def head(inputs: int) -> nn.Sequential:
        layers = [nn.AvgPool2d(5, 3), conv(inputs, 128, 1), nn.Flatten(), dense(128 * 4 * 4, 1024, 0.7)]
        return nn.Sequential(*layers, nn.Linear(1024, 1000))

    def forward(self, x: Tensor) -> list[Tensor]:
        outputs = []
        for part, head in zip(self.parts, self.heads):
            x = part(x)
            outputs.append(head(x))
        return [*outputs, self.parts[2](x)]


def dense_200() -> nn.Module:
    """Lecture "Redes convolucionales", UNAM: 1000 units that see a whole 200×200 colour image."""
    return nn.Sequential(nn.Flatten(), nn.Linear(3 * 200 * 200, 1000))


def conv_5x5() -> nn.Module:
    """Szegedy et al., arXiv:1512.00567, section 3.1: a 5×5 convolution that keeps size and channels."""
    return nn.Sequential(nn.Conv2d(64, 64, 5, padding=2, bias=False), nn.ReLU())


def conv_3x3_3x3() -> nn.Module:
    """Szegedy et al., arXiv:1512.00567, Figure 1: two 3×3 convolutions in place of it, a relu after each."""
    layers = [nn.Sequential(nn.Conv2d(64, 64, 3, padding=1, bias=False), nn.ReLU()) for _ in range(2)]
    return nn.Sequential(*layers)


def conv_7x7() -> nn.Module:
    """Szegedy et al., arXiv:1512.00567, section 3.2: the n×n convolution, n = 7, on the 17×17 grid."""
    return nn.Sequential(nn.Conv2d(192, 192, 7, padding=3, bias=False), nn.ReLU())


def conv_1x7_7x1() -> nn.Module:
    """Szegedy et al., arXiv:1512.00567, section 3.2: 1×n and then n×1 in place of it."""
    return nn.Sequential(
        nn.Conv2d(192, 192, (1, 7), padding=(0, 3), bias=False),
        nn.ReLU(),
        nn.Conv2d(192, 192, (7, 1), padding=(3, 0), bias=False),
        nn.ReLU(),
    )


def conv_bn(inputs: int, filters: int, height: int, width: int) -> nn.Sequential:
    """A convolution that keeps the map's size, batch norm in place of its bias, and a relu."""
    padding = (height // 2, width // 2)
    convolution = nn.Conv2d(inputs, filters, (height, width), padding=padding, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(filters, eps=0.001), nn.ReLU())


class Concat(nn.Module):
    """Paths side by side, their channels one after another."""

    def __init__(self, *paths: nn.Module) -> None:
        super().__init__()
        self.paths = nn.ModuleList(paths)

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([path(x) for path in self.paths], 1)


# The figures give no filters; they are those of the authors' release (TensorFlow slim, inception_v3.py), as are the
# order of the paths, batch norm, and the average for "Pool".


def inception_v2_module_a() -> nn.Module:
    """Szegedy et al., arXiv:1512.00567, Figure 5: two 3×3 in place of a 5×5; filters of Mixed_5d."""
    return Concat(
        conv_bn(288, 64, 1, 1),
        nn.Sequential(conv_bn(288, 48, 1, 1), conv_bn(48, 64, 3, 3)),
        nn.Sequential(conv_bn(288, 64, 1, 1), conv_bn(64, 96, 3, 3), conv_bn(96, 96, 3, 3)),
        nn.Sequential(nn.AvgPool2d(3, 1, 1), conv_bn(288, 64, 1, 1)),
    )


def inception_v2_module_b() -> nn.Module:
    """Szegedy et al., arXiv:1512.00567, Figure 6 with n = 7: 1×n and n×1 once, and twice; filters of Mixed_6e."""
    factors = [(1, 7), (7, 1)]
    return Concat(
        conv_bn(768, 192, 1, 1),
        nn.Sequential(conv_bn(768, 192, 1, 1), *(conv_bn(192, 192, *kernel) for kernel in factors)),
        nn.Sequential(conv_bn(768, 192, 1, 1), *(conv_bn(192, 192, *kernel) for kernel in factors * 2)),
        nn.Sequential(nn.AvgPool2d(3, 1, 1), conv_bn(768, 192, 1, 1)),
    )


def inception_v2_module_c() -> nn.Module:
    """Szegedy et al., arXiv:1512.00567, Figure 7: a 1×3 and a 3×1 side by side, which the release concatenates before
    it does the paths; filters of Mixed_7b."""

    def expanded() -> nn.Module:
        return Concat(conv_bn(384, 384, 1, 3), conv_bn(384, 384, 3, 1))

    return Concat(
        conv_bn(1280, 320, 1, 1),
        nn.Sequential(conv_bn(1280, 384, 1, 1), expanded()),
        nn.Sequential(conv_bn(1280, 448, 1, 1), conv_bn(448, 384, 3, 3), expanded()),
        nn.Sequential(nn.AvgPool2d(3, 1, 1), conv_bn(1280, 192, 1, 1)),
    )


class UNet(nn.Module):
    """Ronneberger et al., arXiv:1505.04597, Figure 1."""

    def __init__(self) -> None:
        super().__init__()
        widths = [64, 128, 256, 512, 1024]
        self.down = nn.ModuleList(self.convs(i, o) for i, o in zip([1, *widths], widths))
        self.pool = nn.MaxPool2d(2)
        self.up = nn.ModuleList(nn.ConvTranspose2d(2 * c, c, 2, 2) for c in widths[-2::-1])
        self.join = nn.ModuleList(self.convs(2 * c, c) for c in widths[-2::-1])
        self.score = nn.Conv2d(64, 2, 1)

    @staticmethod
    def convs(inputs: int, filters: int) -> nn.Sequential:
        return nn.Sequential(conv(inputs, filters, 3), conv(filters, filters, 3))

    def forward(self, x: Tensor) -> Tensor:
        skips = []
        for level in self.down[:-1]:
            skips.append(level(x))
            x = self.pool(skips[-1])
        x = self.down[-1](x)
        for up, join in zip(self.up, self.join):
            x = up(x)
            skip = skips.pop()
            margin = (skip.shape[-1] - x.shape[-1]) // 2
            x = join(torch.cat([skip[..., margin:-margin, margin:-margin], x], 1))
        return self.score(x)


class FCN8s(nn.Module):
    """Long et al., arXiv:1411.4038, Figure 3, as its authors released it in Caffe (voc-fcn8s), for 21 classes."""

    def __init__(self) -> None:
        super().__init__()
        self.to_pool3 = nn.Sequential(
            *self.stage(3, 64, 2, margin=100),
            *self.stage(64, 128, 2),
            *self.stage(128, 256, 3),
        )
        self.to_pool4 = nn.Sequential(*self.stage(256, 512, 3))
        self.to_fc7 = nn.Sequential(
            *self.stage(512, 512, 3),
            conv(512, 4096, 7),
            nn.Dropout(0.5),
            conv(4096, 4096, 1),
            nn.Dropout(0.5),
        )
        self.score_fr = nn.Conv2d(4096, 21, 1)
        self.upscore2 = nn.ConvTranspose2d(21, 21, 4, 2, bias=False)
        self.score_pool4 = nn.Conv2d(512, 21, 1)
        self.upscore_pool4 = nn.ConvTranspose2d(21, 21, 4, 2, bias=False)
        self.score_pool3 = nn.Conv2d(256, 21, 1)
        self.upscore8 = nn.ConvTranspose2d(21, 21, 16, 8, bias=False)

    @staticmethod
    def stage(inputs: int, filters: int, depth: int, margin: int = 1) -> list[nn.Module]:
        """VGG-16's 3×3 convolutions up to a pool; Caffe's rounds up."""
        convs = [conv(inputs, filters, 3, padding=margin)]
        convs += [conv(filters, filters, 3, padding=1) for _ in range(depth - 1)]
        return [*convs, nn.MaxPool2d(2, ceil_mode=True)]

    @staticmethod
    def crop(x: Tensor, like: Tensor, offset: int) -> Tensor:
        height, width = like.shape[-2:]
        return x[..., offset : offset + height, offset : offset + width]

    def forward(self, image: Tensor) -> Tensor:
        pool3 = self.to_pool3(image)
        pool4 = self.to_pool4(pool3)
        x = self.upscore2(self.score_fr(self.to_fc7(pool4)))
        x = self.upscore_pool4(x + self.crop(self.score_pool4(pool4), x, 5))
        x = self.upscore8(x + self.crop(self.score_pool3(pool3), x, 9))
        return self.crop(x, image, 31)


def dcgan_generator() -> nn.Module:
    """Radford et al., arXiv:1511.06434, Figure 1; no biases, and the first batch norm over single units, as in the
    authors' Theano code (Newmu/dcgan_code, faces/train_uncond_dcgan.py)."""

    def up(inputs: int, filters: int) -> nn.ConvTranspose2d:
        return nn.ConvTranspose2d(inputs, filters, 5, 2, 2, output_padding=1, bias=False)

    layers: list[nn.Module] = [nn.Linear(100, 1024 * 4 * 4, bias=False), nn.BatchNorm1d(1024 * 4 * 4), nn.ReLU()]
    layers.append(nn.Unflatten(1, (1024, 4, 4)))
    for c in (512, 256, 128):
        layers += [up(2 * c, c), nn.BatchNorm2d(c), nn.ReLU()]
    return nn.Sequential(*layers, up(128, 3), nn.Tanh())


def yolov1() -> nn.Module:
    """Redmon et al., arXiv:1506.02640, Figure 3, for Pascal VOC: 7×7 cells, two boxes in each, 20 classes."""
    columns: list[list[tuple[int, int, int]]] = [  # filters, kernel, stride; a pool between two of the first five
        [(64, 7, 2)],
        [(192, 3, 1)],
        [(128, 1, 1), (256, 3, 1), (256, 1, 1), (512, 3, 1)],
        [(256, 1, 1), (512, 3, 1)] * 4 + [(512, 1, 1), (1024, 3, 1)],
        [(512, 1, 1), (1024, 3, 1)] * 2 + [(1024, 3, 1), (1024, 3, 2), (1024, 3, 1), (1024, 3, 1)],
    ]
    layers: list[nn.Module] = []
    inputs = 3
    for column in columns:
        if layers:
            layers.append(nn.MaxPool2d(2))
        for filters, kernel, stride in column:
            layers += [nn.Conv2d(inputs, filters, kernel, stride, kernel // 2), nn.LeakyReLU(0.1)]
            inputs = filters
    layers += [nn.Flatten(), nn.Linear(1024 * 7 * 7, 4096), nn.LeakyReLU(0.1), nn.Dropout(0.5)]
    return nn.Sequential(*layers, nn.Linear(4096, 30 * 7 * 7), nn.Unflatten(1, (30, 7, 7)))


def m5() -> nn.Module:
    """Dai et al., arXiv:1610.00087, Table 1, column M5, padded so that its lengths come out; ten classes."""
    layers: list[nn.Module] = []
    inputs = 1
    for filters, kernel, stride, padding in [(128, 80, 4, 38), (128, 3, 1, 1), (256, 3, 1, 1), (512, 3, 1, 1)]:
        layers.append(nn.Conv1d(inputs, filters, kernel, stride, padding, bias=False))
        layers += [nn.BatchNorm1d(filters), nn.ReLU(), nn.MaxPool1d(4, ceil_mode=True)]
        inputs = filters
    return nn.Sequential(*layers, nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(512, 10))


def c3d() -> nn.Module:
    """Tran et al., arXiv:1412.0767, Figure 3, for Sports-1M; pools round up, as in the authors' Caffe."""
    columns: list[list[int]] = [[64], [128], [256, 256], [512, 512], [512, 512]]
    layers: list[nn.Module] = []
    inputs = 3
    for column in columns:
        depth = 2 if layers else 1  # the first pool leaves time alone
        for filters in column:
            layers += [nn.Conv3d(inputs, filters, 3, padding=1), nn.ReLU()]
            inputs = filters
        layers.append(nn.MaxPool3d((depth, 2, 2), ceil_mode=True))
    return nn.Sequential(*layers, nn.Flatten(), dense(512 * 1 * 4 * 4, 4096), dense(4096, 4096), nn.Linear(4096, 487))


PAPERS: dict[str, tuple[Callable[[], nn.Module], tuple[int, ...]]] = {
    "lenet5": (lenet5, (1, 32, 32)),
    "alexnet_grouped": (alexnet_grouped, (3, 227, 227)),
    "zfnet": (zfnet, (3, 224, 224)),
    "nin": (nin, (3, 224, 224)),
    "googlenet": (googlenet, (3, 224, 224)),
    "googlenet_aux": (GoogLeNetWithHeads, (3, 224, 224)),
    "inception_v1_module": (lambda: Inception(192, 64, 96, 128, 16, 32, 32), (192, 28, 28)),
    "inception_v1_module_naive": (lambda: NaiveInception(192, 64, 128, 32), (192, 28, 28)),
    "dense_200": (dense_200, (3, 200, 200)),
    "conv_5x5": (conv_5x5, (64, 35, 35)),
    "conv_3x3_3x3": (conv_3x3_3x3, (64, 35, 35)),
    "conv_7x7": (conv_7x7, (192, 17, 17)),
    "conv_1x7_7x1": (conv_1x7_7x1, (192, 17, 17)),
    "inception_v2_module_a": (inception_v2_module_a, (288, 35, 35)),
    "inception_v2_module_b": (inception_v2_module_b, (768, 17, 17)),
    "inception_v2_module_c": (inception_v2_module_c, (1280, 8, 8)),
    "unet": (UNet, (1, 572, 572)),
    "fcn8s": (FCN8s, (3, 500, 500)),
    "dcgan_generator": (dcgan_generator, (100,)),
    "yolov1": (yolov1, (3, 448, 448)),
    "m5": (m5, (1, 32000)),
    "c3d": (c3d, (3, 16, 112, 112)),
}
"""How a network is made, and the input's shape, by its name in ``architectures/``."""
