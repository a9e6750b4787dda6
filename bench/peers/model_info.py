"""model_info.py ENDPOINT REPO COUNT THREADS: as many calls of the reference client."""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from huggingface_hub import HfApi

endpoint, repo, count, threads = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
api = HfApi(endpoint=endpoint, token=False)
call = lambda _: len(api.model_info(repo).tags)
wall, cpu = time.perf_counter(), time.process_time()
if threads == 1:
    tags = sum(map(call, range(count)))
else:
    with ThreadPoolExecutor(threads) as pool:
        tags = sum(pool.map(call, range(count)))
print(json.dumps({"seconds": time.perf_counter() - wall, "cpu": time.process_time() - cpu, "tags": tags}))
