"""What a contestant's process does: build, report, then work when it is told to.

The process reads one line at a time from standard input: "time 30" works for 30 steps (or tokens) and answers with the
seconds, "quit" ends it. Each answer is a line of JSON on standard output; what libraries print goes to standard error.
"""

import json
import os
import re
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path


def serve(build: Callable[[], tuple[int, Callable[[], float | list[int]], Callable[[int], None]]], losses: int) -> None:
    """Answer on standard output.

    `build()` returns the number of trained parameters, a function that makes one step and returns its loss (or, of a
    workload that generates, writes a block and returns its tokens), and a function that works for n steps (or writes
    n tokens) and waits for the result. The first answer has the parameters, the losses of the first steps (or the
    tokens), and the seconds of the first step, in which the program is traced and compiled.
    """
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def answer(**fields):
        answers.write(json.dumps(fields) + "\n")
        answers.flush()

    parameters, step, work = build()
    start = time.perf_counter()
    first = step()
    compile_seconds = time.perf_counter() - start
    found = first if isinstance(first, list) else [first, *(step() for _ in range(losses - 1))]
    answer(parameters=parameters, results=found, compile_seconds=compile_seconds)
    for line in sys.stdin:
        command, *numbers = line.split()
        if command == "quit":
            break
        start = time.perf_counter()
        work(int(numbers[0]))
        answer(seconds=time.perf_counter() - start)
    answer(peak_megabytes=peak_megabytes())


def peak_megabytes() -> int:
    """Return the peak of the resident memory of this process.

    On Linux from its status: `resource` counts what the parent had, too, of which the process began as a copy.
    """
    status = Path("/proc/self/status")
    if status.exists():
        return int(re.search(r"VmHWM:\s+(\d+) kB", status.read_text()).group(1)) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 2**20  # in bytes on macOS
