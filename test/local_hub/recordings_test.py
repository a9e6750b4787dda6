"""Answers of the embedded Hub beside recorded ones of the real Hub to the same kind of request: status, the header
fields that clients read, and the names of the body's members.

    python3 recordings_test.py PATH_TO_hfhub_test_hub FOLDER_OF_RECORDINGS [case...]
"""

import hashlib
import json
import re
import sys
from pathlib import Path
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from hub_process import Hub, run_cases  # noqa: E402

RECORDINGS = Path(sys.argv[2])
HUB = Hub(sys.argv[1], "redirect=1", "page=2")
SEEN = set()

# Header fields that clients act on, and the form of their values. The rest is the CDN's and the browser's business.
FORMS = {
    "content-type": None,
    "x-error-code": None,
    "x-error-message": r".+",
    "x-request-id": r"Root=1-[0-9a-f]{8}-[0-9a-f]{24}(;.+)?",
    "ratelimit": r'"(api|resolvers|pages)";r=\d+;t=\d+',
    "ratelimit-policy": r'"fixed window";"(api|resolvers|pages)";q=\d+;w=\d+',
    "x-repo-commit": r"[0-9a-f]{40}",
    "x-linked-size": r"\d+",
    "x-linked-etag": r'"[0-9a-f]{40,64}"',
    "etag": None,
    "link": None,
    "location": None,
    "x-total-count": r"\d+",
    "accept-ranges": None,
    "cache-control": None,
    "content-disposition": None,
    "www-authenticate": None,
    "vary": None,
}
# Members that only some repositories have on the real Hub, and that the embedded Hub gives no value.
UNKNOWN_HERE = {"mask_token", "widgetData", "transformersInfo", "safetensors", "inference", "citation", "description",
                "tokenizer_config", "xetHash", "gguf", "diffusers", "details", "devMode", "domains", "pySpacesVersion",
                "region", "paperswithcode_id", "resourceGroup", "securityRepoStatus", "trendingScore", "baseModels"}


def recorded(name):
    SEEN.add(name)
    return json.loads((RECORDINGS / f"{name}.json").read_text())["response"]


def form_of_etag(value):
    return 'W/"hex-base64"' if value.startswith("W/") else f'"{len(value) - 2}"'


def form_of_link(value):
    """Relations, and the names of the query's parameters in order."""
    parts = re.findall(r'<([^>]*)>; rel="([^"]*)"', value)
    return [(rel, re.findall(r"[?&]([^=&]+)=", url)) for url, rel in parts if rel == "next"]


def compare_field(name, theirs, ours):
    if name == "etag":
        theirs, ours = form_of_etag(theirs), form_of_etag(ours)
    elif name == "link":
        theirs, ours = form_of_link(theirs), form_of_link(ours)
    elif name == "location":
        theirs, ours = [re.sub(r"[0-9a-f]{40}", "<hash>", v).startswith("/") for v in (theirs, ours)]
    elif name == "content-disposition":
        theirs, ours = [re.sub(r"(UTF-8''|\")[^;\"]*", r"\1x", v) for v in (theirs, ours)]
    elif FORMS[name]:
        assert re.fullmatch(FORMS[name], ours), f"{name}: {ours}"
        return
    assert theirs == ours, f"{name}: recorded {theirs}, here {ours}"


def compare_members(theirs, ours, path, absent):
    """Every recorded member is there, with a value of the same kind where both have one."""
    if isinstance(theirs, dict):
        assert isinstance(ours, dict), f"{path}: recorded an object, here {ours!r}"
        for name, value in theirs.items():
            inner = f"{path}.{name}"
            if name in UNKNOWN_HERE or inner in absent:
                continue
            assert name in ours, f"{inner} is missing here, recorded {str(value)[:80]}"
            compare_members(value, ours[name], inner, absent)
    elif isinstance(theirs, list):
        assert isinstance(ours, list), f"{path}: recorded a list, here {ours!r}"
        for value in theirs:
            if ours:
                compare_members(value, most_alike(value, ours), f"{path}[]", absent)
    elif path.endswith(".gated"):
        assert ours in (False, "auto", "manual"), f"{path}: {ours!r}"
    elif theirs is not None and ours is not None and not isinstance(ours, type(theirs)):
        assert isinstance(ours, (int, float)) and isinstance(theirs, (int, float)), f"{path}: {theirs!r} and {ours!r}"


