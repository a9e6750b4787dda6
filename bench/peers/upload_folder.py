"""upload_folder.py ENDPOINT TOKEN REPO FOLDER: upload_folder of the reference client."""

import json
import sys
import time

from huggingface_hub import HfApi

endpoint, token, repo, folder = sys.argv[1:5]
api = HfApi(endpoint=endpoint, token=token)
api.create_repo(repo, exist_ok=True)
wall, cpu = time.perf_counter(), time.process_time()
api.upload_folder(repo_id=repo, folder_path=folder)
print(json.dumps({"seconds": time.perf_counter() - wall, "cpu": time.process_time() - cpu}))
