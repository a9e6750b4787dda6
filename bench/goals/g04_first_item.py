"""G4: when the first item of a page is there that drips in at 1 MB/s, as a share of the page's time."""

from harness.measure import interleaved
from harness.table import Row


def run(bench):
    with bench.scripted(models=1000, drip=1_000_000) as server:
        ours, ref = interleaved(
            bench.repeat,
            lambda: bench.ours("list_models", server.endpoint, limit=1000),
            lambda: bench.python("list_models.py", server.endpoint, 1000))
    share = lambda sample: 100 * sample.figures["first_item"] / sample.figures["seconds"]
    return [Row("G4", "first item, share of the page's time", share(ours), "", None, "%", 5, 1.5),
            Row("G4", "first item, share of the page's time", share(ours), "reference", share(ref), "%")]