def most_alike(value, candidates):
    """An element of a list is compared with the one of ours that shares the most of its members and its type."""
    if not isinstance(value, dict):
        return candidates[0]
    known = [c for c in candidates if isinstance(c, dict)]
    return max(known, key=lambda c: (c.get("type") == value.get("type"), len(c.keys() & value.keys()))) if known else None


def compare(name, answer, absent=(), status=None, headers=True):
    theirs = recorded(name)
    assert answer.status == (status or theirs["status"]), f"recorded {theirs['status']}, here {answer}"
    fields = {k.lower(): v for k, v in theirs.get("headers", {}).items()}
    try:
        for field in FORMS if headers else ():
            if field in fields and field not in absent:
                ours = answer.headers[field]
                assert ours is not None, f"{field} is missing, recorded {fields[field]}"
                compare_field(field, fields[field], ours)
        # A code where the real Hub has none would make clients raise another error.
        if theirs["status"] >= 400 and "x-error-message" in fields and "x-error-code" not in fields:
            assert answer.headers["X-Error-Code"] is None, f"X-Error-Code {answer.headers['X-Error-Code']}"
        if "body_json" in theirs:
            compare_members(theirs["body_json"], answer.json(), "body", set(absent))
        elif "body_text" in theirs:
            assert not theirs["body_text"].startswith("OK") or answer.body == b"OK", answer
    except AssertionError as error:
        raise AssertionError(f"{name}: {error}") from None


CARD = b"""---
language: en
license: mit
library_name: transformers
pipeline_tag: text-generation
tags:
- exbert
datasets:
- bookcorpus
---
# A model
"""
CONFIG = json.dumps({"architectures": ["BertForMaskedLM"], "model_type": "bert"}).encode()
WEIGHTS = bytes(range(256)) * 40
EXPANDED = ("author", "private", "disabled", "gated", "createdAt", "lastModified", "sha", "pipeline_tag", "tags", "likes",
            "downloads", "downloadsAllTime", "trendingScore", "baseModels", "childrenModelCount", "spaces")


def upload(path, kind="models"):
    oid = hashlib.sha256(WEIGHTS).hexdigest()
    prefix = "" if kind == "models" else kind + "/"
    batch = HUB.expect(200, "POST", f"/{prefix}{path}.git/info/lfs/objects/batch",
                       {"operation": "upload", "objects": [{"oid": oid, "size": len(WEIGHTS)}]}).json()
    HUB.expect(200, "PUT", batch["objects"][0]["actions"]["upload"]["href"], WEIGHTS)
    return "lfsFile", {"path": "model.safetensors", "algo": "sha256", "oid": oid, "size": len(WEIGHTS)}


def populate():
    for name, members in (("public", {}), ("private", {"private": True}), ("gated", {}), ("old-name", {})):
        repo = HUB.create(f"julien/{name}", **members)
        done = HUB.commit(repo, [("README.md", CARD), ("config.json", CONFIG), ("onnx/a.onnx.txt", b"a"), upload(repo)])
        assert done.status == 200, done
    HUB.expect(200, "PUT", "/api/models/julien/gated/settings", {"gated": "manual"})
    HUB.expect(200, "POST", "/api/repos/move", {"fromRepo": "julien/old-name", "toRepo": "acme/new-name", "type": "model"})
    HUB.create("julien/data", type="dataset")
    assert HUB.commit("julien/data", [("README.md", CARD), upload("julien/data", "datasets"), ("data/a.txt", b"a"),
                                      ("data/b.txt", b"b"), ("data/c.txt", b"c")], kind="datasets").status == 200


def api(target, method="GET", **named):
    return HUB.ask(method, f"/api/{target}", **named)


