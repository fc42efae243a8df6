"""checks, evaluation, pipeline, plotting, progress, runtime, timing and training."""

import os
import re
import subprocess
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from utils import checks, evaluation, pipeline, plotting, timing, training
from utils.runtime import keras, tf

ROOT = Path(__file__).parents[1]


def run_python(code, **environment):
    """Run code in a fresh interpreter; return the completed process, its output as text with every \\r kept."""
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=os.environ | environment, capture_output=True)
    result.stdout, result.stderr = result.stdout.decode(), result.stderr.decode()
    return result


# checks


def test_expect_raises_with_its_claim(capsys):
    with pytest.raises(AssertionError, match="✗ pigs fly"):
        checks.expect(np.bool_(False), "pigs fly")
    assert capsys.readouterr().out == ""


def test_expect_says_loudly_what_it_does_not_check(capsys):
    checks.expect(False, "pigs fly", when=False)
    assert capsys.readouterr().out == "⚠ not checked, as only a stand-in is here: pigs fly\n"
    with pytest.raises(AssertionError, match="✗ pigs fly"):
        checks.expect(False, "pigs fly", when=True)


@pytest.mark.parametrize("condition", [np.array([True, True]), "yes", 1, None])
def test_expect_refuses_what_is_not_one_truth_value(condition):
    with pytest.raises(ValueError, match="Expected one truth value"):
        checks.expect(condition, "claim")


@pytest.mark.parametrize(
    ("actual", "desired"), [([1.0], [1.1]), ([1.0, 1.0], [1.0]), ([np.nan], [np.nan]), (1.0, [1.0])]
)
def test_expect_close_raises(actual, desired, capsys):
    with pytest.raises(AssertionError, match="✗ claim"):
        checks.expect_close(actual, desired, "claim", rtol=1e-3)
    assert capsys.readouterr().out == ""


def test_expect_close_uses_both_tolerances(capsys):
    checks.expect_close([100.0, 0.0], [100.9, 0.009], "claim", rtol=0.01, atol=0.01)
    checks.expect_close([0.5], [0.5], "claim")
    assert capsys.readouterr().out == "✓ claim (rtol 0.01, atol 0.01)\n✓ claim (exactly)\n"


def test_exercise_refuses_a_wrong_answer():
    with pytest.raises(AssertionError, match="✗ Exercise 1: received 41; it is not right yet"):
        checks.exercise("Exercise 1", 41, lambda answer: answer == 42)
    with pytest.raises(AssertionError, match="✗ Exercise 1: received '1/3'; its check raised TypeError"):
        checks.exercise("Exercise 1", "1/3", lambda answer: abs(answer - 1 / 3) < 0.1)


def test_exercise_says_what_is_wrong():
    def square(x):
        return 2 * x

    with pytest.raises(AssertionError, match="received square; it doubles"):
        checks.exercise("Exercise 1", square, lambda function: function(3) == 9 or "it doubles")
    with pytest.raises(AssertionError, match="received 5; not each call traces"):
        checks.exercise("Exercise 1", 5, checks.sealed("00.1"))
    with pytest.raises(AssertionError, match=r"received 77; it is not right yet \(four digits count\)"):
        checks.exercise("Exercise 1", 77, checks.sealed("00.1"))
    with pytest.raises(KeyError, match=r"00\.9"):
        checks.sealed("00.9")


# plotting


def test_plot_curves_labels_and_styles():
    _, ax = plt.subplots()
    curves = {"a": [1.0, 2.0], "b": ([5, 6], [3.0, 4.0])}
    assert plotting.plot_curves(ax, curves, title="t", xlabel="x", ylabel="y") is ax
    assert [line.get_linestyle() for line in ax.lines] == ["-", "--"]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["a", "b"]
    np.testing.assert_array_equal(ax.lines[0].get_xdata(), [0, 1])
    np.testing.assert_array_equal(ax.lines[1].get_xdata(), [5, 6])
    plt.close("all")


@pytest.mark.parametrize("count", [0, 7])
def test_plot_curves_refuses_too_few_and_too_many(count):
    _, ax = plt.subplots()
    with pytest.raises(ValueError, match="Expected 1 to 6 curves"):
        plotting.plot_curves(ax, {str(i): [0] for i in range(count)}, title="", xlabel="", ylabel="")
    plt.close("all")


