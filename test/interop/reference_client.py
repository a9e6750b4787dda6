"""The reference Python client, of any version, against the embedded Hub.

    python reference_client.py PATH_TO_hfhub_test_hub

Every function below named case_* is one case; prints one line per failing case and "N passed, N failed".
"""

import hashlib
import json
import sys
import traceback
import urllib.error
import urllib.request
from pathlib import Path

from reference_setup import (WORK, PROCESS, ENDPOINT, huggingface_hub, CommitOperationAdd, CommitOperationCopy,
                             CommitOperationDelete, HfApi, hf_hub_url, hf_utils, OLD, API, BOB, READER, raises,
                             noise, fresh, content, control)


def case_whoami():
    me = API.whoami()
    assert me["name"] == "julien" and me["orgs"][0]["name"] == "acme", me
    assert me["auth"]["accessToken"]["role"] == "write"
    assert READER.whoami()["auth"]["accessToken"]["role"] == "read"
    assert "oken" in str(raises(Exception, HfApi(token="hf_wrong").whoami))
    if OLD:
        assert API.get_token_permission() == "write"


def case_repos():
    url = API.create_repo("julien/life", private=True)
    assert str(url) == f"{ENDPOINT}/julien/life", url
    raises(hf_utils.HfHubHTTPError, API.create_repo, "julien/life", status=409)
    API.create_repo("julien/life", exist_ok=True)
    raises(hf_utils.HfHubHTTPError, READER.create_repo, "julien/no", status=403)
    raises(hf_utils.HfHubHTTPError, BOB.create_repo, "julien/no", status=403)
    API.create_repo("acme/team", repo_type="dataset")
    raises(hf_utils.RepositoryNotFoundError, BOB.repo_info, "julien/life")
    assert API.repo_exists("julien/life") and not API.repo_exists("julien/nothing")
    info = API.model_info("julien/life")
    assert info.private and info.sha and [f.rfilename for f in info.siblings] == [".gitattributes"]
    if OLD:
        assert API.update_repo_visibility("julien/life", private=False) == {"private": False}
    else:
        API.update_repo_settings("julien/life", private=False)
    assert BOB.model_info("julien/life").private is False
    API.move_repo("julien/life", "acme/lives")
    assert API.model_info("acme/lives").id == "acme/lives"
    assert API.model_info("julien/life").id == "acme/lives"  # redirected
    assert API.model_info("ACME/Lives").id == "acme/lives"
    raises(hf_utils.HfHubHTTPError, BOB.delete_repo, "acme/lives", status=403)
    API.delete_repo("acme/lives")
    raises(hf_utils.RepositoryNotFoundError, API.model_info, "acme/lives")
    raises(hf_utils.RepositoryNotFoundError, API.delete_repo, "acme/lives")
    API.delete_repo("acme/lives", missing_ok=True)


def case_upload_and_download():
    repo = fresh("updown")
    big, large = noise(1_234_567), noise(200_000, 1)
    commit = API.create_commit(repo, [
        CommitOperationAdd("README.md", b"---\nlicense: mit\ntags:\n- a\n- b\nlanguage: [en, fr]\n---\n# Hi\n"),
        CommitOperationAdd("sub dir/\u00fc#?.txt", b"odd name"),
        CommitOperationAdd("empty.txt", b""),
        CommitOperationAdd("big.bin", big),
        CommitOperationAdd("large.safetensors", large),
        CommitOperationAdd("data.unlisted", b"\x00\x01binary"),
    ], commit_message="First", commit_description="Some text")
    assert commit.oid == API.model_info(repo).sha
    assert content(repo, "big.bin") == big and content(repo, "large.safetensors") == large
    assert content(repo, "sub dir/\u00fc#?.txt") == b"odd name" and content(repo, "empty.txt") == b""
    assert content(repo, "data.unlisted") == b"\x00\x01binary"
    assert "data.unlisted filter=lfs" in content(repo, ".gitattributes").decode()
    info = API.model_info(repo, files_metadata=True)
    files = {f.rfilename: f for f in info.siblings}
    assert files["big.bin"].lfs["sha256"] == hashlib.sha256(big).hexdigest(), files["big.bin"]
    assert files["big.bin"].size == len(big)
    assert files["empty.txt"].blob_id == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
    assert {"a", "b", "license:mit", "en", "fr"} <= set(info.tags), info.tags
    assert info.card_data.license == "mit"
    meta = huggingface_hub.get_hf_file_metadata(hf_hub_url(repo, "big.bin"))
    assert meta.etag == hashlib.sha256(big).hexdigest() and meta.size == len(big) and meta.commit_hash == commit.oid
    assert API.file_exists(repo, "big.bin") and not API.file_exists(repo, "nothing")
    raises(hf_utils.EntryNotFoundError, API.hf_hub_download, repo, "nothing")
    raises(hf_utils.RevisionNotFoundError, API.hf_hub_download, repo, "big.bin", revision="nothing")
    # The same content again is not sent again.
    control("DELETE", "counters")
    API.upload_file(path_or_fileobj=big, path_in_repo="again.bin", repo_id=repo)
    assert not [r for r in control("GET", "counters")["requests"] if r.startswith("lfs_upload")]
    history = API.list_repo_commits(repo)
    assert history[-1].title == "initial commit" and history[1].title == "First" and history[1].message == "Some text"
    assert history[0].authors == ["julien"]