def expand(names):
    return "&".join(f"expand[]={name}" for name in names)


def case_errors():
    compare("model_401_unknown_anonymous", api(f"models/julien/nothing?{expand(EXPANDED)}", token=None))
    compare("api_401_no_token_2026", api("models/julien/private/tree/main", token=None))
    compare("resolve_401_private_2026", HUB.ask("HEAD", "/julien/private/resolve/main/model.safetensors", token=None))
    compare("resolve_401_gated", HUB.ask("HEAD", "/julien/gated/resolve/main/config.json", token=None))
    compare("resolve_404_entry_public", HUB.ask("HEAD", "/julien/public/resolve/main/nothing.safetensors", token=None))
    compare("commits_404_revision", api("models/julien/public/commits/no-such-branch-x9?limit=1", token=None))
    compare("repo_create_conflict_2026", api("repos/create", "POST", body={"name": "public"}))
    # With a token that may not read it a repository is not found, and this has a code.
    for target in ("models/julien/private", "models/julien/nothing", "datasets/julien/nothing/tree/main"):
        answer = api(target, token="hf_bob")
        assert answer.status == 404 and answer.headers["X-Error-Code"] == "RepoNotFound", answer
    answer = HUB.ask("HEAD", "/julien/gated/resolve/main/config.json", token="hf_bob")
    assert answer.status == 403 and answer.headers["X-Error-Code"] == "GatedRepo", answer
    # Users and organisations that do not exist: no code, only words.
    for target in ("users/nobody/overview", "organizations/nobody/overview", "organizations/nobody/members"):
        answer = api(target)
        assert answer.status == 404 and answer.headers["X-Error-Message"] and not answer.headers["X-Error-Code"], answer


def case_rate_limits():
    HUB.control("PUT", "scenario", {"api_quota": {"requests": 1, "window_s": 300}})
    try:
        api("models/julien/public", token="hf_bob")
        compare("rate_limit_429_headers", api("models/julien/public", token="hf_bob"))
    finally:
        HUB.control("PUT", "scenario", {})


def case_redirects():
    for name in ("redirect_307_bert", "redirect_307_t5_small"):
        answer = api("models/julien/old-name")
        compare(name, answer)
        assert answer.headers["Location"] == "/api/models/acme/new-name", answer
    answer = HUB.ask("HEAD", "/julien/public/resolve/main/config.json")
    compare("resolve_307_cache_qwen", answer)
    path = quote("/julien/public/resolve/main/config.json", "")
    blob = hashlib.sha1(b"blob %d\0" % len(CONFIG) + CONFIG).hexdigest()
    expected = (f"/api/resolve-cache/models/julien/public/{api('models/julien/public').json()['sha']}/config.json"
                f"?{path}=&etag=%22{blob}%22")
    assert answer.headers["Location"] == expected, answer.headers["Location"]
    assert HUB.expect(200, "GET", expected).body == CONFIG


def case_resolve():
    sha = api("models/julien/private").json()["sha"]
    answer = HUB.ask("HEAD", f"/julien/private/resolve/{sha}/model.safetensors")
    compare("resolve_head_lfs_2026", answer, absent=("link",))  # it has no next page, only those of Xet
    compare("resolve_head_lfs_2023", answer, status=302)
    assert answer.headers["X-Linked-ETag"] == f'"{hashlib.sha256(WEIGHTS).hexdigest()}"'
    for name in ("resolve_head_regular_private_2026", "resolve_head_regular_2023"):
        compare(name, HUB.ask("HEAD", f"/julien/private/resolve/{sha}/config.json"))


def case_infos():
    info = api("models/julien/public")
    for name in ("bert_2024", "clip_2025", "dialogpt_2024", "distilbart_2025", "qwen3_2026", "sd21_2024", "zephyr_2024",
                 "speechbrain_2025"):
        compare_info(f"model_info_{name}", info)
    compare_info("model_info_llama3_8b_gated_2025", api("models/julien/gated"))
    blobs = api(f"models/julien/public/revision/{info.json()['sha']}?blobs=true")
    for name in ("model_info_blobs_eicar", "model_info_blobs_textual_inversion"):
        compare_info(name, blobs)
    compare_info("dataset_info_competition_math", api("datasets/julien/data"))


