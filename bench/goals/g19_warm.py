"""G19 and G20: a snapshot of 100,000 files again, unchanged; and mirrors of 100,000 and of 10,000."""

from harness.measure import interleaved
from harness.table import Row


def run(bench):
    count = bench.many_files
    rows = []
    with bench.folder("g19") as folder:
        cache, home = folder / "cache", bench.fresh(folder / "home")
        with bench.scripted(files=count, file_size=1000) as server:
            bench.ours("snapshot", server.endpoint, home=home, repo="bench/files", cache=cache)
            ours, ref = interleaved(
                min(bench.repeat, 3),
                lambda: bench.ours("snapshot", server.endpoint, home=home, repo="bench/files", cache=cache),
                lambda: bench.python("snapshot.py", server.endpoint, "bench/files", cache))
            rows += [Row("G19", f"unchanged snapshot of {count} files: wall", ours.wall, "reference",
                         ref.figures["seconds"], "s", 1 / 5, 1 / 15),
                     Row("G19", f"unchanged snapshot of {count} files: CPU", ours.cpu, "reference",
                         ref.figures["cpu"], "s"),
                     Row("G19", f"unchanged snapshot of {count} files: requests", ours.figures["requests"], "", None,
                         "", 1)]
            bench.fresh(cache)
            many, = interleaved(min(bench.repeat, 3), mirror(bench, folder, server))
        with bench.scripted(files=count // 10, file_size=1000) as server:
            few, = interleaved(bench.repeat, mirror(bench, folder, server))
    rows += [Row("G20", f"mirror of {count} files: wall", many.figures["seconds"], "a tenth", few.figures["seconds"],
                 "s", 10.5),
             Row("G20", f"mirror of {count} files: CPU", many.cpu, "a tenth", few.cpu, "s", 10.5),
             Row("G20", f"mirror of {count} files: peak memory", many.rss, "a tenth", few.rss, "MiB")]
    return rows


def mirror(bench, folder, server):
    return lambda: bench.ours("mirror", server.endpoint, repo="bench/files", to=bench.fresh(folder / "out"))
