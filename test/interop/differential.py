"""The same calls on one embedded Hub by the reference client (0.20.3) and by hfhub: results and errors must be equal
field by field, and the repositories that both make must have the same git trees.

    python differential.py PATH_TO_hfhub_test_hub PATH_TO_hfhub_differential

The steps are in differential_steps.py. Prints one line per differing step and "N passed, N failed".
"""

import dataclasses
import datetime
import enum
import inspect
import json
import os
import re
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from hub_process import Hub  # noqa: E402

WORK = Path(tempfile.mkdtemp(prefix="hub-differential-"))
HUB = Hub(sys.argv[1], "multipart_threshold=300000", "part_size=100000", "page=5")
SIDES = ("theirs", "ours")
os.environ.update(HF_ENDPOINT=HUB.endpoint, HF_HOME=str(WORK / "theirs" / "hf_home"), HF_HUB_DISABLE_PROGRESS_BARS="1",
                  HF_HUB_DISABLE_TELEMETRY="1", HF_HUB_DISABLE_EXPERIMENTAL_WARNING="1", HF_TOKEN="hf_write")
warnings.filterwarnings("ignore")

import huggingface_hub  # noqa: E402
from differential_steps import exempt, repositories, steps  # noqa: E402
from huggingface_hub import CommitOperationAdd, CommitOperationCopy, CommitOperationDelete, HfApi  # noqa: E402

huggingface_hub.hf_api.INFERENCE_ENDPOINTS_ENDPOINT = HUB.endpoint + "/v2"
OPERATIONS = {c.__name__: c for c in (CommitOperationAdd, CommitOperationCopy, CommitOperationDelete)}
# Ancestors of an error that callers catch; those of the HTTP library below them are not hfhub's.
ANCESTORS = {"HfHubHTTPError", "RepositoryNotFoundError", "GatedRepoError", "RevisionNotFoundError", "EntryNotFoundError",
             "LocalEntryNotFoundError", "BadRequestError", "HTTPError", "ValueError", "OSError", "RuntimeError",
             "FileNotFoundError"}


def python_argument(data):
    """An argument of the notation as the reference takes it."""
    if isinstance(data, list):
        return [python_argument(item) for item in data]
    if not isinstance(data, dict):
        return data
    if "$bytes_text" in data:
        return data["$bytes_text"].encode()
    if "$bytes_repeat" in data:
        return data["$bytes_repeat"]["text"].encode() * data["$bytes_repeat"]["count"]
    if "$path" in data:
        return data["$path"]
    members = {name: python_argument(value) for name, value in data.items() if name != "$type"}
    return OPERATIONS[data["$type"]](**members) if "$type" in data else members


def render(data):
    """A result in the notation of the vectors."""
    if isinstance(data, enum.Enum):
        return data.value
    if isinstance(data, datetime.datetime):
        return data.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    if isinstance(data, (huggingface_hub.ModelCardData, huggingface_hub.DatasetCardData, huggingface_hub.SpaceCardData)):
        return data.to_dict()
    if isinstance(data, huggingface_hub.RepoUrl):
        return {"$type": "RepoUrl", "$str": str(data), "url": data.url,
                **{name: getattr(data, name) for name in ("endpoint", "namespace", "repo_name", "repo_id", "repo_type")}}
    if dataclasses.is_dataclass(data) and not isinstance(data, dict):
        members = {f.name: render(getattr(data, f.name)) for f in dataclasses.fields(data) if not f.name.startswith("_")}
        if isinstance(data, str):
            members["$str"] = str(data)
        return {"$type": type(data).__name__, **members}
    if isinstance(data, dict):
        return {str(name): render(value) for name, value in data.items()}
    if isinstance(data, (list, tuple, set)) or inspect.isgenerator(data):
        return [render(item) for item in data]
    if hasattr(data, "__dict__") and not isinstance(data, (str, type)):
        return {"$type": type(data).__name__,
                **{name: render(value) for name, value in vars(data).items() if not name.startswith("_")}}
    return str(data) if isinstance(data, str) else data


def render_error(error):
    out = {"class": type(error).__name__,
           "is_a": [c.__name__ for c in type(error).__mro__[1:] if c.__name__ in ANCESTORS]}
    if getattr(error, "response", None) is not None:
        out["status"] = error.response.status_code
        if hasattr(error, "server_message"):
            out["server_message"] = error.server_message
    return out


