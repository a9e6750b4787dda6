"""crawl: all that the Hub tells, once each, over interruptions."""

import json
import os
import signal
import subprocess
import time

from harness import main

COUNT = 23


def ids(text):
    return [json.loads(line)["id"] for line in text.splitlines()]


def crawls(t):
    t.write("data/README.md", "---\nlicense: mit\ntags:\n- special\n---\n")
    imports = []
    for i in range(COUNT):
        imports += ["--import", f"model:me/model{i:02}={t.path('data')}"]
    imports += ["--import", f"dataset:you/data={t.path('data')}"]
    with t.hub(*imports) as hub:
        everything = t.run("crawl", "models")
        t.equal("crawl", [everything.code, len(set(ids(everything.out)))], [0, COUNT], str(everything))
        t.check("raw members are kept", all("_id" in json.loads(line) for line in everything.out.splitlines()), everything.out)
        t.equal("crawl datasets --author", ids(t.run("crawl", "datasets", "--author", "you").out), ["you/data"])
        t.equal("crawl spaces", t.run("crawl", "spaces").out, "")
        t.equal("crawl --search", ids(t.run("crawl", "models", "--search", "model07").out), ["me/model07"])
        t.equal("crawl --filter", len(ids(t.run("crawl", "models", "--filter", "special", "--limit", "9").out)), 9)
        t.check("crawl --full", all("sha" in json.loads(line) for line in t.run("crawl", "models", "--full").out.splitlines()))

        arguments = ("crawl", "models", "--output", t.path("out"), "--cursor", t.path("cursor"))
        for wanted in (10, 20, COUNT):
            done = t.run(*arguments, "--limit", "10")
            with open(t.path("out")) as file:
                got = ids(file.read())
            t.equal(f"resumed to {wanted}", [done.code, got], [0, ids(everything.out)[:wanted]], str(done))
            if wanted == 10:
                with open(t.path("out"), "a") as file:
                    file.write('{"id": "written after the cursor was saved, before a kill"}\n{"id"')
        hub.reset()
        done = t.run(*arguments)
        t.check("a complete crawl is not repeated", done.code == 0 and "complete" in done.err, str(done))
        t.equal("and asks nothing", hub.counters()["total"], 0)
        t.fails("the cursor of another crawl", t.run(*arguments, "--author", "me"), 2, "another crawl")
        t.write("bad", "nonsense")
        t.fails("a cursor that is none", t.run("crawl", "models", "--cursor", t.path("bad")), 2, "no cursor file")
        with open(t.path("cursor")) as file:
            kept = json.load(file)
        for page in ("http://evil.example/api/whoami-v2", hub.endpoint + "/api/models/../whoami-v2",
                     hub.endpoint + "/api/%2e%2e/api/models", "x"):
            t.write("bad", json.dumps(kept | {"cursor": page + " 0", "complete": False}))
            t.fails("a cursor that leads elsewhere", t.run("crawl", "models", "--cursor", t.path("bad")), 2, "no cursor file")
        t.fails("output that cannot be written", t.run("crawl", "models", "--output", "/dev/null/x"), 6, "/dev/null/x")
        with open("/dev/full", "w") as full:
            t.fails("a full disk", t.run("crawl", "models", stdout=full), 6, "standard output")

        # Ctrl-C while the next page is awaited.
        hub.scenario(latency_ms=60_000)
        process = t.start("crawl", "models", "--output", t.path("late"), "--cursor", t.path("late.cursor"))
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
        t.equal("Ctrl-C", process.returncode, 130)
        hub.scenario()
        done = t.run("crawl", "models", "--output", t.path("late"), "--cursor", t.path("late.cursor"))
        t.equal("goes on", [done.code, os.path.getsize(t.path("late"))], [0, len(everything.out)], str(done))

        # The reader goes away: no error message, as of any filter.
        shell = subprocess.run(f'"{t.tool}" crawl models | head -n 1', shell=True, env=t.env, capture_output=True, text=True)
        t.equal("crawl | head", [len(shell.stdout.splitlines()), shell.stderr], [1, ""])


main(crawls)
