"""The calls of the differential run, in order. In arguments "{side}" is "theirs" or "ours", so that each client has
repositories of its own; functions are given what earlier steps of the same client saved."""

import dataclasses


@dataclasses.dataclass
class Step:
    method: str
    args: dict
    fails: bool = False      # the reference raises, and hfhub must throw the same
    save: str = ""           # keep the result under this name
    downloads: bool = False  # the result is a path below the client's home: files are compared as well


def do(method, *, fails=False, save="", downloads=False, **args):
    return Step(method, args, fails, save, downloads)


def text(content):
    return {"$bytes_text": content}


def repeat(content, count):
    return {"$bytes_repeat": {"text": content, "count": count}}


def add(path, content):
    return {"$type": "CommitOperationAdd", "path_in_repo": path, "path_or_fileobj": content}


def delete(path, **more):
    return {"$type": "CommitOperationDelete", "path_in_repo": path, **more}


def copy(source, target, **more):
    return {"$type": "CommitOperationCopy", "src_path_in_repo": source, "path_in_repo": target, **more}


M, D, S = "julien/m-{side}", "julien/d-{side}", "julien/s-{side}"
DATA = {"repo_id": D, "repo_type": "dataset"}
CARD = text("---\nlicense: mit\nlanguage:\n- en\n- fr\ntags:\n- one\nlibrary_name: transformers\npipeline_tag: text-generation\n"
            "datasets:\n- a/b\nmodel-index:\n- name: m\n  results:\n  - task:\n      type: translation\n    dataset:\n"
            "      type: wmt\n      name: WMT\n    metrics:\n    - type: bleu\n      value: 30.5\n---\n# Hi\n")
HEADER = '{"__metadata__":{"format":"pt"},"w":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}'
TENSORS = {"$bytes_text": chr(len(HEADER)) + "\0" * 7 + HEADER + "\0" * 24}
BOB, READER, WRONG = "hf_bob", "hf_read", "hf_wrong"

# Repositories whose refs must lead to the same trees on both sides at the end.
repositories = [("models", M), ("datasets", D), ("spaces", S)]
exempt = {"run_as_future": "gives a Python future; hfhub's background calls are played by the vectors"}

accounts = [
    do("whoami"),
    do("whoami", token=READER),
    do("whoami", token=WRONG, fails=True),
    do("get_token_permission"),
    do("get_token_permission", token=READER),
    do("get_token_permission", token=WRONG),
    do("get_full_repo_name", model_id="x"),
    do("get_full_repo_name", model_id="x", organization="acme"),
]

creation = [
    do("create_repo", repo_id=M),
    do("create_repo", repo_id=M, fails=True),
    do("create_repo", repo_id=M, exist_ok=True),
    do("create_repo", repo_id="bob/x-{side}", fails=True),
    do("create_repo", repo_id="x-{side}", token=READER, fails=True),
    do("create_repo", repo_id="a--b", fails=True),
    do("create_repo", repo_id=D, repo_type="dataset", private=True),
    do("create_repo", repo_id="julien/no-{side}", repo_type="space", fails=True),
    do("create_repo", repo_id=S, repo_type="space", space_sdk="gradio", space_secrets=[{"key": "S", "value": "1"}],
       space_variables=[{"key": "V", "value": "2", "description": "d"}]),
    do("repo_exists", repo_id=M),
    do("repo_exists", repo_id=D, repo_type="dataset", token=BOB),
    do("repo_exists", repo_id="julien/nothing"),
    do("update_repo_visibility", repo_id=D, private=False, repo_type="dataset"),
    do("update_repo_visibility", repo_id=M, private=True, token=BOB, fails=True),
    do("update_repo_visibility", repo_id="julien/nothing", private=True, fails=True),
]

