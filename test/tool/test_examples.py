"""Each example program does what its first lines say."""

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request

from harness import main

FOLDER = os.path.abspath(sys.argv[2])


def example(t, name, *args):
    done = subprocess.run([os.path.join(FOLDER, name), *args], env=t.env, capture_output=True, text=True, timeout=120,
                          stdin=subprocess.DEVNULL, cwd=t.root)
    return done.returncode, done.stdout, done.stderr


def first_call(t, hub):
    code, out, err = example(t, "1_first_call", "me/model3", "config.json")
    t.equal("1_first_call", code, 0, err)
    t.check("tells the model", out.startswith("me/model3 is at commit ") and "3 files" in out, out)
    path = out.rsplit("is here: ", 1)[1].strip()
    with open(path) as file:
        t.equal("gives the file", file.read(), '{"a": 1}')
    code, out, err = example(t, "1_first_call", "me/none")
    t.check("1_first_call of nothing", code == 1 and err.startswith("no such repository"), err)


def list_models(t, hub):
    code, out, err = example(t, "2_list_models", "me", "3")
    first = out.splitlines()
    t.equal("2_list_models", [code, len(first)], [0, 4], err)
    code, out, err = example(t, "2_list_models", "me", "9", first[-1].removeprefix("cursor: "))
    rest = out.splitlines()
    t.equal("goes on", sorted(first[:-1] + rest[:-1]), [f"me/model{i}" for i in range(5)], err)


def download(t, hub):
    code, out, err = example(t, "3_download", "me/data", "dataset", "fetched", "60")
    t.equal("3_download", code, 0, err)
    t.check("tells the commit", "holds 3 files of commit " in out and "fetched 3" in out, out)
    t.equal("gives the bytes", t.files(t.path("fetched"))["weights.bin"], t.files(t.path("data"))["weights.bin"])
    hub.scenario(latency_ms=30_000)
    code, out, err = example(t, "3_download", "me/data", "dataset", "late", "1")
    t.check("3_download: deadline", code == 1 and "deadline" in err, err)
    hub.scenario()
    code, out, err = example(t, "3_download", "me/none", "dataset", "none", "60")
    t.check("3_download of nothing", code == 1 and "404" in err, err)


def upload(t, hub):
    code, out, err = example(t, "4_upload", "me/uploaded", t.path("data/weights.bin"))
    t.equal("4_upload", code, 0, err)
    t.check("proposes", "/me/uploaded/discussions/1" in out, out)
    listed = {e["path"]: e for e in t.run("ls", "me/uploaded", "-r", "--json").lines()}
    t.equal("commits", listed["weights/weights.bin"]["size"], 11_000_000)
    t.check("and the bytes of the program", "README.md" in listed, sorted(listed))
    proposed = t.run("ls", "me/uploaded", "proposed", "--revision", "refs/pr/1", "--json")
    t.check("the proposal", "proposed/config.json" in proposed.out, str(proposed))


def web_server(t, hub):
    process = subprocess.Popen([os.path.join(FOLDER, "5_web_server"), "0"], env=t.env, stdout=subprocess.PIPE, text=True)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        url = process.stdout.readline().strip()
        with opener.open(f"{url}/me/model1", timeout=30) as answer:
            told = json.loads(answer.read())
        t.equal("5_web_server", [told["id"], told["files"], len(told["commit"])], ["me/model1", 3, 40])
        for path, status in (("me/none", 404), ("a/b/c", 400)):
            try:
                opener.open(f"{url}/{path}", timeout=30)
                t.check(f"5_web_server: {path}", False, "an answer")
            except urllib.error.HTTPError as error:
                t.check(f"5_web_server: {path}", error.code == status and "error" in json.loads(error.read()), error.code)
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    t.equal("5_web_server ends well", process.returncode, 0)


def metrics(t, hub):
    code, out, err = example(t, "6_metrics", "me/model1", "me/model2", "me/none", "no id!")
    values = dict(line.rsplit(" ", 1) for line in out.splitlines() if not line.startswith("#"))
    t.equal("6_metrics", code, 0, err)
    t.check("what is no id is said", "no id!: " in err, err)
    t.equal("counts by status", [values.get('hf_request_seconds_count{method="GET",status="200"}'),
                                 values.get('hf_request_seconds_count{method="GET",status="404"}')], ["2", "1"], out)
    t.equal("one connection", [values["hf_connections_opened_total"], values["hf_connections_reused_total"]], ["1", "2"])
    t.check("what is left of the quota", int(values['hf_quota_remaining{bucket="api"}']) > 1000, out)
    t.check("the token is not shown", "hf_local" not in out, out)


def run_all(t):
    t.write("data/config.json", '{"a": 1}')
    t.write("data/weights.bin", os.urandom(11_000_000))
    imports = [f"model:me/model{i}={t.path('data')}" for i in range(5)] + [f"dataset:me/data={t.path('data')}"]
    with t.hub(*(word for text in imports for word in ("--import", text))) as hub:
        for test in (first_call, list_models, download, upload, web_server, metrics):
            test(t, hub)


main(run_all)
