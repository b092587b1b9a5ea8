"""Work logs and visits day by day, and what was raised there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from township.codes import POLICY
from township.demo import texts
from township.demo.links import Links
from township.demo.people import Home
from township.demo.plan import FieldDay
from township.demo.rows import Fields, Ids, Row, refs, row, wall
from township.demo.staff import VILLAGE, Official, Staff
from township.values import Value

_EVENING = 18 * 60
_PURPOSES = ("routine", "policy", "follow_up", "emergency", "need")
_PURPOSE_WEIGHTS = (62, 16, 14, 2, 6)
_POLICIES = tuple(code for code in POLICY if code != "other")
_IN_FIELD = {"VC": "household_visit", "VS": "household_visit", "LL": "household_visit"}


class FieldWork:
    """Writes logs and visits; remembers what was last talked about in each household."""

    def __init__(
        self,
        staff: Staff,
        homes: dict[bytes, list[Home]],
        links: Links,
        ids: Ids,
        random: Random,
        today: date,
    ) -> None:
        self._staff = staff
        self._homes = homes
        self._links = links
        self._ids = ids
        self._random = random
        self._today = today
        self._special = {
            zone: [home for home in living if home.special] for zone, living in homes.items()
        }
        self._colleagues = {zone: staff.of(living[0].place) for zone, living in homes.items()}
        self._last_talk: dict[bytes, str] = {}

    def rows(self, day: FieldDay) -> Iterator[tuple[Row, Home | None]]:
        """The log of one day and its visits, each visit with its household."""
        at = wall(day.entered_on, _EVENING + self._random.randrange(230))
        log = self._ids.new(at)
        visited = self._households(day)
        yield row("work_log", log, day.cadre.id, at, self._log(day, visited)), None
        half_days = day.sessions.split()
        sessions = sorted(self._random.choices(half_days, k=len(visited)), key=half_days.index)
        for i, home in enumerate(visited):
            fields = self._visit(day, log, home, sessions[i], first=i == 0)
            yield row("visit", self._ids.new(at), day.cadre.id, at, fields), home

    def _households(self, day: FieldDay) -> list[Home]:
        """Different households: linked ones before special groups before all others."""
        random, cadre = self._random, day.cadre
        assert cadre.place is not None
        pools = (
            self._links.of(day.on.year, cadre),
            self._special[cadre.place.id],
            self._homes[cadre.place.id],
        )
        found: dict[bytes, Home] = {}
        for _ in range(day.visits * 2):
            pool = random.choices(pools, (48, 22, 30))[0] or pools[2]
            home = random.choice(pool)
            found.setdefault(home.id, home)
            if len(found) == day.visits:
                break
        return list(found.values())

    def _log(self, day: FieldDay, visited: list[Home]) -> Fields:
        cadre = day.cadre
        assert cadre.place is not None
        groups = sorted({home.group.number: home.group.id for home in visited}.items())
        state, assessor = self._state(day)
        numbers = "、".join(str(number) for number, _ in groups)
        return {
            "zone_id": cadre.place.id,
            "cadre_id": cadre.id,
            "worked_on": day.on.isoformat(),
            "sessions": day.sessions,
            "work_kind": _IN_FIELD.get(cadre.role, "in_village"),
            "places": refs([group for _, group in groups]),
            "summary": f"到 {numbers} 组走访 {len(visited)} 户。",
            "state": state,
            "assessor_id": assessor,
        }

    def _state(self, day: FieldDay) -> tuple[str, bytes | None]:
        """Counted once the month was signed on the 5th of the next; drafts are of yesterday."""
        age = (self._today - day.on).days
        month_ago = (self._today.replace(day=1) - timedelta(days=1)).replace(day=1)
        signed_until = self._today.replace(day=1) if self._today.day > 5 else month_ago
        if day.on < signed_until:
            return "counted", self._assessor(day.cadre)
        if age <= 2 and self._random.random() < 0.1:
            return "draft", None
        if self._random.random() < 0.004:
            return "returned", self._assessor(day.cadre)
        return "submitted", None

    def _assessor(self, cadre: Official) -> bytes:
        """Who signs: VS for village cadres, LL for the VS, 党政办 else. Source: domain §5.1."""
        if cadre.role not in VILLAGE or cadre.place is None:
            return self._staff.office("PGO").id
        return self._staff.in_zone(cadre.place, "VS" if cadre.role == "VC" else "LL").id

    def _visit(self, day: FieldDay, log: bytes, home: Home, session: str, first: bool) -> Fields:
        random = self._random
        chance = random.random() * (1 if first else 1.2)
        way = "in_home" if chance < 0.96 else "phone" if chance < 1.09 else "met_outside"
        present = way != "in_home" or random.random() < (0.62 if home.away else 0.94)
        groups = tuple(kind for kind, _ in home.special)
        purpose = "special_group" if groups and random.random() < 0.7 else self._purpose()
        talk = (
            texts.talk(random, purpose, groups)
            if way == "in_home" and present
            else texts.told_apart(random, present)
        )
        return {
            "zone_id": home.place.id,
            "work_log_id": log,
            "household_id": home.id,
            "visited_on": day.on.isoformat(),
            "session": session,
            "way": way,
            "companions": self._companion(day.cadre, home),
            "purpose": purpose,
            "policies_told": self._policies(purpose) if present else None,
            "talk": talk,
            "carry_over": self._carry_over(home, talk),
            "resident_present": int(present),
            "resident_ok": self._resident_ok() if present else None,
            "next_visit_on": self._next(day.on, groups),
        }

    def _purpose(self) -> str:
        return self._random.choices(_PURPOSES, _PURPOSE_WEIGHTS)[0]

    def _companion(self, cadre: Official, home: Home) -> str | None:
        if self._random.random() > 0.12:
            return None
        other = self._random.choice(self._colleagues[home.place.id])
        return refs([other.id]) if other is not cadre else None

    def _policies(self, purpose: str) -> Value:
        if purpose != "policy" and self._random.random() > 0.18:
            return None
        chosen = self._random.sample(_POLICIES, self._random.choice((1, 1, 2)))
        return " ".join(sorted(chosen, key=_POLICIES.index))

    def _carry_over(self, home: Home, talk: str) -> str | None:
        before = self._last_talk.get(home.id)
        self._last_talk[home.id] = talk
        return before if before and self._random.random() < 0.25 else None

    def _resident_ok(self) -> str:
        answers = ("satisfied", "fair", "dissatisfied", "not_asked")
        return self._random.choices(answers, (58, 9, 2, 31))[0]

    def _next(self, on: date, groups: tuple[str, ...]) -> str | None:
        if self._random.random() > (0.3 if groups else 0.08):
            return None
        return (on + timedelta(days=self._random.randint(14, 45))).isoformat()
