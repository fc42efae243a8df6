"""The measurements: each one's first seconds run; curves and results files are what they should be."""

import dataclasses

import numpy as np
import pytest

from benchmarks import __main__ as driver
from benchmarks import measure
from utils import data, evaluation, results
from utils.runtime import keras


def small(dataset):
    """Return the first examples of a data set, or of each of several."""
    if isinstance(dataset, tuple):
        return tuple(small(part) for part in dataset)
    if isinstance(dataset, data.Images):
        return dataclasses.replace(
            dataset,
            train_images=dataset.train_images[:600],
            train_labels=dataset.train_labels[:600],
            test_images=dataset.test_images[:200],
            test_labels=dataset.test_labels[:200],
        )
    return dataclasses.replace(dataset, pairs=dataset.pairs[:4_000]) if isinstance(dataset, data.Pairs) else dataset


# One of each kind of data, and one of times.
PROMPT = {"mnist_article", "shakespeare_recipe", "number_norms", "fast_parts"}


def marked(name):
    """Mark the measurements that run once a week only: the digest of each says that its code is as measured."""
    return name if name in PROMPT else pytest.param(name, marks=pytest.mark.weekly)


@pytest.mark.parametrize("name", map(marked, driver.TABLE))
def test_the_first_seconds_of_each_measurement_run(monkeypatch, name):
    monkeypatch.setenv("COURSE_OFFLINE", "1")
    rows = driver.run(name, (1,), small(driver.load(name)), limit=2)
    stored = results.read(name)
    assert list(rows[0]) == [column for column in stored if column in rows[0]]
    at_an_end_of_epoch, for_lengths_not_generated = {"loss", "accuracy"}, {"greedy_short", "greedy_long"}
    assert set(stored) - set(rows[0]) <= at_an_end_of_epoch | for_lengths_not_generated
    assert {row["seed"] for row in rows} == {1}
    assert max(row.get("step", 2) for row in rows) == 2
    for row in rows:
        assert all(np.isfinite(value) for value in row.values() if not isinstance(value, str))


def test_the_driver_lists_its_table_and_refuses_other_names(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["benchmarks"])
    assert driver.main() == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(driver.TABLE)
    monkeypatch.setattr("sys.argv", ["benchmarks", "mnist"])
    with pytest.raises(SystemExit):
        driver.main()
    assert "Expected a measurement or a lesson (mnist_article, " in capsys.readouterr().err


def test_the_name_of_a_measurement_runs_it_alone_that_of_a_lesson_all_of_its_measurements(monkeypatch, tmp_path):
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    monkeypatch.setattr(driver, "run", lambda name, seeds, dataset: [{"seed": seed} for seed in seeds])
    monkeypatch.setattr(
        driver,
        "TABLE",
        {
            name: driver.Measurement(lesson, None, (0,))
            for name, lesson in (("translation", "translation"), ("translation_speed", "translation"))
        },
    )
    for argument, names in (
        ("translation", ["translation.csv"]),
        ("09_translation", ["translation.csv", "translation_speed.csv"]),
    ):
        monkeypatch.setattr("sys.argv", ["benchmarks", argument])
        assert driver.main() == 0
        assert sorted(path.name for path in tmp_path.iterdir()) == names


def test_a_stand_in_is_not_measured(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("COURSE_OFFLINE", "1")
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    monkeypatch.setattr("sys.argv", ["benchmarks", "mnist_recipe"])
    assert driver.main() == 1
    assert "only a stand-in was found for its data" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_what_is_written_can_be_read(monkeypatch, tmp_path):
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    header = {"command": "python -m benchmarks some", "data": "none", "digest": "0123", "machine": "2 cores: fast"}
    measure.write(tmp_path / "some.csv", [{"seed": 0, "accuracy": 0.5}, {"seed": 1, "accuracy": 0.25}], header)
    table = results.read("some")
    assert table.attrs == header
    assert table.accuracy.tolist() == [0.5, 0.25]
    assert [path.name for path in tmp_path.iterdir()] == ["some.csv"]


def identity_model():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4, kernel_initializer="identity")])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(0.0), loss, jit_compile=True)
    return model


def test_curve_records_accuracy_and_leaves_evaluation_out_of_the_time():
    images, labels = np.eye(4, dtype=np.float32), np.arange(4)

    def mirrored(model):
        return {"mirrored": evaluation.accuracy(model, images, labels[::-1])["accuracy"]}

    curve = measure.Curve(mirrored, at={2, 4})
    valid = np.tile(images, (2_000, 1)), np.tile(labels, 2_000)
    model = identity_model()
    model.fit(images, labels, batch_size=1, epochs=3, verbose=0, validation_data=valid, callbacks=[curve])
    assert [row["step"] for row in curve.rows] == [2, 4, 12]
    assert [row["mirrored"] for row in curve.rows] == [0, 0, 0]
    seconds = [row["seconds"] for row in curve.rows]
    assert seconds == sorted(seconds)


def test_curve_ends_a_training_at_its_limit():
    curve = measure.Curve(lambda model: {}, at=set(), limit=3)
    identity_model().fit(np.eye(4), np.arange(4), batch_size=1, epochs=9, verbose=0, callbacks=[curve])
    assert [row["step"] for row in curve.rows] == [3]
