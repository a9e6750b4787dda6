"""G26: the longest turn of the loop, beside an idle one in the same run, and what 99.9 % of the turns stay below."""

from harness.table import Row


def run(bench):
    rows = []
    count = bench.turn_files
    with bench.folder("g26") as folder:
        rows += downloads(bench, folder, count)
        rows += uploads(bench, folder, count)
        rows += lists(bench)
        rows += big(bench, folder)
    return rows


def downloads(bench, folder, count):
    rows = []
    repo, cache, out = "bench/files", folder / "cache", folder / "out"
    home = bench.fresh(folder / "home")
    with bench.scripted(files=count, file_size=1000) as server:
        for kind in ("cold", "warm"):
            rows += told(f"snapshot of {count} files, {kind}",
                         bench.ours("snapshot", server.endpoint, home=home, repo=repo, cache=cache, turns=1))
        bench.fresh(home)
        for kind in ("cold", "warm"):
            rows += told(f"mirror of {count} files, {kind}",
                         bench.ours("mirror", server.endpoint, home=home, repo=repo, to=out, turns=1))
    bench.fresh(cache)
    bench.fresh(out)
    return rows


def uploads(bench, folder, count):
    source = bench.small_files(count, 1000)
    with bench.hub(bench.fresh(folder / "hub")) as hub:
        upload = lambda: bench.ours("upload", hub.endpoint, token=hub.token, repo="julien/small", turns=1,
                                    **{"from": source})
        return (told(f"upload of {count} files, listed, hashed and committed", upload())
                + told(f"upload of {count} files, unchanged", upload()))


def lists(bench):
    with bench.scripted(models=1000 * bench.repeat, page=1000) as server:
        sample = bench.ours("list_models", server.endpoint, limit=1000 * bench.repeat, turns=1)
    return told("list_models, pages of 1000", sample)


def big(bench, folder):
    what = f"{bench.big_mib} MiB"
    source, out = bench.big_file(bench.big_mib), folder / "out"
    with bench.hub(bench.fresh(folder / "hub")) as hub:
        rows = told(f"upload of a file of {what}",
                    bench.ours("upload", hub.endpoint, token=hub.token, repo="julien/big", turns=1, **{"from": source}))
        sample = bench.ours("mirror", hub.endpoint, repo="julien/big", to=bench.fresh(out), turns=1)
        bench.same(source, out)
    return rows + told(f"mirror of a file of {what}", sample)


def told(what, sample):
    figures = sample.figures
    idle = "idle io_context"
    return [Row("G26", f"{what}: longest turn", figures["turn_longest_ms"], idle, figures["idle_longest_ms"], "ms", 10,
                3, absolute=True),
            Row("G26", f"{what}: 99.9 % of {figures['turn_count']:.0f} turns", figures["turn_999_ms"], idle,
                figures["idle_999_ms"], "ms", 2, 1, absolute=True),
            Row("G26", f"{what}: longest round", figures["turn_round_ms"], idle, figures["idle_round_ms"], "ms",
                absolute=True)]
