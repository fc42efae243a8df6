"""The layers of utils/layers.py against the stock Keras layers: outputs and gradients, compiled by XLA and eager."""

import numpy as np
import pytest

from utils import layers, runtime
from utils.runtime import keras, tf


def outputs_and_gradients(layer, images, weights, *, compiled):
    @tf.function(jit_compile=compiled)
    def run(images, weights):
        with tf.GradientTape() as tape:
            tape.watch(images)
            outputs = layer(images)
            loss = tf.reduce_sum(outputs * weights)
        return outputs, tape.gradient(loss, images)

    return [result.numpy() for result in run(images, weights)]


@pytest.mark.parametrize("compiled", [True, False], ids=["XLA", "graph"])
@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(
    ("pool_size", "strides", "size"),
    [(2, None, (6, 8)), (2, None, (7, 5)), (3, 2, (9, 12)), (3, 1, (5, 5)), ((2, 3), (1, 2), (8, 7)), (2, 3, (7, 8))],
)
@pytest.mark.parametrize("values", ["different", "ties", "after ReLU"])
def test_max_pooling_equals_keras(pool_size, strides, size, padding, values, compiled):
    rng = np.random.default_rng(0)
    images = {
        "different": rng.permutation(2 * size[0] * size[1] * 3).astype(np.float32),
        "ties": rng.integers(0, 3, 2 * size[0] * size[1] * 3).astype(np.float32) - 1,
        "after ReLU": np.maximum(rng.normal(size=2 * size[0] * size[1] * 3).astype(np.float32), 0),
    }[values].reshape(2, *size, 3)
    options = {"pool_size": pool_size, "strides": strides, "padding": padding}
    stock, ours = keras.layers.MaxPooling2D(**options), layers.MaxPooling2D(**options)
    # Small integers: sums of gradients in overlapping windows are exact in any order.
    weights = rng.integers(-8, 9, stock(images).shape).astype(np.float32)
    expected = outputs_and_gradients(stock, tf.constant(images), weights, compiled=False)
    received = outputs_and_gradients(ours, tf.constant(images), weights, compiled=compiled)
    for name, left, right in zip(("outputs", "gradients"), received, expected, strict=True):
        np.testing.assert_array_equal(left, right, err_msg=name)


def test_max_pooling_is_a_drop_in():
    ours = layers.MaxPooling2D((2, 3), strides=2, padding="same", name="pool")
    for layer in (layers.MaxPooling2D, keras.layers.MaxPooling2D):
        assert layer.from_config(ours.get_config()).get_config() == ours.get_config()
    assert ours.compute_output_shape((None, 7, 8, 3)) == (None, 4, 4, 3)
    assert ours.supports_jit


@pytest.mark.parametrize("compiled", [True, False], ids=["XLA", "graph"])
@pytest.mark.parametrize("shape", [(8, 5, 7, 6), (16, 3), (4, 1, 1, 2), (1, 6, 6, 3), (2, 9, 4)])
@pytest.mark.parametrize(
    "options", [{}, {"scale": False}, {"center": False}, {"momentum": 0.5, "epsilon": 0.1}], ids=str
)
def test_batch_normalization_equals_keras(shape, options, compiled):
    rng = np.random.default_rng(0)
    images, weights = (rng.normal(2, 3, shape).astype(np.float32) for _ in range(2))
    results = []
    stock = keras.layers.BatchNormalization(**options, dtype="float64")  # its float32 rounds like ours
    for layer in (stock, layers.BatchNormalization(**options)):
        layer.build(shape)
        layer.set_weights([np.random.default_rng(1).uniform(0.5, 2, w.shape) for w in layer.get_weights()])

        @tf.function(jit_compile=compiled)
        def run(images, weights, layer=layer):
            with tf.GradientTape() as tape:
                tape.watch(images)
                outputs = layer(images, training=True)
                loss = tf.reduce_sum(outputs * weights)
            return outputs, *tape.gradient(loss, [images, *(v.value for v in layer.trainable_variables)])

        trained = run(*(tf.constant(array, layer.compute_dtype) for array in (images, weights)))
        results.append([*trained, *layer.get_weights(), layer(images, training=False)])
    for theirs, ours in zip(*results, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-5 * abs(np.asarray(theirs)).max())


def test_batch_normalization_leaves_other_cases_to_keras():
    images = np.random.default_rng(0).normal(size=(6, 4, 3)).astype(np.float32)
    mask = np.arange(4) < np.array([[4], [3], [2], [4], [1], [4]])
    for options, call in (
        ({}, {"mask": mask}),
        ({"axis": 1}, {}),
        ({"trainable": False}, {}),
        ({"dtype": "bfloat16"}, {}),
    ):
        stock, ours = keras.layers.BatchNormalization(**options), layers.BatchNormalization(**options)
        expected, received = stock(images, training=True, **call), ours(images, training=True, **call)
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(received), keras.ops.convert_to_numpy(expected))
        assert all(map(np.array_equal, ours.get_weights(), stock.get_weights()))


def test_batch_normalization_runs_eagerly():
    images = np.random.default_rng(0).normal(2, 3, (8, 5, 7, 6)).astype(np.float32)
    stock, ours = keras.layers.BatchNormalization(), layers.BatchNormalization()
    expected, received = stock(images, training=True), ours(images, training=True)
    np.testing.assert_allclose(received, expected, atol=1e-5)
    for theirs, own in zip(stock.get_weights(), ours.get_weights(), strict=True):
        np.testing.assert_allclose(own, theirs, rtol=1e-5)


