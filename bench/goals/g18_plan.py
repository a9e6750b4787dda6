"""G18: listing and planning 100,000 files of which one is wanted."""

from harness.table import Row


def run(bench):
    count = bench.many_files
    with bench.folder("g18") as folder, bench.scripted(files=count, file_size=100) as server:
        ours = bench.ours("mirror", server.endpoint, repo="bench/files", to=folder, allow="data/part-000/file-000007.bin")
        assert ours.figures["fetched"] == 1, ours
    grown = (ours.rss - ours.figures["resident_before"]) * (1 << 20) / count
    return [Row("G18", f"plan of {count} files: CPU", ours.cpu, "", None, "s", 1.0, 0.4),
            Row("G18", f"plan of {count} files: memory per file", grown, "", None, "B", 400 if count >= 100_000 else None)]