def test_plot_multiples_has_a_marker_for_each_program_and_refuses_more_than_eight():
    table = pd.DataFrame({"left": [0.5, 2.0], "right": [np.nan, 4.0]}, index=["one_task", "two"])
    _, ax = plt.subplots()
    assert plotting.plot_multiples(ax, table, title="t") is ax
    assert [line.get_xdata().tolist()[1] for line in ax.get_lines()[:2]] == [2.0, 4.0]
    assert [text.get_text() for text in ax.get_yticklabels()] == ["one task", "two"]
    with pytest.raises(ValueError, match="Expected at most 8 programs, received 9"):
        plotting.plot_multiples(ax, pd.DataFrame(np.ones((1, 9))), title="t")


@pytest.mark.parametrize(("shape", "dtype"), [((5, 4, 6), np.uint8), ((5, 4, 6), np.float32), ((3, 4, 4, 3), np.uint8)])
def test_show_images_draws_each_with_its_title(shape, dtype):
    images = np.arange(np.prod(shape)).reshape(shape).astype(dtype)
    figure = plotting.show_images(images, list(range(len(images))), columns=2, title="all")
    drawn = [ax for ax in figure.axes if ax.images]
    assert [ax.get_title() for ax in drawn] == [str(i) for i in range(len(images))]
    assert figure.get_suptitle() == "all"
    for ax, image in zip(drawn, images, strict=True):
        np.testing.assert_array_equal(ax.images[0].get_array(), image)
        if images.ndim == 3:  # one scale for all
            assert ax.images[0].get_clim() == ((0, 255) if dtype == np.uint8 else (0, images.max()))
    plt.close("all")


def test_show_images_centers_signed_images_on_zero():
    figure = plotting.show_images(np.array([[[-1.0, 0.5]], [[0.0, 3.0]]]), signed=True)
    assert [ax.images[0].get_clim() for ax in figure.axes if ax.images] == [(-3, 3), (-3, 3)]
    plt.close("all")


def test_show_images_refuses_other_shapes_and_missing_titles():
    with pytest.raises(ValueError, match=r"Expected images \(n, height, width\) or .*, received shape \(4, 4\)"):
        plotting.show_images(np.zeros((4, 4)))
    with pytest.raises(ValueError, match="Expected no titles or 2, received 1"):
        plotting.show_images(np.zeros((2, 4, 4)), ["one"])


# evaluation


def test_accuracy_says_what_was_seen():
    inputs, labels = np.eye(3)[[0, 1, 2, 2]], np.array([0, 1, 2, 0])
    result = evaluation.accuracy(None, inputs, labels, predict=lambda model, x: 5 * x)
    assert result == {"examples": 4, "mean_input": 1 / 3, "accuracy": 0.75}
    with pytest.raises(ValueError, match="Expected as many labels as inputs, 4, received 3"):
        evaluation.accuracy(None, inputs, labels[:3], predict=lambda model, x: x)


def test_other_images_have_another_mean():
    images = np.random.default_rng(0).integers(0, 256, (1000, 28, 28), dtype=np.uint8)
    changed = images.copy()
    changed[0, 0, 0] ^= 1
    assert evaluation.seen(images)["mean_input"] == images.astype(float).mean()
    assert evaluation.seen(images) != evaluation.seen(changed)


def test_accuracy_of_a_model():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4, kernel_initializer="identity")])
    assert evaluation.accuracy(model, np.eye(4), np.array([0, 1, 2, 2]))["accuracy"] == 0.75


# timing


def test_ways_take_turns_and_warm_up_does_not_count():
    called = []
    seconds = timing.median_seconds({n: lambda n=n: called.append(n) for n in "ab"}, rounds=3, warm_up=2)
    assert "".join(called) == "ab" * 5
    assert list(seconds) == ["a", "b"]
    assert all(0 <= value < 0.1 for value in seconds.values())


# training


def test_a_warm_up_must_leave_steps_for_the_fall():
    with pytest.raises(ValueError, match="Expected a warm-up of 0 to 9 of 10 steps, received 10"):
        training.warm_up_cosine(0.1, 10, warm_up=10)
    rates = [float(training.warm_up_cosine(0.1, 10, warm_up=0)(step)) for step in (0, 5, 10)]
    np.testing.assert_allclose(rates, [0.1, 0.05, 0], atol=1e-9)


