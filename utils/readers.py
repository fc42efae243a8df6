"""Read the files of the data sets.

Each reader raises the `ValueError` of `bad_file` if the file is missing, truncated, corrupt or of another form.
"""

import hashlib
import io
import tarfile
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pandas as pd

Arrays = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
UNREADABLE = (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, OSError, KeyError, ValueError)
UNREADABLE = (*UNREADABLE, TypeError, AttributeError)  # another kind of file inside


def bad_file(path: Path, expected: str, received: object) -> ValueError:
    """Return the error for a file that is not what it should be, with the cure."""
    return ValueError(
        f"Expected {path} to hold {expected}, received: {received}. "
        "Delete or replace this file (data/README.md says what it must be), then run the cell again."
    )


def read_image_npz(path: Path, image_shape: tuple[int, ...]) -> Arrays:
    """Return (x_train, y_train, x_test, y_test) of a NumPy archive: uint8, (n, *image_shape) and (n,)."""
    names = ("x_train", "y_train", "x_test", "y_test")
    expected = f"uint8 arrays {', '.join(names)} with images of shape {image_shape} and labels 0 to 9"
    try:
        with np.load(path, allow_pickle=False) as archive:
            x_train, y_train, x_test, y_test = (archive[name] for name in names)
    except UNREADABLE as error:
        raise bad_file(path, expected, error) from error
    for images, labels in ((x_train, y_train), (x_test, y_test)):
        if images.shape[1:] != image_shape or labels.shape not in {(len(images),), (len(images), 1)} or not len(images):
            raise bad_file(path, expected, f"images {images.shape} with labels {labels.shape}")
        if images.dtype != np.uint8 or labels.dtype.kind not in "ui":
            raise bad_file(path, expected, f"{images.dtype} images with {labels.dtype} labels")
        if labels.min() < 0 or labels.max() > 9:
            raise bad_file(path, expected, f"labels {labels.min()} to {labels.max()}")
    return x_train, y_train.ravel().astype(np.uint8), x_test, y_test.ravel().astype(np.uint8)


def read_cifar10_binary(path: Path) -> Arrays:
    """Return (x_train, y_train, x_test, y_test) of the official archive, as `read_image_npz` does.

    A record is one label byte, then 3 × 32 × 32 bytes: the red, green and blue planes, row by row
    (https://www.cs.toronto.edu/~kriz/cifar.html, "Binary version").
    """
    record = 1 + 3 * 32 * 32
    names = [f"data_batch_{number}.bin" for number in range(1, 6)] + ["test_batch.bin"]
    try:
        with tarfile.open(path) as archive:
            batches = [archive.extractfile(f"cifar-10-batches-bin/{name}").read() for name in names]
        records = [np.frombuffer(batch, np.uint8).reshape(-1, record) for batch in batches]
    except UNREADABLE as error:
        raise bad_file(path, f"the files {names} of {record}-byte records", error) from error
    splits = np.concatenate(records[:5]), records[5]
    images = [np.ascontiguousarray(s[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)) for s in splits]
    return images[0], splits[0][:, 0].copy(), images[1], splits[1][:, 0].copy()


def read_text(path: Path) -> str:
    """Return the text of a UTF-8 file that is not empty."""
    try:
        text = path.read_bytes().decode()
    except UNREADABLE as error:  # UnicodeDecodeError is a ValueError
        raise bad_file(path, "UTF-8 text", error) from error
    if not text:
        raise bad_file(path, "UTF-8 text", "an empty file")
    return text


def read_pairs(path: Path) -> list[tuple[str, str]]:
    """Return the (English, Spanish) pairs of spa-eng/spa.txt inside a zip file."""
    expected = "spa-eng/spa.txt with lines of English, a tab and Spanish"
    try:
        with zipfile.ZipFile(path) as archive:
            lines = archive.read("spa-eng/spa.txt").decode().splitlines()
    except UNREADABLE as error:
        raise bad_file(path, expected, error) from error
    pairs = [tuple(line.split("\t")) for line in lines]
    if not pairs or any(len(pair) != 2 for pair in pairs):
        raise bad_file(path, expected, f"{len(pairs)} lines, not all of that form")
    return pairs


def read_number_table(path: Path, columns: list[str]) -> pd.DataFrame:
    """Return the CSV file's columns as float64, without gaps."""
    expected = f"the columns {columns}, numbers without gaps"
    try:
        table = pd.read_csv(io.BytesIO(path.read_bytes()), dtype=float)
    except (OSError, ValueError) as error:
        raise bad_file(path, expected, error) from error
    if list(table) != columns or table.empty or table.isna().any(axis=None):
        raise bad_file(path, expected, f"columns {list(table)}, {len(table)} rows")
    return table


def read_text_table(path: Path, columns: list[str]) -> pd.DataFrame:
    """Return the CSV file's columns as strings, without gaps."""
    expected = f"the columns {columns}, texts without gaps"
    try:
        table = pd.read_csv(io.BytesIO(path.read_bytes()), dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise bad_file(path, expected, error) from error
    if list(table) != columns or table.empty or (table == "").any(axis=None):
        raise bad_file(path, expected, f"columns {list(table)}, {len(table)} rows")
    return table


def read_ratings(path: Path) -> pd.DataFrame:
    """Return the columns `domain`, `rating` (float64) and `text` of the archive of Hutto and Gilbert (2014).

    Bytes that are not UTF-8 are replaced by U+FFFD.
    """
    domains = {"films": "movieReviewSnippets", "tweets": "tweets", "products": "amazonReviewSnippets"}
    domains["newspapers"] = "nytEditorialSnippets"
    rows = []
    try:
        with tarfile.open(path) as archive:
            for domain, name in domains.items():
                member = archive.extractfile(f"hutto_ICWSM_2014/{name}_GroundTruth.txt")
                for line in member.read().decode("utf8", "replace").split("\n"):
                    if line.strip():
                        _, rating, text = line.split("\t")
                        rows.append((domain, float(rating), text.strip()))
    except UNREADABLE as error:
        raise bad_file(path, "four files of lines: number, tab, rating, tab, text", error) from error
    return pd.DataFrame(rows, columns=["domain", "rating", "text"])


def check_sha256(path: Path, expected: str) -> None:
    """Raise the error of `bad_file` unless the file has this SHA-256, given in hexadecimal digits."""
    try:
        with path.open("rb") as file:
            received = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise bad_file(path, "a file that can be read", error) from error
    if received != expected:
        raise bad_file(path, f"the file whose SHA-256 begins with {expected[:16]}", f"one with {received[:16]}")
