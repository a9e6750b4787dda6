"""The main job: mirror a repository of many small files and a large LFS file; 2,000 calls of model_info."""

from harness import peers
from harness.measure import interleaved
from harness.table import Row


def run(bench):
    rows = []
    with bench.folder("main-job") as folder:
        small, big = bench.small_files(bench.files), bench.big_file(bench.big_mib // 2)
        with bench.hub(folder / "hub", "part_size=33554432", "multipart_threshold=100000000000") as hub:
            for repo, source in (("julien/small", small), ("julien/big", big)):
                bench.upload(hub, repo, source)
            for name, repo, source, count in (("small files", "julien/small", small, bench.files),
                                              (f"{bench.big_mib // 2} MiB LFS file", "julien/big", big, 1)):
                rows += compare(bench, hub, folder, name, repo, source, count)
            rows += calls(bench, hub)
    return rows


def compare(bench, hub, folder, name, repo, source, count):
    to = folder / "out"
    names = sorted(str(p.relative_to(source)) for p in source.rglob("*") if p.is_file())
    curl, aria = peers.url_lists(folder, hub.endpoint, repo, names, to)

    def fresh(run, compare_with=to):
        def job():
            bench.fresh(to)
            hub.reset()
            sample = run()
            sample.figures["requests"] = hub.counters()["total"]
            if compare_with:
                bench.same(source, compare_with)
            return sample
        return job

    ours, ref, by_aria, by_curl = interleaved(
        1 if count > 1000 else bench.repeat,
        fresh(lambda: bench.ours("mirror", hub.endpoint, repo=repo, to=to)),
        fresh(lambda: bench.python("snapshot.py", hub.endpoint, repo, to), None),
        fresh(lambda: peers.aria2c(aria, to, split=16 if count == 1 else 1)),
        fresh(lambda: peers.curl(curl)))
    small = count > 1
    rows = []
    for peer, sample, must in (("snapshot_download", ref, 1 / 5), ("aria2c", by_aria, None), ("curl -Z", by_curl, None)):
        rows += [
            Row("main", f"{name}: CPU per file" if small else f"{name}: CPU", ours.cpu / count * 1000, peer,
                sample.cpu / count * 1000, "ms", must if small else None, 1 / 12 if must and small else None),
            Row("main", f"{name}: wall", ours.wall, peer, sample.wall, "s"),
            Row("main", f"{name}: peak memory", ours.rss, peer, sample.rss, "MiB"),
            Row("main", f"{name}: requests", ours.figures["requests"], peer, sample.figures["requests"])]
    rows.append(Row("main", f"{name}: peak memory", ours.rss, "limit", None, "MiB", 128))
    return rows


def calls(bench, hub):
    count, repo = bench.requests, "julien/big"
    url = f"{hub.endpoint}/api/models/{repo}"
    ours, ref, wrk = interleaved(
        bench.repeat,
        lambda: bench.ours("model_info", hub.endpoint, repo=repo, count=count),
        lambda: bench.python("model_info.py", hub.endpoint, repo, count, 1),
        lambda: peers.wrk(url))
    rate = count / ours.figures["seconds"]
    return [Row("main", "model_info: CPU per call", ours.figures["cpu_calls"] / count * 1000, "reference",
                ref.figures["cpu"] / count * 1000, "ms", 1 / 12, 1 / 20),
            Row("main", "model_info: calls per second", rate, "reference", count / ref.figures["seconds"], "1/s", 5,
                less=False),
            Row("main", "model_info: calls per second", rate, "wrk", wrk.figures["rate"], "1/s", less=False)]
