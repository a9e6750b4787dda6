"""ls, info, whoami, help, and what goes wrong before anything is transferred."""

import http.server
import json
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
        t.check("a model has no SDK", "sdk" not in told, told)
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
    process = t.start("local-hub", "--root", t.path("plain"), "-q", "--control-token", "steer", "--lfs-host", "localhost")
    told = [process.stdout.readline() for _ in range(2)]
    process.terminate()
    told += [process.communicate(timeout=60)[0]]
    t.check("it prints what to export", told[0].startswith("export HF_ENDPOINT=http://") and
            told[1:] == ["export HF_TOKEN=hf_local\n", ""], told)
    process = t.start("local-hub", "--root", t.path("lfs"), "-q", "--no-xet")
    told = [process.stdout.readline() for _ in range(3)]
    process.terminate()
    process.communicate(timeout=60)
    t.equal("--no-xet", told[2], "export HF_HUB_DISABLE_XET=1\n")
    t.fails("--xet-cas that is no URL", t.run("local-hub", "--root", t.path("fourth"), "--xet-cas", "cas"), 2, "'cas'")
    t.equal("--control-token", open(t.path("plain/control_token")).read(), "steer")
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


def serve(handler):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f"http://127.0.0.1:{server.server_port}"


def refusals(t):
    server, endpoint = serve(Gated)
    t.fails("gated", t.run("info", "me/gated", "--endpoint", endpoint), 4, f"{endpoint}/me/gated", "ask for access")
    t.fails("too many requests", t.run("info", "me/busy", "--endpoint", endpoint), 7, "429", "try again in 3601 s")
    t.fails("broken", t.run("info", "me/broken", "--endpoint", endpoint), 7, "500", "later")
    server.shutdown()


class OpenToNobody(http.server.BaseHTTPRequestHandler):
    """Anyone may read, but not with a token that is wrong."""

    def do_GET(self):
        body = json.dumps({"error": "Invalid credentials in Authorization header"}).encode()
        self.send_response(401)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, *args):
        pass


def refused_tokens(t):
    server, endpoint = serve(OpenToNobody)
    for command in (("whoami",), ("info", "me/model"), ("ls", "me/model"), ("mirror", "me/model", "--local-dir", t.path("m")),
                    ("mirror", "me/model"), ("download", "me/model"), ("download", "me/model", "a.txt")):
        done = t.run(*command, "--endpoint", endpoint, env={"HF_TOKEN": "hf_expired"})
        t.fails(f"a refused token: {' '.join(command)}", done, 4, "token")
        t.check(f"{' '.join(command)}: is not said to be private", "is private" not in done.err, done.err)
    done = t.run("info", "me/model", "--endpoint", endpoint, env={"HF_TOKEN": ""})
    t.fails("no token", done, 4, "is private", "HF_TOKEN_PATH")
    t.fails("a token that is none", t.run("info", "me/model", env={"HF_TOKEN": "hf x"}), 4, "token")
    server.shutdown()


# A terminal takes the first as the start of a command, the second turns the rest of the line around.
NAMES = {"\x9b31mred": "?31mred", "a\u202egpj.exe": "a?gpj.exe", "two\nlines": "two?lines", "\u2066x": "?x", "größe": "größe"}


class Steering(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        entries = [{"type": "file", "path": name, "oid": "a" * 40, "size": 1} for name in NAMES]
        known = "/tree/" in self.path
        body = json.dumps(entries if known else {"error": "\x9b2J" + "".join(NAMES)}, ensure_ascii=False).encode()
        self.send_response(200 if known else 500)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


def names_cannot_steer_the_terminal(t):
    server, endpoint = serve(Steering)
    marks = [c for name in NAMES for c in name if not c.isalnum() and c not in ".["] + ["\x9b"]
    shown = t.run("ls", "me/model", "--endpoint", endpoint)
    t.equal("ls", [line[20:] for line in shown.out.splitlines()], list(NAMES.values()))
    asked = t.run("ls", "me/model", "--endpoint", endpoint, "--json")
    t.equal("ls --json loses nothing", [e["path"] for e in asked.lines()], list(NAMES))
    failed = t.run("info", "me/model", "--endpoint", endpoint, "--json", "-v")
    for name, text in (("ls", shown.out), ("ls --json", asked.out), ("an error", failed.err), ("an error as JSON", failed.out)):
        t.equal(f"{name}: no control characters", [c for c in marks if c in text.replace("\n", "")], [])
    server.shutdown()


def failures_as_json(t):
    with t.hub("--import", f"model:me/model={t.path('data')}", name="failing"):
        for code, *command in ((3, "info", "me/none"), (3, "ls", "me/none"), (3, "download", "me/none"),
                               (3, "download", "me/model", "none"), (3, "mirror", "me/none", "--local-dir", t.path("m")),
                               (2, "info", "a/b/c"), (2, "ls"), (2, "ls", "me/x", "--colour"),
                               (2, "fetch"), (2, "mirror"), (4, "upload", "me/model", t.path("data"), "--anonymous")):
            done = t.run(*command, "--json")
            t.fails(f"--json {' '.join(command)}", done, code)
            told = done.lines()
            t.check(f"--json {' '.join(command)}: one object", len(told) == 1, done.out)
            t.equal("its code", told[0]["code"], code)
            t.check("its words", "hfhub: " + told[0]["error"] in done.err, str(done))
        t.equal("without --json nothing is printed", t.run("info", "me/none").out, "")


def token_file(t):
    with t.hub("--user", "me", name="token-hub"):
        path = t.write("secret/token", TOKEN + "\n")
        t.equal("HF_TOKEN_PATH", t.run("whoami", env={"HF_TOKEN": "", "HF_TOKEN_PATH": path}).out, "me\n")


main(help_teaches, wrong_arguments, shows, hub_program, refusals, refused_tokens, names_cannot_steer_the_terminal,
     failures_as_json, token_file)