def test_gradient_norms_equal_those_of_a_tape():
    keras.utils.set_random_seed(0)
    inputs = keras.Input((3,))
    first = keras.layers.Dense(5, "tanh")(inputs)
    second = keras.layers.Dense(6, "tanh")(first)
    logits = keras.layers.Dense(2)(second)
    network, tail = keras.Model(inputs, [first, second, logits]), keras.Model(first, logits)
    x, one_hot = (
        np.random.default_rng(0).normal(size=(7, 3)).astype(np.float32),
        np.eye(2, dtype=np.float32)[[0, 1, 1, 0, 1, 0, 0]],
    )
    norms = training.gradient_norms(network, x, one_hot)
    a = tf.constant(network(x)[0])
    with tf.GradientTape() as tape:
        tape.watch(a)
        loss = keras.losses.CategoricalCrossentropy(from_logits=True)(one_hot, tail(a))
    assert norms.shape == (2,)
    np.testing.assert_allclose(norms[0], np.linalg.norm(tape.gradient(loss, a)), rtol=1e-5)


# the input pipeline

IMAGES, LABELS = np.arange(10 * 4).reshape(10, 2, 2).astype(np.uint8), np.arange(10)


def flip(images, seed):
    mirrored = tf.random.stateless_uniform((len(images), 1, 1), seed) < 0.5
    return tf.where(mirrored, images[:, :, ::-1], images)


def test_training_batches_hold_each_image_once_an_epoch_with_its_label():
    batches = pipeline.training_batches(IMAGES, LABELS, batch_size=5)
    epochs = [np.concatenate(list(batches.skip(start).take(2).map(lambda x, y: y))) for start in (0, 2)]
    for epoch in epochs:
        assert sorted(epoch) == list(range(10))
    for images, labels in batches.take(2):
        assert images.dtype == tf.uint8
        np.testing.assert_array_equal(images, IMAGES[labels])


def test_training_batches_are_augmented_anew_in_each_epoch_and_repeat_with_the_seed():
    def first(count, seed):
        batches = pipeline.training_batches(IMAGES, LABELS, flip, batch_size=10, seed=seed).take(count)
        return [(images.numpy(), labels.numpy()) for images, labels in batches]

    flipped = []
    for images, labels in first(8, seed=1):
        is_flipped = (images == IMAGES[labels][:, :, ::-1]).all(axis=(1, 2))
        assert (is_flipped | (images == IMAGES[labels]).all(axis=(1, 2))).all()
        flipped.append(is_flipped[np.argsort(labels)])
    flipped = np.array(flipped)
    assert 20 < flipped.sum() < 60
    assert (flipped.any(axis=0) & ~flipped.all(axis=0)).all()
    again, other = first(8, seed=1), first(8, seed=2)
    assert all((a[0] == b[0]).all() for a, b in zip(again, first(8, seed=1), strict=True))
    assert any((a[0] != b[0]).any() for a, b in zip(again, other, strict=True))


def test_training_batches_without_labels_are_the_same_images():
    alone = pipeline.training_batches(IMAGES, batch_size=5, seed=1).take(3)
    labeled = pipeline.training_batches(IMAGES, LABELS, batch_size=5, seed=1).take(3)
    for images, (expected, _) in zip(alone, labeled, strict=True):
        np.testing.assert_array_equal(images, expected)
    with pytest.raises(ValueError, match="Expected labels beside the images to augment"):
        pipeline.training_batches(IMAGES, None, flip, batch_size=5)


def test_training_batches_refuse_wrong_sizes():
    with pytest.raises(ValueError, match="Expected as many labels as images, 10, received 9"):
        pipeline.training_batches(IMAGES, LABELS[:9], batch_size=5)
    for batch_size in (0, 11):
        with pytest.raises(ValueError, match=f"Expected a batch size from 1 to 10, received {batch_size}"):
            pipeline.training_batches(IMAGES, LABELS, batch_size=batch_size)


# progress and runtime: TensorFlow in fresh interpreters

MODEL = """
from utils import progress, runtime
import keras, numpy as np, tensorflow as tf
runtime.setup(seed=0)
def train(jit_compile=True, run_eagerly=False, layers=(), **fit):
    model = keras.Sequential([keras.Input((4,)), *layers, keras.layers.Dense(1)], name="tiny")
    model.compile("sgd", "mse", metrics=["mae"], jit_compile=jit_compile, run_eagerly=run_eagerly)
    model.fit(np.ones((8, 4)), np.ones((8, 1)), batch_size=4, verbose=0, **fit)
    return model
"""


def test_progress_leaves_a_line_for_the_first_epoch_and_one_for_the_last():
    result = run_python(MODEL + "train(epochs=3, callbacks=[progress.Progress()])")
    *bars, left = result.stdout.rsplit("\r", 1)
    assert "step" in bars[0]
    first, last = left.splitlines()
    assert re.fullmatch(r"tiny: first epoch: loss \d\.\d{4}", first)
    assert re.fullmatch(r"tiny: last epoch \(3\): loss \d\.\d{4}, mae \d\.\d{4}", last)
    assert result.stderr == ""