uploads = [
    do("create_commit", repo_id=M, commit_message="First", commit_description="With words", num_threads=1, save="first",
       operations=[add("README.md", CARD), add("a.txt", text("a")), add("dir/b.txt", text("b")), add("empty", text("")),
                   add("dir/w.bin", repeat("0123456789", 1000)), add("parts.bin", repeat("abcdefghij", 70_000)),
                   add("odd \u00fc#?.txt", text("odd")), add("model.safetensors", TENSORS)]),
    do("upload_file", repo_id=M, path_in_repo="c.txt", path_or_fileobj=text("c"), save="upload"),
    do("upload_file", repo_id=M, path_in_repo="c.txt", path_or_fileobj=text("c"), token=BOB, fails=True),
    do("upload_file", repo_id=M, path_in_repo="c.txt", path_or_fileobj=text("c"), revision="nothing", fails=True),
    do("upload_file", repo_id="julien/nothing", path_in_repo="c.txt", path_or_fileobj=text("c"), fails=True),
    do("create_commit", repo_id=M, commit_message="late", operations=[add("d", text("d"))],
       parent_commit=lambda saved: saved["first"]["oid"], fails=True),
    do("create_commit", repo_id=M, commit_message="", operations=[add("d", text("d"))], fails=True),
    do("create_commit", repo_id=M, commit_message="both", operations=[
        copy("dir/w.bin", "copy/w.bin"), delete("odd \u00fc#?.txt"), add("d", text("d"))]),
    do("create_commit", repo_id=M, commit_message="absent", operations=[delete("absent")], fails=True),
    do("preupload_lfs_files", repo_id=M, additions=[add("pre.bin", repeat("pre", 5000))]),
    do("upload_folder", folder_path="{work}/folder", commit_message="Folder", ignore_patterns=["*.log"], **DATA),
    do("upload_folder", folder_path="{work}/folder/sub", path_in_repo="again", delete_patterns="*", commit_message="Again", **DATA),
    do("upload_folder", folder_path="{work}/nothing", fails=True, **DATA),
    do("create_commits_on_pr", repo_id=M, commit_message="Many", num_threads=1, merge_pr=True,
       addition_commits=[[add("many/1", text("1"))], [add("many/2", text("2"))]], deletion_commits=[[delete("empty")]]),
    do("delete_file", path_in_repo="c.txt", repo_id=M, commit_message="gone"),
    do("delete_file", path_in_repo="c.txt", repo_id=M, commit_message="gone", fails=True),
    do("delete_folder", path_in_repo="copy", repo_id=M, commit_message="gone"),
    do("delete_folder", path_in_repo="copy", repo_id=M, commit_message="gone", fails=True),
]

reading = [
    step for side in ("theirs", "ours") for step in (
        do("model_info", repo_id=f"julien/m-{side}"),
        do("model_info", repo_id=f"julien/m-{side}", files_metadata=True, securityStatus=True),
        do("model_info", repo_id=f"JULIEN/M-{side}"),
        do("dataset_info", repo_id=f"julien/d-{side}", files_metadata=True),
        do("space_info", repo_id=f"julien/s-{side}"),
        do("repo_info", repo_id=f"julien/d-{side}", repo_type="dataset", revision="main"),
        do("list_repo_files", repo_id=f"julien/m-{side}"),
        do("list_files_info", repo_id=f"julien/m-{side}", paths=["dir", "README.md", "nothing"], expand=True),
        do("list_files_info", repo_id=f"julien/m-{side}"),
        do("list_repo_tree", repo_id=f"julien/m-{side}"),
        do("list_repo_tree", repo_id=f"julien/m-{side}", recursive=True, expand=True),
        do("list_repo_tree", repo_id=f"julien/m-{side}", path_in_repo="dir"),
        do("get_paths_info", repo_id=f"julien/m-{side}", paths=["dir/w.bin", "dir", "nothing"], expand=True),
        do("list_repo_commits", repo_id=f"julien/m-{side}"),
        do("list_repo_commits", repo_id=f"julien/m-{side}", formatted=True),
        do("list_repo_refs", repo_id=f"julien/m-{side}", include_pull_requests=True),
        do("get_safetensors_metadata", repo_id=f"julien/m-{side}"),
        do("parse_safetensors_file_metadata", repo_id=f"julien/m-{side}", filename="model.safetensors"),
        do("file_exists", repo_id=f"julien/m-{side}", filename="a.txt"),
        do("file_exists", repo_id=f"julien/m-{side}", filename="nothing"),
        do("get_hf_file_metadata", url=f"{{endpoint}}/julien/m-{side}/resolve/main/a.txt"),
    )
] + [
    do("model_info", repo_id="julien/nothing", fails=True),
    do("model_info", repo_id="julien/nothing", token=False, fails=True),
    do("model_info", repo_id=M, revision="nothing", fails=True),
    do("list_repo_tree", repo_id=M, path_in_repo="nothing", fails=True),
    do("list_repo_commits", repo_id=M, revision="nothing", fails=True),
    do("get_safetensors_metadata", repo_id=D, repo_type="dataset", fails=True),
    do("get_hf_file_metadata", url="{endpoint}/julien/m-{side}/resolve/main/nothing", fails=True),
    do("hf_hub_download", repo_id=M, filename="a.txt", downloads=True),
    do("hf_hub_download", repo_id=M, filename="parts.bin", downloads=True),
    do("hf_hub_download", repo_id=M, filename="w.bin", subfolder="dir", downloads=True),
    do("hf_hub_download", repo_id=M, filename="nothing", fails=True),
    do("hf_hub_download", repo_id=M, filename="a.txt", revision="nothing", fails=True),
    do("hf_hub_download", repo_id="julien/nothing", filename="a.txt", fails=True),
    do("snapshot_download", repo_id=M, downloads=True),
    do("snapshot_download", repo_type="dataset", repo_id=D, allow_patterns=["again/*"], downloads=True),
    do("snapshot_download", repo_id="julien/nothing", fails=True),
]

