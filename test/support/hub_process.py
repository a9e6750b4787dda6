"""A running hfhub_test_hub for test scripts of the standard library, and the runner of their cases."""

import base64
import json
import shutil
import subprocess
import sys
import tempfile
import traceback
import urllib.error
import urllib.request
from pathlib import Path


class Answer:
    """What came back: `status`, `headers` (names in any case), `body`."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {dict(self.headers)} {self.body[:300]!r}"


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Hub:
    """Options are those of test_hub.cpp: "name=value". Without a root the hub has a folder of its own."""

    def __init__(self, program, *options, root=None, environment=None, limit=None):
        self.program, self.options, self.environment, self.limit = str(program), options, environment, limit
        self.own_root = root is None
        self.root = Path(root or tempfile.mkdtemp(prefix="hfhub-"))
        self.start()

    def start(self):
        self.process = subprocess.Popen([self.program, str(self.root), *self.options], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, env=self.environment, preexec_fn=self.limit)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the hub did not start: {self.process.wait(10)}")
        urls = json.loads(line)
        self.endpoint, self.lfs_endpoint = urls["endpoint"], urls["lfs_endpoint"]
        self.control_token = urls["control_token"]
        self.host, port = self.endpoint.split("//")[1].rsplit(":", 1)
        self.port = int(port)

    def kill(self):
        self.process.kill()
        self.process.wait(30)
        self.process.stdin.close()
        self.process.stdout.close()

    def stop(self):
        """Ends the hub as its user would; its exit status must be 0."""
        self.process.stdin.close()
        status = self.process.wait(30)
        self.process.stdout.close()
        if self.own_root:
            shutil.rmtree(self.root, ignore_errors=True)
        assert status == 0, f"the hub ended with {status}"

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if not kind:
            return self.stop()
        self.kill()
        if self.own_root:
            shutil.rmtree(self.root, ignore_errors=True)

    def alive(self):
        return self.process.poll() is None and self.ask("GET", "/api/whoami-v2").status == 200

    def ask(self, method, target, body=None, token="hf_write", headers=None, context=None, timeout=60):
        """One request; redirects are answers. A body that is no bytes is sent as JSON."""
        url = target if target.startswith("http") else self.endpoint + target
        headers = dict(headers or {})
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        if token and not url.startswith(self.lfs_endpoint):
            headers.setdefault("Authorization", f"Bearer {token}")
        request = urllib.request.Request(url, data=body, method=method, headers=headers)
        opener = urllib.request.build_opener(NoRedirect, urllib.request.HTTPSHandler(context=context),
                                             urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=timeout) as answer:
                return Answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers, error.read())

    def expect(self, status, method, target, body=None, **named):
        answer = self.ask(method, target, body, **named)
        assert answer.status == status, f"{method} {target}: expected {status}, got {answer}"
        return answer

    def control(self, method, what, body=None):
        return self.expect(200, method, f"/_local_hub/{what}", body, token=self.control_token).json()

    def counters(self):
        return self.control("GET", "counters")

    def create(self, repo, **members):
        name = repo.split("/")
        self.expect(200, "POST", "/api/repos/create",
                    {"name": name[-1], "organization": name[0] if len(name) > 1 else None, **members})
        return repo

    def commit(self, repo, operations, revision="main", token="hf_write", kind="models", summary="test", **header):
        """Commits `operations`: pairs of key and value, or (path, bytes) for a regular file."""
        lines = [{"key": "header", "value": {"summary": summary, **header}}]
        for key, value in operations:
            if isinstance(value, bytes):
                encoded = base64.b64encode(value).decode()
                key, value = "file", {"path": key, "content": encoded, "encoding": "base64"}
            lines.append({"key": key, "value": value})
        body = "\n".join(json.dumps(line) for line in lines).encode()
        return self.ask("POST", f"/api/{kind}/{repo}/commit/{revision}", body, token=token,
                        headers={"Content-Type": "application/x-ndjson"})


def raises(kind, f, *arguments, **named):
    """The error of that kind which f raises."""
    try:
        f(*arguments, **named)
    except kind as error:
        return error
    raise AssertionError(f"{f} did not raise {kind}")


def run_cases(label, cases, only=()):
    """Runs the functions named case_*; one line per failing case, then the totals. Ends the program."""
    passed = failed = 0
    for name, case in list(cases.items()):
        if not name.startswith("case_") or (only and name[5:] not in only):
            continue
        try:
            case()
            passed += 1
        except Exception as error:
            failed += 1
            where = traceback.extract_tb(error.__traceback__)
            line = next((f.lineno for f in where if f.name == name), 0)
            reason = f"{type(error).__name__}: {error}".replace("\n", " ")[:600]
            print(f"FAILED {label}: {name[5:]}, line {line}: {reason}")
    print(f"{label}: {passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)