def test_progress_counts_steps_and_epochs_as_fit_does():
    code = """
model = train(epochs=1, callbacks=[progress.Progress()])
model.compile("sgd", "mse", jit_compile=True, steps_per_execution=2)
model.fit(np.ones((16, 4)), np.ones((16, 1)), batch_size=2, verbose=0, initial_epoch=3, epochs=5,
          callbacks=[progress.Progress()])
model.fit(np.ones((8, 4)), np.ones((8, 1)), verbose=0, epochs=0, callbacks=[progress.Progress()])
"""
    result = run_python(MODEL + code)
    assert result.stderr == ""
    assert "0/16" in result.stdout
    left = [left for line in result.stdout.split("\n") if (left := line.rsplit("\r", 1)[-1])]
    assert [line.split(": loss")[0] for line in left] == [
        "tiny: only epoch (1)",
        "tiny: first epoch",
        "tiny: last epoch (5)",
    ]


def test_prove_compiled_accepts_what_is_compiled():
    code = """
model = train()
runtime.prove_compiled(model)
@tf.function(jit_compile=True)
def double(x):
    return x + x
double(tf.ones(2))
runtime.prove_compiled(double)
"""
    result = run_python(MODEL + code)
    assert result.stderr == ""
    assert result.stdout == "✓ training step of 'tiny': compiled by XLA\n✓ double: compiled by XLA\n"


NOT_COMPILED = {
    "jit_compile off in a model": "runtime.prove_compiled(train(jit_compile=False))",
    "jit_compile left to Keras": "runtime.prove_compiled(train(jit_compile='auto'))",
    "eager model": "runtime.prove_compiled(train(jit_compile=False, run_eagerly=True))",
    "a layer that turns XLA off": """
class Plain(keras.layers.Layer):
    supports_jit = False
    def __init__(self):
        super().__init__()
        self.supports_jit = False
    def call(self, x):
        return x
runtime.prove_compiled(train(layers=[Plain()]))
""",
    "eager execution forced": "tf.config.run_functions_eagerly(True); runtime.prove_compiled(train())",
    "eager while training": """
tf.config.run_functions_eagerly(True)
model = train()
tf.config.run_functions_eagerly(False)
runtime.prove_compiled(model)
""",
    "op determinism": """
tf.config.experimental.enable_op_determinism()
runtime.prove_compiled(train(jit_compile='auto'))
""",
    "not trained yet": """
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("sgd", "mse", jit_compile=True)
runtime.prove_compiled(model)
""",
    "a graph function": "f = tf.function(lambda x: x); f(tf.ones(1)); runtime.prove_compiled(f)",
    "a plain function": "runtime.prove_compiled(len)",
}


@pytest.mark.parametrize("case", NOT_COMPILED)
def test_prove_compiled_refuses(case):
    result = run_python(MODEL + NOT_COMPILED[case])
    assert result.returncode == 1
    assert "RuntimeError: " in result.stderr
    assert "compiled by XLA\n" not in result.stdout


def test_start_up_is_quiet_and_warnings_are_not():
    code = """
from utils import runtime
import tensorflow as tf, warnings
tf.function(lambda x: x + 1, jit_compile=True)(tf.ones(2))
warnings.warn("from Python")
tf.get_logger().warning("from TensorFlow")
"""
    lines = run_python(code).stderr.splitlines()
    # Python 3.13 shows the line that warns as well
    assert [line for line in lines if "from Python" not in line] == ["WARNING:tensorflow:from TensorFlow"]
    assert "UserWarning: from Python" in lines[0]


def test_lines_that_are_not_noise_pass_the_filter():
    code = r"""
import os, re
from utils.runtime import START_UP_NOISE, filtered_stderr
with filtered_stderr(START_UP_NOISE):
    os.write(2, b"I0000 00:00:1 1 port.cc:153] oneDNN custom operations are on\n")
    os.write(2, b"W0000 00:00:1 1 memory.cc:1] Allocation exceeds 10% of free memory\n")
"""
    assert run_python(code).stderr == "W0000 00:00:1 1 memory.cc:1] Allocation exceeds 10% of free memory\n"


def test_unsupported_python_is_told_what_to_do():
    code = "import sys; sys.version_info = (3, 10, 0)\nimport utils"
    assert "Expected Python 3.11, 3.12 or 3.13, received 3.10" in run_python(code).stderr