@pytest.mark.parametrize("compiled", [True, False], ids=["XLA", "graph"])
@pytest.mark.parametrize("sequences", [True, False], ids=["all states", "last state"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", ["GRU", "LSTM"])
def test_recurrent_layers_equal_those_of_keras(name, dtype, sequences, compiled):
    rng = np.random.default_rng(0)
    inputs = tf.constant(rng.normal(size=(4, 9, 3)), dtype)
    start = [tf.constant(rng.normal(size=(4, 5)), dtype) for _ in range(1 if name == "GRU" else 2)]
    upstream = rng.normal(size=(4, 9, 5) if sequences else (4, 5)).astype(dtype)
    results = []
    shapes = ((3, 15), (5, 15), (2, 15)) if name == "GRU" else ((3, 20), (5, 20), (20,))
    drawn = [rng.normal(size=shape) for shape in shapes]
    for module in (keras.layers, layers):
        build = getattr(module, name)
        layer = build(5, return_sequences=sequences, dtype=dtype)
        layer.build(inputs.shape)
        layer.set_weights(drawn)

        @tf.function(jit_compile=compiled)
        def run(inputs, start, layer=layer):
            with tf.GradientTape() as tape:
                tape.watch([inputs, *start])
                outputs = layer(inputs, initial_state=start)
                loss = tf.reduce_sum(outputs * upstream)
            return outputs, *tape.gradient(loss, [inputs, *start, *(v.value for v in layer.trainable_variables)])

        results.append(run(inputs, start))
    for theirs, ours in zip(*results, strict=True):
        tolerance = 1e-12 if dtype == "float64" else 1e-5
        np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance * abs(np.asarray(theirs)).max())


@pytest.mark.parametrize("compiled", [True, False], ids=["XLA", "graph"])
def test_the_last_states_of_a_recurrent_layer_have_the_gradients_of_keras(compiled):
    rng = np.random.default_rng(0)
    inputs = tf.constant(rng.normal(size=(4, 9, 3)), tf.float32)
    drawn, results = [rng.normal(size=shape) for shape in ((3, 20), (5, 20), (20,))], []
    for module in (keras.layers, layers):
        layer = module.LSTM(5, return_state=True)
        layer.build(inputs.shape)
        layer.set_weights(drawn)

        @tf.function(jit_compile=compiled)
        def run(inputs, layer=layer):
            with tf.GradientTape() as tape:
                tape.watch(inputs)
                outputs = layer(inputs)
                loss = tf.reduce_sum(outputs[0] + outputs[1] ** 2 + 3 * outputs[2])
            return *outputs, tape.gradient(loss, inputs)

        results.append(run(inputs))
    for theirs, ours in zip(*results, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", ["GRU", "LSTM"])
def test_recurrent_layers_leave_other_cases_to_keras(name):
    inputs = np.random.default_rng(0).normal(size=(4, 6, 3)).astype(np.float32)
    mask = np.arange(6) < np.array([[6], [3], [1], [5]])
    for options, call in (
        ({}, {"mask": mask}),
        ({"activation": "relu"}, {}),
        ({"recurrent_activation": "tanh"}, {}),
        ({"use_bias": False}, {}),
        *([({"reset_after": False}, {})] if name == "GRU" else []),
        ({"go_backwards": True}, {}),
        ({"unroll": True}, {}),
        ({"dropout": 0.5, "seed": 0}, {"training": True}),
        ({"recurrent_dropout": 0.5, "seed": 0}, {"training": True}),
    ):
        outputs = []
        for module in (keras.layers, layers):
            keras.utils.set_random_seed(0)
            layer = getattr(module, name)(5, return_sequences=True, **options)
            outputs.append(keras.ops.convert_to_numpy(layer(inputs, **call)))
        np.testing.assert_array_equal(*outputs, err_msg=str(options))


def test_a_model_with_them_is_saved_and_loaded(tmp_path):
    model = keras.Sequential([keras.Input((6, 6, 1)), layers.MaxPooling2D(2), layers.BatchNormalization()])
    model.save(tmp_path / "model.keras")
    images = np.random.default_rng(0).normal(size=(2, 6, 6, 1)).astype(np.float32)
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded(images), model(images))


def test_training_with_them_compiles_and_equals_training_with_the_stock_layers():
    images = np.random.default_rng(0).normal(size=(32, 8, 8, 2)).astype(np.float32)
    labels = np.arange(32) % 4
    losses = []
    for module in (layers, keras.layers):
        keras.utils.set_random_seed(0)
        shared = [module.MaxPooling2D(2), module.BatchNormalization(), keras.layers.Flatten(), keras.layers.Dense(4)]
        model = keras.Sequential([keras.Input((8, 8, 2)), keras.layers.Conv2D(4, 3), *shared])
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile("sgd", loss, jit_compile=True)
        losses.append(model.fit(images, labels, batch_size=8, epochs=3, shuffle=False, verbose=0).history["loss"])
        runtime.prove_compiled(model)
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-5)


def test_wrong_input():
    with pytest.raises(ValueError, match="Expected data_format 'channels_last', received 'channels_first'"):
        layers.MaxPooling2D(data_format="channels_first")
    with pytest.raises(ValueError, match="expected ndim=4, found ndim=3"):
        layers.MaxPooling2D()(np.zeros((2, 4, 4), np.float32))