def case_folders():
    repo = fresh("folders", repo_type="dataset")
    source = WORK / "source"
    for i in range(120):
        path = source / f"d{i % 7}" / f"f{i}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"content {i}")
    (source / "w.parquet").write_bytes(noise(50_000, 2))
    API.upload_folder(folder_path=source, repo_id=repo, repo_type="dataset", ignore_patterns="d6/*")
    names = API.list_repo_files(repo, repo_type="dataset")
    expected = sorted(str(p.relative_to(source)) for p in source.rglob("*") if p.is_file() and p.parent.name != "d6")
    assert sorted(n for n in names if n != ".gitattributes") == expected
    folder = Path(API.snapshot_download(repo, repo_type="dataset"))
    for name in expected:
        assert (folder / name).read_bytes() == (source / name).read_bytes()
    tree = list(API.list_repo_tree(repo, repo_type="dataset", recursive=True, expand=True))
    assert len(tree) == len(names) + 6 and all(t.last_commit for t in tree), len(tree)
    top = [t.path for t in API.list_repo_tree(repo, repo_type="dataset")]
    assert top == ["d0", "d1", "d2", "d3", "d4", "d5", ".gitattributes", "w.parquet"], top
    raises(hf_utils.EntryNotFoundError, lambda: list(API.list_repo_tree(repo, "nothing", repo_type="dataset")))
    found = API.get_paths_info(repo, ["w.parquet", "d1", "nothing"], repo_type="dataset", expand=True)
    assert [f.path for f in found] == ["w.parquet", "d1"] and found[0].lfs and found[0].last_commit
    API.upload_folder(folder_path=source / "d1", repo_id=repo, repo_type="dataset", path_in_repo="d2",
                      delete_patterns="*.txt")
    assert all(int(n[4:-4]) % 7 == 1 for n in API.list_repo_files(repo, repo_type="dataset") if n.startswith("d2/"))
    API.delete_folder("d3", repo, repo_type="dataset")
    API.delete_file("w.parquet", repo, repo_type="dataset")
    left = API.list_repo_files(repo, repo_type="dataset")
    assert "w.parquet" not in left and not [n for n in left if n.startswith("d3/")]
    raises(hf_utils.EntryNotFoundError, API.delete_file, "w.parquet", repo, repo_type="dataset")


def case_commits():
    repo = fresh("commits")
    first = API.upload_file(path_or_fileobj=b"1", path_in_repo="a.txt", repo_id=repo)
    head = API.model_info(repo).sha
    API.create_commit(repo, [CommitOperationAdd("w.bin", noise(3000))], commit_message="w")
    error = raises(hf_utils.HfHubHTTPError, API.create_commit, repo, [CommitOperationAdd("a.txt", b"2")],
                   commit_message="late", parent_commit=head, status=412)
    assert "A commit has happened since" in str(error)
    API.create_commit(repo, [CommitOperationCopy("w.bin", "copy/w.bin"), CommitOperationDelete("w.bin")],
                      commit_message="copy")
    assert content(repo, "copy/w.bin") == noise(3000) and not API.file_exists(repo, "w.bin")
    assert content(repo, "w.bin", revision=API.list_repo_commits(repo)[1].commit_id) == noise(3000)
    error = raises(hf_utils.HfHubHTTPError, READER.upload_file, path_or_fileobj=b"", path_in_repo="x", repo_id=repo,
                   status=403)
    raises(hf_utils.RevisionNotFoundError, API.upload_file, path_or_fileobj=b"", path_in_repo="x", repo_id=repo,
           revision="nothing")
    assert first


