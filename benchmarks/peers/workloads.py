"""What all contestants do: the sizes, the batches and the optimizers. Imports NumPy only, as each contestant does.

A workload trains on one batch again and again, from weights that this collection drew, so that the losses of all
contestants must be the same up to rounding; or it generates tokens greedily, which must be the same tokens.
"""

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Workload:
    """One row of the table.

    `examples` is what a step works on, `unit` its name; `block` the steps (or tokens) timed at once; `forward` the
    multiplications of an example from inputs to outputs, in matrix products and convolutions, `first` those of them
    whose inputs have no gradient; `options` what a contestant needs to build the model.
    """

    examples: int
    unit: str
    block: int
    forward: int
    first: int
    options: dict = field(default_factory=dict)
    generates: bool = False

    @property
    def flops(self) -> int:
        """Floating-point operations of an example: forward, and in training twice that for the gradients."""
        return 2 * (self.forward if self.generates else 3 * self.forward - self.first)


ADAM = {"rate": 1e-3, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7}
GPT = {"tokens": 65, "size": 128, "heads": 4, "groups": 2, "layers": 3, "inner": 336, "base": 10_000.0}
SMOLLM2 = {"tokens": 49_152, "size": 576, "heads": 9, "groups": 3, "layers": 30, "inner": 1536, "base": 100_000.0}
GPT_SIZES, SMOLLM2_SIZES = ({k: v for k, v in sizes.items() if k != "base"} for sizes in (GPT, SMOLLM2))
TRANSLATOR = {"tokens": 8_000, "size": 96, "heads": 4, "layers": 1}
BETA_2 = ADAM | {"beta_2": 0.98}
TEXT = {"tokens": 65, "units": 256, "adam": ADAM, "clip": 1.0}
GAN = {"penalty": 1.0, "rates": (1e-3, 2e-3), "adam": ADAM | {"beta_1": 0.5}}


def gpt_layer(size: int, heads: int, groups: int, inner: int, places: int) -> int:
    """Return the multiplications of one token in a layer: projections, scores and values, feed-forward."""
    return 2 * size * size + 2 * size * (size // heads * groups) + 2 * places * size + 3 * size * inner


def gpt_token(tokens: int, size: int, heads: int, groups: int, layers: int, inner: int, places: int) -> int:
    """Return the multiplications of one token from its embedding to the logits."""
    return layers * gpt_layer(size, heads, groups, inner, places) + size * tokens


# Places of an output times rows of a kernel times its columns.
CIFAR10 = 900 * 27 * 32, 169 * 288 * 64, 16 * 576 * 64, 1024 * 64, 64 * 10
RECIPE = 1024 * 27 * 32, 64 * 288 * 64, 64 * 576 * 128, 16 * 1152 * 256, 256 * 10
MNIST = 676 * 9 * 32, 121 * 288 * 64, 9 * 576 * 64, 576 * 64, 64 * 10
GENERATOR = 64 * 3136, 49 * 64 * 16 * 32, 196 * 32 * 16
DISCRIMINATOR = 196 * 16 * 32, 49 * 512 * 64, 3136 * 128, 128
# One pair's token: 12 · 96² in the encoder, 16 · 96² in the decoder, three attentions over 12 places, the logits.
PAIR = 28 * 96 * 96 + 3 * 2 * 12 * 96 + 96 * 8_000
WORKLOADS = {
    "cifar10_article": Workload(128, "images", 30, sum(CIFAR10), CIFAR10[0], {"size": 32, "channels": 3, "adam": ADAM}),
    "cifar10_recipe": Workload(
        128, "images", 20, sum(RECIPE), RECIPE[0], {"sgd": {"rate": 0.02, "momentum": 0.9}, "smoothing": 0.1}
    ),
    "mnist_article": Workload(128, "images", 30, sum(MNIST), MNIST[0], {"size": 28, "channels": 1, "adam": ADAM}),
    "text_gru": Workload(32 * 64, "characters", 30, 320 * 768 + 256 * 65, 0, TEXT),
    "text_lstm": Workload(32 * 64, "characters", 30, 320 * 1024 + 256 * 65, 0, TEXT),
    # Both players once, and the discriminator for two kinds of images; the penalty's own products are not counted.
    "gan": Workload(32, "images", 30, sum(GENERATOR) + 2 * sum(DISCRIMINATOR), 0, GAN),
    "translator": Workload(85 * 12, "tokens", 30, PAIR, 0, TRANSLATOR | {"smoothing": 0.1, "adam": BETA_2}),
    "gpt": Workload(32 * 64, "characters", 20, gpt_token(**GPT_SIZES, places=64), 0, GPT | {"adam": BETA_2}),
    "gpt_writes": Workload(1, "characters", 256, gpt_token(**GPT_SIZES, places=256), 0, GPT, generates=True),
    "smollm2_writes": Workload(1, "tokens", 32, gpt_token(**SMOLLM2_SIZES, places=32), 0, SMOLLM2, generates=True),
}
LOSSES = 10  # steps whose losses are compared


def batch(name: str) -> tuple[np.ndarray, ...]:
    """Return the batch of a training workload.

    Images: (128, size, size, channels) float32 from 0 to 255 and labels (128,). Texts: ids and next ids, both (32, 64).
    GAN: real images (32, 28, 28) from 0 to 1 and noise (32, 64). Translator: source (85, 12), target input and target
    output (85, 12), no padding. Writing: the one token it starts from, (1, 1).
    """
    rng, workload = np.random.default_rng(0), WORKLOADS[name]
    if name == "cifar10_recipe":
        return batch("cifar10_article")
    if name.endswith("article"):
        side, channels = workload.options["size"], workload.options["channels"]
        return rng.integers(0, 256, (128, side, side, channels)).astype(np.float32), rng.integers(0, 10, 128)
    if name == "gan":
        return rng.random((32, 28, 28), np.float32), rng.standard_normal((32, 64), np.float32)
    if workload.generates:
        return (np.array([[1]], np.int32),)
    tokens = workload.options["tokens"]
    if name == "translator":
        source, target = (rng.integers(4, tokens, (85, n), dtype=np.int32) for n in (12, 13))
        return source, target[:, :-1].copy(), target[:, 1:].copy()
    ids = rng.integers(0, tokens, (32, 65), dtype=np.int32)
    return ids[:, :-1].copy(), ids[:, 1:].copy()
