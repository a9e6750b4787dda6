"""ls, info, whoami, help, and what goes wrong before anything is transferred."""

import http.server
import os
import threading

from harness import TOKEN, main


def help_teaches(t):
    for command in ("download", "mirror", "upload", "crawl", "ls", "info", "whoami", "local-hub"):
        shown = t.run(command, "--help")
        t.equal(f"{command} --help", shown.code, 0)
        t.check(f"{command} --help has examples", f"hfhub {command}" in shown.out, shown.out)
    top = t.run("--help")
    t.check("--help lists the exit codes", all(f"\n  {code} " in top.out for code in range(6)), top.out)


def wrong_arguments(t):
    t.fails("no command", t.run(), 2, "--help")
    t.fails("unknown command", t.run("fetch"), 2, "'fetch'")
    t.fails("unknown option", t.run("ls", "me/x", "--colour"), 2, "--colour", "hfhub ls --help")
    t.fails("no repository", t.run("mirror"), 2, "REPO")
    t.fails("unknown type", t.run("ls", "me/x", "--repo-type", "movie"), 2, "--repo-type")
    t.fails("import without folder", t.run("local-hub", "--root", t.path("x"), "--import", "dataset:me/data"), 2, "=FOLDER")
    t.fails("https without a certificate", t.run("local-hub", "--root", t.path("x"), "--https"), 2, "--cert")
    t.fails("token file that is none", t.run("whoami", "--token-file", t.path("nothing")), 2, "nothing")
    t.fails("wrong repo id", t.run("info", "a/b/c"), 2, "a/b/c", "repo id")
    t.fails("nothing to upload", t.run("upload", "me/x", t.path("nothing"), env={"HF_TOKEN": TOKEN}), 2, "nothing")


def shows(t):
    folder = os.path.dirname(t.write("data/config.json", '{"a": 1}'))
    t.write("data/sub/big.bin", os.urandom(11_000_000))
    with t.hub("--import", f"dataset:me/data={folder}", "--import", f"model:me/model={folder}", "--user", "me") as hub:
        t.equal("whoami", t.run("whoami").out, "me\n")
        t.equal("whoami --json", t.run("whoami", "--json").json()["name"], "me")
        t.fails("whoami with a wrong token", t.run("whoami", env={"HF_TOKEN": "hf_wrong"}), 4, "401", "token")
        t.fails("whoami without a token", t.run("whoami", env={"HF_TOKEN": ""}), 4, "token")
        t.write("token", TOKEN + "\n")
        t.equal("--token-file", t.run("whoami", "--token-file", t.path("token"), env={"HF_TOKEN": "hf_wrong"}).out, "me\n")
        t.equal("--endpoint", t.run("whoami", "--endpoint", hub.endpoint + "/", env={"HF_ENDPOINT": "http://127.0.0.1:9"}).out,
                "me\n")

        listed = t.run("ls", "me/model")
        t.check("ls", "config.json" in listed.out and "sub/" in listed.out, str(listed))
        entries = {e["path"]: e for e in t.run("ls", "me/model", "-r", "--json").lines()}
        t.equal("ls -r --json", entries["sub/big.bin"]["lfs"]["size"], 11_000_000)
        t.equal("ls of a folder", [e["path"] for e in t.run("ls", "--repo-type", "dataset", "me/data", "sub", "--json").lines()],
                ["sub/big.bin"])
        t.fails("ls of no folder", t.run("ls", "me/model", "nothing"), 3, "nothing")

        shown = t.run("info", "me/model")
        t.check("info", "me/model" in shown.out and "public" in shown.out, str(shown))
        told = t.run("info", "me/model", "--files", "--json").json()
        t.equal("info --json", [told["id"], len(told["siblings"])], ["me/model", 3])
        commit = told["sha"]
        t.equal("info of a commit", t.run("info", "me/model", "--revision", commit, "--json").json()["sha"], commit)
        t.equal("info of a dataset", t.run("info", "me/data", "--repo-type", "dataset", "--json").json()["id"], "me/data")

        t.fails("unknown repository", t.run("info", "me/nothing"), 3, "me/nothing", "--repo-type")
        t.fails("of another type", t.run("info", "me/data"), 3, "--repo-type")
        t.fails("missing revision", t.run("info", "me/model", "--revision", "v9"), 3, "v9", "--revision")

        logged = t.run("ls", "me/model", "-v")
        t.check("-v logs requests", "GET 127.0.0.1" in logged.err, logged.err)
        t.check("the token is not logged", TOKEN not in logged.err, logged.err)


def hub_program(t):
    with t.hub("--private", "--import", f"space:me/app={t.path('data')}", "--token", "hf_other", name="private") as hub:
        t.env["HF_TOKEN"] = "hf_other"
        t.equal("import of a private space", t.run("info", "me/app", "--repo-type", "space", "--json").json()["private"], True)
        port = hub.endpoint.rsplit(":", 1)[1]
        t.fails("a port in use", t.run("local-hub", "--root", t.path("other"), "--port", port), 5, port)
    t.fails("a root that cannot be", t.run("local-hub", "--root", "/dev/null/hub"), 6, "/dev/null/hub")
    t.fails("import of nothing", t.run("local-hub", "--root", t.path("third"), "--import", "model:me/x=/nothing"), 6, "/nothing")


class Gated(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        status, code = {"gated": (403, "GatedRepo"), "busy": (429, ""), "broken": (500, "")}[self.path.split("/")[4]]
        self.send_response(status)
        if code:
            self.send_header("X-Error-Code", code)
        if status == 429:
            self.send_header("Retry-After", "3600")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *args):
        pass


def refusals(t):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Gated)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    endpoint = f"http://127.0.0.1:{server.server_port}"
    t.fails("gated", t.run("info", "me/gated", "--endpoint", endpoint), 4, f"{endpoint}/me/gated", "ask for access")
    t.fails("too many requests", t.run("info", "me/busy", "--endpoint", endpoint), 7, "429", "try again in 3601 s")
    t.fails("broken", t.run("info", "me/broken", "--endpoint", endpoint), 7, "500", "later")
    server.shutdown()


main(help_teaches, wrong_arguments, shows, hub_program, refusals)
