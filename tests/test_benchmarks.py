"""The benchmark scripts: they take their code from the notebooks, and their results files say where they come from."""

import re

import nbformat
import numpy as np
import pandas as pd
import pytest

from benchmarks import changes, measure, recipes
from utils.runtime import keras

RESULTS = sorted(measure.RESULTS.glob("*.csv"))


def test_definitions_run_no_training():
    code = measure.definitions("03_mnist_cnn")
    assert callable(code["train_recipe"])
    assert code["batch_size"] == 128
    assert "recipe" not in code  # the trained network
    assert "mnist" not in code  # the data


def test_what_the_scripts_use_is_in_the_notebooks():
    for notebook, *_ in recipes.RECIPES.values():
        assert callable(measure.definitions(notebook)["train_recipe"])
    code = measure.definitions("04_cifar10_cnn")
    assert callable(code["train_changed"])
    assert len(code["CHANGES"]) == 7
    assert isinstance(code["batch_size"], int)
    assert isinstance(code["changed_network"](code["CHANGES"]), keras.Model)
    assert changes.EPOCHS > 1


def test_the_architectures_are_in_the_notebook():
    code = measure.definitions("05_cnn_architectures")
    assert callable(code["train"])
    for name in code["ARCHITECTURES"]:
        assert code["build"](name).output_shape == (None, 10)


def test_the_text_model_is_in_the_notebook():
    code = measure.definitions("06_rnn_text")
    assert callable(code["train_text"])
    assert code["STEPS"] % code["PARTS"] == 0
    assert code["text_network"](code["GRU"], 65, code["UNITS"]).output_shape == (None, None, 65)


def test_the_gan_is_in_the_notebook():
    code = measure.definitions("07_gan")
    assert callable(code["train_digits"])
    assert callable(code["train_classifier"])
    assert code["STEPS"] % code["PARTS"] == 0
    assert code["digit_generator"]().output_shape == (None, 28, 28)
    assert code["digit_discriminator"]().output_shape == (None, 1)


def test_the_translator_is_in_the_notebook():
    code = measure.definitions("08_transformer")
    assert callable(code["train_translation"])
    assert callable(code["accuracy_of"])
    assert callable(code["translate"])
    assert code["STEPS"] % 10 == 0
    source, target = np.ones((2, 5), np.int32), np.ones((2, 7), np.int32)
    assert code["translator"](50)((source, target)).shape == (2, 7, 50)


def test_an_item_that_is_assigned_is_no_definition(tmp_path, monkeypatch):
    (tmp_path / "notebooks").mkdir()
    cell = nbformat.v4.new_code_cell("SIZE = 3\nlisted = [1, 2]\nlisted[0] = 5\nmissing[0] = 5")
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "notebooks" / "some.ipynb")
    monkeypatch.setattr(measure, "ROOT", tmp_path)
    assert measure.definitions("some")["listed"] == [1, 2]


def test_curve_records_accuracy_and_leaves_evaluation_out_of_the_time():
    images, labels = np.eye(4, dtype=np.float32), np.arange(4)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4, kernel_initializer="identity")])
    model.compile(
        keras.optimizers.SGD(0.0), keras.losses.SparseCategoricalCrossentropy(from_logits=True), jit_compile=True
    )
    curve = measure.Curve(measure.accuracy(images, labels[::-1], name="mirrored"), at={2, 4})
    model.fit(images, labels, batch_size=1, epochs=3, verbose=0, callbacks=[curve])
    assert [row["step"] for row in curve.rows] == [2, 4, 12]
    assert [row["mirrored"] for row in curve.rows] == [0, 0, 0]
    seconds = [row["seconds"] for row in curve.rows]
    assert seconds == sorted(seconds)


def test_speeds_measure_each_variant_with_three_seeds(tmp_path, monkeypatch):
    monkeypatch.setattr(measure, "RESULTS", tmp_path)
    variants = [{"length": 8, "xla": False}, {"length": 8, "xla": True}]
    drawn = []

    def speed(length, xla):
        drawn.append(float(keras.random.uniform(())))
        return length + 100 * xla + 0.4

    measure.speeds("some", variants, speed, unit="tokens_per_second", about="python -m benchmarks.some: nothing")
    table = pd.read_csv(tmp_path / "some.csv", comment="#")
    assert table.columns.tolist() == ["seed", "length", "xla", "tokens_per_second"]
    assert table.seed.tolist() == [0, 0, 1, 1, 2, 2]
    assert table.tokens_per_second.tolist() == [8, 108] * 3
    assert len(set(drawn)) == 6  # each seed starts elsewhere


@pytest.mark.parametrize("path", RESULTS, ids=lambda path: path.stem)
def test_results_name_their_program_and_machine(path):
    about, machine = path.read_text().splitlines()[:2]
    script = re.match(r"# python -m benchmarks\.(\w+)[ :]", about)[1]
    assert (measure.RESULTS.parent / f"{script}.py").exists()
    assert re.match(r"# measured on \d+ cores \(.+\), Python 3\.\d+\.\d+, tensorflow ", machine)
    table = pd.read_csv(path, comment="#")
    assert "seed" in table.columns
    assert len(table) > 5


SEVERAL_SEEDS = [
    "mnist_recipe",
    "cifar10_recipe",
    "cifar10_architectures",
    "shakespeare_recipe",
    "mnist_gan",
    "translation",
]


@pytest.mark.parametrize("name", SEVERAL_SEEDS)
def test_results_have_at_least_three_seeds(name):
    assert pd.read_csv(measure.RESULTS / f"{name}.csv", comment="#").seed.nunique() >= 3