refs = [
    do("create_branch", repo_id=M, branch="dev"),
    do("create_branch", repo_id=M, branch="dev", fails=True),
    do("create_branch", repo_id=M, branch="dev", exist_ok=True),
    do("create_branch", repo_id=M, branch="other", revision="nothing", fails=True),
    do("create_tag", repo_id=M, tag="v1", tag_message="one"),
    do("create_tag", repo_id=M, tag="v1", fails=True),
    do("create_tag", repo_id=M, tag="v2", revision="dev"),
    do("delete_tag", repo_id=M, tag="v2"),
    do("delete_tag", repo_id=M, tag="v2", fails=True),
    do("upload_file", repo_id=M, path_in_repo="on-dev", path_or_fileobj=text("dev"), revision="dev"),
    do("list_repo_refs", repo_id=M),
    do("create_branch", repo_id=M, branch="gone"),
    do("delete_branch", repo_id=M, branch="gone"),
    do("delete_branch", repo_id=M, branch="gone", fails=True),
    do("super_squash_history", repo_id=M, branch="dev", commit_message="squashed"),
    do("super_squash_history", repo_id=M, branch="nothing", fails=True),
    do("move_repo", from_id="julien/nothing", to_id="julien/x", fails=True),
    do("create_repo", repo_id="julien/before-{side}"),
    do("move_repo", from_id="julien/before-{side}", to_id="acme/after-{side}"),
    do("model_info", repo_id="julien/before-{side}"),
    do("delete_repo", repo_id="acme/after-{side}", token=BOB, fails=True),
    do("delete_repo", repo_id="acme/after-{side}"),
    do("delete_repo", repo_id="acme/after-{side}", fails=True),
    do("delete_repo", repo_id="acme/after-{side}", missing_ok=True),
]

talk = [
    do("create_discussion", repo_id=M, title="A question", description="Why?", token=BOB, save="talk"),
    do("create_discussion", repo_id=M, title="No", fails=True),
    do("create_pull_request", repo_id=M, title="A change", save="pull"),
    do("comment_discussion", repo_id=M, discussion_num=lambda s: s["talk"]["num"], comment="Because <b>", save="note"),
    do("edit_discussion_comment", repo_id=M, discussion_num=lambda s: s["talk"]["num"], comment_id=lambda s: s["note"]["id"],
       new_content="Edited"),
    do("edit_discussion_comment", repo_id=M, discussion_num=lambda s: s["talk"]["num"], comment_id=lambda s: s["note"]["id"],
       new_content="Not mine", token=BOB, fails=True),
    do("hide_discussion_comment", repo_id=M, discussion_num=lambda s: s["talk"]["num"], comment_id=lambda s: s["note"]["id"]),
    do("rename_discussion", repo_id=M, discussion_num=lambda s: s["talk"]["num"], new_title="An answer"),
    do("change_discussion_status", repo_id=M, discussion_num=lambda s: s["talk"]["num"], new_status="closed", comment="Done"),
    do("change_discussion_status", repo_id=M, discussion_num=lambda s: s["talk"]["num"], new_status="closed", fails=True),
    do("upload_file", repo_id=M, path_in_repo="pulled", path_or_fileobj=text("p"), revision=lambda s: f"refs/pr/{s['pull']['num']}"),
    do("get_discussion_details", repo_id=M, discussion_num=lambda s: s["pull"]["num"]),
    do("merge_pull_request", repo_id=M, discussion_num=lambda s: s["pull"]["num"], fails=True),
    do("change_discussion_status", repo_id=M, discussion_num=lambda s: s["pull"]["num"], new_status="open"),
    do("merge_pull_request", repo_id=M, discussion_num=lambda s: s["pull"]["num"], comment="Thanks"),
    do("get_discussion_details", repo_id=M, discussion_num=lambda s: s["pull"]["num"]),
    do("get_discussion_details", repo_id=M, discussion_num=lambda s: s["talk"]["num"]),
    do("get_discussion_details", repo_id=M, discussion_num=99, fails=True),
    *[do("create_discussion", repo_id=M, title=f"Number {i}", token=BOB) for i in range(6)],
    do("get_repo_discussions", repo_id=M),
    do("get_repo_discussions", repo_id=M, author="bob", discussion_type="discussion", discussion_status="open"),
    do("get_repo_discussions", repo_id="julien/nothing", fails=True),
]

