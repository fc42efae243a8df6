"""The comparison with other programs: its batches, its processes, and what it refuses."""

import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks.peers import __main__ as driver
from benchmarks.peers.workloads import WORKLOADS, batch
from utils import results

FAKE = """
from benchmarks.peers import worker

def build():
    print("noise of a library")
    return 7, iter([3.0, 2.0, 1.0]).__next__, lambda n: None

worker.serve(build, 3)
"""


@pytest.fixture
def fake(monkeypatch):
    """Return a function that starts a contestant whose program is this code."""
    start = subprocess.Popen

    def begin(code):
        monkeypatch.setattr(subprocess, "Popen", lambda _, **options: start([sys.executable, "-c", code], **options))
        return driver.Contestant("course", "gpt", "none")

    return begin


def test_a_contestant_reports_works_and_ends(fake):
    contestant = fake(FAKE)
    assert contestant.report["parameters"] == 7
    assert contestant.report["results"] == [3.0, 2.0, 1.0]
    assert contestant.ask("time 5")["seconds"] < 1
    assert 5 < contestant.ask("quit")["peak_megabytes"] < 200
    contestant.end()
    assert contestant.process.returncode == 0


def test_a_contestant_that_fails_says_why(fake):
    with pytest.raises(RuntimeError, match=r"course has ended without an answer:[^~]*no such layer"):
        fake("raise ValueError('no such layer')")


def report(parameters, losses):
    return SimpleNamespace(name="other", report={"parameters": parameters, "results": losses})


def test_other_work_is_refused():
    ours = report(10, [2.0, 1.0])
    assert driver.check(report(10, [2.0, 1.005]), ours, False) == pytest.approx(0.005)
    with pytest.raises(RuntimeError, match="other: expected 10 parameters, received 11"):
        driver.check(report(11, [2.0, 1.0]), ours, False)
    for losses in ([2.0, 1.02], [2.0, float("nan")]):
        with pytest.raises(RuntimeError, match="other: losses"):
            driver.check(report(10, losses), ours, False)
    tokens = report(10, [5, 6, 7, 8, 9])
    assert driver.check(report(10, [5, 6, 7, 8, 1]), tokens, True) == pytest.approx(0.2)
    with pytest.raises(RuntimeError, match="other: tokens"):
        driver.check(report(10, [5, 6, 1, 8, 9]), tokens, True)


def test_targets_of_texts_are_the_next_tokens():
    ids, targets = batch("gpt")
    np.testing.assert_array_equal(ids[:, 1:], targets[:, :-1])
    source, inputs, outputs = batch("translator")
    np.testing.assert_array_equal(inputs[:, 1:], outputs[:, :-1])
    assert source.shape == inputs.shape == (85, 12)
    assert source.size == WORKLOADS["translator"].examples


def test_the_results_have_every_workload_and_contestant():
    table = results.read("peers/speed")
    expected = {(name, one) for name in WORKLOADS for one in driver.CONTESTANTS if driver.takes_part(one, name)}
    assert set(zip(table.workload, table.contestant, strict=True)) == expected
    ours = table[table.contestant == "course"].set_index("workload")
    assert (ours.time_by_ours == 1).all()
    assert (table.parameters == table.workload.map(ours.parameters)).all()
    assert (table.lowest <= table.per_second).all()
    assert (table.per_second <= table.highest).all()


def test_operations_are_those_of_the_layers():
    kernels = [900 * 27 * 32, 169 * 288 * 64, 16 * 576 * 64, 1024 * 64, 640]
    assert WORKLOADS["cifar10_article"].flops == 2 * (3 * sum(kernels) - kernels[0])
    assert WORKLOADS["smollm2_writes"].flops == pytest.approx(2 * 134_515_008, rel=0.02)
