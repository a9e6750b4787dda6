"""hfhub and the official Xet client on one embedded Hub: each reads what the other wrote and sends no more of a changed
file than has changed.

    HFHUB_TOOL=PATH_TO_hfhub python3 xet_pair.py PATH_TO_hfhub_test_hub [case...]
"""

import os
import shutil
import subprocess

from xet_client import API, ENDPOINT, FILES, RANDOM, WORK, check_content, content, control, counted, fresh, in_another_process, run, upload, wait_idle

TOOL = os.environ["HFHUB_TOOL"]


def hfhub(*command):
    home = WORK / "hfhub-home"
    shutil.rmtree(home, ignore_errors=True)
    done = subprocess.run([TOOL, *command], capture_output=True, text=True, timeout=120,
                          env={**os.environ, "HF_HOME": str(home), "HF_ENDPOINT": ENDPOINT, "HF_TOKEN": "hf_write", "HF_HUB_DISABLE_XET": "0"})
    assert done.returncode == 0, done.stderr[-1500:]


def folder_of(files):
    folder = WORK / "folder"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return str(folder)


def sent_by_hfhub(repo, files):
    _, seen = counted(lambda: hfhub("upload", repo, folder_of(files)))
    assert "lfs_batch" not in seen["requests"], seen
    return seen


def mirrored_by_hfhub(repo):
    mirror = WORK / "mirror"
    shutil.rmtree(mirror, ignore_errors=True)
    _, seen = counted(lambda: hfhub("mirror", repo, "--local-dir", str(mirror)))
    return {path.name: path.read_bytes() for path in mirror.iterdir() if path.is_file()}, seen


def changed(data):
    out = bytearray(data)
    for at in range(5_000_000, len(out), 9_000_000):
        out[at:at + 300] = RANDOM.randbytes(290)
    return bytes(out)


def case_what_hfhub_uploads_the_official_client_reads():
    repo = fresh("pair-hfhub")
    sent_by_hfhub(repo, FILES)
    _, seen = counted(lambda: [check_content(repo, name, data) for name, data in FILES.items()])
    assert seen["requests"]["xet_content"] >= len(FILES) - 1 and "lfs_download" not in seen["requests"], seen


def case_what_the_official_client_uploads_hfhub_reads():
    repo = fresh("pair-official")
    for name, data in FILES.items():
        upload(repo, name, data)
    got, seen = mirrored_by_hfhub(repo)
    assert all(got[name] == data for name, data in FILES.items()), [name for name in FILES if got.get(name) != FILES[name]]
    assert seen["requests"]["xet_content"] >= 3, seen


def case_each_sends_what_has_changed_in_files_of_the_other():
    data = FILES["large.bin"][:40_000_000]
    repo = fresh("pair-changed")
    sent_by_hfhub(repo, {"a.bin": data})
    data = changed(data)
    path = WORK / "changed.bin"
    path.write_bytes(data)
    send = f"h.upload_file(path_or_fileobj={str(path)!r}, path_in_repo='a.bin', repo_id='{repo}')"
    _, seen = counted(lambda: in_another_process(send))
    assert seen["bytes_received"] < 3_000_000, seen
    assert content(repo, "a.bin") == data
    data = changed(data)
    seen = sent_by_hfhub(repo, {"a.bin": data})
    assert seen["bytes_received"] < 3_000_000, seen
    assert content(repo, "a.bin") == data
    assert mirrored_by_hfhub(repo)[0]["a.bin"] == data


def case_without_grants_too():
    repo = fresh("pair-no-grants")
    data = RANDOM.randbytes(9_000_000)
    control("PUT", "scenario", {"faults": [{"kind": "status", "status": 404, "times": 0, "route": "xet_grant"}]})
    try:
        seen = sent_by_hfhub(repo, {"a.bin": data})
        assert seen["requests"]["xet_upload_xorb"] >= 1, seen
    finally:
        control("PUT", "scenario", {})
    assert content(repo, "a.bin") == data


def case_what_came_by_lfs_is_known_to_hfhub():
    repo = fresh("pair-of-lfs")
    data = RANDOM.randbytes(9_000_000)
    path = WORK / "lfs.bin"
    path.write_bytes(data)
    in_another_process(f"h.upload_file(path_or_fileobj={str(path)!r}, path_in_repo='a.bin', repo_id='{repo}')", HF_HUB_DISABLE_XET="1")
    wait_idle()
    seen = sent_by_hfhub(repo, {"b.bin": data + b"more"})
    assert seen["bytes_received"] < 300_000, seen
    assert content(repo, "b.bin") == data + b"more"


if __name__ == "__main__":
    run({name: case for name, case in globals().items()})
