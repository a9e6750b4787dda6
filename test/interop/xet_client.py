"""The official Xet client, hf_xet under huggingface_hub, against the CAS of the embedded Hub: each reads what it wrote,
by Xet and by LFS.

    python3 xet_client.py PATH_TO_hfhub_test_hub [case...]
"""

import json
import os
import random
import shutil
import subprocess
import sys
import time
import traceback  # noqa: F401  (of run)
import urllib.request

os.environ.update(HF_HUB_DISABLE_XET="0", HF_XET_CLIENT_RETRY_BASE_DELAY="100ms")

from reference_client import run  # noqa: E402
from reference_setup import API, BOB, ENDPOINT, HfApi, WORK, content, control, fresh, hf_utils, huggingface_hub, raises  # noqa: E402

RANDOM = random.Random(2026)
WORDS = "alpha beta gamma delta epsilon zeta eta theta iota kappa".split()


def safetensors(numbers):
    """Small numbers in bfloat16, as weights are."""
    header = json.dumps({"weight": {"dtype": "BF16", "shape": [numbers], "data_offsets": [0, 2 * numbers]}}).encode()
    signs_and_exponents = RANDOM.choices((0x3C, 0x3D, 0xBC, 0xBD), k=numbers)
    weights = bytes(byte for exponent in signs_and_exponents for byte in (RANDOM.randrange(256), exponent))
    return len(header).to_bytes(8, "little") + header + weights


