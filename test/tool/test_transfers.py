"""upload, download and mirror as they should go."""

import os
import pty

from harness import main

WEIGHTS = os.urandom(24_000_000)


def source(t):
    for i in range(120):
        t.write(f"source/folder{i % 7}/file{i}.txt", f"file {i}\n" * i)
    t.write("source/empty", "")
    t.write("source/weights.bin", WEIGHTS)
    t.write("source/.git/config", "not to be uploaded")
    return t.path("source")


def of_repo(t):
    return {name: content for name, content in t.files(t.path("source")).items() if not name.startswith(".git/")}


def mirrored(t, folder):
    files = t.files(folder)
    files.pop(".gitattributes", None)
    return files


def upload_and_mirror(t, hub):
    uploaded = t.run("upload", "me/model", source(t), "--message", "First", "--json")
    t.equal("upload", uploaded.code, 0, str(uploaded))
    t.equal("upload --json", [uploaded.json()["commitMessage"], uploaded.json()["files"]], ["First", 122])

    first = t.run("mirror", "me/model", "--local-dir", t.path("mirror"), "--json")
    t.equal("mirror", first.code, 0, str(first))
    t.equal("mirror --json", [first.json()["files"], first.json()["fetched"]], [123, 123])
    t.check("every byte is the same", mirrored(t, t.path("mirror")) == of_repo(t))

    slow = t.run("mirror", "me/model", "--local-dir", t.path("paced"), "--json", "--limit-rate", "20MB")
    t.check("mirror --limit-rate", slow.code == 0 and 1.1 < slow.json()["seconds"] < 10, str(slow))
    t.equal("--limit-rate in thousands", t.run("ls", "me/model", "--limit-rate", "500k").code, 0)
    t.fails("a rate that is none", t.run("mirror", "me/model", "--limit-rate", "fast"), 2, "--limit-rate")

    hub.reset()
    again = t.run("mirror", "me/model", "--local-dir", t.path("mirror"), "--json")
    t.equal("mirror again", [again.code, again.json()["fetched"]], [0, 0])
    t.check("at most two requests", hub.counters()["total"] <= 2, hub.counters())

    t.write("mirror/folder1/file1.txt", "changed by somebody")
    os.remove(t.path("mirror/folder2/file2.txt"))
    mended = t.run("mirror", "me/model", "--local-dir", t.path("mirror"), "--json")
    t.equal("a spoilt mirror is mended", [mended.code, mended.json()["fetched"]], [0, 2])
    t.check("every byte is the same again", mirrored(t, t.path("mirror")) == of_repo(t))

    hub.reset()
    t.equal("a second upload", t.run("upload", "me/model", t.path("source")).code, 0)
    t.check("sends no LFS object again", hub.counters()["bytes_received"] < len(WEIGHTS) / 2, hub.counters())
    t.check("and no commit", "commit" not in hub.counters()["requests"], hub.counters())


def new_version(t, hub):
    """Of a file that has changed a little, little moves, and that is told."""
    changed = bytearray(WEIGHTS)
    changed[9_000_000:9_000_100] = os.urandom(120)
    t.write("source/weights.bin", bytes(changed))
    hub.reset()
    sent = t.run("upload", "me/model", t.path("source"), "--json")
    t.equal("a new version is uploaded", sent.code, 0, str(sent))
    t.check("little of it is sent", hub.counters()["bytes_received"] < 1_000_000, hub.counters())
    t.check("upload --json says so", 0 < sent.json()["bytes_sent"] < 500_000 < sent.json()["bytes"], str(sent))
    hub.reset()
    got = t.run("mirror", "me/model", "--local-dir", t.path("mirror"), "--json")
    t.equal("and mirrored", [got.code, got.json()["fetched"]], [0, 1], str(got))
    t.check("little of it is received", hub.counters()["bytes_sent"] < 1_000_000, hub.counters())
    t.check("mirror --json says so", 0 < got.json()["bytes_received"] < 500_000, str(got))
    t.check("every byte is that of the new version", mirrored(t, t.path("mirror")) == of_repo(t))


def deletions(t, hub):
    os.remove(t.path("source/folder3/file3.txt"))
    done = t.run("upload", "me/model", t.path("source"), "--delete", "folder3/file3.txt")
    t.equal("upload --delete", done.code, 0, str(done))
    t.write("mirror/mine.txt", "a file of the user")
    t.run("mirror", "me/model", "--local-dir", t.path("mirror"))
    t.check("without --delete it stays", os.path.exists(t.path("mirror/folder3/file3.txt")))
    done = t.run("mirror", "me/model", "--local-dir", t.path("mirror"), "--delete", "--json")
    t.equal("mirror --delete", [done.code, done.json()["removed"]], [0, 1], str(done))
    t.check("it is gone", not os.path.exists(t.path("mirror/folder3/file3.txt")))
    t.check("the user's file is not", os.path.exists(t.path("mirror/mine.txt")))
    t.fails("--delete needs a folder", t.run("mirror", "me/model", "--delete"), 2, "--local-dir")


def patterns(t, hub):
    done = t.run("mirror", "me/model", "--local-dir", t.path("part"), "--include", "folder1/*", "--include", "*.bin",
                 "--exclude", "*8.txt")
    wanted = {n: c for n, c in of_repo(t).items()
              if (n.startswith("folder1/") or n.endswith(".bin")) and not n.endswith("8.txt")}
    t.equal("patterns", done.code, 0, str(done))
    t.check("only what matches", t.files(t.path("part")) == wanted, sorted(t.files(t.path("part"))))


