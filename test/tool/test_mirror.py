"""What mirror and download do where a server lacks files, lies about what there is, or is gone."""

import json
import os
import shutil
import urllib.request

from harness import TOKEN, main


def source(t):
    for i in range(30):
        t.write(f"source/folder{i % 3}/file{i}.txt", f"file {i}\n" * 10)
    t.write("source/weights.bin", os.urandom(2_000_000))
    t.write("source/lost.bin", os.urandom(1_000_000))
    return t.path("source")


def lost_object(t, hub):
    t.equal("upload", t.run("upload", "me/model", source(t)).code, 0)
    sha = next(line for line in t.run("info", "me/model", "--files", "--json").json()["siblings"]
               if line["rfilename"] == "lost.bin")["lfs"]["sha256"]
    for base, _, names in os.walk(t.path("hub")):
        for name in names:
            if sha in os.path.join(base, name).replace("/", "") or name == sha:
                os.rename(os.path.join(base, name), t.path("stolen"))
                t.stolen = os.path.join(base, name)
    failed = t.run("mirror", "me/model", "--local-dir", t.path("mirror"), "--json")
    t.fails("a lost object", failed, failed.code, "1 of 33 files could not be fetched", "lost.bin")
    t.check("is a failure", failed.code in (3, 7), str(failed))
    t.equal("is listed", [failure["path"] for failure in failed.json()["failures"]], ["lost.bin"], failed.out)
    t.check("all others came", len(t.files(t.path("mirror"))) == 32, sorted(t.files(t.path("mirror"))))
    cache = t.run("download", "me/model")
    t.fails("the same into the cache", cache, failed.code, "lost.bin")
    t.check("lists it", "\n  lost.bin: " in cache.err, cache.err)
    t.equal("no ref is noted", os.path.exists(t.path("home/hub/models--me--model/refs/main")), False)
    first = t.run("mirror", "me/model", "--local-dir", t.path("none"), "--all-or-nothing", "--jobs", "1", "--include", "*.bin")
    t.equal("--all-or-nothing", first.code, failed.code, str(first))
    os.rename(t.path("stolen"), t.stolen)
    mended = t.run("mirror", "me/model", "--local-dir", t.path("mirror"), "--json")
    t.equal("only what was missing is fetched then", [mended.code, mended.json()["fetched"]], [0, 1], str(mended))


def several_files(t, hub):
    done = t.run("download", "me/model", "none.txt", "folder0/file0.txt", "none2.txt", "--json")
    t.equal("several files of which two are missing", done.code, 3, str(done))
    t.equal("the other came", [line["file"] for line in done.lines() if "file" in line], ["folder0/file0.txt"])
    t.equal("the missing are listed", sorted(f["path"] for f in done.lines()[-1]["failures"]), ["none.txt", "none2.txt"])


def patterns(t, hub):
    done = t.run("mirror", "me/model", "--local-dir", t.path("part"), "--include", "folder1/", "--include", "*.jsno",
                 "--exclude", "folder1/file1.txt", "--json")
    t.equal("a folder as a pattern", [done.code, len(t.files(t.path("part")))], [0, 9], str(done))
    t.equal("what matches nothing is told", done.json()["unmatched"], ["*.jsno"])
    t.check("with a word", "note: no file matches the pattern '*.jsno'" in done.err, done.err)
    cached = t.run("download", "me/model", "--include", "*.jsno")
    t.check("also for the cache", cached.code == 0 and "'*.jsno'" in cached.err, str(cached))


def offline(t, hub):
    away = {"HF_HUB_OFFLINE": "1", "HF_HOME": t.path("home2")}
    part = t.run("download", "me/model", "--include", "folder1/", env={"HF_HOME": t.path("home2")})
    t.equal("a part", part.code, 0, str(part))
    t.fails("the whole offline", t.run("download", "me/model", env=away), 5, "10 of 33 files")
    t.fails("and mirrored", t.run("mirror", "me/model", env=away), 5, "10 of 33 files")
    again = t.run("download", "me/model", "--include", "folder1/", "--local-dir", t.path("there"), env=away)
    t.equal("the part offline, into a folder", [again.code, len(t.files(t.path("there")))], [0, 10], str(again))
    alone = {"HF_HUB_OFFLINE": "1", "HF_HOME": t.path("home3")}
    t.equal("one file", t.run("download", "me/model", "weights.bin", env={"HF_HOME": t.path("home3")}).code, 0)
    word = t.run("download", "me/model", env=alone)
    t.check("a snapshot that nobody knows to be whole", word.code == 0 and "note: " in word.err, str(word))


def too_many(t, hub):
    os.makedirs(t.path("nothing"), exist_ok=True)
    t.write("nothing/new.txt", "new")
    done = t.run("upload", "me/model", t.path("nothing"), "--delete", "folder*")
    t.equal("most files are deleted", done.code, 0, str(done))
    refused = t.run("mirror", "me/model", "--local-dir", t.path("mirror"), "--delete", "--json")
    t.fails("too many deletions", refused, 11, "30 of 33 files", "more than the 16")
    t.equal("as JSON", refused.json()["code"], 11)
    t.equal("nothing was changed", len(t.files(t.path("mirror"))), 33)
    t.fails("--max-delete alone", t.run("mirror", "me/model", "--local-dir", t.path("mirror"), "--max-delete", "3"), 2, "--delete")
    done = t.run("mirror", "me/model", "--local-dir", t.path("mirror"), "--delete", "--max-delete", "30", "--json")
    t.equal("--max-delete", [done.code, done.json().get("removed")], [0, 30], str(done))


def a_list_with_a_mark(t, hub):
    t.write("list", b"\xef\xbb\xbfme/model\n")
    done = t.run("mirror", "--from-file", t.path("list"), "--local-dir", t.path("many"), "--durable")
    t.equal("--from-file of an editor that marks UTF-8", done.code, 0, str(done))


def gone(t, hub):
    request = urllib.request.Request(f"{hub.endpoint}/api/repos/delete", method="DELETE",
                                     data=json.dumps({"organization": "me", "name": "model", "type": "model"}).encode(),
                                     headers={"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"})
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30).read()
    before = t.files(t.path("mirror"))
    lost = t.run("mirror", "me/model", "--local-dir", t.path("mirror"), "--delete", "--json")
    t.fails("a repository that is gone", lost, 10, "me/model", "keeps the")
    t.equal("as JSON", lost.json()["code"], 10)
    t.check("the mirror keeps its files", t.files(t.path("mirror")) == before)
    t.fails("one that never was there", t.run("mirror", "me/model", "--local-dir", t.path("other")), 3)
    t.write("list", "me/model\n")
    shutil.copytree(t.path("mirror"), t.path("many/me/model"), dirs_exist_ok=True)
    done = t.run("mirror", "--from-file", t.path("list"), "--local-dir", t.path("many"), "--json")
    t.equal("among several", [done.code, done.lines()[0]["code"]], [9, 10], str(done))


def run_all(t):
    with t.hub() as hub:
        for test in (lost_object, several_files, patterns, offline, too_many, a_list_with_a_mark, gone):
            test(t, hub)


main(run_all)
