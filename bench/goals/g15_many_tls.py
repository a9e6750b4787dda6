"""G15: peak memory with 1,000 transfers over TLS under way at once."""

from harness.table import Row


def run(bench):
    count = bench.transfers
    source = bench.small_files(count)
    with bench.folder("g15") as folder, bench.secure_hub(folder / "hub") as hub:
        bench.upload_secure(hub, "julien/small", source)
        # No answer before all requests are there.
        hub.scenario(latency_ms=8_000 if count >= 1000 else 1_500)
        ours = bench.ours("mirror", hub.endpoint, repo="julien/small", to=bench.fresh(folder / "out"), jobs=count,
                          connections=count, ca=bench.certificate)
        bench.same(source, folder / "out")
        opened = hub.counters()["connections_accepted"]
    return [Row("G15", f"{count} transfers over TLS, {opened} connections: peak memory", ours.rss, "", None, "MiB", 96,
                64)]