def download(t, hub):
    done = t.run("download", "me/model", "weights.bin", "folder1/file1.txt")
    paths = done.out.splitlines()
    t.equal("download", [done.code, len(paths)], [0, 2], str(done))
    with open(paths[0], "rb") as file:
        t.check("its bytes", file.read() == of_repo(t)["weights.bin"])
    t.check("in the cache", paths[0].startswith(t.path("home/hub/models--me--model/snapshots/")), paths[0])
    whole = t.run("download", "me/model", "--json")
    t.equal("download of all", whole.code, 0, str(whole))
    t.check("a snapshot", mirrored(t, whole.json()["path"]) == of_repo(t))
    plain = t.run("download", "me/model", "folder1/file1.txt", "--local-dir", t.path("plain"))
    t.equal("download --local-dir", plain.code, 0, str(plain))
    t.check("a plain file", os.path.isfile(t.path("plain/folder1/file1.txt"))
            and not os.path.islink(t.path("plain/folder1/file1.txt")))
    cached = t.run("mirror", "me/model")
    t.equal("mirror into the cache", cached.out.strip(), whole.json()["path"], str(cached))
    t.fails("missing file", t.run("download", "me/model", "no.txt"), 3, "no.txt", "hfhub ls")
    t.fails("missing revision", t.run("download", "me/model", "--revision", "v9", "empty"), 3, "v9")


def several(t, hub):
    t.run("upload", "me/data", t.path("source/folder1"), "--repo-type", "dataset")
    t.run("upload", "me/second", t.path("source/folder1/file1.txt"), "docs/one.txt")
    t.write("list", "# what to mirror\nme/second\n\n  dataset:me/data\r\nme/missing\n")
    done = t.run("mirror", "--from-file", t.path("list"), "--local-dir", t.path("many"), "--json")
    t.fails("one of three is missing", done, 9, "me/missing")
    reports = {line["repo_id"]: line for line in done.lines()}
    t.equal("reported", reports["me/missing"]["code"], 3)
    t.check("the others are there", os.path.exists(t.path("many/me/second/docs/one.txt"))
            and os.path.exists(t.path("many/datasets/me/data/file1.txt")), done.err)
    found = t.run("mirror", "--author", "me", "--search", "second", "--local-dir", t.path("found"))
    t.equal("mirror --author", found.code, 0, str(found))
    t.equal("only what was searched", os.listdir(t.path("found/me")), ["second"])
    limited = t.run("mirror", "--author", "me", "--limit", "1", "--local-dir", t.path("limited"))
    t.equal("mirror --limit", [limited.code, len(os.listdir(t.path("limited/me")))], [0, 1], str(limited))


def proposals(t, hub):
    done = t.run("upload", "me/model", t.path("source/empty"), "new.txt", "--create-pr", "--json")
    t.check("upload --create-pr", done.code == 0 and done.json()["prUrl"].endswith("/discussions/1"), str(done))
    t.check("main is untouched", "new.txt" not in t.run("ls", "me/model").out)
    t.check("the proposal has it", "new.txt" in t.run("ls", "me/model", "--revision", "refs/pr/1").out)
    again = t.run("upload", "me/model", t.path("source/empty"), "empty", "--create-pr")
    t.check("nothing new to propose", again.code == 0 and again.out == "" and "no pull request" in again.err, str(again))
    t.fails("no token to write", t.run("upload", "me/model", t.path("source/empty"), "--anonymous"), 4, "token")
    t.fails("--no-create", t.run("upload", "me/none", t.path("source/empty"), "--no-create"), 3, "me/none")


def too_large(t, hub):
    refused = dict(kind="status", route="commit", status=413, times=2)
    hub.scenario(faults=[refused])
    hub.reset()
    t.fails("a commit that is too large", t.run("upload", "me/split", t.path("source")), 7, "413", "split_commits")
    done = t.run("upload", "me/split", t.path("source"), "--split-commits", "--json")
    t.equal("upload --split-commits", done.code, 0, str(done))
    t.check("in several commits", hub.counters()["requests"]["commit"] >= 4, hub.counters())
    hub.scenario()
    t.run("mirror", "me/split", "--local-dir", t.path("split"))
    t.check("every byte is there", mirrored(t, t.path("split")) == of_repo(t))


def progress(t, hub):
    hub.scenario(total_bytes_per_second=4_000_000)
    plain = t.run("mirror", "me/model", "--local-dir", t.path("slow"))
    lines = [line for line in plain.err.splitlines() if line.startswith("mirror ")]
    t.check("plain lines, not too many", 1 <= len(lines) <= 4 and "\r" not in plain.err and "\x1b" not in plain.err, plain.err)
    quiet = t.run("mirror", "me/model", "--local-dir", t.path("slow2"), "--include", "*.txt", "-q")
    t.equal("--quiet", [quiet.code, quiet.out, quiet.err], [0, "", ""])
    master, terminal = pty.openpty()
    process = t.start("mirror", "me/model", "--local-dir", t.path("slow3"), env={"TERM": "xterm"}, stderr=terminal)
    os.close(terminal)
    drawn = b""
    while True:
        try:
            piece = os.read(master, 65536)
        except OSError:
            break
        drawn += piece
    out, _ = process.communicate(timeout=60)
    os.close(master)
    t.equal("on a terminal", process.returncode, 0, drawn[-300:])
    t.check("a bar", "█".encode() in drawn and b"\r" in drawn and b"weights.bin" in drawn, drawn[-300:])
    t.check("which is removed at the end", drawn.endswith(b"\r\x1b[K"), drawn[-100:])
    hub.scenario()


def run_all(t):
    with t.hub() as hub:
        for test in (upload_and_mirror, new_version, deletions, patterns, download, several, proposals, too_large, progress):
            test(t, hub)


main(run_all)
