"""Train the architectures of notebook 05 for an equal number of steps, with the notebook's own code.

python -m benchmarks.architectures 0 1 2      # seeds; writes results/cifar10_architectures.csv
"""

import sys

from benchmarks import measure
from utils import data
from utils.runtime import keras  # started quietly

STEPS = 1000


def main(seeds: list[int]) -> None:
    cifar, code, rows = data.load_cifar10(), measure.definitions("05_cnn_architectures"), []
    for seed in seeds:
        for name in code["ARCHITECTURES"]:
            keras.utils.set_random_seed(seed)
            model = code["build"](name)
            curve = measure.Curve(measure.accuracy(cifar.test_images, cifar.test_labels), at={STEPS})
            code["train"](model, cifar.train_images, cifar.train_labels, STEPS, [curve], seed=seed)
            rows.append({"seed": seed, "architecture": name, "parameters": model.count_params()} | curve.rows[-1])
    measure.write("cifar10_architectures", rows, f"python -m benchmarks.architectures: {cifar.source}; XLA on")


if __name__ == "__main__":
    main([int(seed) for seed in sys.argv[1:]])
