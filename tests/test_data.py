"""The loaders: where they look, what they refuse, and what they leave behind."""

import hashlib
import http.server
import io
import multiprocessing
import re
import tarfile
import threading
import time
import zipfile
from dataclasses import replace

import numpy as np
import pytest
import safetensors.numpy

from utils import data, fetch, standins
from utils.data_sets import DATA_SETS


def mnist_arrays(n=3):
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 256, (2, n, 28, 28), np.uint8), rng.integers(0, 10, (2, n), np.uint8)
    return {"x_train": images[0], "y_train": labels[0], "x_test": images[1], "y_test": labels[1]}


def npz_bytes(**arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def npy_bytes(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


MNIST_BYTES = npz_bytes(**mnist_arrays())


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves `server.body`; the first part of the path says how badly."""

    def do_GET(self):
        self.server.hits += 1
        mode = self.path.split("/")[1]
        if mode == "missing":
            return self.send_error(404)
        if mode == "hang":
            return time.sleep(2)
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body[: 100 if mode == "cut" else None])

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.hits, server.body = 0, MNIST_BYTES
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(autouse=True)
def nowhere(monkeypatch, tmp_path):
    """No COURSE_DATA, an empty cache, a short time-out, and no proxy to the loopback server."""
    for name in ("COURSE_DATA", "COURSE_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(fetch, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(fetch, "TIMEOUT", 0.5)


MNIST = DATA_SETS["mnist"].source


def point_to(monkeypatch, server, mode, name="mnist", body=MNIST_BYTES):
    server.body = body
    remote = DATA_SETS[name].source
    url = f"http://127.0.0.1:{server.server_port}/{mode}/{remote.url.rsplit('/', 1)[-1]}"
    remote = replace(remote, url=url, known_hash=f"sha256:{hashlib.sha256(body).hexdigest()}")
    monkeypatch.setitem(DATA_SETS, name, replace(DATA_SETS[name], source=remote))


def folder_with(monkeypatch, tmp_path, name, content):
    folder = tmp_path / "course-data"
    folder.mkdir()
    (folder / name).write_bytes(content)
    monkeypatch.setenv("COURSE_DATA", str(folder))
    return folder


def cached(tmp_path):
    return sorted(path.name for path in (tmp_path / "cache").glob("*"))


def test_course_data_comes_first(monkeypatch, tmp_path, server):
    point_to(monkeypatch, server, "ok", body=npz_bytes(**mnist_arrays(5)))
    folder_with(monkeypatch, tmp_path, "mnist.npz", MNIST_BYTES)
    mnist = data.load_mnist()
    np.testing.assert_array_equal(mnist.train_images, mnist_arrays()["x_train"])
    assert (server.hits, mnist.is_stand_in) == (0, False)
    assert mnist.source.endswith("3 training and 3 test images, 28×28, uint8")


def test_download_is_used_and_cached(monkeypatch, tmp_path, server, capsys):
    point_to(monkeypatch, server, "ok")
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))  # a folder without mnist.npz
    for _ in range(2):
        assert not data.load_mnist().is_stand_in
    assert (server.hits, cached(tmp_path)) == (1, ["mnist.npz"])
    assert capsys.readouterr().out.split("\r")[-1].strip() == ""  # the progress bar is erased


@pytest.mark.parametrize(
    ("mode", "reason"),
    [
        ("missing", "answered with status 404"),
        ("cut", "no connection to .*, or it broke"),
        ("hang", "did not answer within 0.5 s"),
    ],
)
def test_a_failed_download_gives_the_stand_in(monkeypatch, tmp_path, server, capsys, mode, reason):
    point_to(monkeypatch, server, mode)
    assert data.load_mnist().is_stand_in
    output = capsys.readouterr()
    line = output.out.split("\r")[-1]  # what is left where the progress bar was
    rest = "Results will differ from the text; for the real data see data/README.md."
    assert re.fullmatch(f"⚠ STAND-IN for mnist.npz: .*{reason}. {rest}\n", line)
    assert output.err == ""
    assert cached(tmp_path) == []


def test_refused_connection_gives_the_stand_in(monkeypatch, tmp_path, server, capsys):
    point_to(monkeypatch, server, "ok")
    server.shutdown()
    server.server_close()
    assert data.load_mnist().is_stand_in
    assert "no connection to http://127.0.0.1" in capsys.readouterr().out


def test_a_wrong_hash_is_refused(monkeypatch, tmp_path, server, capsys):
    point_to(monkeypatch, server, "ok")
    server.body = npz_bytes(**mnist_arrays(4))
    assert data.load_mnist().is_stand_in
    assert "its hash differs" in capsys.readouterr().out
    assert cached(tmp_path) == []


def test_a_damaged_cache_is_downloaded_again(monkeypatch, tmp_path, server):
    point_to(monkeypatch, server, "ok")
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "mnist.npz").write_bytes(MNIST_BYTES[:200])
    assert not data.load_mnist().is_stand_in
    assert (tmp_path / "cache" / "mnist.npz").read_bytes() == MNIST_BYTES


def test_a_cache_that_cannot_be_written(monkeypatch, tmp_path, server, capsys):
    point_to(monkeypatch, server, "ok")
    (tmp_path / "cache").write_text("a file in the folder's place")
    assert data.load_mnist().is_stand_in
    assert re.search(r"the cache folder .*cache cannot be written", capsys.readouterr().out)
    assert (tmp_path / "cache").read_text() == "a file in the folder's place"


def load_in_a_process(url, known_hash, cache, queue):
    fetch.CACHE = cache
    remote = replace(MNIST, url=url, known_hash=known_hash)
    queue.put(fetch.download(remote).read_bytes() == MNIST_BYTES)


def test_two_processes_at_once(monkeypatch, tmp_path, server):
    point_to(monkeypatch, server, "ok")
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    source = DATA_SETS["mnist"].source
    arguments = (source.url, source.known_hash, tmp_path / "cache", queue)
    processes = [context.Process(target=load_in_a_process, args=arguments) for _ in range(2)]
    for process in processes:
        process.start()
    assert [queue.get(timeout=60) for _ in processes] == [True, True]
    for process in processes:
        process.join()
    assert cached(tmp_path) == ["mnist.npz"]


@pytest.mark.parametrize("value", ["true", "0", "yes"])
def test_another_value_of_course_offline_is_refused(monkeypatch, value):
    monkeypatch.setenv("COURSE_OFFLINE", value)
    with pytest.raises(ValueError, match="Expected COURSE_OFFLINE to be 1 or not set, received"):
        data.load_mnist()


def test_course_data_may_start_with_a_tilde(monkeypatch, tmp_path):
    folder_with(monkeypatch, tmp_path, "mnist.npz", MNIST_BYTES)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("COURSE_DATA", "~/course-data")
    assert len(data.load_mnist().train_images) == 3


@pytest.mark.parametrize("what", ["absent", "a file"])
def test_course_data_that_is_no_folder(monkeypatch, tmp_path, what):
    place = tmp_path / "place"
    if what == "a file":
        place.write_text("")
    monkeypatch.setenv("COURSE_DATA", str(place))
    with pytest.raises(NotADirectoryError, match="Expected COURSE_DATA to name a folder, received"):
        data.load_mnist()


def bad_mnist():
    good = mnist_arrays()
    return {
        "empty": b"",
        "garbage": b"not an archive" * 100,
        "truncated": MNIST_BYTES[: len(MNIST_BYTES) // 2],
        "keys": npz_bytes(images=good["x_train"]),
        "shape": npz_bytes(**good | {"x_train": good["x_train"][:, :27]}),
        "length": npz_bytes(**good | {"y_train": good["y_train"][:2]}),
        "dtype": npz_bytes(**good | {"x_train": good["x_train"] / 255.0}),
        "labels": npz_bytes(**good | {"y_test": good["y_test"] + 100}),
        "a npy file": npy_bytes(good["x_train"]),
        "text labels": npz_bytes(**good | {"y_train": np.array(["a", "b", "c"])}),
        "pickle": npz_bytes(**good | {"x_train": np.array([{}], dtype=object)}),
    }


@pytest.mark.parametrize("what", bad_mnist())
def test_a_bad_file_in_course_data_is_named(monkeypatch, tmp_path, what):
    folder = folder_with(monkeypatch, tmp_path, "mnist.npz", bad_mnist()[what])
    with pytest.raises(ValueError, match=r"Expected .*mnist\.npz to hold .*received: .*Delete or replace"):
        data.load_mnist()
    assert [path.name for path in folder.iterdir()] == ["mnist.npz"]


def test_offline_goes_to_the_stand_in_at_once(monkeypatch, tmp_path, server, capsys):
    point_to(monkeypatch, server, "ok")
    folder_with(monkeypatch, tmp_path, "mnist.npz", MNIST_BYTES)
    monkeypatch.setenv("COURSE_OFFLINE", "1")
    mnist = data.load_mnist()
    assert mnist.is_stand_in
    assert server.hits == 0
    assert capsys.readouterr().out.startswith("⚠ STAND-IN for mnist.npz: COURSE_OFFLINE=1 is set")


def cifar10_archive():
    """Two records a batch; record i of a batch has label i and the planes 10, 20 and 30 + i."""
    record = [bytes([i]) + bytes([10 + i]) * 1024 + bytes([20 + i]) * 1024 + bytes([30 + i]) * 1024 for i in (0, 1)]
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name in [f"data_batch_{i}.bin" for i in range(1, 6)] + ["test_batch.bin"]:
            member = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
            member.size = len(record[0]) * 2
            archive.addfile(member, io.BytesIO(b"".join(record)))
    return file.getvalue()


def test_cifar10_binary_version(monkeypatch, server):
    point_to(monkeypatch, server, "ok", "cifar10", cifar10_archive())
    cifar10 = data.load_cifar10()
    assert (cifar10.train_images.shape, cifar10.test_images.shape) == ((10, 32, 32, 3), (2, 32, 32, 3))
    np.testing.assert_array_equal(cifar10.train_images[1, 5, 7], [11, 21, 31])  # red, green, blue
    np.testing.assert_array_equal(cifar10.train_labels, [0, 1] * 5)
    assert cifar10.class_names[0] == "airplane"


def test_cifar10_binary_version_truncated(monkeypatch, server):
    point_to(monkeypatch, server, "ok", "cifar10", cifar10_archive()[:100])
    with pytest.raises(ValueError, match=r"cifar-10-binary\.tar\.gz to hold"):
        data.load_cifar10()


def test_cifar10_prepared_with_labels_in_a_column(monkeypatch, tmp_path):
    arrays = {"x_train": np.zeros((4, 32, 32, 3), np.uint8), "y_train": np.arange(4, dtype=np.uint8)[:, None]}
    arrays |= {"x_test": arrays["x_train"], "y_test": arrays["y_train"]}
    folder_with(monkeypatch, tmp_path, "cifar10.npz", npz_bytes(**arrays))
    np.testing.assert_array_equal(data.load_cifar10().train_labels, np.arange(4))


def test_cifar10_kept_as_jpeg_says_so(monkeypatch, tmp_path):
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 256, (4, 32, 32, 3), np.uint8), np.arange(4, dtype=np.uint8)
    arrays = {"x_train": images, "y_train": labels, "x_test": images, "y_test": labels}
    folder_with(monkeypatch, tmp_path, "cifar10.npz", npz_bytes(**arrays))
    official = data.load_cifar10()
    assert "JPEG" not in official.source
    monkeypatch.setattr(data, "JPEG_COPY_OF_CIFAR10", data.fingerprint(official)[:16])
    assert "a copy kept as JPEG: 4 training" in data.load_cifar10().source


def zipped(content, name="spa-eng/spa.txt"):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, content)
    return file.getvalue()


def test_texts(monkeypatch, tmp_path):
    folder = folder_with(monkeypatch, tmp_path, "shakespeare.txt", b"To be")
    (folder / "spa-eng.zip").write_bytes(zipped("Go.\tVe.\nHi.\tHola.\n"))
    shakespeare, pairs = data.load_shakespeare(), data.load_english_spanish()
    assert (shakespeare.text, pairs.pairs) == ("To be", [("Go.", "Ve."), ("Hi.", "Hola.")])
    assert shakespeare.source.endswith(": 5 characters")
    assert pairs.source.endswith(": 2 pairs")


def rated(text, name="movieReviewSnippets"):
    """Return a gzipped tar archive in the form of the ratings, with `text` in one of the four files."""
    names = ("movieReviewSnippets", "tweets", "amazonReviewSnippets", "nytEditorialSnippets")
    files = dict.fromkeys(names, b"1\t-2.5\tBad.\n") | {name: text}
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for member, content in files.items():
            info = tarfile.TarInfo(f"hutto_ICWSM_2014/{member}_GroundTruth.txt")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return file.getvalue()


def test_ratings(monkeypatch, tmp_path):
    folder_with(monkeypatch, tmp_path, "vader.tgz", rated(b"1\t3.5\tFine \xff film.\r\n2\t-1\tDull.\n"))
    ratings = data.load_ratings()
    films = ratings.table[ratings.table.domain == "films"]
    assert list(films.rating) == [3.5, -1.0]
    assert list(films.text) == ["Fine \ufffd film.", "Dull."]
    assert list(ratings.table.domain[2:]) == ["tweets", "products", "newspapers"]
    assert ratings.source.endswith(": 5 sentences")


def test_a_language_model_must_be_the_expected_file(monkeypatch, tmp_path):
    name = DATA_SETS["smollm2"].source.files[0]
    folder_with(monkeypatch, tmp_path, name, b"GGUF")
    with pytest.raises(ValueError, match=f"Expected .*{name} to hold the file whose SHA-256 begins with b179c9523d0e"):
        data.load_smollm2()
    monkeypatch.setattr(data, "SMOLLM2_SHA256", hashlib.sha256(b"GGUF").hexdigest())
    assert data.load_smollm2().path.read_bytes() == b"GGUF"


def test_a_sentence_model_and_its_vocabulary_must_be_the_expected_files(monkeypatch, tmp_path):
    names = DATA_SETS["minilm"].source.files
    folder = folder_with(monkeypatch, tmp_path, names[0], b"other")
    (folder / names[1]).write_bytes(b"other")
    with pytest.raises(
        ValueError, match=f"Expected .*{names[0]} to hold the file whose SHA-256 begins with 53aa51172d14"
    ):
        data.load_minilm()
    right = hashlib.sha256(b"other").hexdigest()
    monkeypatch.setattr(data, "MINILM_SHA256", (right, data.MINILM_SHA256[1]))
    with pytest.raises(
        ValueError, match=f"Expected .*{names[1]} to hold the file whose SHA-256 begins with 07eced375cec"
    ):
        data.load_minilm()
    monkeypatch.setattr(data, "MINILM_SHA256", (right, right))
    first = data.load_minilm()
    assert first.vocabulary.read_bytes() == b"other"
    first.vocabulary.write_bytes(b"changed")
    assert data.fingerprint(first) != hashlib.sha256(b"otherother").hexdigest()


@pytest.mark.parametrize(
    ("name", "content", "load"),
    [
        ("vader.tgz", b"no archive", "load_ratings"),
        ("vader.tgz", rated(b"1\tno number\tText.\n"), "load_ratings"),
        ("vader.tgz", rated(b"1\t2.0\n", "tweets"), "load_ratings"),
        ("vader.tgz", rated(b"1\t2.0\tText.\n" * 100)[:200], "load_ratings"),
        ("shakespeare.txt", b"", "load_shakespeare"),
        ("shakespeare.txt", b"\xff\xfe\xff", "load_shakespeare"),
        ("spa-eng.zip", b"no zip", "load_english_spanish"),
        ("spa-eng.zip", zipped("Go.\tVe.\n", "other.txt"), "load_english_spanish"),
        ("spa-eng.zip", zipped("no tab\n"), "load_english_spanish"),
        ("spa-eng.zip", zipped("Go.\tVe.\n" * 100)[:60], "load_english_spanish"),
    ],
)
def test_bad_texts_are_named(monkeypatch, tmp_path, name, content, load):
    folder_with(monkeypatch, tmp_path, name, content)
    with pytest.raises(ValueError, match=f"Expected .*{name}"):
        getattr(data, load)()


def test_linear_regression_is_what_its_script_writes():
    import runpy

    script = data.LINEAR_REGRESSION.with_name("generate_linear_regression.py")
    expected = runpy.run_path(str(script))["linear_regression"]()
    np.testing.assert_array_equal(data.load_linear_regression().table, expected)


@pytest.mark.parametrize("content", [None, "", "a,b\n1,2\n", "input,output\n1,\n", "input,output\nx,2\n"])
def test_bad_linear_regression_is_named(monkeypatch, tmp_path, content):
    path = tmp_path / "linear_regression.csv"
    if content is not None:
        path.write_text(content)
    monkeypatch.setattr(data, "LINEAR_REGRESSION", path)
    with pytest.raises(ValueError, match=r"linear_regression\.csv to hold the columns"):
        data.load_linear_regression()


@pytest.mark.parametrize(
    ("load", "digest"),
    [
        ("load_mnist", "5c770d888e5d"),
        ("load_cifar10", "d66345602c13"),
        ("load_shakespeare", "073da78e556f"),
        ("load_english_spanish", "dd8f3c4a0c50"),
        ("load_ratings", "ca4be756d20e"),
    ],
)
def test_stand_ins_are_identical_on_every_machine(monkeypatch, load, digest):
    monkeypatch.setenv("COURSE_OFFLINE", "1")
    stand_in = getattr(data, load)()
    assert stand_in.is_stand_in
    assert data.fingerprint(stand_in).startswith(digest)


def test_stand_in_digits_have_every_class_equally_often():
    _, train_labels, _, test_labels = standins.digits()
    assert np.bincount(train_labels).tolist() == [400] * 10
    assert np.bincount(test_labels).tolist() == [100] * 10


def test_every_data_set_has_a_loader_and_a_fingerprint(monkeypatch):
    monkeypatch.setenv("COURSE_OFFLINE", "1")
    loaders = {name.removeprefix("load_") for name in vars(data) if name.startswith("load_")}
    assert loaders == set(DATA_SETS)
    prints = {name: data.fingerprint(getattr(data, f"load_{name}")()) for name in DATA_SETS}
    assert all(re.fullmatch("[0-9a-f]{64}", value) for value in prints.values())
    assert len(set(prints.values())) == len(DATA_SETS)


def test_fingerprint_changes_with_one_pixel():
    arrays = mnist_arrays()
    build = lambda: data.Images(*arrays.values(), class_names=(), source="")  # noqa: E731
    before = data.fingerprint(build())
    arrays["x_test"][0, 0, 0] ^= 1
    assert data.fingerprint(build()) != before


def test_the_sentences_in_the_repository(monkeypatch, tmp_path):
    triples, questions = data.load_triples(), data.load_questions()
    assert triples.table.kind.value_counts().to_dict() == dict.fromkeys(triples.table.kind.unique(), 8)
    assert questions.table.question.nunique() == len(questions.table) == 60
    assert data.fingerprint(triples) != data.fingerprint(questions)
    for content in (b"kind,sentence\na,b\n", b"kind,sentence,paraphrase,trap\na,b,c,\n", b"", b"\xff\n"):
        path = tmp_path / "triples.csv"
        path.write_bytes(content)
        monkeypatch.setattr(data, "TRIPLES", path)
        with pytest.raises(ValueError, match=r"Expected .*triples.csv to hold the columns .* texts without gaps"):
            data.load_triples()


def test_the_sentence_model_is_what_its_script_writes():
    import runpy

    script = runpy.run_path(str(data.MINILM_STAND_IN.with_name("generate_sentence_model.py")))
    vocabulary = script["learn_vocabulary"]()
    stored = data.MINILM_STAND_IN.with_name("sentence_model_vocabulary.txt")
    assert stored.read_text(encoding="utf8").splitlines() == vocabulary
    weights = safetensors.numpy.load_file(data.MINILM_STAND_IN)
    expected = script["random_weights"](np.random.default_rng(0), len(vocabulary))
    assert weights.keys() == expected.keys()
    for name, array in expected.items():
        np.testing.assert_array_equal(weights[name], array, name)