def case_refs():
    repo = fresh("refs")
    old = API.upload_file(path_or_fileobj=b"1", path_in_repo="a.txt", repo_id=repo) and API.model_info(repo).sha
    API.create_tag(repo, tag="v1", tag_message="One")
    API.create_branch(repo, branch="feat/x-y#1")
    API.upload_file(path_or_fileobj=b"2", path_in_repo="a.txt", repo_id=repo, revision="feat/x-y#1")
    assert content(repo, "a.txt", "feat/x-y#1") == b"2" and content(repo, "a.txt") == b"1" == content(repo, "a.txt", "v1")
    raises(hf_utils.HfHubHTTPError, API.create_branch, repo, branch="feat/x-y#1", status=409)
    API.create_branch(repo, branch="feat/x-y#1", exist_ok=True)
    raises(hf_utils.HfHubHTTPError, API.create_tag, repo, tag="v1", status=409)
    API.create_tag(repo, tag="v1", exist_ok=True)
    raises(hf_utils.RevisionNotFoundError, API.create_branch, repo, branch="n", revision="nothing")
    refs = API.list_repo_refs(repo)
    assert {b.name for b in refs.branches} == {"main", "feat/x-y#1"} and refs.tags[0].target_commit == old
    API.delete_branch(repo, branch="feat/x-y#1")
    API.delete_tag(repo, tag="v1")
    raises(hf_utils.HfHubHTTPError, API.delete_tag, repo, tag="v1", status=404)
    assert [b.name for b in API.list_repo_refs(repo).branches] == ["main"] and not API.list_repo_refs(repo).tags
    API.super_squash_history(repo, commit_message="Squashed")
    assert [c.title for c in API.list_repo_commits(repo)] == ["Squashed"] and content(repo, "a.txt") == b"1"


def case_discussions():
    repo = fresh("talk")
    talk = BOB.create_discussion(repo, title="A question", description="Why?")
    assert talk.num == 1 and talk.status == "open" and talk.author == "bob" and talk.events[0].content == "Why?"
    note = API.comment_discussion(repo, 1, comment="Because")
    raises(hf_utils.HfHubHTTPError, BOB.edit_discussion_comment, repo, 1, note.id, new_content="No", status=403)
    edited = API.edit_discussion_comment(repo, 1, note.id, new_content="Because.")
    assert edited.edited and edited.content == "Because." and edited._event["data"]["numEdits"] == 1
    assert API.hide_discussion_comment(repo, 1, note.id).hidden
    assert API.rename_discussion(repo, 1, new_title="An answer").new_title == "An answer"
    changed = API.change_discussion_status(repo, 1, new_status="closed", comment="Done")
    assert changed.new_status == "closed"
    raises(hf_utils.HfHubHTTPError, API.get_discussion_details, repo, 99, status=404)
    details = API.get_discussion_details(repo, 1)
    kinds = [e.type for e in details.events]
    assert kinds == ["comment", "comment", "title-change", "comment", "status-change"], kinds
    for i in range(60):
        BOB.create_discussion(repo, title=f"Number {i}")
    assert [d.num for d in API.get_repo_discussions(repo)] == list(range(61, 0, -1))


def case_pull_requests():
    repo = fresh("pulls")
    API.upload_file(path_or_fileobj=b"one\n", path_in_repo="a.txt", repo_id=repo)
    BOB.upload_file(path_or_fileobj=b"two\n", path_in_repo="a.txt", repo_id=repo, create_pr=True)
    BOB.upload_file(path_or_fileobj=noise(5000), path_in_repo="w.bin", repo_id=repo, revision="refs/pr/1")
    pull = API.get_discussion_details(repo, 1)
    assert pull.is_pull_request and pull.status == "open" and pull.target_branch == "refs/heads/main"
    assert "-one" in pull.diff and "+two" in pull.diff and not pull.conflicting_files
    assert [e.type for e in pull.events] == ["comment", "commit", "commit"]
    assert [r.ref for r in API.list_repo_refs(repo, include_pull_requests=True).pull_requests] == ["refs/pr/1"]
    assert content(repo, "a.txt", "refs/pr/1") == b"two\n" and content(repo, "a.txt") == b"one\n"
    raises(hf_utils.HfHubHTTPError, BOB.merge_pull_request, repo, 1, status=403)
    API.merge_pull_request(repo, 1, comment="Thanks")
    assert content(repo, "a.txt") == b"two\n" and content(repo, "w.bin") == noise(5000)
    merged = API.get_discussion_details(repo, 1)
    assert merged.status == "merged" and merged.merge_commit_oid == API.model_info(repo).sha
    assert API.list_repo_commits(repo)[0].title.endswith("(#1)")
    draft = BOB.create_pull_request(repo, title="Another")
    assert draft.status == "draft" and draft.num == 2
    raises(hf_utils.HfHubHTTPError, API.merge_pull_request, repo, 2)
    BOB.upload_file(path_or_fileobj=b"bob\n", path_in_repo="a.txt", repo_id=repo, revision="refs/pr/2")
    API.upload_file(path_or_fileobj=b"julien\n", path_in_repo="a.txt", repo_id=repo)
    BOB.change_discussion_status(repo, 2, new_status="open")
    assert API.get_discussion_details(repo, 2).conflicting_files == ["a.txt"]
    raises(hf_utils.HfHubHTTPError, API.merge_pull_request, repo, 2, status=409)
    raises(hf_utils.HfHubHTTPError, BOB.upload_file, path_or_fileobj=b"", path_in_repo="b", repo_id=repo, status=403)


