"""Train the translator of notebook 08, with the notebook's own code and several seeds; measure it after each fifth.

python -m benchmarks.translation 0 1 2      # seeds; writes results/translation.csv
"""

import sys

from benchmarks import measure
from utils import data
from utils.runtime import keras  # started quietly


def main(seeds: list[int]) -> None:
    tatoeba, code, rows = data.load_english_spanish(), measure.definitions("08_transformer"), []
    train_pairs, test_pairs = code["split"](tatoeba.pairs, 1_000)
    code["subwords"] = code["learn_subwords"](train_pairs)
    embedding = code["counted_embedding"](train_pairs, code["SIZE"])
    bleu = code["sacrebleu"].metrics.BLEU()
    texts, references = (list(side) for side in zip(*test_pairs, strict=True))

    def evaluate(model: keras.Model) -> dict:
        scores = {"token_accuracy": round(float(code["accuracy_of"](model, test_pairs)), 4)}
        for beams in (1, 4):
            translations = code["translate"](model, texts, beams)
            scores[f"bleu_{beams}"] = round(bleu.corpus_score(translations, [references]).score, 2)
        return scores

    fifths = {code["STEPS"] * part // 5 for part in range(1, 6)}
    for seed in seeds:
        keras.utils.set_random_seed(seed)
        curve = measure.Curve(evaluate, at=fifths)
        code["train_translation"](train_pairs, embedding, [curve], seed=seed)
        rows += [{"seed": seed} | row for row in curve.rows]
    about = f"python -m benchmarks.translation: {tatoeba.source}; XLA on; {bleu.get_signature()}"
    measure.write("translation", rows, about)


if __name__ == "__main__":
    main([int(seed) for seed in sys.argv[1:]])
