"""What the measurements share: a curve over training, gradients left to TensorFlow, and a results file."""

import contextlib
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from utils import layers, results
from utils.runtime import keras  # started quietly


class Curve(keras.callbacks.Callback):
    """Record `evaluate(model)`, a dict, after the steps in `at` and at the end, and the training seconds until then.

    The seconds start before the first step, so they include compilation; those of evaluating and of Keras's own
    validation are left out. With a `limit` the training ends after so many steps.
    """

    def __init__(self, evaluate: Callable[[keras.Model], dict], *, at: set[int], limit: int | None = None):
        super().__init__()
        self.evaluate, self.at, self.limit = evaluate, at, limit

    def on_train_begin(self, logs=None):
        self.rows, self.steps, self.start = [], 0, time.perf_counter()

    def on_train_batch_end(self, batch, logs=None):
        self.steps += 1
        if self.steps in self.at:
            self.record()
        if self.steps == self.limit:
            self.model.stop_training = True

    def on_test_begin(self, logs=None):
        self.test_start = time.perf_counter()

    def on_test_end(self, logs=None):
        self.start += time.perf_counter() - self.test_start

    def on_train_end(self, logs=None):
        if not self.rows or self.rows[-1]["step"] != self.steps:
            self.record()

    def record(self):
        now = time.perf_counter()
        row = {"step": self.steps, "seconds": round(now - self.start, 2)} | self.evaluate(self.model)
        print(row, flush=True)
        self.rows.append(row)
        self.start += time.perf_counter() - now


@contextlib.contextmanager
def automatic_gradients():
    """Within this context, what is traced of the course's layers has TensorFlow's gradients instead of their own."""
    kept = {name: getattr(layers, name) for name in ("_normalize", "_gru_states", "_lstm_states")}
    for name, function in kept.items():
        setattr(layers, name, lambda *arguments, plain=function.__wrapped__: plain(*arguments)[0])
    try:
        yield
    finally:
        for name, function in kept.items():
            setattr(layers, name, function)


def write(path: Path, rows: list[dict], header: dict[str, str]) -> None:
    """Write rows under the lines of `utils.results.HEADER`; the file gets its name when it is complete."""
    lines = "".join(f"# {field}: {header[field]}\n" for field in results.HEADER)
    new = path.with_suffix(".new")
    new.write_text(lines + pd.DataFrame(rows).to_csv(index=False), encoding="utf8")
    new.replace(path)