social = [
    do("like", repo_id=M),
    do("like", repo_id=M, token=BOB),
    do("list_repo_likers", repo_id=M),
    do("unlike", repo_id=M),
    do("list_repo_likers", repo_id=M),
    do("like", repo_id="julien/nothing", fails=True),
    do("list_liked_repos"),
    do("list_liked_repos", user="bob"),
    do("list_liked_repos", user="nobody", fails=True),
    do("create_collection", title="Things {side}", description="All", private=True, save="collection"),
    do("create_collection", title="Things {side}", fails=True),
    do("create_collection", title="Things {side}", exists_ok=True),
    do("add_collection_item", collection_slug=lambda s: s["collection"]["slug"], item_id=M, item_type="model", note="Good", save="full"),
    do("add_collection_item", collection_slug=lambda s: s["collection"]["slug"], item_id=D, item_type="dataset", save="full"),
    do("add_collection_item", collection_slug=lambda s: s["collection"]["slug"], item_id=M, item_type="model", fails=True),
    do("add_collection_item", collection_slug=lambda s: s["collection"]["slug"], item_id="julien/nothing", item_type="model", fails=True),
    do("update_collection_item", collection_slug=lambda s: s["collection"]["slug"],
       item_object_id=lambda s: s["full"]["items"][1]["item_object_id"], note="First", position=0),
    do("get_collection", collection_slug=lambda s: s["collection"]["slug"]),
    do("get_collection", collection_slug=lambda s: s["collection"]["slug"], token=BOB, fails=True),
    do("update_collection_metadata", collection_slug=lambda s: s["collection"]["slug"], title="Mine {side}", private=False, theme="green",
       save="collection"),
    do("list_collections", owner="julien"),
    do("list_collections", item="models/julien/m-theirs", limit=1),
    do("delete_collection_item", collection_slug=lambda s: s["collection"]["slug"],
       item_object_id=lambda s: s["full"]["items"][1]["item_object_id"]),
    do("delete_collection_item", collection_slug=lambda s: s["collection"]["slug"],
       item_object_id=lambda s: s["full"]["items"][1]["item_object_id"], fails=True),
    do("delete_collection", collection_slug=lambda s: s["collection"]["slug"], token=BOB, fails=True),
    do("delete_collection", collection_slug=lambda s: s["collection"]["slug"]),
    do("delete_collection", collection_slug=lambda s: s["collection"]["slug"], fails=True),
]

requests = [
    do("list_pending_access_requests", repo_id=M, fails=True),
    do("list_pending_access_requests", repo_id="julien/gated-{side}"),
    do("list_pending_access_requests", repo_id="julien/gated-{side}", token=BOB, fails=True),
    do("hf_hub_download", repo_id="julien/gated-{side}", filename=".gitattributes", token=BOB, fails=True),
    do("hf_hub_download", repo_id="julien/gated-{side}", filename=".gitattributes", token=False, fails=True),
    do("accept_access_request", repo_id="julien/gated-{side}", user="bob"),
    do("accept_access_request", repo_id="julien/gated-{side}", user="bob", fails=True),
    do("list_accepted_access_requests", repo_id="julien/gated-{side}"),
    do("reject_access_request", repo_id="julien/gated-{side}", user="bob"),
    do("list_rejected_access_requests", repo_id="julien/gated-{side}"),
    do("cancel_access_request", repo_id="julien/gated-{side}", user="bob"),
    do("grant_access", repo_id="julien/gated-{side}", user="bob"),
    do("grant_access", repo_id="julien/gated-{side}", user="bob", fails=True),
    do("grant_access", repo_id="julien/gated-{side}", user="nobody", fails=True),
]

