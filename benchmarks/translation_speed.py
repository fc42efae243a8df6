"""Measure training steps of the translator of notebook 08, with the notebook's own code, XLA on and off.

python -m benchmarks.translation_speed      # writes results/translation_speed.csv; run nothing else beside it
"""

import functools

import numpy as np

from benchmarks import measure

VOCABULARY = 8_000


def tokens_per_second(code: dict, *, length: int, xla: bool) -> float:
    """Return the target tokens a second of the median training step, compilation left out."""
    model = code["translator"](VOCABULARY)
    model.compile("adam", code["smoothed_loss"], jit_compile=xla)
    batch_size = code["TOKENS_IN_BATCH"] // length
    draw = np.random.default_rng(0).integers
    source, target = (draw(4, VOCABULARY, (batch_size, n), dtype=np.int32) for n in (length, length + 1))
    batch = code["shift"](source, target)
    return batch_size * length / measure.median_seconds(lambda: model.train_on_batch(*batch))


def main() -> None:
    code = measure.definitions("08_transformer")
    variants = [{"length": length, "xla": xla} for length in code["BUCKETS"] for xla in (False, True)]
    about = "python -m benchmarks.translation_speed: target tokens, none of them padding, in a training step"
    speed = functools.partial(tokens_per_second, code)
    measure.speeds("translation_speed", variants, speed, unit="tokens_per_second", about=about)


if __name__ == "__main__":
    main()
