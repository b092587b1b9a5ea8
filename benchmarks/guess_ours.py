"""Wrong passwords against a file of keys made at the default cost."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path
from time import perf_counter, process_time

from benchmarks.harness import Measured, answer, percentile
from township.errors import WrongPassword
from township.storage.keyring import Keyring

TRIES = 10


def main() -> Measured:
    with tempfile.TemporaryDirectory() as folder:
        Keyring(Path(folder) / "keys.json").create("xiang", "Longma-2026")
        content = (Path(folder) / "keys.json").read_bytes()
        clock, cpu = [], []
        for number in range(TRIES):
            ring = Keyring(Path(folder) / f"{number}.json")
            ring.path.write_bytes(content)  # who guesses starts from the same file each time
            before = perf_counter(), process_time()
            with suppress(WrongPassword):
                ring.unlock("xiang", f"Longma-{number}")
            clock.append(perf_counter() - before[0])
            cpu.append(process_time() - before[1])
    return {
        "cpu_s": percentile(cpu, 0.5),
        "cpu_least_s": min(cpu),
        "clock_s": percentile(clock, 0.5),
    }


if __name__ == "__main__":
    answer(main())
