"""A live training display that leaves comparable lines behind."""

import sys
from collections.abc import Sequence

import numpy as np
from tqdm import tqdm

from utils.runtime import keras  # started quietly


def curve(values: Sequence[float], width: int = 20) -> str:
    """Return numbers as a line of blocks, from the lowest to the highest; more than `width` are thinned out evenly.

    What is not finite is left out.

    >>> curve([4, 3, 2, 1, 1, float("nan")])
    '█▆▃▁▁'
    """
    places = np.linspace(0, len(values) - 1, min(len(values), width)).round().astype(int)
    chosen = np.array([values[place] for place in places])  # few: this runs at every step
    chosen = chosen[np.isfinite(chosen)]
    if not len(chosen):
        return ""
    heights = 7 * (chosen - chosen.min()) / (np.ptp(chosen) or 1)
    return "".join("▁▂▃▄▅▆▇█"[round(height)] for height in heights)


class Progress(keras.callbacks.Callback):
    """Show a bar with a curve of the loss, metrics and time left while `fit` runs; leave two lines without times.

    The bar goes to standard output, in Jupyter and in a terminal, and is erased at the end. Use with
    `fit(..., verbose=0, callbacks=[Progress()])`. The first line gives the loss averaged over the first epoch, which
    other processors reproduce closely; the second one loss and metrics of the last epoch, where rounding has had time
    to grow. All to four decimals. A single epoch leaves one line with all of them, no epoch leaves none.
    """

    def on_train_begin(self, logs=None):
        self.epochs = {}  # number, from 1 → loss and metrics
        self.losses = []  # after each step, as Keras reports it: the mean since the epoch began
        self.bar = tqdm(desc=self.model.name, unit="step", file=sys.stdout, leave=False)

    def on_epoch_begin(self, epoch, logs=None):
        self.steps_done = 0
        if self.params["steps"] and not self.epochs:
            self.bar.reset(total=self.params["steps"] * (self.params["epochs"] - epoch))

    def on_train_batch_end(self, batch, logs=None):
        self.losses.append(float(logs["loss"]))
        if (sys.stdout.encoding or "").lower().startswith("utf"):
            self.bar.set_description_str(f"{self.model.name} {curve(self.losses)}", refresh=False)
        self.bar.set_postfix(logs, refresh=False)
        self.bar.update(batch + 1 - self.steps_done)  # several steps at once under steps_per_execution
        self.steps_done = batch + 1

    def on_epoch_end(self, epoch, logs=None):
        self.epochs[epoch + 1] = dict(logs)

    def on_train_end(self, logs=None):
        self.bar.close()
        if not self.epochs:
            return
        first, last = min(self.epochs), max(self.epochs)
        results = ", ".join(f"{name} {value:.4f}" for name, value in self.epochs[last].items())
        if first != last:
            print(f"{self.model.name}: first epoch: loss {self.epochs[first]['loss']:.4f}")
        print(f"{self.model.name}: {'last' if first != last else 'only'} epoch ({last}): {results}")
