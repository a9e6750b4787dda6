"""G7: wall time of a mirror of 1,000 small files from a Hub that takes 40 ms to answer."""

from harness import peers
from harness.measure import interleaved
from harness.table import Row


def run(bench):
    count = min(bench.files, 1000)
    source = bench.small_files(count)
    with bench.folder("g07") as folder, bench.hub(folder / "hub") as hub:
        bench.upload(hub, "julien/small", source)
        hub.scenario(latency_ms=40)
        to = folder / "out"
        names = sorted(str(p.relative_to(source)) for p in source.rglob("*") if p.is_file())
        for_curl, for_aria = peers.url_lists(folder, hub.endpoint, "julien/small", names, to)

        def fresh(run):
            def job():
                bench.fresh(to)
                return run()
            return job

        ours, ref, aria, curl = interleaved(
            min(bench.repeat, 3),
            fresh(lambda: bench.ours("mirror", hub.endpoint, repo="julien/small", to=to)),
            fresh(lambda: bench.python("snapshot.py", hub.endpoint, "julien/small", to)),
            fresh(lambda: peers.aria2c(for_aria, to)),
            fresh(lambda: peers.curl(for_curl)))
    what = f"{count} files at 40 ms: wall"
    return [Row("G7", what, ours.wall, "snapshot_download", ref.wall, "s", 1 / 10, 1 / 14),
            Row("G7", what, ours.wall, "aria2c -j16", aria.wall, "s", 1 / 2.5, 1 / 3.5),
            Row("G7", what, ours.wall, "curl -Z 64", curl.wall, "s", 1.25, 1.05)]
