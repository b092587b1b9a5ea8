"""Sending hostile messages to a running township and looking at what they left behind."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from sync import wire
from sync.server import admin, readmission, refusing, tables
from sync.server.folder import OpenServer
from sync.wire import Answer, ChainHead
from tests.hostile import messages
from tests.sync.sample import XIANG, ZONE
from tests.sync.stranger import HEADERS, Stranger, household

_NOTES = ("refusal",)
"""Tables in which hostile messages may leave something."""


@dataclass
class Target:
    """A township, an enrolled laptop that turns hostile, and one line to the server."""

    server: OpenServer
    laptop: Stranger
    line: httpx.Client
    base: str

    @classmethod
    def at(cls, server: OpenServer, url: str, line: httpx.Client) -> Target:
        laptop = Stranger(url)
        enrolled = laptop.enrol(admin.issue_code(server, ["xiang"]))
        laptop.push(household(ZONE, messages.KNOWN), author=XIANG)
        return cls(server, laptop, line, f"{enrolled.device}.1.1.0")

    def post(self, where: str, content: bytes) -> httpx.Response:
        answer = self.line.post(
            f"{self.laptop.url}/v1/{where}", content=content, headers=HEADERS, timeout=30
        )
        assert answer.status_code < 500, answer.text
        assert refusing.HEADERS.items() <= dict(answer.headers).items()
        if answer.status_code != 200:
            assert answer.headers["content-type"] == refusing.PROBLEM_TYPE
            assert answer.json()["status"] == answer.status_code
        return answer

    def settle(self) -> None:
        """Judge again what waits: any message that is signed would do that first."""
        service = self.server.service
        readmission.sweep(service.store, service.township_id, service.clock())

    def contents(self, *leave: str) -> dict[str, str]:
        """A digest of each table but for notes and what is left out."""
        found = {}
        with self.server.service.store.reading() as connection:
            for table in tables.metadata.sorted_tables:
                if table.name not in (*_NOTES, *leave):
                    order = list(table.primary_key.columns)
                    rows = connection.execute(select(table).order_by(*order)).all()
                    found[table.name] = sha256(repr(rows).encode()).hexdigest()
        return found


def _settings(examples: int) -> settings:
    return settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=examples < 1000,  # the long run finds other things each time
        suppress_health_check=list(HealthCheck),
    )


def messages_change_nothing(target: Target, examples: int) -> None:
    """Spoiled envelopes, bodies and requests at both addresses."""
    before = target.contents()

    @_settings(examples)
    @given(
        where=st.sampled_from(["exchange", "exchange", "exchange", "enrol"]),
        content=st.one_of(messages.near_messages(target.laptop), st.binary(max_size=200)),
    )
    def attack(where: str, content: bytes) -> None:
        target.post(where, content)
        assert target.contents() == before

    attack()


def codes_change_nothing(target: Target, examples: int) -> None:
    """Spoiled questions of somebody who knows a code: only a wrong proof is counted."""
    code = admin.issue_code(target.server, ["xiang"])
    fresh = {"failures": 0, "used_by": None, "device": None}

    @_settings(examples)
    @given(content=messages.near_enrolments(code))
    def attack(content: bytes) -> None:
        with target.server.service.store.writing() as connection:
            connection.execute(update(tables.enrolment_code).values(fresh))
        before = target.contents("enrolment_code")
        answer = target.post("enrol", content)
        if answer.status_code != 200:  # what was changed can be a sound name or key
            assert target.contents("enrolment_code") == before

    attack()


def changesets_change_no_record(target: Target, examples: int) -> None:
    """Changesets with right signatures and something wrong inside: refused as a whole, or kept.

    What is kept as refused is in the log and in no record; what turns out to be sound is taken.
    """
    kept = ("segment", "quarantine", "chain", "device", "township", "history_block")

    @_settings(examples)
    @given(data=st.data())
    def attack(data: st.DataObject) -> None:
        laptop = target.laptop
        changeset = data.draw(messages.broken_changesets(laptop, XIANG, target.base))
        target.settle()
        before, records = target.contents(), target.contents(*kept)
        response = target.post("exchange", messages.push(laptop, changeset))
        if response.status_code != 200:
            assert target.contents() == before
            return
        answer = wire.unpack(wire.open_envelope(response.content).body, Answer)
        assert answer.refused is None
        if answer.verdicts[0].status in ("rejected", "quarantined"):
            assert target.contents(*kept) == records
        laptop.head = ChainHead(1, answer.chain.dseq, answer.chain.hash)
        assert answer.page is not None
        laptop.cursors.update(answer.page.cursors)

    attack()
