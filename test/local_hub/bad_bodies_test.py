"""Bodies and queries that no client should send: refused in the Hub's own format; the Hub stays up.

    python3 bad_bodies_test.py PATH_TO_hfhub_test_hub [case...]
"""

import sys

# It knows where hub_process is.
from refusals import HUB, NDJSON, refused, unchanged
from hub_process import run_cases


def case_malformed_json():
    repo = HUB.create("julien/json")
    routes = [("POST", "/api/repos/create"), ("DELETE", "/api/repos/delete"), ("POST", "/api/repos/move"),
              ("PUT", f"/api/models/{repo}/settings"), ("POST", f"/api/models/{repo}/preupload/main"),
              ("POST", f"/{repo}.git/info/lfs/objects/batch"), ("POST", f"/{repo}.git/info/lfs/objects/verify"),
              ("POST", f"/api/models/{repo}/discussions"), ("POST", "/api/collections"),
              ("POST", "/v2/endpoint/acme"),
              ("POST", "/api/validate-yaml")]
    deep = b"[" * 100_000
    bodies = [b"", b"{", b"[]", b"1", b'"text"', b"null", b"\xff\xfe", b'{"name": ', b"{}trailing", deep, b'{"a":' * 5000]

    def run():
        for method, target in routes:
            for body in bodies:
                answer = HUB.ask(method, target, body, headers={"Content-Type": "application/json"})
                assert answer.status in (400, 404, 422), f"{method} {target} {body[:20]}: {answer}"
                refused(answer, answer.status)

    unchanged(repo, run)


def case_members_of_the_wrong_type():
    repo = HUB.create("julien/types")

    def run():
        for value in (1, True, [], {}, None, "x" * 100_000, "\u0000", "a\nb"):
            for body, target in (({"name": value}, "/api/repos/create"),
                                 ({"type": value, "name": "x"}, "/api/repos/create"),
                                 ({"private": value or 1, "name": "y/z/w"}, "/api/repos/create"),
                                 ({"fromRepo": value, "toRepo": value}, "/api/repos/move"),
                                 ({"operation": value, "objects": value}, f"/{repo}.git/info/lfs/objects/batch"),
                                 ({"files": value}, f"/api/models/{repo}/preupload/main"),
                                 ({"title": value}, f"/api/models/{repo}/discussions"),
                                 ({"tag": value}, f"/api/models/{repo}/tag/main")):
                answer = HUB.ask("POST", target, body)
                if answer.status == 200 and value in (None, [], "x" * 100_000, "a\nb", "\u0000"):
                    continue  # a default, an empty list of files, or a title that is merely odd
                assert 400 <= answer.status < 500, f"{target} {str(body)[:60]}: {answer}"
                refused(answer, answer.status)

    unchanged(repo, run)


def case_malformed_commits():
    repo = HUB.create("julien/ndjson")
    header = b'{"key":"header","value":{"summary":"s"}}\n'
    file = b'{"key":"file","value":{"path":"a","content":"YQ==","encoding":"base64"}}\n'
    bodies = [b"", b"\n\n", b"{", header + b"{", header + b'{"key":"file"}', header + b'{"key":"file","value":[]}',
              file, file + header, header + header, header + b"null\n", header + b"[]", header + b'"x"',
              b'{"key":"header","value":{}}', b'{"key":"header","value":{"summary":""}}',
              b'{"key":"header","value":{"summary":5}}', header + b'{"key":"explode","value":{}}',
              header + file.replace(b"YQ==", b"!!!!"), header + file.replace(b'"base64"', b'"rot13"'),
              header + file + b'{"key":"deletedFile","value":{"path":"absent"}}',
              header + b'{"key":"copyFile","value":{"path":"x","srcPath":"absent"}}',
              header + b'{"key":"deletedFolder","value":{"path":"absent/"}}', header + b"\xff\xfe\n", header + b"\x00"]

    def run():
        for body in bodies:
            answer = HUB.ask("POST", f"/api/models/{repo}/commit/main", body, headers=NDJSON)
            assert answer.status in (400, 404), f"{body!r}: {answer}"
            refused(answer, answer.status)

    unchanged(repo, run)


def case_cards_that_cannot_be_read():
    """The repository is served all the same, without its card."""
    laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12))
    for number, card in enumerate(("a: [", "license: [[" * 20 + "]]" * 20, "a: " + "[" * 40 + "]" * 40, laughs, "a: *b",
                                   "- 1", "!!python/object:os.system {}", "a: \x01", "x: " + "y" * (2 << 20))):
        repo = HUB.create(f"julien/card-{number}")
        readme = f"---\nlicense: mit\n{card}\n---\n"
        assert HUB.commit(repo, [("README.md", readme.encode())]).status == 200, card[:50]
        info = HUB.expect(200, "GET", f"/api/models/{repo}").json()
        assert "cardData" not in info and "license:mit" not in info["tags"], (card[:50], info["tags"])
        answer = HUB.expect(200, "POST", "/api/validate-yaml", {"content": readme, "repoType": "model"}).json()
        assert answer["warnings"], card[:50]
    assert HUB.expect(200, "GET", "/api/models?full=true&cardData=true").json()
    repo = HUB.create("julien/card")
    assert HUB.commit(repo, [("README.md", b"---\nlicense: no\ndate: 2020-01-01\nx: &x {y: 1e3}\nz: *x\n---\n")]).status == 200
    info = HUB.expect(200, "GET", f"/api/models/{repo}").json()
    assert info["cardData"] == {"license": "no", "date": "2020-01-01", "x": {"y": 1000}, "z": {"y": 1000}}, info
    assert "license:no" in info["tags"]


def case_too_many_filters():
    for name in ("filter", "models", "datasets", "tags"):
        many = "&".join(f"{name}=t{i}" for i in range(2000))
        refused(HUB.ask("GET", f"/api/spaces?{many}"), 400, "filters")
        HUB.expect(200, "GET", "/api/spaces?" + "&".join(f"{name}=t{i}" for i in range(100)))
    refused(HUB.ask("GET", "/api/models?filter=" + ",".join(f"t{i}" for i in range(2000))), 400, "filters")


def case_the_hub_stops():
    HUB.stop()


run_cases("bad bodies", globals(), set(sys.argv[2:]) | {"the_hub_stops"} if sys.argv[2:] else ())
