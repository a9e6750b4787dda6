#!/usr/bin/env python3
"""What <hf/hf_api.hpp> costs those who include it, beside what it cannot do without: Asio's awaitable and Boost.JSON.

    weight.py COMPILER [RUNS]

Checks what is the same in every run: preprocessed lines, and what g++ allocates for them, which is what templates cost.
With RUNS it also prints the processor time of the front end, of that many alternating runs. Ends badly over a limit.
"""
import re
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

INCLUDE = Path(__file__).resolve().parent.parent.parent / "include"
BASE = "#include <boost/asio/awaitable.hpp>\n#include <boost/json.hpp>\n"
OURS = "#include <hf/hf_api.hpp>\n"
# Two thirds of a megabyte of each call: its options, and the awaitable or the list that it gives.
LIMITS = {"lines": 1.18, "MB": 1.62}


def run(compiler, source, *options):
    command = [compiler, "-std=c++20", "-O0", f"-I{INCLUDE}", *options, str(source)]
    return subprocess.run(command, check=True, capture_output=True, text=True)


def lines(compiler, source):
    return len(run(compiler, source, "-E", "-P").stdout.splitlines())


def megabytes(compiler, source):
    """None of a compiler that does not tell."""
    total = re.search(r"^ *TOTAL .* (\d+)M", run(compiler, source, "-fsyntax-only", "-ftime-report").stderr, re.M)
    return int(total[1]) if total else None


def seconds(compiler, source):
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    run(compiler, source, "-fsyntax-only")
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def main(compiler, runs=0):
    heavy = False
    with tempfile.TemporaryDirectory() as folder:
        ours, base = Path(folder, "ours.cpp"), Path(folder, "base.cpp")
        ours.write_text(OURS)
        base.write_text(BASE)
        for unit, measure in ("lines", lines), ("MB", megabytes):
            a, b = measure(compiler, ours), measure(compiler, base)
            if a is None:
                continue
            heavy = heavy or a > LIMITS[unit] * b
            print(f"hf_api.hpp: {a} {unit}, {a / b:.2f} of {b}; at most {LIMITS[unit]:.2f}")
        times = [(seconds(compiler, ours), seconds(compiler, base)) for _ in range(runs)]
    if times:
        a, b = (statistics.median(column) for column in zip(*times))
        print(f"hf_api.hpp: {a:.2f} s, {a / b:.2f} of {b:.2f}, medians of {runs}")
    return 1 if heavy else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], *map(int, sys.argv[2:])))
