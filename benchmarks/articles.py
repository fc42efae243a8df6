"""Train the convolutional programs of articles 003 §5.2 (MNIST) and 000 §5.2 (CIFAR-10) as they are written.

As written means: Keras's layers, Adam, batches of 32, images divided by 255 in NumPy, and XLA as Keras
chooses by itself: off on a computer without an accelerator.

    python -m benchmarks.articles mnist 0 1 2      # seeds; writes results/mnist_article.csv
    python -m benchmarks.articles cifar10 0        # writes results/cifar10_article.csv
"""

import sys

from benchmarks import measure
from utils import data
from utils.runtime import keras  # started quietly

PROGRAMS = {  # loader, epochs, activation of the output
    "mnist": (data.load_mnist, 5, "softmax"),
    "cifar10": (data.load_cifar10, 10, None),
}


def network(shape: tuple[int, ...], activation: str | None) -> keras.Model:
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input(shape),
            layers.Conv2D(32, (3, 3), activation="relu"),
            layers.MaxPooling2D((2, 2)),
            layers.Conv2D(64, (3, 3), activation="relu"),
            layers.MaxPooling2D((2, 2)),
            layers.Conv2D(64, (3, 3), activation="relu"),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(10, activation=activation),
        ]
    )


def main(program: str, seeds: list[int]) -> None:
    load, epochs, activation = PROGRAMS[program]
    dataset, rows = load(), []
    channels = (1,) if dataset.train_images.ndim == 3 else ()
    train_images, test_images = (
        images.reshape(*images.shape, *channels) / 255.0 for images in (dataset.train_images, dataset.test_images)
    )
    steps = -(-len(train_images) // 32)
    for seed in seeds:
        keras.utils.set_random_seed(seed)
        model = network(train_images.shape[1:], activation)
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=activation is None)
        model.compile("adam", loss, metrics=["accuracy"])
        at = {round(steps * k / 5) for k in range(1, 5 * epochs + 1)}
        curve = measure.Curve(measure.accuracy(test_images, dataset.test_labels), at=at)
        history = model.fit(
            train_images, dataset.train_labels, batch_size=32, epochs=epochs, verbose=0, callbacks=[curve]
        ).history
        for row in curve.rows:
            epoch = row["step"] / steps  # training loss and accuracy are known at the end of an epoch
            of_epoch = {name: history[name][int(epoch) - 1] for name in ("loss", "accuracy") if epoch.is_integer()}
            rows.append({"seed": seed, "epoch": round(epoch, 1)} | row | of_epoch)
    measure.write(f"{program}_article", rows, f"python -m benchmarks.articles {program}: {dataset.source}; XLA off")


if __name__ == "__main__":
    main(sys.argv[1], [int(seed) for seed in sys.argv[2:]])
