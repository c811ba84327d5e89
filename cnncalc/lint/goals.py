"""What a file may say about itself in `task:` and `loss:`: the words, as PyTorch, Keras and Caffe have them."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple


class Goal(NamedTuple):
    """A task or a loss: its name here, what its output has to be, and its other names."""

    name: str
    wants: str = ""
    """``scores``, ``probabilities``, ``sigmoid``, ``logs`` or ``margins``; empty where that is open."""
    others: tuple[str, ...] = ()

    @property
    def over_classes(self) -> bool:
        """Whether it is about classes of which one is right."""
        return self.name in ("cross_entropy", "nll", "categorical_cross_entropy", *EXCLUSIVE)


EXCLUSIVE = ("classification", "binary_classification")

LOSSES = (
    Goal(
        "cross_entropy",
        "scores",
        ("CrossEntropyLoss", "cross_entropy_with_logits",
         "softmax_cross_entropy", "softmax_cross_entropy_with_logits", "SoftmaxWithLoss",
         "sparse_softmax_cross_entropy_with_logits", "categorical_crossentropy(from_logits=True)",
         "sparse_categorical_crossentropy(from_logits=True)"),
    ),
    Goal("nll", "logs", ("NLLLoss", "nll_loss", "negative_log_likelihood")),
    Goal(
        "categorical_cross_entropy",
        "probabilities",
        ("CategoricalCrossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy",
         "sparse_categorical_cross_entropy", "MultinomialLogisticLoss"),
    ),
    Goal("bce", "sigmoid", ("BCELoss", "binary_cross_entropy", "binary_crossentropy", "BinaryCrossentropy")),
    Goal(
        "bce_with_logits",
        "scores",
        ("BCEWithLogitsLoss", "binary_cross_entropy_with_logits", "binary_crossentropy(from_logits=True)",
         "sigmoid_cross_entropy_with_logits", "SigmoidCrossEntropyLoss", "MultiLabelSoftMarginLoss",
         "sigmoid_focal_loss"),
    ),
    Goal(
        "hinge",
        "margins",
        ("HingeLoss", "squared_hinge", "categorical_hinge", "MultiMarginLoss", "MultiLabelMarginLoss",
         "multilabel_margin_loss"),
    ),
    Goal("wasserstein", "margins", ("wgan", "critic")),
    Goal("mse", "", ("MSELoss", "mean_squared_error", "l2", "EuclideanLoss", "squared_error")),
    Goal("l1", "", ("L1Loss", "mae", "mean_absolute_error", "absolute_error")),
    Goal("huber", "", ("HuberLoss", "SmoothL1Loss", "log_cosh", "mape", "msle", "quantile", "poisson", "charbonnier")),
    Goal("kl_div", "", ("KLDivLoss", "kl_divergence", "kullback_leibler_divergence", "elbo")),
    Goal("focal", "", ("focal_loss", "categorical_focal_crossentropy", "binary_focal_crossentropy")),
    Goal("dice", "", ("dice_loss", "iou", "jaccard", "tversky", "lovasz", "giou", "ciou", "diou")),
    Goal("triplet", "", ("TripletMarginLoss", "triplet_margin_loss", "contrastive", "cosine", "cosine_similarity",
                         "CosineEmbeddingLoss", "HingeEmbeddingLoss", "MarginRankingLoss", "arcface", "cosface",
                         "info_nce", "nt_xent", "center_loss")),
    Goal("adversarial", "", ("gan", "lsgan", "perceptual", "style", "total_variation", "ssim", "reconstruction")),
    Goal("multibox", "", ("ssd", "yolo", "yolo_loss", "detection", "ctc", "CTCLoss", "gaussian_nll", "poisson_nll")),
)  # fmt: skip
"""The losses; those behind which nothing stands are known, and fit more than one kind of output."""

TASKS = (
    Goal("classification", "scores", ("image_classification", "multiclass", "multiclass_classification", "recognition",
                                "single_label", "video_classification", "text_classification", "audio_classification")),
    Goal("binary_classification", "scores", ("binary", "two_class")),
    Goal("multi_label", "scores", ("multi_label_classification", "tagging", "attributes")),
    Goal("regression", "", ("image_regression", "multi_output_regression", "counting")),
    Goal("segmentation", "scores", ("semantic_segmentation", "image_segmentation")),
    Goal("detection", "", ("object_detection", "face_detection", "instance_segmentation", "panoptic_segmentation",
                           "localization", "localisation", "region_proposal")),
    Goal("pose_estimation", "", ("keypoints", "keypoint_detection", "depth_estimation", "optical_flow", "tracking",
                                 "landmarks", "stereo")),
    Goal("generation", "", ("image_generation", "gan", "generator", "discriminator", "style_transfer", "inpainting",
                            "image_to_image", "diffusion")),
    Goal("restoration", "", ("super_resolution", "denoising", "deblurring", "colorization", "colourisation",
                             "image_restoration", "compression", "enhancement")),
    Goal("reconstruction", "", ("autoencoder", "autoencoding", "vae", "anomaly_detection")),
    Goal("embedding", "", ("features", "feature_extraction", "representation", "metric_learning", "retrieval",
                           "verification", "identification", "face_recognition", "self_supervised", "backbone",
                           "pretraining", "contrastive")),
    Goal("sequence", "", ("speech_recognition", "ocr", "captioning", "forecasting", "reinforcement_learning",
                          "translation", "language_modelling", "language_modeling")),
)  # fmt: skip
"""The tasks. Behind the first five the output is looked at."""

_PREFIX = re.compile(r"^(?:(?:torch|nn|functional|f|tf|tensorflow|keras|losses|optax)\.)+", re.IGNORECASE)
_LOGITS = re.compile(r"from_logits\s*=\s*true", re.IGNORECASE)
_FACTOR = re.compile(r"^\s*[0-9.]+\s*[*x×·]?\s*|\s*[*x×·]\s*[0-9.]+\s*$")
_ENDING = re.compile(r"(?:loss|task)$")
LONGEST = 100
"""Characters of a word that are looked at."""


def _fold(word: str) -> str:
    """A word without what its spellings differ in: ``nn.CrossEntropyLoss()`` is ``crossentropy``."""
    word = _PREFIX.sub("", word.strip()[:LONGEST])
    logits = "withlogits" if _LOGITS.search(word) else ""
    letters = re.sub(r"[^a-z0-9]", "", word.partition("(")[0].lower())
    return (_ENDING.sub("", letters) or letters) + logits


@cache
def _table(goals: tuple[Goal, ...]) -> dict[str, Goal]:
    return {_fold(word): goal for goal in goals for word in (goal.name, *goal.others)}


def goal(word: str, goals: tuple[Goal, ...]) -> Goal | None:
    """The task or loss that a word means; None where it is not known. ``-``, ``_``, blanks and case do not matter."""
    return _table(goals).get(_fold(word))


def parts(text: str) -> list[str]:
    """The losses of a sum: ``cross_entropy + 0.5 dice``."""
    settled = re.sub(r"\([^()]*\)", lambda m: m[0].replace(",", " "), text[: 4 * LONGEST])
    found = [_FACTOR.sub("", part).strip() for part in re.split(r"[+,&;]|\band\b", settled)]
    return [word for word in found if word]
