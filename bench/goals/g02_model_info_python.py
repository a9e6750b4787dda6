"""G2: the same against the reference client, which is given the better of one and eight threads."""

from harness.measure import interleaved
from harness.table import Row


def run(bench):
    count, many = bench.requests, bench.requests * 10
    with bench.scripted() as server:
        ours, one, eight = interleaved(
            bench.repeat,
            lambda: bench.ours("model_info", server.endpoint, repo="bench/model", count=many),
            lambda: bench.python("model_info.py", server.endpoint, "bench/model", count, 1),
            lambda: bench.python("model_info.py", server.endpoint, "bench/model", count, 8))
    rate = max(count / one.figures["seconds"], count / eight.figures["seconds"])
    cpu = min(one.figures["cpu"], eight.figures["cpu"]) / count
    return [Row("G2", "model_info: calls per second", many / ours.figures["seconds"], "reference", rate, "1/s", 15, 25,
                less=False),
            Row("G2", "model_info: CPU per call", ours.figures["cpu_calls"] / many * 1e6, "reference", cpu * 1e6, "us", 1 / 12, 1 / 20)]
