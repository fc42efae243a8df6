"""Train the character model of notebook 06, with the notebook's own code and several seeds; record it after each part.

python -m benchmarks.text 0 1 2      # seeds; writes results/shakespeare_recipe.csv
"""

import sys
import time

import numpy as np

from benchmarks import measure
from utils import data
from utils.runtime import keras  # started quietly


class Clock(keras.callbacks.Callback):
    """Record the seconds of training until the end of each epoch, compilation included, validation left out."""

    def on_train_begin(self, logs=None):
        self.seconds, self.start = [], time.perf_counter()

    def on_test_begin(self, logs=None):
        self.test_start = time.perf_counter()

    def on_test_end(self, logs=None):
        self.start += time.perf_counter() - self.test_start

    def on_epoch_end(self, epoch, logs=None):
        self.seconds.append(round(time.perf_counter() - self.start, 2))


def main(seeds: list[int]) -> None:
    shakespeare, code, rows = data.load_shakespeare(), measure.definitions("06_rnn_text"), []
    characters = sorted(set(shakespeare.text))
    ids = np.searchsorted(np.array(characters), np.array(list(shakespeare.text))).astype(np.int32)
    train_ids, valid_ids, _ = np.split(ids, [len(ids) - 115_394, len(ids) - 55_394])
    for seed in seeds:
        keras.utils.set_random_seed(seed)
        clock = Clock()
        history = code["train_text"](train_ids, valid_ids, len(characters), [clock], seed=seed).history.history
        for part, seconds in enumerate(clock.seconds):
            rows.append({"seed": seed, "step": (part + 1) * code["STEPS"] // code["PARTS"], "seconds": seconds})
            rows[-1] |= {"accuracy": round(history["val_accuracy"][part], 4)}
            rows[-1] |= {"perplexity": round(float(np.exp(history["val_loss"][part])), 3)}
            print(rows[-1], flush=True)
    measure.write("shakespeare_recipe", rows, f"python -m benchmarks.text: {shakespeare.source}; XLA on")


if __name__ == "__main__":
    main([int(seed) for seed in sys.argv[1:]])
