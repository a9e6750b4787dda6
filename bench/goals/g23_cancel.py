"""G23: one of 1,000 transfers is cancelled."""

from harness.table import Row


def run(bench):
    count = bench.transfers
    figures = bench.ours("cancel", "", count=count).figures
    assert figures["closed"] == 1 and figures["ended"] == 1 and figures["complete"] == count - 1, figures
    return [Row("G23", f"one of {count} cancelled: its socket is closed after", figures["close_ms"], "", None, "ms", 50,
                5)]
