"""An embedded Hub and the reference client of whatever version, set up to meet it. Importing this starts the Hub that
the first argument of the program names, sets the client's environment and only then imports the client."""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

WORK = Path(tempfile.mkdtemp(prefix="hub-interop-"))
PROCESS = subprocess.Popen(
    [sys.argv[1], str(WORK / "hub"), "multipart_threshold=300000", "part_size=100000", "page=50"],
    stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
URLS = json.loads(PROCESS.stdout.readline())
ENDPOINT = URLS["endpoint"]
os.environ.setdefault("HF_HUB_DISABLE_XET", "1")
os.environ.update(HF_ENDPOINT=ENDPOINT, HF_HOME=str(WORK / "home"), HF_TOKEN="hf_write",
                  HF_HUB_DISABLE_PROGRESS_BARS="1", HF_HUB_DISABLE_TELEMETRY="1")

import huggingface_hub  # noqa: E402
from huggingface_hub import CommitOperationAdd, CommitOperationCopy, CommitOperationDelete, HfApi, hf_hub_url  # noqa: E402
from huggingface_hub import utils as hf_utils  # noqa: E402

OLD = huggingface_hub.__version__.startswith("0.")
if OLD:
    huggingface_hub.hf_api.INFERENCE_ENDPOINTS_ENDPOINT = ENDPOINT + "/v2"
else:
    huggingface_hub.constants.INFERENCE_ENDPOINTS_ENDPOINT = ENDPOINT + "/v2"
API = HfApi()
BOB = HfApi(token="hf_bob")
READER = HfApi(token="hf_read")


def raises(kind, f, *arguments, status=None, **named):
    """The error of that kind which f raises."""
    try:
        f(*arguments, **named)
    except kind as error:
        if status is not None:
            assert error.response.status_code == status, error
        return error
    raise AssertionError(f"{f} did not raise {kind}")


def noise(size, seed=0):
    out = b""
    while len(out) < size:
        out += hashlib.sha512(f"{seed}/{len(out)}".encode()).digest()
    return out[:size]


def fresh(name, repo_type=None, **named):
    API.create_repo(f"julien/{name}", repo_type=repo_type, **named)
    return f"julien/{name}"


def content(repo, path, revision=None, api=API, repo_type=None):
    return Path(api.hf_hub_download(repo, path, revision=revision, repo_type=repo_type)).read_bytes()


def control(method, what, body=None):
    headers = {"Authorization": "Bearer " + URLS["control_token"], "Content-Type": "application/json"}
    request = urllib.request.Request(f"{ENDPOINT}/_local_hub/{what}", method=method, headers=headers,
                                     data=None if body is None else json.dumps(body).encode())
    return json.load(urllib.request.urlopen(request))
