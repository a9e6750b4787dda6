"""list_models.py ENDPOINT LIMIT: a walk over the list with the reference client."""

import json
import sys
import time

from huggingface_hub import HfApi

endpoint, limit = sys.argv[1], int(sys.argv[2])
api = HfApi(endpoint=endpoint, token=False)
wall, cpu = time.perf_counter(), time.process_time()
count, first = 0, None
for model in api.list_models(limit=limit):
    if first is None:
        first = time.perf_counter() - wall
    count += 1
print(json.dumps({"seconds": time.perf_counter() - wall, "cpu": time.process_time() - cpu, "items": count,
                  "first_item": first}))