def case_multi_commits():
    if not OLD:
        return
    repo = fresh("multi")
    additions = [[CommitOperationAdd(f"f{i}.txt", f"{i}".encode())] for i in range(3)]
    url = API.create_commits_on_pr(repo_id=repo, addition_commits=additions, deletion_commits=[], commit_message="Many",
                                   merge_pr=True)
    assert url.endswith("/discussions/1")
    assert content(repo, "f2.txt") == b"2"


def case_likes():
    repo = fresh("liked")
    if OLD:
        API.like(repo)
        BOB.like(repo)
        API.unlike(repo)
    else:
        for token in ("hf_bob",):
            urllib.request.urlopen(urllib.request.Request(
                f"{ENDPOINT}/api/models/{repo}/like", method="POST", headers={"Authorization": f"Bearer {token}"}))
    assert [getattr(u, "username") for u in API.list_repo_likers(repo)] == ["bob"]
    assert API.model_info(repo).likes == 1 and API.list_liked_repos("bob").models == [repo]
    BOB.unlike(repo)
    assert API.list_liked_repos("bob").total == 0


def case_collections():
    model, dataset = fresh("item"), fresh("item", repo_type="dataset")
    made = API.create_collection("My Things", description="All", private=True)
    assert made.slug.startswith("julien/my-things-") and made.private and made.owner == "julien"
    assert API.create_collection("My Things", exists_ok=True).slug == made.slug
    raises(hf_utils.HfHubHTTPError, API.create_collection, "My Things", status=409)
    API.add_collection_item(made.slug, model, "model", note="Good")
    full = API.add_collection_item(made.slug, dataset, "dataset")
    assert [i.item_type for i in full.items] == ["model", "dataset"] and full.items[0].note == "Good"
    raises(hf_utils.HfHubHTTPError, API.add_collection_item, made.slug, model, "model", status=409)
    API.add_collection_item(made.slug, model, "model", exists_ok=True)
    API.update_collection_item(made.slug, full.items[1].item_object_id, note="First", position=0)
    assert [i.note for i in API.get_collection(made.slug).items] == ["First", "Good"]
    raises(hf_utils.HfHubHTTPError, BOB.get_collection, made.slug, status=404)
    changed = API.update_collection_metadata(made.slug, title="Ours", private=False, theme="green")
    assert changed.title == "Ours" and changed.slug.startswith("julien/ours-") and changed.theme == "green"
    assert BOB.get_collection(made.slug).slug == changed.slug
    raises(hf_utils.HfHubHTTPError, BOB.delete_collection, made.slug, status=403)
    assert [c.slug for c in API.list_collections(owner="julien", item=f"models/{model}")] == [changed.slug]
    assert not list(API.list_collections(owner="bob"))
    API.delete_collection_item(made.slug, full.items[1].item_object_id)
    raises(hf_utils.HfHubHTTPError, API.delete_collection_item, made.slug, full.items[1].item_object_id, status=404)
    API.delete_collection(made.slug)
    API.delete_collection(made.slug, missing_ok=True)
    for i in range(15):
        API.create_collection(f"Page {i}")
    assert len(list(API.list_collections(owner="julien", limit=100))) == 15


def settings(repo, body):
    urllib.request.urlopen(urllib.request.Request(
        f"{ENDPOINT}/api/models/{repo}/settings", method="PUT", data=json.dumps(body).encode(),
        headers={"Authorization": "Bearer hf_write"}))


