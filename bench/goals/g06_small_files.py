"""G6 and G8: CPU per verified file of a mirror of 10,000 files of 10 KB, and what it asks of the Hub."""

from harness import peers
from harness.measure import interleaved
from harness.table import Row


def run(bench):
    count, rows = bench.files, []
    source = bench.small_files(count)
    with bench.folder("g06") as folder, bench.hub(folder / "hub") as hub:
        bench.upload(hub, "julien/small", source)
        to = folder / "out"
        names = sorted(str(p.relative_to(source)) for p in source.rglob("*") if p.is_file())
        for_curl, for_aria = peers.url_lists(folder, hub.endpoint, "julien/small", names, to)

        def fresh(run, compare=True):
            def job():
                bench.fresh(to)
                hub.reset()
                sample = run()
                sample.figures["requests"] = hub.counters()["hub_requests"]
                if compare:
                    bench.same(source, to)
                return sample
            return job

        ours, = interleaved(bench.repeat, fresh(lambda: bench.ours("mirror", hub.endpoint, repo="julien/small", to=to)))
        ref, aria, curl = interleaved(
            1,
            fresh(lambda: bench.python("snapshot.py", hub.endpoint, "julien/small", to), False),
            fresh(lambda: peers.aria2c(for_aria, to)),
            fresh(lambda: peers.curl(for_curl)))
    per_file = lambda sample: sample.cpu / count * 1000
    for name, sample, must, stretch in (("snapshot_download", ref, 1 / 12, 1 / 20), ("aria2c", aria, None, None),
                                        ("curl -Z", curl, None, None)):
        rows.append(Row("G6", f"{count} files: CPU per file", per_file(ours), name, per_file(sample), "ms", must,
                        stretch))
    rows.append(Row("G8", "requests per regular file", ours.figures["requests"] / count, "", None, "",
                    1.01 if count >= 10_000 else None))
    rows.append(Row("G8", "requests per regular file", ours.figures["requests"] / count, "snapshot_download",
                    ref.figures["requests"] / count))
    return rows