spaces = [
    do("get_space_runtime", repo_id=S),
    do("upload_file", repo_id=S, repo_type="space", path_in_repo="app.py", path_or_fileobj=text("app")),
    do("get_space_runtime", repo_id=S),
    do("request_space_hardware", repo_id=S, hardware="t4-medium", sleep_time=600),
    do("set_space_sleep_time", repo_id=S, sleep_time=300),
    do("request_space_storage", repo_id=S, storage="small"),
    do("delete_space_storage", repo_id=S),
    do("delete_space_storage", repo_id=S, fails=True),
    do("pause_space", repo_id=S),
    do("restart_space", repo_id=S),
    do("pause_space", repo_id=S, token=BOB, fails=True),
    do("get_space_runtime", repo_id="julien/nothing", fails=True),
    do("add_space_secret", repo_id=S, key="T", value="3"),
    do("delete_space_secret", repo_id=S, key="S"),
    do("add_space_variable", repo_id=S, key="W", value="4", description="w"),
    do("add_space_variable", repo_id=S, key="not a key", value="4", fails=True),
    do("get_space_variables", repo_id=S),
    do("delete_space_variable", repo_id=S, key="V"),
    do("duplicate_space", from_id=S, to_id="julien/copy-{side}", private=True),
    do("duplicate_space", from_id=S, to_id="julien/copy-{side}", fails=True),
    do("space_info", repo_id="julien/copy-{side}", files_metadata=True),
]

endpoint = {"name": "e-{side}", "namespace": "acme"}
endpoints = [
    do("create_inference_endpoint", **endpoint, repository="gpt2", framework="pytorch", accelerator="cpu", instance_size="x2",
       instance_type="intel-icl", region="us-east-1", vendor="aws", task="text-generation", min_replica=0, max_replica=1, type="public"),
    do("create_inference_endpoint", **endpoint, repository="gpt2", framework="pytorch", accelerator="cpu", instance_size="x2",
       instance_type="intel-icl", region="us-east-1", vendor="aws", fails=True),
    do("get_inference_endpoint", **endpoint),
    do("get_inference_endpoint", **endpoint),
    do("get_inference_endpoint", name="nothing", namespace="acme", fails=True),
    do("update_inference_endpoint", **endpoint, min_replica=2, instance_size="x4"),
    do("pause_inference_endpoint", **endpoint),
    do("resume_inference_endpoint", **endpoint),
    do("scale_to_zero_inference_endpoint", **endpoint),
    do("list_inference_endpoints", namespace="acme"),
    do("list_inference_endpoints", namespace="*"),
    do("list_inference_endpoints", namespace="acme", token=BOB, fails=True),
    do("delete_inference_endpoint", **endpoint),
    do("delete_inference_endpoint", **endpoint, fails=True),
]

listings = [
    do("list_models", author="julien"),
    do("list_models", author="julien", full=True, cardData=True, fetch_config=True),
    do("list_models", filter=["license:mit", "en"], full=True, sort="likes", direction=-1, limit=3),
    do("list_models", search="m-", limit=7),
    do("list_models", sort="nonsense", fails=True),
    do("list_datasets", author="julien", full=True),
    do("list_datasets", search="d-"),
    do("list_spaces", author="julien", full=True),
    do("list_spaces", limit=1),
    do("upload_file", repo_id=S, repo_type="space", path_in_repo="README.md",
       path_or_fileobj=text("---\nsdk: gradio\nmodels:\n- a/b\n- gpt2\ndatasets: squad\n---\n")),
    do("list_spaces", models="gpt2", full=True),
    do("list_spaces", models=["gpt2", "other"], datasets="squad"),
    do("list_spaces", models="other"),
    do("list_spaces", linked=True),
    do("space_info", repo_id=S),
    do("get_model_tags"),
    do("get_dataset_tags"),
    do("list_metrics"),
    do("super_squash_history", repo_id=M, commit_message="All in one"),
    do("list_repo_commits", repo_id=M),
]

steps = (accounts + creation + uploads + reading + refs + talk + social + requests + spaces + endpoints + listings)
