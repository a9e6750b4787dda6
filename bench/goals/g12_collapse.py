"""G12: a server that collapses above 8 connections: our rate against the best fixed number of them."""

from harness.table import Row


def run(bench):
    size = 64 if bench.mode == "quick" else 256
    source = bench.big_file(size)
    with bench.folder("g12") as folder, bench.hub(folder / "hub") as hub:
        bench.upload(hub, "julien/big", source)
        # Each connection gives 5 MB/s; more than eight of them give 5 MB/s together.
        hub.scenario(connection_bytes_per_second=5_000_000, collapse_above=8, collapsed_bytes_per_second=5_000_000,
                     cap_lfs_only=True)

        def seconds(**setup):
            sample = bench.ours("mirror", hub.endpoint, repo="julien/big", to=bench.fresh(folder / "out"),
                                worker_threads=1, **setup)
            bench.same(source, folder / "out")
            return sample.figures["seconds"]

        best = min(seconds(first_streams=n, max_streams=n) for n in ((8,) if bench.mode == "quick" else (4, 7, 8)))
        ours = seconds()
    return [Row("G12", f"{size} MiB from a server that collapses: rate", size / ours, "best fixed number", size / best,
                "MiB/s", 0.85, 0.95, less=False)]
