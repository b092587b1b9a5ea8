"""What people type into the search box of 户台账, key stroke by key stroke."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from sqlalchemy import select

from township.records import Household, Person
from township.storage.database import Database
from township.storage.pinyin import keys

_EACH = 12


@dataclass(frozen=True)
class Query:
    """One thing looked for; ``strokes`` are what each key, or the input method, brings."""

    kind: str
    strokes: tuple[str, ...]

    def texts(self) -> Iterator[str]:
        """What stands in the box after each stroke."""
        for count in range(1, len(self.strokes) + 1):
            yield "".join(self.strokes[:count])


def queries(database: Database, each: int = _EACH) -> list[Query]:
    """So many of each kind, for persons and households that there are, drawn by chance."""
    random = Random(20260501)
    with database.reader() as session:
        everybody = select(Person.name, Person.phone).where(Person.name.is_not(None))
        people = session.execute(everybody.order_by(Person.id)).all()
        homes = session.scalars(select(Household.no).order_by(Household.no)).all()
    names = [name for name, _ in people if name]
    phones = [phone for _, phone in people if phone]
    numbers = [no for no in homes if no]

    def some(texts: Sequence[str]) -> list[str]:
        return random.sample(texts, each)

    made = [Query("initials", tuple(_spelled(name)[0])) for name in some(names)]
    made += [Query("full pinyin", tuple(_spelled(name)[-1])) for name in some(names)]
    made += [Query("name", (name,)) for name in some(names)]
    made += [Query("name by characters", tuple(name)) for name in some(names)]
    made += [Query("one character", (name[0],)) for name in some(names)]
    made += [Query("phone tail", tuple(phone[-4:])) for phone in some(phones)]
    made += [Query("household number", tuple(no)) for no in some(numbers)]
    made += [Query("group", (f"{no.split('-')[1]}", "组")) for no in some(numbers)]
    made += [
        Query("village and name", (no.split("-")[0], " ", name[0]))
        for no, name in zip(some(numbers), some(names), strict=True)
    ]
    random.shuffle(made)
    return made


def _spelled(name: str) -> list[str]:
    """The pinyin keys of a name, the initials first."""
    return sorted(keys(name), key=lambda key: (len(key), key))
