"""Layers that XLA compiles to fast code on a CPU, drop-in for Keras's."""

import functools

from utils.runtime import keras, tf  # started quietly


@keras.saving.register_keras_serializable(package="course")
class MaxPooling2D(keras.layers.MaxPooling2D):
    """The maximum of each window, as in `keras.layers.MaxPooling2D`, with the same outputs and gradients.

    XLA runs the gradient of Keras's layer as a serial loop on a CPU (SelectAndScatter). Here a window of 3 × 3 is nine
    shifted views of the images and their elementwise maximum, whose gradient XLA fuses into one parallel pass.

    Takes images (n, height, width, channels) of a floating-point dtype, returns (n, rows, columns, channels). In a
    window with several equal maxima the first one, row by row, receives the whole gradient, as in Keras's layer.

    Raises:
        ValueError: for `data_format="channels_first"`.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.data_format != "channels_last":
            raise ValueError(f"Expected data_format 'channels_last', received {self.data_format!r}.")

    def call(self, inputs):
        (height, width), (down, right) = self.pool_size, self.strides
        rows, columns = self.compute_output_shape(inputs.shape)[1:3]
        if self.padding == "same":
            extra_rows = max((rows - 1) * down + height - inputs.shape[1], 0)
            extra_columns = max((columns - 1) * right + width - inputs.shape[2], 0)
            before_after = [(extra // 2, extra - extra // 2) for extra in (extra_rows, extra_columns)]
            inputs = keras.ops.pad(inputs, [(0, 0), *before_after, (0, 0)], constant_values=float("-inf"))
        views = [
            inputs[:, i : i + (rows - 1) * down + 1 : down, j : j + (columns - 1) * right + 1 : right]
            for i in range(height)
            for j in range(width)
        ]
        return functools.reduce(keras.ops.maximum, views)


@keras.saving.register_keras_serializable(package="course")
class BatchNormalization(keras.layers.BatchNormalization):
    """Normalize by the mean and variance of the batch, as `keras.layers.BatchNormalization` (Ioffe and Szegedy, 2015).

    Outputs, gradients and moving statistics are those of Keras's layer. The gradient is written out (section 3 of the
    paper), and each product is stored first and then summed, as a matrix product with a row of ones.

    Takes (…, channels) float32. Cases that need something else go to Keras's layer: inference, a mask, another axis
    or dtype, `synchronized=True`.
    """

    def call(self, inputs, training=None, mask=None):
        last = self.axis in (-1, len(inputs.shape) - 1)
        float32 = self.compute_dtype == self.variable_dtype == "float32"
        if not (training and self.trainable and last and float32) or mask is not None or self.synchronized:
            return super().call(inputs, training=training, mask=mask)
        channels = inputs.shape[-1]
        scale = tf.convert_to_tensor(self.gamma) if self.scale else tf.ones(channels)
        offset = tf.convert_to_tensor(self.beta) if self.center else tf.zeros(channels)
        rows, mean, variance = _normalize(tf.reshape(inputs, (-1, channels)), scale, offset, self.epsilon)
        for moving, value in ((self.moving_mean, mean), (self.moving_variance, variance)):
            moving.assign(moving * self.momentum + value * (1 - self.momentum))
        return tf.reshape(rows, tf.shape(inputs))


@tf.custom_gradient
def _normalize(rows, scale, offset, epsilon):
    """Return normalized rows (n, channels), their mean and variance (channels,); only the first has a gradient."""
    ones = tf.ones((1, tf.shape(rows)[0]))
    n = tf.cast(tf.shape(rows)[0], tf.float32)
    mean = tf.reduce_mean(rows, axis=0)
    centered = rows - mean
    variance = (ones @ centered**2)[0] / n
    inverse = tf.math.rsqrt(variance + epsilon)

    def gradient(upstream, _mean, _variance):
        offset_gradient = tf.reduce_sum(upstream, axis=0)
        scale_gradient = (ones @ (upstream * centered))[0] * inverse
        correction = (offset_gradient + centered * inverse * scale_gradient) / n
        return scale * inverse * (upstream - correction), scale_gradient, offset_gradient, None

    return (centered * inverse * scale + offset, mean, variance), gradient


@keras.saving.register_keras_serializable(package="course")
class GRU(keras.layers.GRU):
    """A gated recurrent layer, as `keras.layers.GRU` (Cho et al., 2014), with the same outputs and gradients.

    Automatic differentiation of Keras's loop adds h_{t-1}^T δ_t to the gradient of the recurrent weights at each step.
    Here the loop back through time stores δ_t, and one matrix product after it does the rest. It never runs cuDNN: on a
    GPU take Keras's layer.

    Takes (batch, time, inputs) of a floating-point dtype, returns (batch, time, units) or (batch, units). Cases that
    need something else go to Keras's layer: a mask, dropout, other activations, no bias, `reset_after=False`,
    `go_backwards`, `unroll`.
    """

    def inner_loop(self, sequences, initial_state, mask, training=False):
        cell, usual = self.cell, (keras.activations.tanh, keras.activations.sigmoid)
        default = (cell.activation, cell.recurrent_activation) == usual and cell.use_bias and cell.reset_after
        other = self.go_backwards or self.unroll or cell.dropout or cell.recurrent_dropout or mask is not None
        if other or not default:
            return super().inner_loop(sequences, initial_state, mask, training=training)
        kernel, weights, biases = (
            tf.cast(variable, sequences.dtype) for variable in (cell.kernel, cell.recurrent_kernel, cell.bias)
        )
        inputs = tf.transpose(sequences @ kernel + biases[0], (1, 0, 2))
        states = _gru_states(inputs, initial_state[0], weights, biases[1])
        return states[-1], tf.transpose(states, (1, 0, 2)), [states[-1]]


@tf.custom_gradient
def _gru_states(inputs, first, weights, bias):
    """Return the states (time, batch, n) of inputs x W + b (time, batch, 3n) from the state `first` (batch, n)."""
    zeros, n = tf.zeros_like(first), weights.shape[0]

    def forward(carry, x):
        h = carry[0]
        from_h = h @ weights + bias
        update, reset = tf.split(tf.sigmoid(x[:, : 2 * n] + from_h[:, : 2 * n]), 2, axis=1)
        candidate = tf.tanh(x[:, 2 * n :] + reset * from_h[:, 2 * n :])
        return update * h + (1 - update) * candidate, update, reset, candidate, from_h[:, 2 * n :]

    states, *gates = tf.scan(forward, inputs, (first, zeros, zeros, zeros, zeros))
    before = tf.concat([first[None], states[:-1]], axis=0)

    def gradient(upstream):
        def backward(carry, now):
            upstream, h, (update, reset, candidate, product) = now
            by_h = upstream + carry[0]
            by_candidate = by_h * (1 - update) * (1 - candidate**2)
            by_update = by_h * (h - candidate) * update * (1 - update)
            by_reset = by_candidate * product * reset * (1 - reset)
            by_products = tf.concat([by_update, by_reset, by_candidate * reset], axis=1)
            return by_h * update + by_products @ tf.transpose(weights), by_products, by_candidate

        start = zeros, tf.tile(zeros, (1, 3)), zeros
        by_h, by_products, by_candidate = tf.scan(backward, (upstream, before, tuple(gates)), start, reverse=True)
        rows = tf.reshape(by_products, (-1, 3 * n))  # all steps of all sequences
        by_weights = tf.matmul(tf.reshape(before, (-1, n)), rows, transpose_a=True)
        by_inputs = tf.concat([by_products[..., : 2 * n], by_candidate], axis=2)
        return by_inputs, by_h[0], by_weights, tf.reduce_sum(rows, axis=0)

    return states, gradient


@keras.saving.register_keras_serializable(package="course")
class LSTM(keras.layers.LSTM):
    """A long short-term memory, as `keras.layers.LSTM` (Gers et al., 2000), with the same outputs and gradients.

    The gradient is computed as in `GRU`, whose inputs, outputs and exceptions it has.
    """

    def inner_loop(self, sequences, initial_state, mask, training=False):
        cell, usual = self.cell, (keras.activations.tanh, keras.activations.sigmoid)
        default = (cell.activation, cell.recurrent_activation) == usual and cell.use_bias
        other = self.go_backwards or self.unroll or cell.dropout or cell.recurrent_dropout or mask is not None
        if other or not default:
            return super().inner_loop(sequences, initial_state, mask, training=training)
        parts = cell.kernel, cell.recurrent_kernel, cell.bias
        kernel, weights, bias = (tf.cast(part, sequences.dtype) for part in parts)
        states, last = _lstm_states(tf.transpose(sequences @ kernel + bias, (1, 0, 2)), *initial_state, weights)
        return states[-1], tf.transpose(states, (1, 0, 2)), [states[-1], last]


@tf.custom_gradient
def _lstm_states(inputs, first, first_cell, weights):
    """Return the states (time, batch, n) of inputs x W + b (time, batch, 4n), and the last cell (batch, n)."""
    zeros, n = tf.zeros_like(first), weights.shape[0]

    def forward(carry, x):
        enter, forget, candidate, leave = tf.split(x + carry[0] @ weights, 4, axis=1)
        enter, forget, leave = (tf.sigmoid(gate) for gate in (enter, forget, leave))
        candidate = tf.tanh(candidate)
        cell = forget * carry[1] + enter * candidate
        return leave * tf.tanh(cell), cell, enter, forget, candidate, leave

    states, cells, *gates = tf.scan(forward, inputs, (first, first_cell, *[zeros] * 4))
    before = tf.concat([first[None], states[:-1]], axis=0)
    cells_before = tf.concat([first_cell[None], cells[:-1]], axis=0)

    def gradient(upstream, by_last):
        def backward(carry, now):
            upstream, c, before, (enter, forget, candidate, leave) = now
            by_h, t = upstream + carry[0], tf.tanh(c)
            by_c = carry[1] + by_h * leave * (1 - t**2)
            by_gates = by_c * candidate * enter * (1 - enter), by_c * before * forget * (1 - forget)
            by_gates += by_c * enter * (1 - candidate**2), by_h * t * leave * (1 - leave)
            by_products = tf.concat(by_gates, axis=1)
            return by_products @ tf.transpose(weights), by_c * forget, by_products

        elements = upstream, cells, cells_before, tuple(gates)
        by_h, by_c, by_inputs = tf.scan(backward, elements, (zeros, by_last, tf.tile(zeros, (1, 4))), reverse=True)
        rows = tf.reshape(by_inputs, (-1, 4 * n))  # all steps of all sequences
        return by_inputs, by_h[0], by_c[0], tf.matmul(tf.reshape(before, (-1, n)), rows, transpose_a=True)

    return (states, cells[-1]), gradient
