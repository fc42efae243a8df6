"""Write the data of the book's interactive pieces, from the notebooks' functions and networks that these train.

python -m tools.pieces [NAME ...]        quadratic, filter, sampling, attention, reader: ten minutes for all

`make pieces` runs this. It needs the real data sets, and for the reader the package onnx. The pictures that stand where
scripts are off come from `make book-test`, which takes them in a browser.
"""

import base64
import functools
import json
import sys

import numpy as np

from tools import notebooks
from utils import data, lesson, standins
from utils.runtime import keras, tf

FOLDER = notebooks.ROOT / "docs" / "pieces"
EDGE = [[-1, 0, 1]] * 3
CONTEXTS = (
    "ROMEO:\nI will not ",
    "KING RICHARD:\nMy lord, I th",
    "First Citizen:\nWhere is the q",
    "What say you to my suit?\n",
)
NUMBERS = (305_020, 47, 112_000, 999_999)


def quadratic() -> dict:
    """Return paths of gradient descent on (θ − 1)², by the functions of the first lesson."""
    descend = lesson.load("gradient_descent").descend
    paths = {str(rate): descend(0.0, rate, 20).tolist() for rate in (0.1, 0.5, 0.9, 1.0, 1.1)}
    return {"minimum": 1, "start": 0, "steps": 20, "paths": paths}


def digits() -> tuple[np.ndarray, np.ndarray]:
    """Return images (n, 28, 28) and labels (n,) that a package brings along, so that no data set is copied here."""
    return standins.digits()[2:]


@functools.cache
def article() -> keras.Model:
    """Return the network of article 003, trained for two epochs."""
    mnist = data.load_mnist()
    keras.utils.set_random_seed(0)
    network = lesson.load("mnist_cnn").article_network()
    network.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"], jit_compile=True)
    network.fit(mnist.train_images[..., None], mnist.train_labels, batch_size=128, epochs=2, verbose=0)
    print(network.evaluate(mnist.test_images[..., None], mnist.test_labels, batch_size=500, verbose=0))
    return network


def filters() -> dict:
    """Return a digit and filters: two edges as in the lesson, a mean, and three that the network has learned."""
    images, labels = digits()
    learned = article().layers[1].get_weights()[0][:, :, 0]  # (3, 3, 32)
    largest = np.argsort(-np.ptp(learned, axis=(0, 1)))[:3]
    kernels = {"vertical edge": EDGE, "horizontal edge": np.transpose(EDGE).tolist()}
    kernels["mean"] = np.full((3, 3), 1 / 9).round(4).tolist()
    kernels |= {
        f"learned {n}": learned[:, :, place].astype(float).round(4).tolist() for n, place in enumerate(largest, 1)
    }
    return {
        "image": images[labels == 7][1].tolist(),
        "filters": [{"name": name, "kernel": kernel} for name, kernel in kernels.items()],
    }


def sampling() -> dict:
    """Return logits of the next character after some contexts, by the network of the lesson on text."""
    text, shakespeare = lesson.load("rnn_text"), data.load_shakespeare()
    characters, ids = text.character_ids(shakespeare.text)
    train_ids, valid_ids, _ = text.split(ids)
    network = text.train_text(train_ids, valid_ids, len(characters), seed=0)
    rows = []
    for context in CONTEXTS:
        read = np.searchsorted(characters, list(context)).astype(np.int32)[None]
        logits = network(read)[0, -1].numpy().astype(float).round(3).tolist()
        rows.append({"text": context, "characters": characters.tolist(), "logits": logits})
    return {"contexts": rows}


