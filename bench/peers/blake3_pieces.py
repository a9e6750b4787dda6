"""blake3_pieces.py FILE MIB PIECE_KIB: keyed BLAKE3 of each piece of a file, over and over until MIB are hashed."""

import json
import sys
import time

from blake3 import blake3

path, mib, piece = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]) << 10
with open(path, "rb") as file:
    data = memoryview(file.read(16 << 20))
pieces = [data[at:at + piece] for at in range(0, len(data), piece)]
key = bytes(range(32))
cpu, check, done = time.process_time(), 0, 0
while done < mib << 20:
    for one in pieces:
        digest = blake3(one, key=key).digest()
        check ^= digest[0] | digest[1] << 8
    done += len(data)
print(json.dumps({"cpu": time.process_time() - cpu, "bytes": done, "check": check}))
