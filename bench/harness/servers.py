"""The servers that are measured against: the embedded Hub, and a scripted one, each as its own process."""

import json
import os
import subprocess
import urllib.request


class Server:
    def __init__(self, argv, env=None):
        self.process = subprocess.Popen([str(a) for a in argv], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, env={**os.environ, **(env or {})})
        line = self.process.stdout.readline()
        if not line:
            self.process.wait()
            raise RuntimeError(f"{argv[0]} did not start")
        self.urls = json.loads(line)
        self.endpoint = self.urls["endpoint"]

    def cpu(self):
        """User and system seconds so far."""
        with open(f"/proc/{self.process.pid}/stat") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self):
        self.process.stdin.close()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Hub(Server):
    """The embedded Hub. julien may write with the token hf_write."""

    token = "hf_write"
    lfs_storage = ("lfs_download", "lfs_upload", "lfs_upload_part")

    def __init__(self, bench, root, *settings):
        # Rows of LFS are about LFS: Xet is for those that ask for it.
        super().__init__([bench.hub_program, root, "xet=0", *settings])
        self.secure = self.endpoint.startswith("https")
        self.certificate = bench.certificate

    def control(self, method, what, body=None):
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(f"{self.endpoint}/_local_hub/{what}", data, method=method,
                                         headers={"Content-Type": "application/json",
                                                  "Authorization": "Bearer " + self.urls["control_token"]})
        context = None
        if self.secure:
            import ssl
            context = ssl.create_default_context(cafile=self.certificate)
        with urllib.request.urlopen(request, context=context) as answer:
            return json.load(answer)

    def scenario(self, **values):
        self.control("PUT", "scenario", values)

    def reset(self):
        self.control("DELETE", "counters")

    def must_have_used_xet(self):
        """Fails if a file came or went through LFS since the last reset, or none through Xet."""
        asked = self.counters()["requests"]
        if any(route in asked for route in self.lfs_storage) or not any(route.startswith("xet_") for route in asked):
            raise RuntimeError(f"not by Xet: {asked}")

    def counters(self):
        """What was asked since the last reset; `hub_requests` are those that the Hub itself answered, not storage."""
        found = self.control("GET", "counters")
        found["hub_requests"] = sum(n for route, n in found["requests"].items() if route not in self.lfs_storage)
        return found


class Scripted(Server):
    def __init__(self, bench, **settings):
        argv = [bench.server_program, "--model", bench.here / "data/model_info.json"]
        for name, value in settings.items():
            argv += ["--" + name.replace("_", "-"), value]
        super().__init__(argv)
