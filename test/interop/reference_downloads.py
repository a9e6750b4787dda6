"""The reference Python client, of any version, against the embedded Hub: what it keeps, asks again and raises.

    python reference_downloads.py PATH_TO_hfhub_test_hub [case...]
"""

import hashlib
import os
import threading
from pathlib import Path

import reference_client as base
from reference_client import API, BOB, ENDPOINT, OLD, READER, WORK, CommitOperationAdd, HfApi, content, control, fresh, hf_utils
from reference_client import huggingface_hub, noise, raises


def routes(run):
    """How often each route was asked while `run` ran; its result."""
    control("DELETE", "counters")
    result = run()
    seen = control("GET", "counters")["requests"]
    seen.pop("unknown", None)  # the requests to the control endpoint
    return seen, result


def case_transfers():
    """Regular files in the commit, LFS files in one PUT, large ones in parts; twice the same is sent once."""
    repo = fresh("transfers")
    files = {"a.txt": b"text", "one.bin": noise(10_000), "parts.bin": noise(456_789, 1), "copy.bin": noise(10_000)}
    operations = [CommitOperationAdd(path, data) for path, data in files.items()]
    seen, _ = routes(lambda: API.create_commit(repo, operations, commit_message="all"))
    assert seen["lfs_upload"] in (1, 2) and seen["lfs_upload_part"] == 5 and seen["lfs_complete"] == 1, seen
    assert seen["commit"] == 1 and seen["preupload"] == 1 and seen["lfs_batch"] == 1, seen
    for path, data in files.items():
        assert content(repo, path) == data
    seen, _ = routes(lambda: API.create_commit(repo, [CommitOperationAdd("again.bin", files["parts.bin"])],
                                               commit_message="again"))
    assert not {"lfs_upload", "lfs_upload_part"} & set(seen), seen


def case_cache():
    repo, data = fresh("cache"), noise(200_000, 2)
    API.upload_file(path_or_fileobj=data, path_in_repo="w.bin", repo_id=repo)
    API.upload_file(path_or_fileobj=b"1", path_in_repo="a.txt", repo_id=repo)
    seen, first = routes(lambda: API.hf_hub_download(repo, "w.bin"))
    assert seen["lfs_download"] == 1, seen
    seen, second = routes(lambda: API.hf_hub_download(repo, "w.bin"))
    assert first == second and "lfs_download" not in seen and seen["resolve"] == 1, seen
    commit = Path(first).parent.name
    seen, third = routes(lambda: API.hf_hub_download(repo, "w.bin", revision=commit))
    assert third == first and not seen, seen
    assert Path(first).resolve().name == hashlib.sha256(data).hexdigest()
    API.upload_file(path_or_fileobj=b"2", path_in_repo="a.txt", repo_id=repo)
    seen, moved = routes(lambda: API.hf_hub_download(repo, "w.bin"))
    assert moved != first and Path(moved).resolve() == Path(first).resolve() and "lfs_download" not in seen, seen
    assert API.hf_hub_download(repo, "w.bin", local_files_only=True) == moved
    raises(hf_utils.LocalEntryNotFoundError, API.hf_hub_download, repo, "a.txt", local_files_only=True)
    folder = WORK / "local"
    API.hf_hub_download(repo, "w.bin", local_dir=folder)
    assert (folder / "w.bin").read_bytes() == data


def case_snapshots():
    repo = fresh("snapshots", repo_type="dataset")
    files = {f"d{i % 3}/f{i}.txt": f"{i}".encode() for i in range(30)}
    API.create_commit(repo, [CommitOperationAdd(path, data) for path, data in files.items()], repo_type="dataset",
                      commit_message="all")
    some = Path(API.snapshot_download(repo, repo_type="dataset", allow_patterns="d1/*", ignore_patterns="*/f1.txt"))
    found = {str(p.relative_to(some)) for p in some.rglob("*") if p.is_file()}
    assert found == {path for path in files if path.startswith("d1/")} - {"d1/f1.txt"}, found
    seen, whole = routes(lambda: API.snapshot_download(repo, repo_type="dataset"))
    assert all((Path(whole) / path).read_bytes() == data for path, data in files.items())
    seen, _ = routes(lambda: API.snapshot_download(repo, repo_type="dataset", revision=Path(whole).name))
    assert seen.get("resolve", 0) == 0, seen
    jobs = [threading.Thread(target=API.snapshot_download, args=(repo,), kwargs={"repo_type": "dataset", "cache_dir": WORK / "c"})
            for _ in range(4)]
    for job in jobs:
        job.start()
    for job in jobs:
        job.join()
    [snapshot] = (WORK / "c").glob("datasets--julien--snapshots/snapshots/*")
    assert all((snapshot / path).read_bytes() == data for path, data in files.items())


