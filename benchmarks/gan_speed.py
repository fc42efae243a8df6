"""Measure training steps of the GAN of notebook 07, with the notebook's own code, XLA on and off.

python -m benchmarks.gan_speed      # writes results/mnist_gan_speed.csv; run nothing else beside it
"""

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
    code, rows = measure.definitions("07_gan"), []
    for seed in range(3):
        keras.utils.set_random_seed(seed)
        for penalty in (0.0, 1.0):
            for xla in (False, True):
                speed = images_per_second(code, penalty=penalty, xla=xla)
                rows.append({"seed": seed, "penalty": penalty, "xla": xla, "images_per_second": round(speed)})
                print(rows[-1], flush=True)
    about = "python -m benchmarks.gan_speed: real images in a training step of both players, 32 in a batch"
    measure.write("mnist_gan_speed", rows, about)


if __name__ == "__main__":
    main()
