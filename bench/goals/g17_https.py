"""G17: CPU seconds per GB over HTTPS, verified and written, against the reference and the newest Python."""

from harness.measure import interleaved
from harness.table import Row


def run(bench):
    size = max(bench.big_mib // 2, 32)
    source = bench.big_file(size)
    with bench.folder("g17") as folder, bench.secure_hub(folder / "hub") as hub:
        bench.upload_secure(hub, "julien/big", source)
        to = folder / "out"

        def fresh(run):
            def job():
                bench.fresh(to)
                return run()
            return job

        ours, ref, newest = interleaved(
            bench.repeat,
            fresh(lambda: bench.ours("mirror", hub.endpoint, repo="julien/big", to=to, ca=bench.certificate,
                                     worker_threads=1)),
            fresh(lambda: bench.python("snapshot.py", hub.endpoint, "julien/big", to)),
            fresh(lambda: bench.python("snapshot.py", hub.endpoint, "julien/big", to, peer="newest")))
        bench.ours("mirror", hub.endpoint, repo="julien/big", to=bench.fresh(to), ca=bench.certificate)
        bench.same(source, to)
    per = size * (1 << 20) / 1e9
    return [Row("G17", "https: CPU per GB", ours.cpu / per, "reference (verifies nothing)", ref.figures["cpu"] / per,
                "s", 1.5, 1.15),
            Row("G17", "https: CPU per GB", ours.cpu / per, "newest Python", newest.figures["cpu"] / per, "s", 0.7,
                0.5)]