def case_access_requests():
    repo = fresh("gated")
    API.upload_file(path_or_fileobj=b"secret", path_in_repo="a.txt", repo_id=repo)
    raises(hf_utils.HfHubHTTPError, lambda: list(API.list_pending_access_requests(repo)), status=400)
    settings(repo, {"gated": "manual"})
    assert API.model_info(repo).gated == "manual" and BOB.model_info(repo).siblings
    raises(hf_utils.GatedRepoError, BOB.hf_hub_download, repo, "a.txt")
    anonymous = raises(hf_utils.GatedRepoError, HfApi(token=False).hf_hub_download, repo, "a.txt", token=False)
    assert "Access to model julien/gated is restricted" in str(anonymous)
    ask(repo)
    [request] = API.list_pending_access_requests(repo)
    assert request.username == "bob" and request.fields == {"Company": "ACME"} and request.status == "pending"
    raises(hf_utils.HfHubHTTPError, lambda: list(BOB.list_pending_access_requests(repo)), status=403)
    API.accept_access_request(repo, "bob")
    assert content(repo, "a.txt", api=BOB) == b"secret"
    assert [r.username for r in API.list_accepted_access_requests(repo)] == ["bob"]
    raises(hf_utils.HfHubHTTPError, API.accept_access_request, repo, "bob", status=404)
    API.reject_access_request(repo, "bob", **({} if OLD else {"rejection_reason": "no"}))
    assert [r.username for r in API.list_rejected_access_requests(repo)] == ["bob"]
    API.cancel_access_request(repo, "bob")
    assert [r.username for r in API.list_pending_access_requests(repo)] == ["bob"]
    API.grant_access(repo, "bob")
    raises(hf_utils.HfHubHTTPError, API.grant_access, repo, "bob", status=400)
    raises(hf_utils.HfHubHTTPError, API.grant_access, repo, "nobody", status=404)


def ask(repo):
    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_):
            return None

    request = urllib.request.Request(f"{ENDPOINT}/{repo}/ask-access", method="POST", data=b'{"Company": "ACME"}',
                                     headers={"Authorization": "Bearer hf_bob", "Content-Type": "application/json"})
    try:
        urllib.request.build_opener(Stay).open(request)
    except urllib.error.HTTPError as answer:
        assert answer.code == 303, answer


def case_spaces():
    repo = fresh("space", repo_type="space", space_sdk="gradio", space_secrets=[{"key": "S", "value": "1"}],
                 space_variables=[{"key": "V", "value": "2", "description": "d"}])
    assert API.get_space_runtime(repo).stage == "NO_APP_FILE"
    API.upload_file(path_or_fileobj=b"x", path_in_repo="app.py", repo_id=repo, repo_type="space")
    assert API.get_space_runtime(repo).stage == "RUNNING"
    assert API.request_space_hardware(repo, "t4-medium", sleep_time=600).requested_hardware == "t4-medium"
    assert API.get_space_runtime(repo).sleep_time == 600
    assert API.set_space_sleep_time(repo, 300).sleep_time == 300
    if OLD:
        assert API.request_space_storage(repo, "small").storage == "small"
        assert API.delete_space_storage(repo).storage is None
        raises(hf_utils.BadRequestError, API.delete_space_storage, repo)
    assert API.pause_space(repo).stage == "PAUSED" and API.get_space_runtime(repo).stage == "PAUSED"
    assert API.restart_space(repo).stage == "BUILDING" and API.get_space_runtime(repo).stage == "RUNNING"
    API.add_space_secret(repo, "T", "3")
    API.delete_space_secret(repo, "S")
    API.add_space_variable(repo, "W", "4")
    assert {k: v.value for k, v in API.get_space_variables(repo).items()} == {"V": "2", "W": "4"}
    assert set(API.delete_space_variable(repo, "V")) == {"W"}
    if not OLD:
        assert set(API.get_space_secrets(repo)) == {"T"}
    if OLD:
        copy = API.duplicate_space(repo, "julien/space-copy", private=True)
    else:
        copy = API.duplicate_repo(repo, "julien/space-copy", repo_type="space", private=True)
    assert str(copy) == f"{ENDPOINT}/spaces/julien/space-copy"
    assert API.space_info("julien/space-copy").private and API.space_info("julien/space-copy").sdk == "gradio"
    assert content("julien/space-copy", "app.py", repo_type="space") == b"x"
    info = API.space_info(repo)
    assert info.subdomain == "julien-space" and info.runtime.stage == "RUNNING"