def case_expand():
    if OLD:  # it has no such argument; the requests of its methods with full=True are in the listings
        return
    repo = fresh("expand")
    API.upload_file(path_or_fileobj=b"---\nlicense: mit\npipeline_tag: translation\n---\n", path_in_repo="README.md", repo_id=repo)
    names = ["author", "cardData", "createdAt", "disabled", "downloads", "downloadsAllTime", "gated", "lastModified", "likes",
             "pipeline_tag", "private", "sha", "siblings", "spaces", "tags", "trendingScore", "usedStorage", "childrenModelCount"]
    info = API.model_info(repo, expand=names)
    assert info.author == "julien" and info.card_data.license == "mit" and info.pipeline_tag == "translation"
    assert info.sha == API.model_info(repo).sha and {s.rfilename for s in info.siblings} == {".gitattributes", "README.md"}
    assert info.downloads_all_time == 0 and info.created_at and info.last_modified and info.gated is False
    one = API.model_info(repo, expand=["likes"])
    assert one.likes == 0 and one.sha is None and one.tags is None
    raises(hf_utils.BadRequestError, API.model_info, repo, expand=["nonsense"])
    fresh("expand", repo_type="dataset"), fresh("expand", repo_type="space", space_sdk="gradio")
    assert API.dataset_info(repo, expand=["author", "sha"]).sha and API.space_info(repo, expand=["runtime", "sdk"]).runtime.stage
    listed = [m for m in API.list_models(author="julien", search="expand", expand=["sha", "siblings"])]
    assert listed[0].sha == info.sha and len(listed[0].siblings) == 2
    API.auth_check(repo)
    assert API.get_user_overview("julien").username == "julien" and API.get_organization_overview("acme").name == "acme"
    assert [m.username for m in API.list_organization_members("acme")] == ["julien"]
    assert API.revision_exists(repo, "main") and not API.revision_exists(repo, "nothing")


def case_spaces_that_use_a_model():
    model = fresh("used")
    fresh("using", repo_type="space", space_sdk="gradio"), fresh("idle", repo_type="space", space_sdk="gradio")
    API.upload_file(path_or_fileobj=f"---\nsdk: gradio\nmodels:\n- {model}\ndatasets: squad\n---\n".encode(),
                    path_in_repo="README.md", repo_id="julien/using", repo_type="space")
    for named in ({"models": model}, {"datasets": ["squad", "other"]}, {"linked": True}, {"models": [model], "datasets": "squad"}):
        assert [s.id for s in API.list_spaces(**named)] == ["julien/using"], named
    assert not list(API.list_spaces(models="julien/nothing"))
    assert API.space_info("julien/using").models == [model] and API.space_info("julien/using").datasets == ["squad"]


def case_settings():
    repo = fresh("settings")
    if not OLD:
        API.update_repo_settings(repo, gated="auto")
        assert API.model_info(repo).gated == "auto"
        API.update_repo_settings(repo, gated=False, private=True)
        raises(hf_utils.HfHubHTTPError, BOB.update_repo_settings, repo, private=False, status=404)
    else:
        API.update_repo_visibility(repo, private=True)
        raises(hf_utils.RepositoryNotFoundError, BOB.update_repo_visibility, repo, private=False)
    assert API.model_info(repo).private


def case_errors():
    """The classes that programs catch, and what they can read off them."""
    repo = fresh("errors")
    error = raises(hf_utils.RepositoryNotFoundError, API.model_info, "julien/nothing", status=404)
    assert error.request_id and "Repository not found" in error.server_message, vars(error)
    error = raises(hf_utils.RevisionNotFoundError, API.model_info, repo, revision="nothing", status=404)
    assert error.response.headers["X-Error-Code"] == "RevisionNotFound"
    raises(hf_utils.EntryNotFoundError, API.hf_hub_download, repo, "nothing")
    error = raises(hf_utils.HfHubHTTPError, HfApi(token="hf_wrong").model_info, repo, status=401)
    assert "X-Error-Code" not in error.response.headers
    raises(hf_utils.HfHubHTTPError, READER.create_branch, repo, branch="x", status=403)
    # Without a token the older ones do not even ask.
    raises(ValueError if OLD else hf_utils.HfHubHTTPError, HfApi(token=False).create_repo, "julien/x", token=False)
    raises(hf_utils.HFValidationError, API.model_info, "a--b/c")
    raises(hf_utils.BadRequestError, API.create_discussion, repo, title="No", status=400)
    raises(hf_utils.HfHubHTTPError, API.create_tag, repo, tag="..", status=400)
    with open(os.devnull, "rb") as empty:
        API.upload_file(path_or_fileobj=empty, path_in_repo="empty", repo_id=repo)
    assert content(repo, "empty") == b""
    # An interrupted download is taken up where it ended, or begun anew; either way the file is whole.
    data = noise(3_000_000, 9)
    API.upload_file(path_or_fileobj=data, path_in_repo="w.bin", repo_id=repo)
    control("PUT", "scenario", {"faults": [{"kind": "truncate", "route": "lfs_download", "at_byte": 1_000_000}]})
    try:
        try:
            path = API.hf_hub_download(repo, "w.bin", resume_download=True) if OLD else API.hf_hub_download(repo, "w.bin")
        except Exception:  # the older ones give up, and keep the part
            path = API.hf_hub_download(repo, "w.bin", resume_download=True) if OLD else API.hf_hub_download(repo, "w.bin")
        assert Path(path).read_bytes() == data
    finally:
        control("PUT", "scenario", {})


if __name__ == "__main__":
    assert ENDPOINT and huggingface_hub
    base.run(globals())
