"""What all goals share: sizes, places, programs, peers and made-up data."""

import base64
import contextlib
import filecmp
import os
import pathlib
import random
import shutil
import subprocess

from harness import measure, servers


class Bench:
    def __init__(self, mode, build, peers, work):
        self.mode = mode
        self.here = pathlib.Path(__file__).resolve().parent.parent
        self.program = build / "bench/hfhub_bench"
        self.xet_program = build / "bench/hfhub_bench_xet"
        self.server_program = build / "bench/hfhub_bench_server"
        self.hub_program = build / "test/interop/hfhub_test_hub"
        measure.launcher = build / "bench/hfhub_bench_measure"
        self.peers = peers
        self.work = work
        pick = lambda quick, normal, full: {"quick": quick, "normal": normal, "full": full}[mode]
        self.files = pick(300, 10_000, 10_000)
        self.many_files = pick(1_000, 100_000, 100_000)
        self.turn_files = pick(1_000, 40_000, 40_000)
        self.big_mib = int(os.environ.get("BENCH_BIG_MIB", pick(32, 1024, 4096)))
        self.requests = pick(200, 2_000, 2_000)
        self.items = pick(2_000, 20_000, 50_000)
        self.transfers = pick(100, 1_000, 1_000)
        self.repeat = pick(1, 3, 5)
        self.certificate = work / "tls/certificate.pem"
        self.key = work / "tls/key.pem"

    # --- places ---

    @contextlib.contextmanager
    def folder(self, name):
        """A fresh folder that is gone afterwards."""
        path = self.work / name
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)

    def fresh(self, path):
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
        return path

    # --- data ---

    def small_files(self, count, size=10_000):
        """A folder of `count` different text files."""
        root = self.work / f"data/small-{count}-{size}"
        if root.exists():
            return root
        chance = random.Random(count)
        for i in range(count):
            path = root / f"part-{i // 1000:03}/file-{i:06}.txt"
            if i % 1000 == 0:
                path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(base64.b64encode(chance.randbytes(size * 3 // 4)))
        return root

    def big_file(self, mib):
        """A folder with one binary file."""
        root = self.work / f"data/big-{mib}"
        if not root.exists():
            root.mkdir(parents=True)
            chance = random.Random(mib)
            with open(root / "model.bin", "wb") as out:
                for _ in range(mib):
                    out.write(chance.randbytes(1 << 20))
        return root

    def changed_file(self, mib):
        """The file of `big_file` with 1 % of its bytes changed, in 20 places."""
        source, root = self.big_file(mib) / "model.bin", self.work / f"data/changed-{mib}"
        if not root.exists():
            root.mkdir(parents=True)
            shutil.copyfile(source, root / "model.bin")
            size, chance = mib << 20, random.Random(f"changes of {mib}")  # -mib is the same seed as mib
            with open(root / "model.bin", "r+b") as out:
                for i in range(20):
                    out.seek(size * i // 20 + chance.randrange(size // 25))
                    out.write(chance.randbytes(size // 2000))
        return root

    def make_certificate(self):
        if self.certificate.exists():
            return
        self.certificate.parent.mkdir(parents=True)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                        "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", self.key, "-out",
                        self.certificate], check=True, capture_output=True)

    # --- servers ---

    def hub(self, root, *settings):
        return servers.Hub(self, root, *settings)

    def xet_hub(self, root):
        return servers.Hub(self, root, "xet=1")

    def secure_hub(self, root, *settings):
        self.make_certificate()
        return servers.Hub(self, root, f"certificate={self.certificate}", f"key={self.key}", *settings)

    def scripted(self, **settings):
        return servers.Scripted(self, **settings)

    # --- runs ---

    def ours(self, name, endpoint, home=None, **arguments):
        argv = [self.program, name, "--endpoint", endpoint]
        for key, value in arguments.items():
            argv += ["--" + key.replace("_", "-"), value]
        home = home or self.fresh(self.work / "home")
        return measure.measure(argv, {"HF_HOME": str(home)})

    def xet(self, name, **arguments):
        """A program that measures the library's own functions of Xet, without a server."""
        argv = [self.xet_program, name]
        for key, value in arguments.items():
            argv += ["--" + key.replace("_", "-"), value]
        return measure.measure(argv)

    def xet_python(self, script, *arguments):
        """The newest client with hf_xet, which it uses."""
        return self.python(script, *arguments, peer="xet", HF_HUB_DISABLE_XET="0")

    def python(self, script, *arguments, peer="reference", **env):
        """A program of peers/ with the reference client, or those of another peer: "newest", "xet"."""
        interpreter = self.peers / peer / "bin/python"
        settings = {"HF_HOME": str(self.fresh(self.work / "python-home")), "HF_HUB_DISABLE_TELEMETRY": "1",
                    "HF_HUB_DISABLE_PROGRESS_BARS": "1", "HF_HUB_DISABLE_XET": "1", "PYTHONWARNINGS": "ignore",
                    "REQUESTS_CA_BUNDLE": str(self.certificate), "SSL_CERT_FILE": str(self.certificate)}
        if not self.certificate.exists():
            del settings["REQUESTS_CA_BUNDLE"], settings["SSL_CERT_FILE"]
        return measure.measure([interpreter, self.here / "peers" / script, *arguments], {**settings, **env})

    def upload(self, hub, repo, folder):
        return self.ours("upload", hub.endpoint, token=hub.token, repo=repo, **{"from": folder})

    def upload_secure(self, hub, repo, folder):
        return self.ours("upload", hub.endpoint, token=hub.token, repo=repo, ca=self.certificate, **{"from": folder})

    # --- checks ---

    @staticmethod
    def same(source, copy):
        """Fails unless every file of `source` is in `copy` with the same bytes."""
        for folder, _, names in os.walk(source):
            for name in names:
                path = pathlib.Path(folder) / name
                other = copy / path.relative_to(source)
                if not other.exists() or not filecmp.cmp(path, other, shallow=False):
                    raise measure.Failed(f"{other} is not {path}")
