"""Transfers that are killed at any moment, without a word, and run again.

    python3 test_killed.py PATH_TO_hfhub [TIMES]     5 by default, of each kind
"""

import glob
import os
import random
import re
import sys
import time

from harness import main

TIMES = int(sys.argv[2]) if len(sys.argv) > 2 else 5
SIZE = 30_000_000
LEAST_KEPT = 1 << 20  # what is less is not kept
SLACK = 3_000_000     # lines of a journal that were not written, chunks that were not complete


def kept(folder):
    size = 0
    for path in glob.glob(os.path.join(folder, ".cache/huggingface/hfhub/partials/*.journal")):
        with open(path, errors="replace") as file:
            size += sum(int(end) - int(begin) for begin, end in re.findall(r"^(\d+)-(\d+)$", file.read(), re.M))
    return size if size >= LEAST_KEPT else 0


def killed(t, seconds, *command):
    process = t.start(*command)
    time.sleep(seconds)
    process.kill()
    process.communicate()


def downloads(t, way, **environment):
    weights = os.urandom(SIZE)
    source = t.path(f"source-{way}")
    t.write(f"source-{way}/weights.bin", weights)
    for i in range(10):
        t.write(f"source-{way}/{i}.txt", f"file {i}\n" * 100)
    t.env.update(environment)
    with t.hub("--import", f"model:me/model={source}", name=f"hub-{way}") as hub:
        wanted = t.files(source)
        for i in range(TIMES):
            name, folder = f"{way} {i}", t.path(f"mirror-{way}-{i}")
            hub.scenario(total_bytes_per_second=25_000_000)
            for _ in range(random.randrange(1, 3)):
                killed(t, random.uniform(0.02, 1.0), "mirror", "me/model", "--local-dir", folder)
            for path, content in t.files(folder).items():
                t.check(f"{name}: {path} is whole", content == wanted.get(path, content), f"{len(content)} bytes")
            there = SIZE if os.path.exists(os.path.join(folder, "weights.bin")) else kept(folder)
            hub.scenario()
            hub.reset()
            done = t.run("mirror", "me/model", "--local-dir", folder)
            t.equal(f"{name}: then again", done.code, 0, str(done))
            fetched = hub.counters()["bytes_sent"]
            t.check(f"{name}: goes on", fetched < SIZE - there + SLACK, f"{there} bytes were kept, {fetched} fetched")
            got = {path: content for path, content in t.files(folder).items() if path != ".gitattributes"}
            t.check(f"{name}: all is there, and nothing else", got == wanted, sorted(set(got) ^ set(wanted)))
    for variable in environment:
        del t.env[variable]


def by_xet(t):
    downloads(t, "xet")


def by_lfs(t):
    downloads(t, "lfs", HF_HUB_DISABLE_XET="1")


def uploads(t):
    with t.hub(name="hub-uploads") as hub:
        hub.reset()
        t.write("whole/weights.bin", os.urandom(SIZE))
        t.equal("an upload", t.run("upload", "me/whole", t.path("whole")).code, 0)
        xorbs = hub.counters()["requests"]["xet_granted_upload"]
        t.check("takes several xorbs", xorbs > 2, str(xorbs))
        for i in range(TIMES):
            name, repo, folder = f"upload {i}", f"me/killed{i}", t.path(f"upload-{i}")
            weights = os.urandom(SIZE)
            t.write(f"upload-{i}/weights.bin", weights)
            hub.scenario(faults=[{"kind": "delay", "route": "xet_granted_upload", "times": 0, "delay_ms": 150}])
            hub.reset()
            for _ in range(random.randrange(1, 3)):
                killed(t, random.uniform(0.02, 1.5), "upload", repo, folder)
            time.sleep(0.5)  # what was on its way to the Hub counts for the run that sent it
            stored = hub.counters()["requests"].get("xet_commit", 0)
            hub.scenario()
            hub.reset()
            done = t.run("upload", repo, folder)
            t.equal(f"{name}: then again", done.code, 0, str(done))
            sent = hub.counters()["requests"].get("xet_granted_upload", 0)
            # Another content may take one more.
            t.check(f"{name}: goes on", sent <= xorbs - stored + 1, f"of {xorbs} xorbs {stored} were stored, {sent} sent again")
            mirror = t.path(f"check-{i}")
            t.equal(f"{name}: is mirrored", t.run("mirror", repo, "--local-dir", mirror).code, 0)
            t.check(f"{name}: is whole", t.files(mirror).get("weights.bin") == weights)


if __name__ == "__main__":
    main(by_xet, by_lfs, uploads)
