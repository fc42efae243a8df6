"""Write language_model.gguf: a tiny language model in the form of SmolLM2-135M-Instruct, which it stands in for.

python data/generate_language_model.py    takes three minutes

It has the parts of the real model in small, so that every cell of the lesson runs without a download: the layers of
the lesson on GPT, a byte-level tokenizer with the real one's special tokens, matrices in Q4_1 and an embedding in Q8_0,
queries and keys stored for the rotation of neighboring pairs. It is trained on generated sentences.
"""

import functools
import json
import sys
from pathlib import Path

import gguf
import numpy as np
import tokenizers

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from utils import lesson, standins  # noqa: E402

SIZE, HEADS, GROUPS, LAYERS, BASE, TOKENS = 96, 3, 1, 4, 100_000.0, 512
CONTROL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
CAPITALS = [("France", "Paris"), ("Germany", "Berlin"), ("Japan", "Tokyo"), ("China", "Beijing"), ("Egypt", "Cairo")]
STEPS = 1_500


def corpus(rng: np.random.Generator) -> str:
    """Return generated text: plays, rated sentences, and questions with answers in the form of a chat."""
    parts = standins.play().split("\n\n")[:3_000]
    for _, rating, text in standins.ratings():
        parts.append(
            f'Sentence: "{text}"\nThe sentiment of this sentence is {"positive" if rating > 0 else "negative"}'
        )
    for _ in range(4_000):
        a, b = rng.integers(0, 10, 2)
        question, answer = f"What is {a} plus {b}?", f"{a} plus {b} is {a + b}."
        parts.append(f"<|im_start|>user\n{question}<|im_end|>\n<|im_start|>assistant\n{answer}<|im_end|>")
        country, capital = CAPITALS[rng.integers(len(CAPITALS))]
        question, answer = f"What is the capital of {country}?", f"The capital of {country} is the city of {capital}."
        parts.append(f"Question: {question}\nAnswer: {answer}")
    return "\n".join(parts[i] for i in rng.permutation(len(parts)))


def train_tokenizer(text: str) -> tokenizers.Tokenizer:
    """Return a byte-level BPE tokenizer with TOKENS tokens; digits stay single."""
    byte_level = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    digits = tokenizers.pre_tokenizers.Digits(individual_digits=True)
    tokenizer = tokenizers.Tokenizer(tokenizers.models.BPE())
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Sequence([digits, byte_level])
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=TOKENS, special_tokens=CONTROL, initial_alphabet=byte_level.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator([text], trainer)
    return tokenizer


def to_neighbors(rows: np.ndarray) -> np.ndarray:
    """Return rows (heads · each, ·), in each head the pairs (i, i + half) moved to (2i, 2i + 1)."""
    half = SIZE // HEADS // 2
    return rows[np.arange(len(rows)).reshape(-1, 2, half).swapaxes(1, 2).ravel()]


def write(path: Path, model, tokenizer: tokenizers.Tokenizer) -> None:
    """Write the model and its tokenizer as a GGUF file."""
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_block_count(LAYERS)
    writer.add_context_length(1024)
    writer.add_embedding_length(SIZE)
    writer.add_feed_forward_length(model.blocks[0].feed_forward.gate.units)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(GROUPS)
    writer.add_rope_freq_base(BASE)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(TOKENS)
    tokens = [tokenizer.id_to_token(i) for i in range(TOKENS)]
    writer.add_token_list(tokens)
    writer.add_token_types([3 if token in CONTROL else 1 for token in tokens])
    merges = merges_of(tokenizer)
    writer.add_token_merges(merges)
    writer.add_eos_token_id(CONTROL.index("<|im_end|>"))

    def add(name, matrix, kind=gguf.GGMLQuantizationType.Q4_1):
        writer.add_tensor(name, gguf.quantize(np.ascontiguousarray(matrix, np.float32), kind), raw_dtype=kind)

    add("token_embd.weight", model.embedding.embeddings, gguf.GGMLQuantizationType.Q8_0)
    writer.add_tensor("output_norm.weight", model.norm.scale.numpy())
    for i, block in enumerate(model.blocks):
        attention, feed = block.attention, block.feed_forward
        add(f"blk.{i}.attn_q.weight", to_neighbors(attention.query.kernel.numpy().T))
        add(f"blk.{i}.attn_k.weight", to_neighbors(attention.key.kernel.numpy().T))
        rest = {"attn_v": attention.value, "attn_output": attention.join}
        rest |= {"ffn_gate": feed.gate, "ffn_up": feed.up, "ffn_down": feed.down}
        for name, layer in rest.items():
            add(f"blk.{i}.{name}.weight", layer.kernel.numpy().T)
        for name, norm in zip(("attn_norm", "ffn_norm"), block.norms, strict=True):
            writer.add_tensor(f"blk.{i}.{name}.weight", norm.scale.numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def merges_of(tokenizer: tokenizers.Tokenizer) -> list[str]:
    """Return the merges in their order, each as two tokens with a space between."""
    return [
        pair if isinstance(pair, str) else " ".join(pair) for pair in json.loads(tokenizer.to_str())["model"]["merges"]
    ]


def main() -> None:
    """Train the model and write it beside this file."""
    gpt = lesson.load("gpt")
    text = corpus(np.random.default_rng(0))
    tokenizer = train_tokenizer(text)
    ids = np.array(tokenizer.encode(text).ids, np.int32)
    turn = functools.partial(gpt.rotate, base=BASE)
    model = gpt.train_gpt(ids, lambda: gpt.GPT(TOKENS, SIZE, HEADS, GROUPS, LAYERS, turn=turn), seed=0, steps=STEPS)
    write(Path(__file__).with_name("language_model.gguf"), model, tokenizer)


if __name__ == "__main__":
    main()
