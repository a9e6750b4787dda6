"""X1: download of a large file from Xet storage, against hf_xet, which verifies nothing."""

from harness.measure import interleaved
from harness.table import Row


def run(bench):
    source = bench.big_file(bench.big_mib)
    with bench.folder("x01") as folder, bench.xet_hub(folder / "hub") as hub:
        bench.upload(hub, "julien/big", source)
        to = folder / "out"

        def fresh(run, found):
            def job():
                bench.fresh(to)
                hub.reset()
                sample = run()
                bench.same(source, found())
                hub.must_have_used_xet()
                return sample
            return job

        ours, peer = interleaved(
            bench.repeat,
            fresh(lambda: bench.ours("mirror", hub.endpoint, repo="julien/big", to=to), lambda: to),
            fresh(lambda: bench.xet_python("snapshot.py", hub.endpoint, "julien/big", to),
                  lambda: next(to.glob("models--*/snapshots/*"))))
    what = f"download of {bench.big_mib} MiB"
    return [Row("X1", f"{what}: CPU", ours.cpu, "hf_xet", peer.cpu, "s", 0.7, 0.4),
            Row("X1", f"{what}: wall", ours.wall, "hf_xet", peer.wall, "s", 1.0, 0.8),
            Row("X1", f"{what}: peak memory", ours.rss, "hf_xet", peer.rss, "MiB", 1 / 8, 1 / 20)]
