"""Evaluate on data that the reader can identify: each result says how many examples were seen, and their mean."""

from collections.abc import Callable

import numpy as np

Predict = Callable[[object, np.ndarray], np.ndarray]


def seen(inputs: np.ndarray) -> dict[str, float]:
    """Return {"examples": n, "mean_input": mean of all numbers} for inputs (n, …).

    Two sets of images with nearly the same accuracy seldom have the same mean: a result that carries it cannot quietly
    be that of other images. The mean of integers is exact.

    >>> seen(np.array([[0, 255], [1, 0]], np.uint8))
    {'examples': 2, 'mean_input': 64.0}
    """
    inputs = np.asarray(inputs)
    total = inputs.sum(dtype=np.int64 if inputs.dtype.kind in "iub" else np.float64)
    return {"examples": len(inputs), "mean_input": float(total / inputs.size)}


def in_batches(model, inputs: np.ndarray) -> np.ndarray:
    """Return the outputs of a Keras model for inputs (n, …), computed 500 at a time."""
    return model.predict(inputs, batch_size=500, verbose=0)


def accuracy(model, inputs: np.ndarray, labels: np.ndarray, *, predict: Predict = in_batches) -> dict[str, float]:
    """Return `seen(inputs)` and the "accuracy": the share of inputs whose largest score is that of their label.

    Args:
        model: a Keras model.
        inputs: (n, …), as they are fed to the model.
        labels: (n,), integers.
        predict: (model, inputs) → scores (n, classes), logits or probabilities.

    Raises:
        ValueError: if there are not as many labels as inputs.
    """
    if len(inputs) != len(labels):
        raise ValueError(f"Expected as many labels as inputs, {len(inputs)}, received {len(labels)}.")
    scores = np.asarray(predict(model, inputs))
    return seen(inputs) | {"accuracy": float(np.mean(scores.argmax(axis=1) == labels))}


def majority_baseline(train_labels: np.ndarray, labels: np.ndarray) -> tuple[int, float]:
    """Return the most frequent of the training labels, and the accuracy of always answering it on `labels`, both (n,).

    >>> majority_baseline(np.array([2, 2, 1]), np.array([2, 0, 1, 2]))
    (2, 0.5)
    """
    answer = int(np.bincount(train_labels).argmax())
    return answer, float(np.mean(labels == answer))


def report(name: str, results: dict[str, float]) -> None:
    """Print what was evaluated in one line, and each result in a line of its own, to four decimals.

    >>> report("test", {"examples": 10_000, "mean_input": 33.79, "accuracy": 0.5, "perplexity": 4.86})
    test: 10,000 examples, mean input 33.7900
    test: accuracy 0.5000
    test: perplexity 4.8600
    """
    print(f"{name}: {results['examples']:,} examples, mean input {results['mean_input']:.4f}")
    for what, value in results.items():
        if what not in ("examples", "mean_input"):
            print(f"{name}: {what.replace('_', ' ')} {value:.4f}")
