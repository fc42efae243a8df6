"""Train the network of notebook 04 with the first 0, 1, … of its changes, with the notebook's own code.

Each for the same number of epochs, on nine tenths of the training images; records the accuracy on the other tenth after
each epoch. (Without the seconds: notebook 04 compares what the changes bring, at an equal number of steps.)

    python -m benchmarks.changes 0      # seeds; writes results/cifar10_changes.csv
"""

import sys

from benchmarks import measure
from utils import data
from utils.runtime import keras  # started quietly

EPOCHS = 5


def main(seeds: list[int]) -> None:
    cifar, notebook, rows = data.load_cifar10(), measure.definitions("04_cifar10_cnn"), []
    keep = len(cifar.train_images) // 10
    images, labels = cifar.train_images[:-keep], cifar.train_labels[:-keep]
    steps = len(images) // notebook["batch_size"]
    for seed in seeds:
        for count in range(len(notebook["CHANGES"]) + 1):
            keras.utils.set_random_seed(seed)
            ends = {steps * epoch for epoch in range(1, EPOCHS + 1)}
            held_out = cifar.train_images[-keep:], cifar.train_labels[-keep:]
            curve = measure.Curve(measure.accuracy(*held_out, name="validation_accuracy"), at=ends)
            changes = notebook["CHANGES"][:count]
            print(changes, flush=True)
            model = notebook["train_changed"](changes, images, labels, [curve], epochs=EPOCHS, seed=seed)
            train = model.history.history["accuracy"]
            for epoch, (row, accuracy) in enumerate(zip(curve.rows, train, strict=True), 1):
                name = changes[-1] if changes else "article's network"
                point = {"validation_accuracy": row["validation_accuracy"], "accuracy": round(accuracy, 4)}
                rows.append({"seed": seed, "changes": count, "last": name, "epoch": epoch} | point)
    measure.write("cifar10_changes", rows, f"python -m benchmarks.changes: {cifar.source}; XLA on")


if __name__ == "__main__":
    main([int(seed) for seed in sys.argv[1:]])
