"""G13: upload of a large LFS file, hashed first, against curl -T with openssl dgst, and hf_transfer."""

import hashlib
import itertools
import json
import urllib.request

from harness.measure import interleaved, measure
from harness.table import Row

TYPE = "application/vnd.git-lfs+json"


def put_url(hub, repo, oid, size):
    body = {"operation": "upload", "transfers": ["basic"], "hash_algo": "sha_256",
            "objects": [{"oid": oid, "size": size}]}
    request = urllib.request.Request(f"{hub.endpoint}/{repo}.git/info/lfs/objects/batch", json.dumps(body).encode(),
                                     {"Content-Type": TYPE, "Accept": TYPE, "Authorization": f"Bearer {hub.token}"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["objects"][0]["actions"]["upload"]["href"]


def create(hub, name):
    request = urllib.request.Request(f"{hub.endpoint}/api/repos/create", json.dumps({"name": name}).encode(),
                                     {"Content-Type": "application/json", "Authorization": f"Bearer {hub.token}"})
    urllib.request.urlopen(request).close()


def run(bench):
    source = bench.big_file(bench.big_mib)
    path = source / "model.bin"
    with open(path, "rb") as file:
        oid = hashlib.file_digest(file, "sha256").hexdigest()
    number = itertools.count()
    with bench.folder("g13") as folder:
        def with_hub(run, *settings):
            # A hub for each run: an object that is stored is not sent again.
            def job():
                root = bench.fresh(folder / "hub")
                with bench.hub(root, *settings) as hub:
                    return run(hub)
            return job

        whole = "multipart_threshold=100000000000"  # one PUT, as curl does it; hf_transfer wants parts

        def by_curl(hub):
            name = f"curl-{next(number)}"
            create(hub, name)
            url = put_url(hub, f"julien/{name}", oid, path.stat().st_size)
            return measure(["bash", "-c", 'openssl dgst -sha256 "$1" >/dev/null && curl -s -f -T "$1" "$2"', "-", path,
                            url])

        ours, curl, in_parts, transfer = interleaved(
            bench.repeat,
            with_hub(lambda hub: bench.upload(hub, "julien/up", source), whole),
            with_hub(by_curl, whole),
            with_hub(lambda hub: bench.upload(hub, "julien/up", source)),
            with_hub(lambda hub: bench.python("upload_folder.py", hub.endpoint, hub.token, "julien/up", source,
                                              HF_HUB_ENABLE_HF_TRANSFER="1")))
    what = f"upload of {bench.big_mib} MiB"
    return [Row("G13", f"{what}: wall", ours.wall, "openssl dgst, curl -T", curl.wall, "s", 1.0, 0.75),
            Row("G13", f"{what}: CPU", ours.cpu, "openssl dgst, curl -T", curl.cpu, "s"),
            Row("G13", f"{what} in parts: wall", in_parts.wall, "hf_transfer", transfer.wall, "s", 1.0),
            Row("G13", f"{what} in parts: peak memory", in_parts.rss, "hf_transfer", transfer.rss, "MiB", 1 / 5)]
