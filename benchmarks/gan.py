"""Train the GAN of notebook 07, with the notebook's own code and several seeds, and measure its samples as there.

python -m benchmarks.gan 0 1 2      # seeds; writes results/mnist_gan.csv
"""

import sys
import time

import numpy as np

from benchmarks import measure
from utils import data
from utils.runtime import keras  # started quietly


def main(seeds: list[int]) -> None:
    mnist, code, rows = data.load_mnist(), measure.definitions("07_gan"), []
    train_images, test_images = mnist.train_images, mnist.test_images
    keras.utils.set_random_seed(0)
    classifier, features_of = code["train_classifier"](train_images, mnist.train_labels)

    def features(images: np.ndarray) -> np.ndarray:
        return features_of.predict(images, batch_size=500, verbose=0)

    test_features = features(test_images)
    generator = np.random.default_rng(0)
    baseline = code["draw_pixel_by_pixel"](train_images, len(test_images), generator)
    some = train_images[generator.permutation(len(train_images))[: len(test_images)]]
    floor, ceiling = (code["frechet_distance"](features(images), test_features) for images in (some, baseline))
    noise = np.random.default_rng(3).standard_normal((10_000, code["NOISE_SIZE"])).astype(np.float32)
    for seed in seeds:
        for penalty in (1.0, 0.0):
            keras.utils.set_random_seed(seed)
            start = time.perf_counter()
            gan = code["train_digits"](train_images, penalty=penalty, seed=seed)
            seconds = time.perf_counter() - start
            samples = code["draw"](gan.generator, noise)
            distance = code["frechet_distance"](features(samples), test_features)
            logits = classifier.predict(samples, batch_size=500, verbose=0)
            shares = np.bincount(logits.argmax(axis=1), minlength=10) / len(samples)
            confidence = np.max(keras.ops.softmax(logits), axis=1).mean()
            row = {"penalty": penalty, "seed": seed, "seconds": round(seconds, 1), "distance": round(distance, 3)}
            row["part_of_the_way"] = round((distance - floor) / (ceiling - floor), 5)
            row |= {"smallest_share": shares.min(), "confidence": round(float(confidence), 4)}
            rows.append(row)
            print(row, flush=True)
    about = f"python -m benchmarks.gan: {mnist.source}; XLA on; floor {floor:.3f}, ceiling {ceiling:.3f}"
    measure.write("mnist_gan", rows, about)


if __name__ == "__main__":
    main([int(seed) for seed in sys.argv[1:]])
