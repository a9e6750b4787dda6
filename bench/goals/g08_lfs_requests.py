"""G8: what a mirror of LFS files asks of the Hub, storage aside. G6 tells of regular files."""

import random

from harness.table import Row


def run(bench):
    count = max(bench.files // 5, 200)
    with bench.folder("g08") as folder, bench.hub(folder / "hub") as hub:
        source = bench.fresh(folder / "source")
        chance = random.Random(8)
        for i in range(count):
            (source / f"{i:05}.bin").write_bytes(b"\0" + chance.randbytes(999))
        bench.upload(hub, "julien/lfs", source)
        hub.reset()
        bench.ours("mirror", hub.endpoint, repo="julien/lfs", to=bench.fresh(folder / "out"))
        bench.same(source, folder / "out")
        asked = hub.counters()["hub_requests"]
    return [Row("G8", f"requests per LFS file, of {count}", asked / count, "", None, "",
                0.02 if count >= 2000 else None)]
