"""Starts the tool and its local-hub, and counts checks. One folder for everything, removed at the end."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.request

TOKEN = "hf_local"
VARIABLES_OF_OTHERS = ("HF_", "HUGGING", "http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY",
                       "ALL_PROXY", "SSL_CERT", "REQUESTS_CA", "CURL_CA")


class Finished:
    def __init__(self, code, out, err, seconds):
        self.code, self.out, self.err, self.seconds = code, out, err, seconds

    def json(self):
        return json.loads(self.out)

    def lines(self):
        return [json.loads(line) for line in self.out.splitlines()]

    def __str__(self):
        return f"exit code {self.code} after {self.seconds:.1f} s\n  out: {self.out[-600:]}\n  err: {self.err[-600:]}"


class Suite:
    def __init__(self, tool):
        self.tool = os.path.abspath(tool)
        self.passed = self.failed = 0
        self.root = tempfile.mkdtemp(prefix="hfhub-tool-test.")
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(VARIABLES_OF_OTHERS)}
        self.env["HF_HOME"] = self.path("home")

    def path(self, *names):
        return os.path.join(self.root, *names)

    def check(self, name, good, detail=""):
        if good:
            self.passed += 1
        else:
            self.failed += 1
            print(f"failed: {name}: {detail}", flush=True)
        return good

    def equal(self, name, got, wanted, detail=""):
        self.check(name, got == wanted, f"{got!r} is not {wanted!r} {detail}")

    def fails(self, name, finished, code, *words):
        """The tool failed with this code and one clear line that has all of the words, and printed no result."""
        self.equal(name, finished.code, code, str(finished))
        lines = [line for line in finished.err.splitlines() if line.startswith("hfhub: ") and "stopping;" not in line]
        self.equal(name + ": one line", len(lines), 1, finished.err)
        for word in words:
            self.check(f"{name}: says {word!r}", any(word in line for line in lines), finished.err)

    def start(self, *args, env=None, **options):
        options.setdefault("stdout", subprocess.PIPE)
        options.setdefault("stderr", subprocess.PIPE)
        return subprocess.Popen([self.tool, *args], env={**self.env, **(env or {})}, text=True,
                                stdin=subprocess.DEVNULL, **options)

    def run(self, *args, env=None, timeout=120, **options):
        started = time.monotonic()
        process = self.start(*args, env=env, **options)
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            err += f"\nended by the test after {timeout} s"
        return Finished(process.returncode, out or "", err or "", time.monotonic() - started)

    @contextlib.contextmanager
    def hub(self, *args, use=True, name="hub"):
        """A hub; unless `use` is false the tool talks to it from now on."""
        process = self.start("local-hub", "--root", self.path(name), "--control", "--json", "-q", *args)
        try:
            line = process.stdout.readline()
            if not line:
                raise RuntimeError("the hub: " + process.stderr.read())
            hub = Hub(json.loads(line), process)
            if use:
                self.env.update(HF_ENDPOINT=hub.endpoint, HF_TOKEN=TOKEN)
            yield hub
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            process.communicate(timeout=60)
        self.equal("the hub ends well", process.returncode, 0)

    def files(self, folder, hidden=True):
        """Path and bytes of all files below a folder, without what clients of the Hub keep there."""
        out = {}
        for base, folders, names in os.walk(folder):
            if os.path.relpath(base, folder).startswith(os.path.join(".cache", "huggingface")):
                continue
            for name in names:
                path = os.path.join(base, name)
                with open(path, "rb") as file:
                    out[os.path.relpath(path, folder)] = file.read()
        return out

    def write(self, name, content):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        return path

    def finish(self):
        shutil.rmtree(self.root, ignore_errors=True)
        print(f"{self.passed} passed, {self.failed} failed")
        return 1 if self.failed or not self.passed else 0


class Hub:
    def __init__(self, announced, process):
        self.endpoint, self.control_token = announced["endpoint"], announced.get("control_token")
        self.process = process

    def control(self, method, what, body=None):
        headers = {"Authorization": f"Bearer {self.control_token}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.endpoint}/_local_hub/{what}", method=method, headers=headers,
                                         data=None if body is None else json.dumps(body).encode())
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=30) as answer:
            return json.loads(answer.read())

    def counters(self):
        return self.control("GET", "counters")

    def reset(self):
        self.control("DELETE", "counters")

    def scenario(self, **members):
        self.control("PUT", "scenario", members)


def main(*tests):
    """Runs tests that take a Suite, and those that follow even if one breaks."""
    suite = Suite(sys.argv[1])
    for test in tests:
        try:
            test(suite)
        except Exception:
            suite.check(test.__name__, False, traceback.format_exc())
    sys.exit(suite.finish())
