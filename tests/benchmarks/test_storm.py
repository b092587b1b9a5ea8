"""A small storm: the laptops on paper still speak what the real client speaks."""

from pathlib import Path

import pytest

from benchmarks import storm, towns
from sync import client
from sync.server import folder
from township.demo.rows import Row
from township.records import new_id

MODELS = {
    "work_log": {"summary": "到村"},
    "visit": {"talk": "谈了水管"},
    "need": {"title": "修水管"},
}


def test_laptops_on_paper_sync_their_week(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [Row(kind, new_id(), dict(fields), new_id(), 0) for kind, fields in MODELS.items()]
    monkeypatch.setattr(towns, "rows", lambda: rows)
    folder.init(tmp_path / "server", "屈原镇")
    server = folder.open_server(tmp_path / "server")
    laptops = storm._enrolled(server, 3)
    for laptop in laptops:
        client.run(laptop, server.service.exchange, snapshots=False)
    server.close()
    assert storm._wrong(tmp_path / "server", laptops) == []
    assert len(laptops[-1].pulled) > len(laptops[0].pulled)
    laptops[2].pulled.append(laptops[2].pulled[0])
    assert storm._wrong(tmp_path / "server", laptops) == [
        f"laptop {laptops[2].member.number}: an entry came twice"
    ]
