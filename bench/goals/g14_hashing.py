"""G14: SHA-256 against openssl speed, and on two cores against one."""

import re
import subprocess

from harness.measure import interleaved, measure
from harness.table import Row


def openssl(seconds):
    out = subprocess.run(["openssl", "speed", "-mr", "-evp", "sha256", "-bytes", "262144", "-seconds", str(seconds)],
                         check=True, capture_output=True, text=True).stdout
    return float(re.search(r"^\+F:\d+:[^:]+:([\d.]+)", out, re.M).group(1))


def run(bench):
    mib = 200 if bench.mode == "quick" else 2000
    hash_on = lambda threads: lambda: bench.ours("hash", "", mib=mib, threads=threads)
    rates = []

    def speed():
        rates.append(openssl(1))
        return measure(["true"])

    one, two, _ = interleaved(bench.repeat, hash_on(1), hash_on(2), speed)
    rate = one.figures["bytes"] / one.figures["cpu"]
    wall = lambda sample: sample.figures["bytes"] / sample.figures["seconds"] / 1e6
    return [Row("G14", "SHA-256 per second of CPU", rate / 1e6, "openssl speed", max(rates) / 1e6, "MB/s", 0.93, 0.98,
                less=False),
            Row("G14", "SHA-256 on two cores", wall(two), "one", wall(one), "MB/s", 1.85, less=False)]