def compare_info(name, answer):
    """Cards and configurations are the repository's own."""
    compare(name, answer, absent=absent_below(name, "cardData", "config", "model-index"))


def absent_below(name, *members):
    body = recorded(name)["body_json"]
    return {f"body.{m}.{inner}" for m in members for inner in (body.get(m) if isinstance(body.get(m), dict) else ())} | {
        f"body.{m}" for m in members if isinstance(body.get(m), list)}


def case_expansions():
    compare("expand_llama31_gated", api(f"models/julien/gated?{expand(EXPANDED)}", token=None))
    compare("expand_gpt4chan_disabled", api(f"models/julien/public?{expand(EXPANDED)}", token=None))
    for name in ("expand_providers_flux", "expand_providers_whisper"):
        members = recorded(name)["body_json"]["inferenceProviderMapping"]
        absent = {f"body.inferenceProviderMapping.{provider}" for provider in members}  # nothing is deployed here
        compare(name, api("models/julien/public?expand=inferenceProviderMapping"), absent=absent)
    compare("expand_inference_warm", api("models/julien/public?expand[]=inference"))


def case_lists():
    compare("models_list_link", api("models?sort=createdAt&direction=-1&limit=2"))
    compare("models_list_downloads", api("models?sort=downloads&full=true&limit=100"))
    compare("commits_gpt2", api("models/julien/public/commits/main?limit=1", token=None))
    compare("tree_link_c4", api("datasets/julien/data/tree/main/data?recursive=true"))
    compare("tree_gpt2_entries", tree("models/julien/public/tree/main"))
    compare("tree_whisper_cpp", tree("models/julien/public/tree/main"))
    compare("tree_dataset_openmath", tree("datasets/julien/data/tree/main?recursive=true"))
    body = {"paths": ["model.safetensors", "config.json", "onnx"], "expand": True}
    # What was "security" then is "securityFileStatus" today.
    answer = api("models/julien/public/paths-info/main", "POST", body=body)
    compare("paths_info_expand_2023", answer, absent={"body[].security"})
    assert all("securityFileStatus" in entry for entry in answer.json() if entry["type"] == "file"), answer
    answer = api("models/julien/public/treesize/main")
    assert answer.status == 200 and set(answer.json()) == {"path", "size"}, answer


def tree(target):
    """All pages as one."""
    answer = api(target)
    entries, page = answer.json(), answer
    while page.headers["Link"]:
        page = HUB.expect(200, "GET", re.match("<([^>]*)>", page.headers["Link"])[1])
        entries += page.json()
    answer.body = json.dumps(entries).encode()
    return answer


def case_users():
    compare("user_overview", api("users/julien/overview", token=None))


def case_discussions():
    for title in ("A question", "Another"):
        api("models/julien/public/discussions", "POST", body={"title": title}, token="hf_bob")
    assert HUB.ask("POST", "/api/models/julien/public/commit/main?create_pr=1", b"\n".join(
        json.dumps(line).encode() for line in ({"key": "header", "value": {"summary": "A change"}},
                                               {"key": "file", "value": {"path": "x", "content": "x"}}))).status == 200
    compare("discussions_gpt2", api("models/julien/public/discussions", token=None))
    note = api("models/julien/public/discussions/1/comment", "POST", body={"comment": "Well"}).json()["newMessage"]
    hidden = api(f"models/julien/public/discussions/1/comment/{note['id']}/hide", "POST")
    hidden.body = json.dumps(hidden.json()["updatedComment"]).encode()
    compare("discussion_event_hidden_comment", hidden)


def case_preupload_and_commit():
    body = {"files": [{"path": "a.bin", "size": 1048576, "sample": "AAAA"}, {"path": "a.txt", "size": 186, "sample": "aGk="}]}
    answer = api("models/julien/public/preupload/main", "POST", body=body)
    compare("preupload_2026", answer)
    assert [f["uploadMode"] for f in answer.json()["files"]] == ["lfs", "regular"], answer


