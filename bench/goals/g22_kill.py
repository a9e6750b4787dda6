"""G22: a mirror killed with SIGKILL in the middle of a large file: what is fetched twice."""

import subprocess
import time

from harness.table import Row


def written(pid):
    """Bytes that a process has given to write calls."""
    with open(f"/proc/{pid}/io") as counters:
        return int(next(line for line in counters if line.startswith("wchar")).split()[1])


def settled(hub):
    """What the Hub has sent, once it has noticed that nobody listens any more."""
    deadline = time.monotonic() + 30
    while hub.counters()["connections_open"] > 1 and time.monotonic() < deadline:  # the one that asks
        time.sleep(0.05)
    return hub.counters()["bytes_sent"]


def run(bench):
    size = bench.big_mib
    source = bench.big_file(size)
    with bench.folder("g22") as folder, bench.hub(folder / "hub") as hub:
        bench.upload(hub, "julien/big", source)
        to = bench.fresh(folder / "out")
        # Slow enough to be caught in the middle.
        hub.scenario(total_bytes_per_second=size * (1 << 20) // (8 if bench.mode != "quick" else 2), cap_lfs_only=True)
        hub.reset()
        child = subprocess.Popen([bench.program, "mirror", "--endpoint", hub.endpoint, "--repo", "julien/big", "--to",
                                  to], env={"HF_HOME": str(bench.fresh(folder / "home"))}, stdout=subprocess.DEVNULL)
        while written(child.pid) < size * (1 << 20) // 2:
            assert child.poll() is None, "the mirror ended before it could be killed"
            time.sleep(0.01)
        child.kill()
        child.wait()
        first = settled(hub)
        hub.scenario()
        again = bench.ours("mirror", hub.endpoint, home=folder / "home", repo="julien/big", to=to)
        bench.same(source, to)
    total = size * (1 << 20)
    refetched = max(first + again.figures["bytes_received"] - total, 0) / (1 << 20)
    return [Row("G22", f"killed after {first * 100 // total} % of {size} MiB: fetched twice", refetched, "", None, "MiB",
                32, 8)]
