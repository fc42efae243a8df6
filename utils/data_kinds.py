"""What a loader returns: arrays, a text, pairs, a table or a file, with a sentence that says what they are."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd


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
    """A table of numbers, or one that begins with a column of texts; `source` says what it is."""

    table: pd.DataFrame
    source: str
    is_stand_in: bool = False


@dataclass(frozen=True)
class File:
    """A file that a lesson reads by itself, and for a model without a tokenizer inside that of its vocabulary."""

    path: Path
    source: str
    is_stand_in: bool = False
    vocabulary: Path | None = None


def fingerprint(dataset: Images | Text | Pairs | Table | File) -> str:
    """Return the SHA-256 of the arrays, text, pairs, table or file, as 64 hexadecimal digits."""
    if isinstance(dataset, Images):
        arrays = (dataset.train_images, dataset.train_labels, dataset.test_images, dataset.test_labels)
        parts = [part for array in arrays for part in (repr(array.shape).encode(), np.ascontiguousarray(array))]
    elif isinstance(dataset, Text):
        parts = [dataset.text.encode()]
    elif isinstance(dataset, File):
        parts = [path.read_bytes() for path in (dataset.path, dataset.vocabulary) if path]
    elif isinstance(dataset, Table) and dataset.table.dtypes.iloc[0] == np.float64:
        parts = [np.ascontiguousarray(dataset.table.to_numpy())]
    elif isinstance(dataset, Table):
        parts = ["\n".join(map(str, dataset.table.itertuples(index=False, name=None))).encode()]
    else:
        parts = ["\n".join("\t".join(pair) for pair in dataset.pairs).encode()]
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()
