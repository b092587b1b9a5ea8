"""The long run: ``python -m tests.hostile --examples 20000 [--database postgresql+psycopg://…]``.

Hostile messages to a server of its own until the examples are used up, or one does harm: then
the message is shrunk and shown. The database must be empty.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import httpx

from sync.server import folder
from sync.server.office import Office
from sync.server.running import ServerThread
from tests.hostile import addresses, attacks
from tests.hostile.attacks import Target
from tests.hostile.limits import OPEN
from tests.sync.sample import office_changeset


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.hostile")
    parser.add_argument("--examples", type=int, default=5000, help="of each kind of attack")
    parser.add_argument("--database", help="an empty PostgreSQL; default: an SQLite file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "server"
        folder.init(path, "屈原镇", database=options.database)
        server = folder.open_server(path)
        office = Office(server)
        office.load([office_changeset(office)])
        try:
            with ServerThread(server, limits=OPEN) as thread, httpx.Client() as line:
                _attack(Target.at(server, thread.url, line), options.examples)
        finally:
            server.close()


def _attack(target: Target, examples: int) -> None:
    statuses, wrong = addresses.failures(target.laptop, examples)
    print(f"addresses: {dict(sorted(statuses.items()))}")
    if wrong:
        raise SystemExit("\n".join(wrong))
    for attack in (
        attacks.messages_change_nothing,
        attacks.codes_change_nothing,
        attacks.changesets_change_no_record,
    ):
        attack(target, examples)
        print(f"{attack.__name__}: {examples} examples, no harm")


if __name__ == "__main__":
    main()
