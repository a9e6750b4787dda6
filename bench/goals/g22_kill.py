"""G22: a mirror killed with SIGKILL in the middle of a large file: what is fetched twice."""

import subprocess
import time

from harness.table import Row


def run(bench):
    size = bench.big_mib
    source = bench.big_file(size)
    with bench.folder("g22") as folder, bench.hub(folder / "hub") as hub:
        bench.upload(hub, "julien/big", source)
        to = bench.fresh(folder / "out")
        seconds = 4 if bench.mode != "quick" else 2
        hub.scenario(total_bytes_per_second=size * (1 << 20) // seconds, cap_lfs_only=True)
        hub.reset()
        child = subprocess.Popen([bench.program, "mirror", "--endpoint", hub.endpoint, "--repo", "julien/big", "--to",
                                  to], env={"HF_HOME": str(bench.fresh(folder / "home"))}, stdout=subprocess.DEVNULL)
        time.sleep(seconds / 2)
        child.kill()
        child.wait()
        time.sleep(0.5)  # the Hub notices
        first = hub.counters()["bytes_sent"]
        hub.scenario()
        again = bench.ours("mirror", hub.endpoint, home=folder / "home", repo="julien/big", to=to)
        bench.same(source, to)
    total = size * (1 << 20)
    assert 0.1 * total < first < 0.9 * total, f"killed after {first} of {total} bytes"
    refetched = max(first + again.figures["bytes_received"] - total, 0) / (1 << 20)
    return [Row("G22", f"killed after {first * 100 // total} % of {size} MiB: fetched twice", refetched, "", None, "MiB",
                32, 8)]