def files_below(path, side):
    """What a download left: names below the client's home, and contents."""
    path, home = Path(path), WORK / side / "hf_home"
    found = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    return {"$where": str(path.relative_to(home)),
            **{str(p.relative_to(home)): p.read_bytes().hex()[:2000] + f"/{p.stat().st_size}" for p in found}}


class Reference:
    name = "theirs"

    def __init__(self):
        self.api, self.saved = HfApi(), {}

    def call(self, method, args, _expected):
        try:
            return {"result": render(getattr(self.api, method)(**{k: python_argument(v) for k, v in args.items()}))}
        except Exception as error:
            return {"error": render_error(error), "text": f"{type(error).__name__}: {error}"}


class Ours:
    name = "ours"

    def __init__(self):
        self.saved = {}
        self.process = subprocess.Popen([sys.argv[2], str(WORK / "ours"), HUB.endpoint, "hf_write"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def call(self, method, args, expected):
        error = json.loads(json.dumps(expected).replace("theirs", "ours")) if expected else None
        if error and (commit := re.search(r"[0-9a-f]{40}", error.get("server_message") or "")):
            # It names a commit of the reference's repository.
            error["message_contains"] = [error.pop("server_message")[:commit.start()]]
        print(json.dumps({"method": method, "args": args, "error": error}), file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"hfhub_differential ended with {self.process.wait(10)}")
        return json.loads(line)


def filled(data, side):
    """Arguments of one side: "{side}" in texts, functions of what was saved."""
    if callable(data):
        return data(side.saved)
    if isinstance(data, str):
        return data.replace("{side}", side.name).replace("{endpoint}", HUB.endpoint).replace("{work}", str(WORK))
    if isinstance(data, list):
        return [filled(item, side) for item in data]
    if isinstance(data, dict):
        return {name: filled(value, side) for name, value in data.items()}
    return data


def without_nulls(data):
    return {name: without_nulls(value) for name, value in data.items() if value is not None} if isinstance(data, dict) else data


def neutral(data, side, key=""):
    """Without what must differ between two repositories: the name, ids, dates, and commits (they hold dates)."""
    if isinstance(data, dict):
        if data.get("$type") == "Collection":
            data = {**data, "position": None}  # both sides' are in one list
        if key == "raw":
            data = without_nulls(data)  # the Hub repeats what it was sent, and today's client sends other nulls
        return {neutral(name, side): neutral(value, side, name) for name, value in data.items()}
    if isinstance(data, list):
        return [neutral(item, side, key) for item in data]
    if not isinstance(data, str):
        return data
    text = data.replace(side, "SIDE")
    text = re.sub(r"\b[0-9a-f]{24}\b", "<id>", text)
    text = re.sub(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "<date>", text)
    if key in ("blob_id", "tree_id", "etag"):
        return text
    return re.sub(r"\b[0-9a-f]{40}\b", "<commit>", text)


def difference(theirs, ours, path="result"):
    """None, or where they differ. A record of ours may know more than the reference's."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        extra = ours.get("$extra") or {}
        for name, value in theirs.items():
            if name == "$extra":
                continue
            if name not in ours and name not in extra:
                return f"{path}.{name} is missing, the reference has {value!r}"
            if name == "security" and value is None:
                continue  # the Hub calls it "securityFileStatus" today, which 0.20.3 does not know
            found = difference(value, ours.get(name, extra.get(name)), f"{path}.{name}")
            if found:
                return found
        if "$type" in theirs:
            return None
        surplus = [n for n, v in ours.items() if n not in theirs and not ("$type" in ours and (n.startswith("$") or v is None))]
        return f"{path} has {surplus}, which the reference has not" if surplus else None
    if isinstance(theirs, list) and isinstance(ours, list):
        if len(theirs) != len(ours):
            return f"{path}: the reference has {len(theirs)} elements, hfhub {len(ours)}"
        for i, (a, b) in enumerate(zip(theirs, ours)):
            found = difference(a, b, f"{path}[{i}]")
            if found:
                return found
        return None
    same = theirs == ours and isinstance(theirs, bool) == isinstance(ours, bool)
    return None if same else f"{path}: the reference has {theirs!r}, hfhub {ours!r}"


def run_step(step, reference, ours):
    """None, or what differs. Both calls are made whatever comes, so that later steps have their repositories."""
    own = "{side}" in json.dumps(step.args, default=lambda f: "{side}")
    args = {side.name: filled(step.args, side) for side in (reference, ours)}
    theirs = reference.call(step.method, args["theirs"], None)
    mine = ours.call(step.method, args["ours"], theirs.get("error"))
    for side, outcome in ((reference, theirs), (ours, mine)):
        if step.save and "result" in outcome:
            side.saved[step.save] = outcome["result"]
    if step.fails != ("error" in theirs):
        return f"the reference was expected to {'fail' if step.fails else 'succeed'}: {theirs}"
    if "error" in theirs:
        if "thrown" not in mine:
            return f"the reference raised {theirs['text']}, hfhub gave {str(mine['result'])[:300]}"
        return mine["difference"] and f"{mine['difference']} (the reference: {theirs['text']})"
    if "thrown" in mine:
        return f"hfhub threw {mine['thrown']}, the reference gave {str(theirs['result'])[:300]}"
    results = [theirs["result"], mine["result"]]
    if step.downloads:
        results = [files_below(result, side) for result, side in zip(results, SIDES)]
    if own:
        results = [neutral(result, side) for result, side in zip(results, SIDES)]
    return difference(*results)


def git(*arguments, repo):
    return subprocess.run(["git", "-c", "safe.directory=*", *arguments], cwd=repo, capture_output=True, text=True, check=True).stdout


def trees_of(kind, repo):
    """For every ref its commits' trees and words, the newest first: all but times and ids."""
    oid = HUB.expect(200, "GET", f"/api/{kind}/{repo}").json()["_id"]
    bare = HUB.root / "git" / f"{oid}.git"
    refs = git("for-each-ref", "--format=%(refname)", repo=bare).split()
    # A merge lists the commits of its pull request by their ids.
    return {ref: re.sub(r"\([0-9a-f]{40}\)", "(commit)", git("log", "--format=%T%n%an%n%B", ref, "--", repo=bare))
            for ref in refs}


def check_repository(kind, name):
    theirs, ours = (trees_of(kind, name.replace("{side}", side)) for side in SIDES)
    if {ref: text.replace("theirs", "ours") for ref, text in theirs.items()} != ours:
        return f"git trees of {name}: the reference made {theirs}, hfhub {ours}"
    return None


def prepare():
    """What the calls of HfApi 0.20.3 cannot make: a folder to upload, and gated repositories with a request."""
    for name, content in (("a.txt", "a"), ("sub/b.txt", "b"), ("sub/deep/c.bin", "c" * 2000), ("x.log", "log")):
        path = WORK / "folder" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    for side in SIDES:
        repo = HUB.create(f"julien/gated-{side}")
        HUB.expect(200, "PUT", f"/api/models/{repo}/settings", {"gated": "manual"})
        HUB.expect(303, "POST", f"/{repo}/ask-access", {"Company": "ACME"}, token="hf_bob")


def main():
    prepare()
    reference, ours = Reference(), Ours()
    passed = failed = 0
    for number, step in enumerate(steps, 1):
        found = run_step(step, reference, ours)
        failed, passed = failed + bool(found), passed + (not found)
        if found:
            print(f"FAILED differential: step {number}, {step.method}: {found}"[:900])
    for repository in repositories:
        found = check_repository(*repository)
        failed, passed = failed + bool(found), passed + (not found)
        if found:
            print(f"FAILED differential: {found}"[:900])
    called = {step.method for step in steps} | set(exempt)
    methods = {name for name, _ in inspect.getmembers(HfApi, inspect.isfunction) if not name.startswith("_")}
    if methods - called:
        failed += 1
        print(f"FAILED differential: methods that no step calls: {sorted(methods - called)}")
    ours.process.stdin.close()
    if ours.process.wait(30) != 0:
        failed += 1
        print(f"FAILED differential: hfhub_differential ended with {ours.process.returncode}")
    HUB.stop()
    print(f"differential, {len(methods & called)} methods: {passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
