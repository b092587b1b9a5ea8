"""Many laptops in one process: ``... LAPTOPS.pickle URL``; answers one line on its input.

Each laptop has a thread and a TLS connection of its own. All begin at the same moment; the time
of a laptop ends when everything is pushed and the end of the log is reached.
"""

from __future__ import annotations

import json
import pickle
import sys
import threading
from pathlib import Path
from time import perf_counter

from benchmarks.processes import Stopwatch
from benchmarks.storm_laptop import PaperLaptop
from sync import client
from sync.http import HttpCarrier


def main(file: Path, url: str) -> None:
    laptops: list[PaperLaptop] = pickle.loads(file.read_bytes())
    seconds: list[float] = []
    errors: list[str] = []
    start = threading.Barrier(len(laptops) + 1)

    def sync(laptop: PaperLaptop) -> None:
        start.wait()
        begun = perf_counter()
        try:
            with HttpCarrier(url, laptop.member.server_ca) as carrier:
                client.run(laptop, carrier, snapshots=False)
        except Exception as problem:  # noqa: BLE001 - thread boundary; a storm has no error at all
            errors.append(f"{type(problem).__name__}: {problem.__cause__!r}")
        seconds.append(perf_counter() - begun)

    threads = [threading.Thread(target=sync, args=(laptop,)) for laptop in laptops]
    for thread in threads:
        thread.start()
    sys.stdin.readline()
    watch = Stopwatch()
    start.wait()
    for thread in threads:
        thread.join()
    file.write_bytes(pickle.dumps(laptops))
    print(json.dumps(watch.read() | {"seconds": seconds, "errors": errors}), flush=True)


if __name__ == "__main__":
    threading.stack_size(256 << 10)
    main(Path(sys.argv[1]), sys.argv[2])
