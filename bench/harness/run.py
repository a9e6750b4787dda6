"""run.py MODE BUILD PEERS WORK [NAME...]: runs the goals and prints the table."""

import importlib
import pathlib
import sys
import time
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from harness import bench, table  # noqa: E402


def main(mode, build, peers, work, *names):
    here = bench.Bench(mode, pathlib.Path(build), pathlib.Path(peers), pathlib.Path(work))
    folder = pathlib.Path(__file__).resolve().parent.parent / "goals"
    known = sorted(path.stem for path in folder.glob("*.py") if path.stem != "__init__")
    known.sort(key=lambda name: (name != "main_job", name))
    unknown = [name for name in names if not any(k == name or k.split("_")[0] == name for k in known)]
    if unknown:
        print(f"no such benchmark: {' '.join(unknown)}; there are: {' '.join(known)}")
        return 2
    rows, failures, passed = [], [], 0
    for name in known:
        if names and name not in names and name.split("_")[0] not in names:
            continue
        start = time.monotonic()
        try:
            found = importlib.import_module(f"goals.{name}").run(here)
            rows += found
            passed += 1
            print(f"--- {name}, {time.monotonic() - start:.0f} s")
            print(table.render(found), flush=True)
        except Exception as error:  # one goal that cannot run does not hide the others
            if mode != "quick":
                traceback.print_exc()
            failures.append(name)
            print(f"FAILED {name}: {error}", flush=True)
    print("\n" + table.render(rows))
    judged = [row for row in rows if row.met]
    print(f"\ngoals: {sum(r.met == 'stretch' for r in judged)} at stretch, {sum(r.met == 'yes' for r in judged)} met, "
          f"{sum(r.met == 'NO' for r in judged)} missed" + (" (sizes are too small to judge)" if mode == "quick" else ""))
    print(f"{passed} passed, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