def case_spaces():
    answer = api("repos/create", "POST", body={"name": "room", "type": "space", "sdk": "gradio"})
    compare("repo_create_space_2023", answer)
    compare("space_runtime_no_app_file_2023", api("spaces/julien/room/runtime"))
    body = {"files": [{"path": "app.py", "size": 10, "sample": "aGk="}]}
    compare("space_preupload_2023", api("spaces/julien/room/preupload/main", "POST", body=body))
    compare("space_commit_2023", HUB.commit("julien/room", [("app.py", b"print()")], kind="spaces"))
    compare("space_variables_get_empty_2023", api("spaces/julien/room/variables"))
    for key, members in (("foo", {}), ("MODEL_REPO_ID", {}), ("MODEL_PAPER", {"description": "found it there"})):
        answer = api("spaces/julien/room/variables", "POST", body={"key": key, "value": "1", **members})
    compare("space_variables_post_2023", answer)
    api("spaces/julien/room/variables", "POST", body={"key": "foo", "value": "2", "description": "updated"})
    api("spaces/julien/room/variables", "POST", body={"key": "gh_api_key", "value": "2"})
    compare("space_variables_delete_2023", api("spaces/julien/room/variables", "DELETE", body={"key": "gh_api_key"}))
    compare("space_secret_post_2023", api("spaces/julien/room/secrets", "POST", body={"key": "foo", "value": "123"}))
    compare("space_pause_2023", api("spaces/julien/room/pause", "POST"))
    compare("space_restart_2023", api("spaces/julien/room/restart", "POST"))
    compare("space_runtime_building_2023", api("spaces/julien/room/runtime"))
    api("repos/create", "POST", body={"name": "static", "type": "space", "sdk": "static"})
    HUB.commit("julien/static", [("index.html", b"<p>")], kind="spaces")
    answer = api("spaces/julien/static/runtime")
    compare("space_runtime_static_2023", answer)
    assert answer.json()["hardware"] == {"current": None, "requested": None} and "gcTimeout" not in answer.json(), answer
    names = ("runtime", "author", "disabled", "lastModified", "likes", "private", "sha", "subdomain", "sdk", "tags", "createdAt")
    compare("space_expand_runtime", api(f"spaces?search=room&{expand(names)}"))
    compare("repo_delete_2023", api("repos/delete", "DELETE", body={"name": "room", "organization": "julien", "type": "space"}))


def case_inference_endpoints():
    body = {"name": "e", "type": "protected", "accountId": None, "provider": {"vendor": "aws", "region": "us-east-1"},
            "compute": {"accelerator": "cpu", "instanceType": "intel-icl", "instanceSize": "x2",
                        "scaling": {"minReplica": 0, "maxReplica": 1}},
            "model": {"repository": "gpt2", "revision": "11c5a3d5811f50298f278a704980280950aedb10", "task": "text-generation",
                      "framework": "pytorch", "image": {"huggingface": {}}}}
    HUB.expect(200, "POST", "/v2/endpoint/acme", body)
    for _ in range(2):
        answer = HUB.ask("GET", "/v2/endpoint/acme/e")
    compare("endpoint_running", answer, absent={"body.model.secrets"})
    answer = HUB.ask("PUT", "/v2/endpoint/acme/e", {"compute": {"scaling": {"minReplica": 1}}})
    compare("endpoint_updating", answer, absent={"body.model.secret"})


def case_all_recordings_are_compared():
    """But for those of other services: inference, Xet, webhooks, and parts of the Hub that have no state here."""
    other = re.compile("inference_|cas_|xet_|webhook_|tasks_|openapi|hf_warning")
    left = {p.stem for p in RECORDINGS.glob("*.json") if not other.match(p.stem)} - SEEN
    assert not left, f"not compared: {sorted(left)}"


def case_the_hub_stops():
    HUB.stop()


populate()
run_cases("recordings", globals(), set(sys.argv[3:]) | {"the_hub_stops"} if sys.argv[3:] else ())