def attention() -> dict:
    """Return the cross-attention of the lesson's Transformer while it is shown numerals that it was not trained on."""
    numerals = lesson.load("transformer")
    numbers, _ = numerals.draw_numbers()
    numbers = numbers[~np.isin(numbers, NUMBERS)]
    model = numerals.train_numbers(numbers, steps=600, seed=0)
    examples = []
    for number in NUMBERS:
        sources, targets = numerals.number_pairs(np.array([number]))
        words, signs = numerals.english(number), [*numerals.chinese(number), "end"]
        weights = numerals.cross_attention(model, sources, tf.constant(targets[:, :-1]))[0]
        weights = weights[:, : len(signs), : len(words)].astype(float).round(3)
        examples.append({"source": words, "target": signs, "weights": [weights.tolist()]})
    return {"examples": examples}


def reader() -> dict:
    """Return the network of the lesson on digits as an ONNX file, and what it says to some digits."""
    network = article()
    images, labels = digits()
    shown = np.stack([images[labels == digit][1] for digit in (2, 5, 7)])
    examples = [
        {"image": image.tolist(), "probabilities": probabilities.tolist()}
        for image, probabilities in zip(shown, network(shown[..., None]).numpy().astype(float).round(5), strict=True)
    ]
    return {"model": base64.b64encode(onnx_file(network)).decode(), "output": "probabilities", "examples": examples}


def onnx_file(network: keras.Model) -> bytes:
    """Return a sequential network of these layers as an ONNX file: (1, 28, 28, 1), 0 to 255 → (1, 10).

    Raises:
        ValueError: if it has a layer of another kind.
    """
    from onnx import TensorProto, checker, helper, numpy_helper

    nodes, constants = [], []

    def constant(value: np.ndarray) -> str:
        constants.append(numpy_helper.from_array(np.ascontiguousarray(value), f"constant_{len(constants)}"))
        return constants[-1].name

    def add(kind: str, *inputs: str, **attributes) -> str:
        nodes.append(helper.make_node(kind, inputs, [f"value_{len(nodes)}"], **attributes))
        return nodes[-1].output[0]

    x = add("Transpose", "image", perm=[0, 3, 1, 2])
    for layer in network.layers:
        if isinstance(layer, keras.layers.Rescaling):
            x = add("Mul", x, constant(np.float32(layer.scale)))
        elif isinstance(layer, keras.layers.Conv2D):
            kernel, bias = layer.get_weights()
            x = add("Conv", x, constant(kernel.transpose(3, 2, 0, 1)), constant(bias))
        elif isinstance(layer, keras.layers.MaxPooling2D):
            x = add("MaxPool", x, kernel_shape=layer.pool_size, strides=layer.strides)
        elif isinstance(layer, keras.layers.Flatten):  # in Keras's order
            x = add("Flatten", add("Transpose", x, perm=[0, 2, 3, 1]))
        elif isinstance(layer, keras.layers.Dense):
            x = add("Gemm", x, *map(constant, layer.get_weights()))
        else:
            raise ValueError(f"Expected a layer that is written here, received {layer}.")
        activation = keras.activations.serialize(getattr(layer, "activation", keras.activations.linear))
        if activation != "linear":
            x = add({"relu": "Relu", "softmax": "Softmax"}[activation], x)
    graph = helper.make_graph(
        nodes, "article",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 28, 28, 1])],
        [helper.make_tensor_value_info(x, TensorProto.FLOAT, [1, 10])], constants,
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    checker.check_model(model, full_check=True)
    return model.SerializeToString()


PIECES = {
    "quadratic": quadratic,
    "filter": filters,
    "sampling": sampling,
    "attention": attention,
    "reader": reader,
}


def main() -> int:
    """Run the command line described above; return the exit code."""
    unknown = set(sys.argv[1:]) - set(PIECES)
    if unknown:
        print(f"Expected names of pieces ({', '.join(PIECES)}), received {', '.join(unknown)}.", file=sys.stderr)
        return 1
    for name in sys.argv[1:] or PIECES:
        text = json.dumps(PIECES[name](), ensure_ascii=False, separators=(",", ":"))
        line = f"window.courseData = window.courseData || {{}};\nwindow.courseData.{name} = {text};\n"
        (FOLDER / f"{name}.data.js").write_text(line, encoding="utf8")
        print(f"{name}: {len(line) / 1e3:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
