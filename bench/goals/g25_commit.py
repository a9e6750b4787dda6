"""G25: a commit of 10,000 small files: peak memory, and CPU against the reference."""

from harness.table import Row


def run(bench):
    count = bench.files
    source = bench.small_files(count, 1000)
    with bench.folder("g25") as folder, bench.hub(folder / "hub") as hub:
        ours = bench.upload(hub, "julien/ours", source)
        ref = bench.python("upload_folder.py", hub.endpoint, hub.token, "julien/reference", source)
        for repo in ("ours", "reference"):
            bench.ours("mirror", hub.endpoint, repo=f"julien/{repo}", to=bench.fresh(folder / "out"))
            bench.same(source, folder / "out")
    return [Row("G25", f"commit of {count} files: peak memory", ours.rss, "", None, "MiB", 32),
            Row("G25", f"commit of {count} files: CPU", ours.cpu, "reference", ref.cpu, "s", 1 / 8)]
