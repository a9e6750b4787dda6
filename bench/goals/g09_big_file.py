"""G9 and G10: a large LFS file, fetched and verified, against curl, aria2c, hf_transfer and Python."""

from harness import peers
from harness.measure import interleaved, measure
from harness.table import Row


def run(bench):
    source = bench.big_file(bench.big_mib)
    with bench.folder("g09") as folder, bench.hub(folder / "hub") as hub:
        bench.upload(hub, "julien/big", source)
        url, to = f"{hub.endpoint}/julien/big/resolve/main/model.bin", folder / "out"

        def fresh(run, check=None):
            def job():
                bench.fresh(to)
                sample = run()
                if check:
                    bench.same(source, to)
                return sample
            return job

        ours, curl, dgst, aria, transfer, newest = interleaved(
            bench.repeat,
            fresh(lambda: bench.ours("mirror", hub.endpoint, repo="julien/big", to=to, worker_threads=1), True),
            fresh(lambda: measure(["curl", "-s", "-f", "-L", "-o", to / "model.bin", url]), True),
            lambda: measure(["openssl", "dgst", "-sha256", source / "model.bin"]),
            fresh(lambda: peers.aria2c_one(url, to)),
            fresh(lambda: bench.python("snapshot.py", hub.endpoint, "julien/big", to, HF_HUB_ENABLE_HF_TRANSFER="1")),
            fresh(lambda: bench.python("snapshot.py", hub.endpoint, "julien/big", to, peer="newest")))
    what = f"{bench.big_mib} MiB verified"
    rate = bench.big_mib / ours.wall
    per = lambda sample: bench.big_mib / sample.wall
    return [Row("G9", f"{what}: wall", ours.wall, "curl", curl.wall, "s", 1.10, 1.02),
            Row("G9", f"{what}: CPU", ours.cpu, "curl + openssl dgst", curl.cpu + dgst.cpu, "s", 1.25, 1.05),
            Row("G10", f"{what}: rate", rate, "aria2c -x16", per(aria), "MiB/s", 1.0, 1.2, less=False),
            Row("G10", f"{what}: rate", rate, "hf_transfer", per(transfer), "MiB/s", 1.0, 1.3, less=False),
            Row("G10", f"{what}: peak memory", ours.rss, "hf_transfer", transfer.rss, "MiB", 1 / 10),
            Row("G10", f"{what}: rate", rate, "newest Python", per(newest), "MiB/s", 1.5, 2, less=False),
            Row("G10", f"{what}: CPU", ours.cpu, "newest Python", newest.cpu, "s")]
