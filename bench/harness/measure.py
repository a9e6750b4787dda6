"""Runs a program and tells what it cost: wall time, CPU time and peak memory of it and its children."""

import dataclasses
import json
import os
import statistics
import subprocess
import tempfile


@dataclasses.dataclass
class Sample:
    wall: float
    cpu: float  # user and system seconds
    rss: float  # MiB at the peak
    figures: dict  # what the program printed as JSON on its last line, if it did


class Failed(Exception):
    pass


def last_json(text):
    lines = text.strip().splitlines()
    try:
        figures = json.loads(lines[-1]) if lines else {}
        return figures if isinstance(figures, dict) else {}
    except ValueError:
        return {}


launcher = None  # hfhub_bench_measure; set once before the first run


def measure(argv, env=None, cwd=None, accept=(0,)):
    argv = [str(a) for a in argv]
    with tempfile.NamedTemporaryFile("r") as cost, tempfile.TemporaryFile("w+") as out, \
            tempfile.TemporaryFile("w+") as err:
        code = subprocess.run([launcher, cost.name, *argv], env={**os.environ, **(env or {})}, cwd=cwd,
                              stdin=subprocess.DEVNULL, stdout=out, stderr=err).returncode
        out.seek(0)
        err.seek(0)
        text = out.read()
        if code not in accept:
            raise Failed(f"{' '.join(argv)[:300]}: exit {code}: {(err.read() or text)[-2000:]}")
        wall, cpu, kib = map(float, cost.read().split())
    return Sample(wall, cpu, kib / 1024, last_json(text))


def interleaved(times, *runs):
    """Runs each of `runs` in turn, `times` times over; gives the median of each, by CPU and wall apart."""
    samples = [[] for _ in runs]
    for _ in range(times):
        for kept, run in zip(samples, runs):
            kept.append(run())
    return [median(kept) for kept in samples]


def median(samples):
    names = set().union(*(s.figures for s in samples))
    figures = {n: statistics.median(s.figures[n] for s in samples if n in s.figures) for n in names}
    return Sample(statistics.median(s.wall for s in samples), statistics.median(s.cpu for s in samples),
                  statistics.median(s.rss for s in samples), figures)
