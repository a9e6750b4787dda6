"""A sparse file of many gigabytes goes into Xet storage and comes back: in little memory, with few bytes on the way.

    python3 test_huge.py PATH_TO_hfhub [GIB]     20 by default; takes that much room
"""

import os
import resource
import shutil
import sys

from harness import main

GIB = int(sys.argv[2]) if len(sys.argv) > 2 else 20
SIZE = GIB << 30
MIB = 1 << 20
MOST_MEMORY = 120  # MiB, of the tool
ISLANDS = [0, 5 * MIB + 7, SIZE // 3, SIZE // 2 - 1, SIZE - 3 * MIB]


def written(path):
    islands = {at: os.urandom(2 * MIB) for at in ISLANDS}
    with open(path, "wb") as file:
        file.truncate(SIZE)
        for at, data in islands.items():
            file.seek(at)
            file.write(data)
    return islands


def is_same(path, islands):
    """The file has those bytes there, and zeros elsewhere."""
    zeros = bytes(16 * MIB)
    with open(path, "rb") as file:
        at = 0
        for begin, data in sorted(islands.items()) + [(SIZE, b"")]:
            while at < begin:
                piece = file.read(min(len(zeros), begin - at))
                if piece != zeros[:len(piece)] or not piece:
                    return False
                at += len(piece)
            if file.read(len(data)) != data:
                return False
            at += len(data)
        return not file.read(1)


def memory():
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10


def there_and_back(t):
    os.mkdir(t.path("source"))
    islands = written(t.path("source", "huge.bin"))
    free = shutil.disk_usage(t.root).free
    if not t.check("there is room", free > SIZE + (1 << 30), f"{free} bytes"):
        return
    with t.hub() as hub:
        done = t.run("upload", "me/huge", t.path("source"), "--json", timeout=3600)
        if not t.check("an upload", done.code == 0, str(done)):
            return
        t.check("sends little", done.json()["bytes_sent"] < 20 * MIB, done.out)
        t.check("takes little memory", memory() < MOST_MEMORY, f"{memory()} MiB")
        hub.reset()
        done = t.run("mirror", "me/huge", "--local-dir", t.path("mirror"), timeout=3600)
        t.equal("a mirror", done.code, 0, str(done))
        fetched = hub.counters()["bytes_sent"]
        # Each window asks for what it needs, and zeros are in all of them.
        t.check("fetches little", fetched < 20 * MIB + SIZE // 200, f"{fetched} bytes")
        t.check("in little memory", memory() < MOST_MEMORY, f"{memory()} MiB")
        t.check("all of it is there", is_same(t.path("mirror", "huge.bin"), islands))


if __name__ == "__main__":
    main(there_and_back)
