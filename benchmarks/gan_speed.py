"""Measure training steps of the GAN of notebook 07, with the notebook's own code, XLA on and off.

python -m benchmarks.gan_speed      # writes results/mnist_gan_speed.csv; run nothing else beside it
"""

import functools

from benchmarks import measure
from utils.runtime import keras, tf  # started quietly


def images_per_second(code: dict, *, penalty: float, xla: bool) -> float:
    """Return the speed of the median training step, compilation left out."""
    size = code["BATCH_SIZE"]
    networks = code["digit_generator"](), code["digit_discriminator"]()
    gan = code["GAN"](*networks, code["non_saturating"], 1e-3, noise_size=code["NOISE_SIZE"], penalty=penalty)
    gan.compile(keras.optimizers.Adam(2e-3, beta_1=0.5), jit_compile=xla)
    step, images = tf.function(gan.train_step, jit_compile=xla), tf.random.uniform((size, 28, 28))
    return size / measure.median_seconds(lambda: float(step(images)["loss"]))


def main() -> None:
    speed = functools.partial(images_per_second, measure.definitions("07_gan"))
    variants = [{"penalty": penalty, "xla": xla} for penalty in (0.0, 1.0) for xla in (False, True)]
    about = "python -m benchmarks.gan_speed: real images in a training step of both players, 32 in a batch"
    measure.speeds("mnist_gan_speed", variants, speed, unit="images_per_second", about=about)


if __name__ == "__main__":
    main()
