"""X5 and X6: keyed BLAKE3 of pieces as large as chunks, against PyPI's blake3, and all that is done to a file before it
is sent, against its SHA-256 alone. One core each; rates are per second of CPU."""

from harness.measure import Failed, interleaved, measure
from harness.table import Row

PIECE_KIB = 64


def run(bench):
    source = bench.big_file(bench.big_mib) / "model.bin"
    mib = 500 if bench.mode == "quick" else 8000
    hashed, peer, packed, dgst = interleaved(
        bench.repeat,
        lambda: bench.xet("blake3", file=source, mib=mib, piece_kib=PIECE_KIB),
        lambda: measure([bench.peers / "xet/bin/python", bench.here / "peers/blake3_pieces.py", source, mib, PIECE_KIB]),
        lambda: bench.xet("pack", file=source),
        lambda: measure(["openssl", "dgst", "-sha256", source]))
    if hashed.figures["check"] != peer.figures["check"]:
        raise Failed("the same pieces gave different hashes")
    rate = lambda sample, cpu: sample.figures["bytes"] / sample.figures[cpu] / 1e6
    size = source.stat().st_size / 1e6
    return [Row("X5", f"keyed BLAKE3 of {PIECE_KIB} KiB pieces", rate(hashed, "cpu_hashing"), "PyPI blake3",
                rate(peer, "cpu"), "MB/s", 0.7, 0.95, less=False),
            Row("X6", f"chunks, BLAKE3, SHA-256, xorbs of {bench.big_mib} MiB", size / packed.cpu,
                "openssl dgst -sha256", size / dgst.cpu, "MB/s", 0.45, 0.55, less=False)]
