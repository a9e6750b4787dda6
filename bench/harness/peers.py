"""How the peers that are programs are run."""

from harness.measure import measure


def wrk(url, connections=32, seconds=2):
    """Rate and number of requests; nothing of the answers is looked at."""
    script = ("wrk -t1 -c%d -d%ds %s | awk '/requests in/ {n = $1} /Requests.sec/ {r = $2} END "
              "{printf \"{\\\"rate\\\": %%s, \\\"requests\\\": %%s}\\n\", r, n}'")
    return measure(["bash", "-c", script % (connections, seconds, url)])


def url_lists(work, endpoint, repo, names, into):
    """Input files of curl and aria2c that fetch these files of a repository."""
    urls = [(f"{endpoint}/{repo}/resolve/main/{name}", name) for name in names]
    for_curl, for_aria = work / "curl.config", work / "aria2.list"
    for_curl.write_text("".join(f'url = "{url}"\noutput = "{into / name}"\n' for url, name in urls))
    for_aria.write_text("".join(f"{url}\n  out={name}\n" for url, name in urls))
    return for_curl, for_aria


def curl(config, parallel=64):
    return measure(["curl", "-s", "-S", "-L", "-f", "-Z", "--parallel-max", parallel, "--create-dirs", "-K", config])


def aria2c(listed, into, at_once=16, split=1):
    return measure(["aria2c", "-q", "--no-conf", "-i", listed, "-d", into, "-j", at_once, "-x", split, "-s", split,
                    "--file-allocation=none", "--auto-file-renaming=false", "--allow-overwrite=true", "-k", "1M"])


def aria2c_one(url, into, connections=16):
    return measure(["aria2c", "-q", "--no-conf", "-d", into, "-o", "file", "-x", connections, "-s", connections,
                    "--file-allocation=none", "--allow-overwrite=true", "-k", "1M", "--check-certificate=false", url])