def parquet(groups, size):
    """Column chunks between the marks of that format: some compressed, some that repeat themselves."""
    columns = [RANDOM.randbytes(size) if i % 3 else b"".join(n.to_bytes(4, "little") for n in range(size // 4)) for i in range(groups)]
    return b"PAR1" + b"".join(columns) + RANDOM.randbytes(2_000) + b"PAR1"


FILES = {
    "empty.bin": b"",
    "one.bin": b"x",
    "8k.bin": RANDOM.randbytes(8192),
    "100k.bin": RANDOM.randbytes(102_400),
    "text.bin": " ".join(RANDOM.choices(WORDS, k=900_000)).encode()[:5_000_000],
    "random.bin": RANDOM.randbytes(5_000_000),
    "zeros.bin": bytes(5_000_000),
    "model.safetensors": safetensors(2_000_000),
    "table.parquet": parquet(12, 300_000),
    "large.bin": RANDOM.randbytes(70_000_000),
}
if os.environ.get("HFHUB_HUGE"):
    FILES["huge.bin"] = b"".join(RANDOM.randbytes(1 << 20) for _ in range(1024))


def counted(f):
    """What `f` gives, and the requests and bytes that the Hub received meanwhile."""
    control("DELETE", "counters")
    out = f()
    time.sleep(0.05)  # an answer counts when it was sent
    return out, control("GET", "counters")


def upload(repo, name, data, api=API, **named):
    (WORK / "files").mkdir(exist_ok=True)
    path = WORK / "files" / name
    path.write_bytes(data)
    return api.upload_file(path_or_fileobj=str(path), path_in_repo=name, repo_id=repo, **named)


def in_another_process(code, **environment):
    """Runs lines of Python as another machine would: with a cache of its own."""
    home = WORK / f"home-{random.randrange(1 << 40)}"
    done = subprocess.run([sys.executable, "-c", "import huggingface_hub as h\n" + code], capture_output=True, text=True,
                          timeout=120, env={**os.environ, "HF_HOME": str(home), **environment})
    shutil.rmtree(home, ignore_errors=True)
    assert done.returncode == 0, done.stderr[-1500:]
    return done.stdout


def plain(url, **headers):
    request = urllib.request.Request(url, headers={"Authorization": "Bearer hf_write", **headers})
    class Redirected(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, request, *rest):
            out = super().redirect_request(request, *rest)
            out.remove_header("Authorization")
            return out
    return urllib.request.build_opener(Redirected).open(request).read()


def wait_idle():
    for _ in range(1000):
        if control("GET", "counters")["xet_pending"] == 0:
            return
        time.sleep(0.01)
    raise AssertionError("objects are still pending")


def case_files_of_all_sizes():
    repo = fresh("xet-sizes")
    for name, data in FILES.items():
        upload(repo, name, data)
    _, seen = counted(lambda: [check_content(repo, name, data) for name, data in FILES.items()])
    assert seen["requests"]["xet_reconstruction"] >= len(FILES) - 1 and "lfs_download" not in seen["requests"], seen
    ids = {entry.path: getattr(entry, "xet_hash", None) for entry in API.list_repo_tree(repo)}
    assert all((ids[name] is not None) == (data != b"") for name, data in FILES.items()), ids


def check_content(repo, name, data):
    assert content(repo, name) == data, name


def case_who_does_not_speak_xet_gets_the_same_bytes():
    repo = fresh("xet-bridge")
    data = FILES["random.bin"]
    upload(repo, "a.bin", data)
    url = f"{ENDPOINT}/{repo}/resolve/main/a.bin"
    assert plain(url) == data and plain(url, Range="bytes=1000-4999") == data[1000:5000]
    got = in_another_process(f"print(open(h.hf_hub_download('{repo}', 'a.bin'), 'rb').read() == open({str(WORK / 'files' / 'a.bin')!r}, 'rb').read())",
                             HF_HUB_DISABLE_XET="1")
    assert got == "True\n", got


def case_what_came_by_lfs_is_had_by_xet():
    repo = fresh("xet-of-lfs")
    path = WORK / "lfs.bin"
    path.write_bytes(FILES["text.bin"] + FILES["random.bin"])
    in_another_process(f"h.upload_file(path_or_fileobj={str(path)!r}, path_in_repo='b.bin', repo_id='{repo}')",
                       HF_HUB_DISABLE_XET="1")
    wait_idle()
    assert [e.path for e in API.list_repo_tree(repo) if getattr(e, "xet_hash", None)] == ["b.bin"]
    got, seen = counted(lambda: content(repo, "b.bin"))
    assert got == path.read_bytes() and seen["requests"].get("xet_content") and "lfs_download" not in seen["requests"], seen


def case_a_changed_file_is_sent_in_part():
    repo = fresh("xet-changed")
    old = FILES["large.bin"][:40_000_000]
    upload(repo, "a.bin", old)
    changed = bytearray(old)
    for at in range(5_000_000, 40_000_000, 3_500_000):
        changed[at:at + 500] = RANDOM.randbytes(500)
    path = WORK / "changed.bin"
    path.write_bytes(changed)
    send = f"h.upload_file(path_or_fileobj={str(path)!r}, path_in_repo='a.bin', repo_id='{repo}')"
    _, seen = counted(lambda: in_another_process(send))
    assert seen["requests"]["xet_chunk"] >= 1 and seen["bytes_received"] < 5_000_000, seen
    assert content(repo, "a.bin") == changed


def case_the_same_file_is_not_sent_again():
    repo, other = fresh("xet-same"), fresh("xet-same-elsewhere")
    upload(repo, "a.bin", FILES["random.bin"])
    path = str(WORK / "files" / "a.bin")
    send = f"h.upload_file(path_or_fileobj={path!r}, path_in_repo='b.bin', repo_id='{other}')"
    _, seen = counted(lambda: in_another_process(send))
    assert "xet_granted_upload" not in seen["requests"] and seen["bytes_received"] < 100_000, seen
    assert content(other, "b.bin") == FILES["random.bin"]


def case_folders_go_in_one_commit():
    repo = fresh("xet-folder", repo_type="dataset")
    folder = WORK / "folder"
    for i in range(40):
        (folder / f"d{i % 4}").mkdir(parents=True, exist_ok=True)
        (folder / f"d{i % 4}" / f"{i}.bin").write_bytes(RANDOM.randbytes(1000 + 9000 * i))
    API.upload_folder(folder_path=str(folder), repo_id=repo, repo_type="dataset")
    got = API.snapshot_download(repo, repo_type="dataset")
    for path in folder.rglob("*.bin"):
        assert open(os.path.join(got, path.relative_to(folder)), "rb").read() == path.read_bytes(), path


def case_pull_requests_and_branches():
    repo = fresh("xet-pull")
    upload(repo, "a.bin", FILES["8k.bin"], api=BOB, create_pr=True)
    assert content(repo, "a.bin", "refs/pr/1") == FILES["8k.bin"]
    upload(repo, "a.bin", FILES["100k.bin"], api=BOB, revision="refs/pr/1")
    assert content(repo, "a.bin", "refs/pr/1") == FILES["100k.bin"]
    API.create_branch(repo, branch="feat/a+b")
    upload(repo, "b.bin", FILES["8k.bin"], revision="feat/a+b")
    assert content(repo, "b.bin", "feat/a+b") == FILES["8k.bin"]
    raises(hf_utils.HfHubHTTPError, upload, repo, "a.bin", b"\0bob", api=BOB, status=403)


def case_private_contents_stay_private():
    repo = fresh("xet-private", private=True)
    upload(repo, "a.bin", FILES["8k.bin"])
    raises(hf_utils.RepositoryNotFoundError, BOB.hf_hub_download, repo, "a.bin")
    raises(hf_utils.HfHubHTTPError, HfApi(token=False).hf_hub_download, repo, "a.bin", token=False, status=401)
    assert content(repo, "a.bin") == FILES["8k.bin"]


def fetched_with(faults, repo, name, **environment):
    """Whether another machine gets the file in spite of `faults`, and what was asked meanwhile."""
    control("PUT", "scenario", {"faults": faults})
    try:
        expected = str(WORK / "files" / name)
        return counted(lambda: in_another_process(
            f"print(open(h.hf_hub_download('{repo}', '{name}'), 'rb').read() == open({expected!r}, 'rb').read())",
            **environment))
    finally:
        control("PUT", "scenario", {})


def case_faults_of_storage_are_overcome():
    repo = fresh("xet-faults")
    upload(repo, "a.bin", FILES["random.bin"])
    for fault in ({"kind": "status", "status": 403}, {"kind": "status", "status": 503, "times": 2},
                  {"kind": "truncate", "at_byte": 100_000}, {"kind": "reset", "at_byte": 0},
                  {"kind": "delay", "delay_ms": 200}):
        got, seen = fetched_with([{"route": "xet_content", **fault}], repo, "a.bin")
        assert got == "True\n" and seen["faults_injected"] >= 1, (fault, got, seen)
        asked = seen["requests"]["xet_reconstruction"]
        assert asked >= 2 if fault.get("status") == 403 else asked >= 1, (fault, seen)
    got, seen = fetched_with([{"route": "xet_content", "kind": "corrupt", "at_byte": 3_000_000}], repo, "a.bin")
    assert got == "False\n", "hf_xet verifies nothing, so a wrong byte passes"


def case_several_ranges_come_at_once():
    repo = fresh("xet-ranges")
    pieces = [RANDOM.randbytes(700_000) for _ in range(6)]
    upload(repo, "a.bin", b"".join(pieces))
    upload(repo, "b.bin", pieces[0] + pieces[2] + pieces[4])
    got, seen = fetched_with([], repo, "b.bin", HF_XET_CLIENT_ENABLE_MULTIRANGE_FETCHING="1")
    assert got == "True\n" and seen["statuses"].get("206"), seen


def case_xorbs_go_by_grant_and_without():
    repo = fresh("xet-grants")
    path = WORK / "granted.bin"
    for i, (legacy, route) in enumerate((("0", "xet_granted_upload"), ("1", "xet_upload_xorb"))):
        path.write_bytes(RANDOM.randbytes(300_000))
        send = f"h.upload_file(path_or_fileobj={str(path)!r}, path_in_repo='{i}.bin', repo_id='{repo}')"
        _, seen = counted(lambda: in_another_process(send, HF_XET_CLIENT_LEGACY_DIRECT_XORB_UPLOAD=legacy))
        assert seen["requests"][route] == 1 and seen["bytes_received"] < 400_000, seen
        assert content(repo, f"{i}.bin") == path.read_bytes()


def case_a_refused_grant_leads_to_another_way():
    repo = fresh("xet-grant-faults")
    path = WORK / "refused.bin"
    for i, fault in enumerate(({"route": "xet_granted_upload", "status": 403}, {"route": "xet_granted_upload", "status": 404},
                               {"route": "xet_commit", "status": 404}, {"route": "xet_grant", "status": 404})):
        path.write_bytes(RANDOM.randbytes(300_000))
        control("PUT", "scenario", {"faults": [{"kind": "status", **fault}]})
        in_another_process(f"h.upload_file(path_or_fileobj={str(path)!r}, path_in_repo='{i}.bin', repo_id='{repo}')")
        control("PUT", "scenario", {})
        assert content(repo, f"{i}.bin") == path.read_bytes()


def case_a_hub_without_the_second_version_is_understood():
    repo = fresh("xet-v1")
    absent = [{"kind": "status", "status": 404, "times": 0, "path_contains": "/v2/"}]
    control("PUT", "scenario", {"faults": absent})
    try:
        path = WORK / "v1.bin"
        path.write_bytes(FILES["100k.bin"])
        in_another_process(f"h.upload_file(path_or_fileobj={str(path)!r}, path_in_repo='a.bin', repo_id='{repo}')\n"
                           f"assert open(h.hf_hub_download('{repo}', 'a.bin'), 'rb').read() == open({str(path)!r}, 'rb').read()")
    finally:
        control("PUT", "scenario", {})


if __name__ == "__main__":
    run({name: case for name, case in globals().items()})
