"""G3: CPU per item of list_models against the reference and @huggingface/hub."""

import shutil

from harness.measure import interleaved, measure
from harness.table import Row


def run(bench):
    count = bench.items
    # A module is looked up beside the file that imports it.
    script = bench.peers / "js/list_models.mjs"
    shutil.copy(bench.here / "peers/list_models.mjs", script)
    with bench.scripted(models=count + 1000) as server:
        ours, ref, js = interleaved(
            bench.repeat,
            lambda: bench.ours("list_models", server.endpoint, limit=count),
            lambda: bench.python("list_models.py", server.endpoint, count),
            lambda: measure(["node", script, server.endpoint, count]))
    for sample in (ours, ref, js):
        assert sample.figures["items"] == count, sample
    cpu = ours.figures["cpu_calls"] / count * 1e6
    return [Row("G3", "list_models: CPU per item", cpu, "reference", ref.figures["cpu"] / count * 1e6, "us", 1 / 6,
                1 / 12),
            Row("G3", "list_models: CPU per item", cpu, "@huggingface/hub", js.figures["cpu"] / count * 1e6, "us",
                1 / 2)]
