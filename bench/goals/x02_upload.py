"""X2: upload of a large incompressible file to Xet storage, against hf_xet."""

from harness.measure import interleaved
from harness.table import Row


def run(bench):
    source = bench.big_file(bench.big_mib)
    with bench.folder("x02") as folder:
        def with_hub(run):
            # A hub for each run: what is stored is not sent again.
            def job():
                with bench.xet_hub(bench.fresh(folder / "hub")) as hub:
                    sample = run(hub)
                    hub.must_have_used_xet()
                    return sample
            return job

        ours, peer = interleaved(
            bench.repeat,
            with_hub(lambda hub: bench.upload(hub, "julien/up", source)),
            with_hub(lambda hub: bench.xet_python("upload_folder.py", hub.endpoint, hub.token, "julien/up", source)))
    what = f"upload of {bench.big_mib} MiB"
    return [Row("X2", f"{what}: CPU", ours.cpu, "hf_xet", peer.cpu, "s", 0.9, 0.7),
            Row("X2", f"{what}: wall", ours.wall, "hf_xet", peer.wall, "s", 1.0, 0.8),
            Row("X2", f"{what}: peak memory", ours.rss, "hf_xet", peer.rss, "MiB", 1 / 4, 1 / 10)]