def case_inference_endpoints():
    common = dict(repository="gpt2", framework="pytorch", accelerator="cpu", instance_size="x2",
                  instance_type="intel-icl", region="us-east-1", vendor="aws", namespace="acme",
                  type="protected" if OLD else "authenticated")
    made = API.create_inference_endpoint("test-one", **common)
    assert made.status == "pending" and made.url is None
    made.wait(timeout=10, refresh_every=0.01) if not OLD else made.wait(timeout=10, refresh_every=1)
    assert made.status == "running" and made.url
    raises(hf_utils.HfHubHTTPError, API.create_inference_endpoint, "test-one", **common, status=409)
    assert made.update(min_replica=2).raw["compute"]["scaling"]["minReplica"] == 2
    assert made.raw["compute"]["instanceSize"] == "x2" and made.status == "updating"
    assert made.pause().status == "paused" and made.resume().status == "initializing"
    assert made.scale_to_zero().status == "scaledToZero"
    assert [e.name for e in API.list_inference_endpoints("acme")] == ["test-one"]
    assert [e.name for e in API.list_inference_endpoints("*")] == ["test-one"]
    raises(hf_utils.HfHubHTTPError, lambda: list(BOB.list_inference_endpoints("acme")), status=403)
    made.delete()
    raises(hf_utils.HfHubHTTPError, API.get_inference_endpoint, "test-one", namespace="acme", status=404)


def case_listings():
    for i in range(120):
        API.create_repo(f"acme/many-{i:03}", private=i % 10 == 0)
    everything = list(API.list_models(author="acme", search="many"))
    assert len(everything) == 120 and len({m.id for m in everything}) == 120
    assert len(list(BOB.list_models(author="acme", search="MANY"))) == 108
    assert len(list(API.list_models(author="acme", limit=70))) == 70
    oldest = [m.id for m in API.list_models(author="acme", search="many", sort="created_at" if not OLD else "createdAt")]
    assert oldest in ([f"acme/many-{i:03}" for i in order] for order in (range(120), range(119, -1, -1)))
    repo = fresh("tagged", repo_type="dataset")
    API.upload_file(path_or_fileobj=b"---\nlanguage: fr\ntask_categories:\n  - translation\nlicense: mit\n---\n",
                    path_in_repo="README.md", repo_id=repo, repo_type="dataset")
    assert [d.id for d in API.list_datasets(filter="language:fr")] == [repo]
    assert [d.id for d in API.list_datasets(filter=["language:fr", "license:mit"], full=True)] == [repo]
    assert not list(API.list_datasets(filter="language:de"))
    if OLD:
        API.get_model_tags(), API.get_dataset_tags()
        assert API.list_metrics() == []
    assert isinstance(list(API.list_spaces(limit=3)), list)


def case_safetensors():
    repo = fresh("tensors")
    header = json.dumps({"__metadata__": {"format": "pt"},
                         "w": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}}).encode()
    API.upload_file(path_or_fileobj=len(header).to_bytes(8, "little") + header + bytes(24),
                    path_in_repo="model.safetensors", repo_id=repo)
    meta = API.get_safetensors_metadata(repo)
    assert meta.parameter_count == {"F32": 6} and not meta.sharded


def case_quota_and_faults():
    repo = fresh("quota")
    control("PUT", "scenario", {"api_quota": {"requests": 3, "window_s": 60}})
    try:
        for _ in range(3):
            API.model_info(repo)
        error = raises(hf_utils.HfHubHTTPError, API.model_info, repo, status=429)
        assert 'r=0' in error.response.headers["RateLimit"], error.response.headers
        control("PUT", "scenario", {"faults": [{"kind": "status", "route": "repo_info", "status": 500}]})
        raises(hf_utils.HfHubHTTPError, API.model_info, repo, status=500)
        API.model_info(repo)
    finally:
        control("PUT", "scenario", {})


def run(cases):
    passed, failed = 0, 0
    for name, case in list(cases.items()):
        if not name.startswith("case_") or (len(sys.argv) > 2 and name[5:] not in sys.argv[2:]):
            continue
        try:
            case()
            passed += 1
        except Exception:
            failed += 1
            last = traceback.format_exc().strip().replace("\n", " ")[-700:]
            print(f"FAILED huggingface_hub {huggingface_hub.__version__}: {name[5:]}: {last}")
    PROCESS.stdin.close()
    stopped = PROCESS.wait(30)
    if stopped != 0:
        failed += 1
        print(f"FAILED the hub ended with {stopped}")
    print(f"huggingface_hub {huggingface_hub.__version__}: {passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    run(globals())
