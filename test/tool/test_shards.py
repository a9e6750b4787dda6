"""Work that several processes share: each repository is one's, and nobody's else."""

import json

from harness import main

COUNT = 24
SLURM = {"SLURM_ARRAY_TASK_ID": "14", "SLURM_ARRAY_TASK_MIN": "10", "SLURM_ARRAY_TASK_MAX": "18", "SLURM_ARRAY_TASK_STEP": "4",
         "SLURM_ARRAY_TASK_COUNT": "3"}  # the second of three
KUBERNETES = {"JOB_COMPLETION_INDEX": "1"}


def ids(done):
    return [json.loads(line)["id"] for line in done.out.splitlines()]


def mirrored(t, folder):
    return sorted({"/".join(path.split("/")[-3:-1]) for path in t.files(t.path(folder)) if ".cache" not in path})


def crawls(t, everything):
    for by in ("id", "author"):
        parts = [ids(t.run("crawl", "models", "--shard", f"{k}/3", "--shard-by", by)) for k in (1, 2, 3)]
        t.equal(f"parts by {by} are the whole", sorted(sum(parts, [])), everything)
        t.check("in three parts" if by == "id" else "of authors", sum(map(bool, parts)) > 1, str(parts))
    authors = [{name.split("/")[0] for name in part} for part in parts]
    t.check("an author is in one part", not (authors[0] & authors[1] | authors[0] & authors[2] | authors[1] & authors[2]), str(authors))
    second = ids(t.run("crawl", "models", "--shard", "2/3"))
    for name, variables, more in (("Slurm", SLURM, ()), ("Kubernetes", KUBERNETES, ("--shards", "3"))):
        t.equal(f"as {name} says", ids(t.run("crawl", "models", "--shard", "auto", *more, env=variables)), second)
    # The same for ever: whoever changes this moves what people have mirrored.
    t.equal("which is whose", sorted(name for name in second if name.startswith("me/")), WHOSE)
    arguments = ("crawl", "models", "--output", t.path("out"), "--cursor", t.path("cursor"), "--limit", "10")
    for _ in range(4):
        t.equal("a part that goes on", t.run(*arguments, "--shard", "2/3").code, 0)
    with open(t.path("out")) as file:
        t.equal("loses and repeats nothing", [json.loads(line)["id"] for line in file], second)
    t.fails("the cursor of another part", t.run(*arguments, "--shard", "1/3"), 2, "another crawl")


def mirrors(t, everything):
    t.write("list", "\n".join(everything) + "\ndataset:you/data\n")
    for k in (1, 2, 3):
        done = t.run("mirror", "--from-file", t.path("list"), "--local-dir", t.path("shared"), "--shard", f"{k}/3")
        t.equal(f"part {k}", done.code, 0, str(done))
    t.equal("together they have all", mirrored(t, "shared"), sorted(everything + ["you/data"]))
    part = t.run("mirror", "--author", "me", "--local-dir", t.path("part"), "--shard", "auto", env=SLURM)
    t.equal("of an author", [part.code, mirrored(t, "part")], [0, WHOSE], str(part))
    none = t.run("mirror", WHOSE[0], "--local-dir", t.path("none"), "--shard", "1/3")
    t.equal("one that is another's", [none.code, mirrored(t, "none")], [0, []], str(none))


def wrong(t):
    for text, word in (("5/4", "no part 5 of 4"), ("0/4", "the first is 1/4"), ("4", "K/N"), ("1/", "K/N"), ("a/b", "K/N"),
                       ("1/0", "no part 1 of 0"), ("-1/4", "K/N"), ("1/99999999999", "K/N"), ("1/4000000", "more than")):
        for command in ("crawl", "mirror"):
            what = "models" if command == "crawl" else "me/model"
            done = t.run(command, what, "--shard", text)
            t.check(f"{command} --shard {text}", done.code == 2 and word in done.err, str(done))
    for name, variables in (("nowhere", {}), ("a pod without a number", KUBERNETES),
                            ("an array with gaps", SLURM | {"SLURM_ARRAY_TASK_ID": "12"}),
                            ("a task beyond the last", SLURM | {"SLURM_ARRAY_TASK_COUNT": "1"}),
                            ("no number", {"SLURM_ARRAY_TASK_ID": "x"})):
        done = t.run("crawl", "models", "--shard", "auto", env=variables)
        t.check(f"auto: {name}", done.code == 2 and "--shard" in done.err, str(done))
    t.equal("--shards alone", t.run("crawl", "models", "--shards", "3").code, 2)


def shards(t):
    t.write("data/file.txt", "content")
    names = [f"{author}/model{i:02}" for i in range(COUNT // 4) for author in ("me", "you", "Her", "him")]
    imports = [argument for name in names for argument in ("--import", f"model:{name}={t.path('data')}")]
    with t.hub(*imports, "--import", f"dataset:you/data={t.path('data')}"):
        crawls(t, sorted(names))
        mirrors(t, sorted(names))
        wrong(t)


WHOSE = ["me/model01", "me/model04"]  # of the second of three

main(shards)
