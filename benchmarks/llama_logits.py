"""Write results/peers/llama_logits.csv: what llama.cpp, an independent program, computes from the weights of SmolLM2.

python -m venv /tmp/llama && /tmp/llama/bin/pip install llama-cpp-python gguf    compiles llama.cpp: some minutes
/tmp/llama/bin/python benchmarks/llama_logits.py SmolLM2-135M-Instruct.Q4_1.gguf

llama.cpp rounds what enters a product with quantized weights to eight bits, so equal logits cannot be expected of it
with this file. The weights are therefore written out in float32 first; keys and values are kept in float32 too.
"""

import csv
import hashlib
import platform
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import gguf
import numpy as np
from llama_cpp import Llama

PROMPTS = (
    "The capital of France is",
    "<|im_start|>user\nWhat is gradient descent? Answer in two sentences.<|im_end|>\n<|im_start|>assistant\n",
    "El niño duerme, 猫也睡着了: 12 + 345 = 357.\n\n  def f(x):\n",
)
RESULTS = Path(__file__).with_name("results") / "peers" / "llama_logits.csv"


def expand(path: Path, target: Path) -> None:
    """Write the GGUF file `path` once more, all tensors in float32."""
    reader, writer = gguf.GGUFReader(path), gguf.GGUFWriter(target, "llama")
    for name, field in reader.fields.items():
        if not name.startswith("GGUF.") and name not in ("general.architecture", "general.file_type"):
            kind, *_, element = [*field.types, None] if len(field.types) == 1 else field.types
            writer.add_key_value(name, field.contents(), kind, sub_type=element)
    for tensor in reader.tensors:
        writer.add_tensor(tensor.name, gguf.dequantize(tensor.data, tensor.tensor_type).astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main(path: Path) -> None:
    """Write the ids and the ten largest logits after each prompt."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        expand(path, Path(folder) / "float32.gguf")
        options = {"n_ctx": 256, "logits_all": True, "verbose": False, "type_k": 0, "type_v": 0}
        model = Llama(str(Path(folder) / "float32.gguf"), **options)
        for number, prompt in enumerate(PROMPTS):
            ids = model.tokenize(prompt.encode(), add_bos=False, special=True)
            model.reset()
            model.eval(ids)
            logits = np.array(model.scores[len(ids) - 1])
            for rank, token in enumerate(np.argsort(-logits)[:10]):
                rows.append([number, prompt, " ".join(map(str, ids)), rank, token, f"{logits[token]:.5f}"])
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    header = {
        "command": f"python benchmarks/llama_logits.py {path.name}",
        "data": f"{path.name}; sha256 {digest}",
        "digest": f"none: llama.cpp through llama-cpp-python {version('llama-cpp-python')}",
        "machine": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
    }
    RESULTS.parent.mkdir(exist_ok=True)
    with RESULTS.open("w", encoding="utf8", newline="") as file:
        file.writelines(f"# {name}: {value}\n" for name, value in header.items())
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([["number", "prompt", "ids", "rank", "token", "logit"], *rows])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
