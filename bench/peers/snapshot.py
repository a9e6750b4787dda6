"""snapshot.py ENDPOINT REPO CACHE [WORKERS]: snapshot_download of the reference client."""

import json
import sys
import time

from huggingface_hub import HfApi

endpoint, repo, cache = sys.argv[1:4]
workers = int(sys.argv[4]) if len(sys.argv) > 4 else 8
api = HfApi(endpoint=endpoint, token=False)
wall, cpu = time.perf_counter(), time.process_time()
path = api.snapshot_download(repo, cache_dir=cache, max_workers=workers)
print(json.dumps({"seconds": time.perf_counter() - wall, "cpu": time.process_time() - cpu}))
