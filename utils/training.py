"""What training runs share: a learning rate that rises and falls, and the gradients of every layer."""

import numpy as np

from utils.runtime import keras, tf  # started quietly


def warm_up_cosine(peak: float, steps: int, *, warm_up: int) -> keras.optimizers.schedules.LearningRateSchedule:
    """Return a learning rate that rises along a line, then falls to zero along half a wave of a cosine.

    Warm-up as in Goyal and others (2017), section 2.2; cosine as in Loshchilov and Hutter (2017), equation 5.

    Args:
        peak: the highest rate, reached after `warm_up` steps.
        steps: of the whole training; after them the rate is 0.
        warm_up: steps of the rise, from 0 to `steps` − 1.

    Raises:
        ValueError: if the rise leaves no step for the fall.

    >>> rate = warm_up_cosine(0.2, 100, warm_up=20)
    >>> [round(float(rate(step)), 3) for step in (0, 10, 20, 60, 100)]
    [0.0, 0.1, 0.2, 0.1, 0.0]
    """
    if not 0 <= warm_up < steps:
        raise ValueError(f"Expected a warm-up of 0 to {steps - 1} of {steps} steps, received {warm_up}.")
    return keras.optimizers.schedules.CosineDecay(
        0.0 if warm_up else peak, steps - warm_up, warmup_target=peak if warm_up else None, warmup_steps=warm_up
    )


def gradient_norms(network: keras.Model, images: np.ndarray, one_hot: np.ndarray) -> np.ndarray:
    """Return the norm of ∂L/∂a for each inner output of a network, the first one first, shape (outputs − 1,).

    L is the mean cross-entropy of the batch. The measurement is compiled by XLA.

    Args:
        network: a model of (images) → [a_1, …, a_k, logits].
        images: (n, …), as the network takes them.
        one_hot: labels (n, classes).
    """

    @tf.function(jit_compile=True)
    def norms(images, one_hot):
        with tf.GradientTape() as tape:
            *inner, logits = network(images, training=True)
            loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(one_hot, logits))
        return [tf.norm(slope) for slope in tape.gradient(loss, inner)]

    # A program of its own for each network is what we want; called directly, TensorFlow would warn of retracing.
    images, one_hot = tf.constant(images), tf.constant(one_hot)
    return np.array(norms.get_concrete_function(images, one_hot)(images, one_hot))
