"""X3 and X4: a new version of a large file, 1 % of it changed in 20 places: what its upload sends, and what is fetched
by who has the old version. Bytes are those of the bodies that the Hub received and sent."""

from harness.table import Row


def run(bench):
    mib = min(bench.big_mib, 1024)  # five copies are there at a time
    old, new = bench.big_file(mib), bench.changed_file(mib)
    percent = 100 / (mib << 20)
    with bench.folder("x03") as folder:
        def both(upload, download, found):
            to = bench.fresh(folder / "out")
            with bench.xet_hub(bench.fresh(folder / "hub")) as hub:
                upload(hub, old)
                download(hub, to)
                hub.reset()
                upload(hub, new)
                hub.must_have_used_xet()
                sent = hub.counters()["bytes_received"]
                hub.reset()
                download(hub, to)
                bench.same(new, found(to))
                return sent * percent, hub.counters()["bytes_sent"] * percent

        sent, fetched = both(
            lambda hub, source: bench.upload(hub, "julien/big", source),
            lambda hub, to: bench.ours("mirror", hub.endpoint, home=folder / "home", repo="julien/big", to=to),
            lambda to: to)
        peer_sent, peer_fetched = both(
            lambda hub, source: bench.xet_python("upload_folder.py", hub.endpoint, hub.token, "julien/big", source),
            lambda hub, to: bench.xet_python("snapshot.py", hub.endpoint, "julien/big", to),
            lambda to: to / "models--julien--big/snapshots" / (to / "models--julien--big/refs/main").read_text())
    what = f"1 % of {mib} MiB changed"
    return [Row("X3", f"{what}: uploaded", sent, "hf_xet", peer_sent, "%", 3, 1.5, absolute=True),
            Row("X4", f"{what}: fetched over the old one", fetched, "hf_xet", peer_fetched, "%", 5, 2, absolute=True)]
