"""The input pipeline of a training run."""

from collections.abc import Callable

import numpy as np

from utils.runtime import tf  # started quietly

Array = np.ndarray | tf.Tensor
Augment = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]


def training_batches(
    images: Array, labels: Array | None = None, augment: Augment | None = None, *, batch_size: int, seed: int = 0
) -> tf.data.Dataset:
    """Return an endless dataset of batches, each epoch in a new order and augmented anew, the same on every machine.

    Use with `fit(batches, steps_per_epoch=…)`. The images are augmented while the compiled step computes.

    Args:
        images: (n, …) of any dtype, NumPy array or tensor; an array is copied once, a tensor is not.
        labels: (n, …), or None: then a batch is its images alone.
        augment: `augment(batch, seed)` returns the changed images; seed: int64 (2,), for `tf.random.stateless_…`.
        batch_size: images in a batch, 1 to n; the last, smaller batch of an epoch is filled from the next one.
        seed: of the order and of the seeds given to `augment`.

    Raises:
        ValueError: if there are not as many images as labels, or fewer than `batch_size`; without labels, if there is
            something to augment.
    """
    if labels is None and augment is not None:
        raise ValueError("Expected labels beside the images to augment, received None.")
    if labels is not None and len(images) != len(labels):
        raise ValueError(f"Expected as many labels as images, {len(images)}, received {len(labels)}.")
    if not 1 <= batch_size <= len(images):
        raise ValueError(f"Expected a batch size from 1 to {len(images)}, received {batch_size}.")
    images = tf.convert_to_tensor(images)
    examples = images if labels is None else (images, tf.convert_to_tensor(labels))
    order = tf.data.Dataset.range(len(images)).shuffle(len(images), seed=seed)  # numbers: a small buffer
    rows = order.repeat().batch(batch_size, drop_remainder=True)
    batches = rows.map(
        lambda chosen: tf.nest.map_structure(lambda part: tf.gather(part, chosen), examples), num_parallel_calls=1
    )
    if augment is not None:
        seeds = tf.data.Dataset.random(seed=seed).batch(2)
        batches = tf.data.Dataset.zip(batches, seeds).map(
            lambda batch, seed: (augment(batch[0], seed), batch[1]), num_parallel_calls=1
        )
    # With autotune on, the end of `fit` sometimes waits for autotune's next round, up to a minute (TensorFlow 2.21).
    options = tf.data.Options()
    options.autotune.enabled = False
    return batches.prefetch(2).with_options(options)
