"""G5: a list of a million models: memory that grows with it, time against a tenth of it."""

from harness.table import Row


def run(bench):
    count = bench.items * 20
    with bench.scripted(models=count + 1000) as server:
        ours = bench.ours("list_models", server.endpoint, limit=count, warm=count // 10)
    figures = ours.figures
    assert figures["items"] == count, figures
    return [Row("G5", f"{count} items: growth of memory after a tenth", max(figures["resident_end"] -
                figures["resident_warm"], 0), "", None, "MiB", 8, 2),
            Row("G5", f"{count} items: CPU", figures["cpu"], "a tenth", figures["cpu_warm"], "s", 10.5)]
