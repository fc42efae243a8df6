"""Train the recipe of a notebook, with the notebook's own code, with several seeds; record test accuracy over time.

python -m benchmarks.recipes mnist 0 1 2      # seeds; writes results/mnist_recipe.csv
python -m benchmarks.recipes cifar10 0 1 2    # writes results/cifar10_recipe.csv
"""

import sys

from benchmarks import measure
from utils import data
from utils.runtime import keras  # started quietly

RECIPES = {  # notebook, loader, steps between evaluations
    "mnist": ("03_mnist_cnn", data.load_mnist, 117),
    "cifar10": ("04_cifar10_cnn", data.load_cifar10, 195),
}


def main(recipe: str, seeds: list[int]) -> None:
    notebook, load, every = RECIPES[recipe]
    dataset, rows = load(), []
    train_images, test_images = dataset.train_images, dataset.test_images
    if train_images.ndim == 3:
        train_images, test_images = train_images[..., None], test_images[..., None]
    code = measure.definitions(notebook)
    test_images = code["prepare"](test_images) if "prepare" in code else test_images
    for seed in seeds:
        keras.utils.set_random_seed(seed)
        at, predict = set(range(every, 100_000, every)), code.get("predict_twice")
        curve = measure.Curve(measure.accuracy(test_images, dataset.test_labels, predict=predict), at=at)
        code["train_recipe"](train_images, dataset.train_labels, [curve], seed=seed)
        rows += [{"seed": seed} | row for row in curve.rows]
    measure.write(f"{recipe}_recipe", rows, f"python -m benchmarks.recipes {recipe}: {dataset.source}; XLA on")


if __name__ == "__main__":
    main(sys.argv[1], [int(seed) for seed in sys.argv[2:]])
