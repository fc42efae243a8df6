"""A live training display that leaves one comparable line behind."""

import sys

from tqdm import tqdm

from utils.runtime import keras  # started quietly


class Progress(keras.callbacks.Callback):
    """Show a bar with loss, metrics and time left while `fit` runs; leave one line without times.

    The bar goes to standard output, in Jupyter and in a terminal, and is erased at the end. Use with
    `fit(..., verbose=0, callbacks=[Progress()])`. The line gives the loss averaged over the first epoch and the
    loss and metrics of the last one, to four decimals.
    """

    def on_train_begin(self, logs=None):
        self.epochs = []
        steps = self.params["steps"]
        total = steps and steps * self.params["epochs"]
        self.bar = tqdm(total=total, desc=self.model.name, unit="step", file=sys.stdout, leave=False)

    def on_train_batch_end(self, batch, logs=None):
        self.bar.set_postfix(logs, refresh=False)
        self.bar.update()

    def on_epoch_end(self, epoch, logs=None):
        self.epochs.append(dict(logs))

    def on_train_end(self, logs=None):
        self.bar.close()
        last = ", ".join(f"{name} {value:.4f}" for name, value in self.epochs[-1].items())
        print(f"{self.model.name}: epoch 1: loss {self.epochs[0]['loss']:.4f}; epoch {len(self.epochs)}: {last}")
