"""Measure training steps of the character model of notebook 06, with the notebook's own code, XLA on and off.

python -m benchmarks.text_speed      # writes results/shakespeare_speed.csv; run nothing else beside it
"""

import numpy as np

from benchmarks import measure
from utils.runtime import keras  # started quietly

BATCH_SIZE, LENGTH, SIZE = 32, 64, 65  # of the notebook's training


def characters_per_second(network: keras.Model, *, xla: bool) -> float:
    """Return the speed of the median training step, compilation left out."""
    network.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), jit_compile=xla)
    ids = np.random.default_rng(0).integers(0, SIZE, (BATCH_SIZE, LENGTH), dtype=np.int32)
    return BATCH_SIZE * LENGTH / measure.median_seconds(lambda: network.train_on_batch(ids, ids))


def main() -> None:
    code = measure.definitions("06_rnn_text")
    variants = {
        "Keras's GRU, XLA off": (keras.layers.GRU, False),
        "Keras's GRU, XLA on": (keras.layers.GRU, True),
        "this GRU, XLA on": (code["GRU"], True),
    }

    def speed(variant: str) -> float:
        layer, xla = variants[variant]
        return characters_per_second(code["text_network"](layer, SIZE, code["UNITS"]), xla=xla)

    about = f"python -m benchmarks.text_speed: windows of {LENGTH} characters, {BATCH_SIZE} in a batch"
    names = [{"variant": variant} for variant in variants]
    measure.speeds("shakespeare_speed", names, speed, unit="characters_per_second", about=about)


if __name__ == "__main__":
    main()
