"""G21: a mirror from a Hub that grants 500 requests per 3 s: refusals seen, and how much of the quota is used."""

from harness.table import Row

REQUESTS, WINDOW = 500, 3


def run(bench):
    count = min(bench.files, 3000)
    source = bench.small_files(count)
    with bench.folder("g21") as folder, bench.hub(folder / "hub") as hub:
        bench.upload(hub, "julien/small", source)
        quota = {"requests": REQUESTS if count > 1000 else 100, "window_s": WINDOW}
        hub.scenario(api_quota=quota, resolver_quota=quota, page_quota=quota)
        hub.reset()
        # A look at the moment when the last whole window ends that the files can fill.
        windows = (count - 1) // quota["requests"]
        ours = bench.ours("mirror", hub.endpoint, repo="julien/small", to=bench.fresh(folder / "out"),
                          look_after=windows * WINDOW * 1000)
        bench.same(source, folder / "out")
        refused = hub.counters()["statuses"].get("429", 0)
    fetched = ours.figures["bytes_at_look"] * ours.figures["files"] / ours.figures["bytes"]
    return [Row("G21", "surfaced 429", 0.0, "", None, "", 0),  # the mirror would have failed
            Row("G21", "429 answered by the Hub", refused, "", None, ""),
            Row("G21", f"quota used in {windows} windows", 100 * fetched / (windows * quota["requests"]), "", None, "%",
                90, 97, less=False)]
