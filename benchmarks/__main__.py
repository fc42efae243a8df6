"""Measure what takes longer than a notebook may: several seeds, long runs, speeds. Run nothing else beside it.

python -m benchmarks                                     lists what can be measured
python -m benchmarks mnist_recipe --seeds 0 1 2          writes benchmarks/results/mnist_recipe.csv
python -m benchmarks rnn_text                            all measurements of a lesson, with their usual seeds

A results file begins with the command, the data, the digest of the code that ran (tools/digest.py) and the machine.
"""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks import measure, measurements
from tools import digest, environment
from utils import data, lesson, results

ONE, THREE = (0,), (0, 1, 2)


@dataclass(frozen=True)
class Measurement:
    """A row of the table: the lesson whose code runs, the loader or loaders of its data, the seeds of the results."""

    lesson: str
    load: Callable | tuple[Callable, ...] | None
    seeds: tuple[int, ...]


TABLE = {
    "mnist_article": Measurement("mnist_cnn", data.load_mnist, THREE),
    "mnist_recipe": Measurement("mnist_cnn", data.load_mnist, THREE),
    "mnist_variants": Measurement("mnist_cnn", data.load_mnist, THREE),
    "cifar10_article": Measurement("cifar10_cnn", data.load_cifar10, ONE),
    "cifar10_layers": Measurement("cifar10_cnn", None, THREE),
    "cifar10_speed": Measurement("cifar10_cnn", data.load_cifar10, ONE),
    "cifar10_ladder": Measurement("cifar10_cnn", data.load_cifar10, THREE),
    "cifar10_variants": Measurement("cifar10_cnn", data.load_cifar10, THREE),
    "cifar10_recipe": Measurement("cifar10_cnn", data.load_cifar10, THREE),
    "cifar10_depth": Measurement("cnn_architectures", data.load_cifar10, THREE),
    "cifar10_architectures": Measurement("cnn_architectures", data.load_cifar10, THREE),
    "shakespeare_recipe": Measurement("rnn_text", data.load_shakespeare, THREE),
    "shakespeare_layers": Measurement("rnn_text", data.load_shakespeare, THREE),
    "recall_layers": Measurement("rnn_text", None, THREE),
    "shakespeare_speed": Measurement("rnn_text", None, THREE),
    "gan_ring": Measurement("gan", None, THREE),
    "mnist_gan": Measurement("gan", data.load_mnist, THREE),
    "mnist_gan_speed": Measurement("gan", None, THREE),
    "number_norms": Measurement("transformer", None, THREE),
    "translation": Measurement("translation", data.load_english_spanish, THREE),
    "translation_recurrent": Measurement("translation", data.load_english_spanish, THREE),
    "translation_speed": Measurement("translation", None, THREE),
    "gpt_recipe": Measurement("gpt", data.load_shakespeare, THREE),
    "gpt_changes": Measurement("gpt", data.load_shakespeare, THREE),
    "gpt_scaling": Measurement("gpt", data.load_shakespeare, ONE),
    "smollm2_examples": Measurement("language_model", (data.load_smollm2, data.load_ratings), THREE),
    "smollm2_sentiment": Measurement(
        "language_model", (data.load_smollm2, data.load_ratings, data.load_shakespeare), THREE
    ),
    "smollm2_bits": Measurement("language_model", (data.load_smollm2, data.load_shakespeare), THREE),
    "smollm2_speed": Measurement("language_model", data.load_smollm2, ONE),
    "smollm2_compile": Measurement("language_model", data.load_smollm2, ONE),
    "bert_masking": Measurement("bert", data.load_english_spanish, THREE),
    "minilm_sentiment": Measurement("bert", (data.load_minilm, data.load_ratings, data.load_questions), THREE),
    "minilm_answers": Measurement("bert", (data.load_minilm, data.load_smollm2, data.load_questions), ONE),
    "fast_parts": Measurement("fast_training", None, ONE),
    "fast_steps": Measurement("fast_training", None, ONE),
    "fast_layers": Measurement("fast_training", None, ONE),
    "fast_products": Measurement("fast_training", None, ONE),
    "fast_inputs": Measurement("fast_training", None, ONE),
    "fast_waits": Measurement("fast_training", None, ONE),
}


def run(name: str, seeds: tuple[int, ...], dataset=None, limit: int | None = None) -> list[dict]:
    """Return the rows of a measurement for all seeds, the seed in front."""
    function = getattr(measurements, name)
    return [{"seed": seed} | row for seed in seeds for row in function(dataset, seed, limit)]


def main() -> int:
    """Run the command line described above; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", nargs="?", help="a measurement, or a lesson")
    parser.add_argument("--seeds", type=int, nargs="+")
    arguments = parser.parse_args()
    if arguments.name is None:
        for name, row in TABLE.items():
            print(f"{name:22} {row.lesson:18} seeds {' '.join(map(str, row.seeds)):6} {_about(name)}")
        return 0
    names = [name for name, row in TABLE.items() if arguments.name in (row.lesson, lesson_file(row.lesson))]
    names = [arguments.name] if arguments.name in TABLE else names
    if not names:
        parser.error(f"Expected a measurement or a lesson ({', '.join(TABLE)}), received {arguments.name!r}.")
    for name in names:
        seeds, dataset = tuple(arguments.seeds or TABLE[name].seeds), load(name)
        sets = dataset if isinstance(dataset, tuple) else (dataset,) if dataset else ()
        if any(part.is_stand_in for part in sets):
            print(f"{name}: not measured, as only a stand-in was found for its data", file=sys.stderr)
            return 1
        header = {
            "command": f"python -m benchmarks {name} --seeds {' '.join(map(str, seeds))}",
            "data": "; ".join(f"{part.source}; sha256 {data.fingerprint(part)[:16]}" for part in sets) or "none",
            "digest": digest.digest(name),
            "machine": environment.described(environment.environment()),
        }
        rows = run(name, seeds, dataset)
        measure.write(results.FOLDER / f"{name}.csv", rows, header)
    return 0


def load(name: str):
    """Return the data set of a measurement, a tuple of several, or None."""
    loader = TABLE[name].load
    if isinstance(loader, tuple):
        return tuple(one() for one in loader)
    return loader() if loader else None


def lesson_file(name: str) -> str:
    """Return the name of a lesson with its number, such as "06_rnn_text"."""
    return lesson.find(name).stem


def _about(name: str) -> str:
    return getattr(measurements, name).__doc__.splitlines()[0]


if __name__ == "__main__":
    sys.exit(main())
