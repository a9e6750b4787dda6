"""G1: typed model_info per second on one thread, 32 in flight, against wrk on the same answers."""

from harness import peers
from harness.measure import interleaved
from harness.table import Row


def run(bench):
    count = bench.requests * 10
    with bench.scripted() as server:
        ours, wrk = interleaved(
            bench.repeat,
            lambda: bench.ours("model_info", server.endpoint, repo="bench/model", count=count),
            lambda: peers.wrk(f"{server.endpoint}/api/models/bench/model"))
    return [Row("G1", "model_info: calls per second", count / ours.figures["seconds"], "wrk", wrk.figures["rate"],
                "1/s", 0.5, 0.7, less=False),
            Row("G1", "model_info: CPU per call", ours.figures["cpu_calls"] / count * 1e6, "wrk",
                wrk.cpu / wrk.figures["requests"] * 1e6, "us")]
