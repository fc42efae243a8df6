"""Write sentence_model.safetensors and its vocabulary: they stand in for all-MiniLM-L6-v2.

python data/generate_sentence_model.py    takes seconds

The model has the parts of the real one in small, under the same names, and twelve heads as well, so that every cell of
the lesson runs without a download. Its weights are random. The vocabulary is learned from generated text.
"""

import sys
from pathlib import Path

import numpy as np
import safetensors.numpy
import tokenizers

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from utils import standins  # noqa: E402

SIZE, INNER, LAYERS, PLACES, PIECES = 48, 192, 2, 128, 800
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def learn_vocabulary() -> list[str]:
    """Return WordPieces of generated text, in the order of their ids."""
    texts = [standins.play(), *(text for _, _, text in standins.ratings())]
    texts += [english for english, _ in standins.sentence_pairs()] + list("abcdefghijklmnopqrstuvwxyz0123456789")
    tokenizer = tokenizers.BertWordPieceTokenizer(lowercase=True)
    normalizer = tokenizers.normalizers.BertNormalizer(lowercase=True)  # as the tokenizer's
    letters = sorted(set().union(*map(normalizer.normalize_str, texts)) - {" ", "\n"})
    first = [*SPECIAL, *letters, *(f"##{letter}" for letter in letters)]  # else their order varies from run to run
    tokenizer.train_from_iterator(texts, PIECES, show_progress=False, special_tokens=first)
    return [tokenizer.id_to_token(i) for i in range(tokenizer.get_vocab_size())]


def random_weights(rng: np.random.Generator, tokens: int) -> dict[str, np.ndarray]:
    """Return weights under the names of the real file; matrices as (outputs, inputs)."""
    weights = {}

    def dense(name, inputs, outputs):
        weights[f"{name}.weight"] = rng.normal(0, inputs**-0.5, (outputs, inputs))
        weights[f"{name}.bias"] = rng.normal(0, 0.02, outputs)

    def norm(name):
        weights[f"{name}.LayerNorm.weight"] = rng.normal(1, 0.1, SIZE)
        weights[f"{name}.LayerNorm.bias"] = rng.normal(0, 0.02, SIZE)

    for name, rows in (("word", tokens), ("position", PLACES), ("token_type", 2)):
        weights[f"embeddings.{name}_embeddings.weight"] = rng.normal(0, 0.1 if name == "word" else 0.02, (rows, SIZE))
    norm("embeddings")
    for layer in range(LAYERS):
        start = f"encoder.layer.{layer}"
        for part in ("self.query", "self.key", "self.value", "output.dense"):
            dense(f"{start}.attention.{part}", SIZE, SIZE)
        norm(f"{start}.attention.output")
        dense(f"{start}.intermediate.dense", SIZE, INNER)
        dense(f"{start}.output.dense", INNER, SIZE)
        norm(f"{start}.output")
    return {name: array.astype(np.float32) for name, array in weights.items()}


def main() -> None:
    """Write both files beside this one."""
    vocabulary = learn_vocabulary()
    path = Path(__file__).with_name("sentence_model_vocabulary.txt")
    path.write_text("".join(f"{piece}\n" for piece in vocabulary), encoding="utf8")
    weights = random_weights(np.random.default_rng(0), len(vocabulary))
    safetensors.numpy.save_file(weights, Path(__file__).with_name("sentence_model.safetensors"))


if __name__ == "__main__":
    main()
