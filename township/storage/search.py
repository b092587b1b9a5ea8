"""Finding households: by name, pinyin, group, number, end of a phone or an ID number.

Chinese is indexed as pairs of characters, so that one, two or more characters are found
exactly as typed; sealed records are never in the index.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, select
from sqlalchemy.orm import Session

from township.records import Group, Household, Person
from township.storage import erasing, tables
from township.storage.settings import keep, setting

if TYPE_CHECKING:
    from township.storage.database import Database

_RUN = re.compile(r"[0-9A-Za-z\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af]+")
_LETTERS = re.compile(r"[a-z]+")
_CHUNK = 400
_FORM, _NEWEST = "search.form", "2"
"""Setting: how the index here is made; since 2 it holds the ends of numbers only."""
_OPTIMIZE = "INSERT INTO search_text(search_text) VALUES ('optimize')"
"""Words of rows that are gone stay in the index until its parts are merged."""


def tokens(text: str) -> str:
    """The pairs of neighbouring characters of each run, and its last character alone."""
    found: list[str] = []
    for run in _RUN.findall(text.lower()):
        found += [run[i : i + 2] for i in range(len(run) - 1)]
        found.append(run[-1])
    return " ".join(found)


def match_expression(run: str) -> str:
    """The full-text expression that finds this run of characters and nothing else."""
    if len(run) == 1:
        return f'"{run}"*'
    return '"' + " ".join(run[i : i + 2] for i in range(len(run) - 1)) + '"'


def household_ids(session: Session, query: str, limit: int = 200) -> list[bytes]:
    """Households that fit every part of the query, best first: names before other fields.

    Parts of letters are pinyin (initials or full), other parts are found in names, household
    numbers, groups and addresses. Phones and ID numbers are found by their last four digits,
    which masks show, or in full: any other part would tell what is masked.
    """
    runs = _RUN.findall(query.lower())
    if not runs:
        return []
    connection = session.connection()
    rows: dict[int, None] = {}
    for question, values in _questions(runs, limit):
        if len(rows) < limit:
            found = connection.exec_driver_sql(question, values).fetchall()
            rows.update(dict.fromkeys(row[0] for row in found))
    return _living(connection, list(rows)[:limit])


def _living(connection: Connection, rows: Sequence[int]) -> list[bytes]:
    """The households of rows, in the same order; one may have been deleted a moment ago."""
    marks = ",".join(map(str, rows))  # integers only
    named = connection.exec_driver_sql(
        "SELECT search_row.row, household_id FROM search_row"
        " JOIN household ON household.id = household_id AND household.deleted_at IS NULL"
        f" WHERE search_row.row IN ({marks})"
    ).fetchall()
    by_row: dict[int, bytes] = {line[0]: line[1] for line in named}
    return [by_row[row] for row in rows if row in by_row]


Question = tuple[str, tuple[str | int, ...]]
_TEXT = "SELECT rowid FROM search_text WHERE search_text MATCH ?"
_PINYIN = "SELECT row FROM search_pinyin WHERE key >= ? AND key < ?"
_WHOLE = re.compile(r"\d{11}|\d{17}[\dx]")
_NUMBER = (
    "SELECT row FROM search_row WHERE household_id IN"
    " (SELECT id FROM household WHERE phone = ? UNION"
    " SELECT household_id FROM person WHERE deleted_at IS NULL AND (phone = ? OR id_no = ?))"
)
_SHOWN_DIGITS = 4


def _questions(runs: Sequence[str], limit: int) -> Iterator[Question]:
    """Where the first run is found, the best places first; the other runs only narrow it."""
    first, *others = runs
    narrow = [_anywhere(run) for run in others]
    # The plus keeps SQLite from asking the full-text index once per row.
    also = "".join(f" AND +rowid IN ({question})" for question, _ in narrow)
    values = [value for _, given in narrow for value in given]
    if _LETTERS.fullmatch(first):
        among = also.replace("+rowid", "row")
        # A household may stand there once per reading.
        ends = (*_letters(first), *values, limit * 4)
        yield f"{_PINYIN}{among} ORDER BY member, key LIMIT ?", ends
    if _WHOLE.fullmatch(first):
        among = also.replace("+rowid", "row")
        yield f"{_NUMBER}{among} LIMIT ?", (*_number(first), *values, limit)
    for columns in ("names", "others"):
        expression = f"{{{columns}}}: {match_expression(first)}"
        yield f"{_TEXT}{also} LIMIT ?", (expression, *values, limit)


def _anywhere(run: str) -> Question:
    """The rows in which a run is found at all."""
    if _LETTERS.fullmatch(run):
        return f"{_TEXT} UNION {_PINYIN}", (match_expression(run), *_letters(run))
    if _WHOLE.fullmatch(run):
        return f"{_TEXT} UNION {_NUMBER}", (match_expression(run), *_number(run))
    return _TEXT, (match_expression(run),)


def _number(run: str) -> tuple[str, str, str]:
    return run, run, run.upper()


def _letters(run: str) -> tuple[str, str]:
    """First key that begins with these letters, and the first beyond."""
    return run, run[:-1] + chr(ord(run[-1]) + 1)


def catch_up(database: Database, step: Callable[[int, int], None] | None = None) -> int:
    """Index the households that changed since the last call; returns how many.

    Works in chunks, each in one short transaction, so that saving never waits for it. An index
    that an older program made is made anew.
    """
    _renew(database)
    done = 0
    while True:
        with database.writing() as connection:
            dirty = connection.scalars(
                select(tables.search_dirty.c.household_id).limit(_CHUNK)
            ).all()
            if not dirty:
                if erasing.search_is_to_be_purged(connection):
                    connection.exec_driver_sql(_OPTIMIZE)
                return done
            _index(connection, dirty)
            left = connection.exec_driver_sql("SELECT count(*) FROM search_dirty").scalar_one()
        done += len(dirty)
        if step:
            step(done, done + left)


def _renew(database: Database) -> None:
    with database.reader() as session:
        made = setting(session.connection(), _FORM)
    if made != _NEWEST:
        with database.writing() as connection:
            connection.exec_driver_sql(
                "INSERT OR IGNORE INTO search_dirty(household_id) SELECT id FROM household"
            )
            keep(connection, _FORM, _NEWEST)


def _index(connection: Connection, ids: Sequence[bytes]) -> None:
    _forget(connection, ids)
    entries = _entries(connection, ids)
    for household_id, names, others in entries:
        row = connection.exec_driver_sql(
            "INSERT INTO search_row(household_id) VALUES (?)", (household_id,)
        ).lastrowid
        connection.exec_driver_sql(
            "INSERT INTO search_text(rowid, names, others) VALUES (?, ?, ?)",
            (row, tokens(" ".join(names)), tokens(" ".join(others))),
        )
        _index_pinyin(connection, row, names)
    connection.execute(
        delete(tables.search_dirty).where(tables.search_dirty.c.household_id.in_(ids))
    )


def _index_pinyin(connection: Connection, row: int, names: Iterable[str]) -> None:
    from township.storage.pinyin import keys  # its dictionaries cost 180 ms: never at start

    # The head's name comes first, and the first entry of a key stays.
    found = [(key, row, min(at, 1)) for at, name in enumerate(names) for key in keys(name)]
    if found:
        connection.exec_driver_sql(
            "INSERT OR IGNORE INTO search_pinyin(key, row, member) VALUES (?, ?, ?)", found
        )


def _forget(connection: Connection, ids: Sequence[bytes]) -> None:
    row = tables.search_row.c
    old = connection.scalars(select(row.row).where(row.household_id.in_(ids))).all()
    if not old:
        return
    gone = [(i,) for i in old]
    connection.exec_driver_sql("DELETE FROM search_text WHERE rowid = ?", gone)
    marks = ",".join(map(str, old))
    connection.exec_driver_sql(f"DELETE FROM search_pinyin WHERE row IN ({marks})")
    connection.execute(delete(tables.search_row).where(row.row.in_(old)))


def _entries(
    connection: Connection, ids: Sequence[bytes]
) -> list[tuple[bytes, list[str], list[str]]]:
    """(household, names with the head's first, other words) of the living households."""
    people: dict[bytes, list[Any]] = {}
    wanted = select(Person.household_id, Person.id, Person.name, Person.phone, Person.id_no).where(
        Person.household_id.in_(ids), Person.deleted_at.is_(None)
    )
    for person in connection.execute(wanted):
        people.setdefault(person.household_id, []).append(person)
    households = connection.execute(
        select(
            Household.id,
            Household.no,
            Household.address,
            Household.phone,
            Household.head_person_id,
            Group.name,
            Group.number,
        )
        .outerjoin(Group, Group.id == Household.group_id)
        .where(Household.id.in_(ids), Household.deleted_at.is_(None))
    )
    return [_entry(household, people.get(household.id, [])) for household in households]


def _entry(household: Any, people: list[Any]) -> tuple[bytes, list[str], list[str]]:
    people.sort(key=lambda person: person.id != household.head_person_id)
    names = [person.name for person in people if person.name]
    others = [
        household.no,
        household.address,
        household.name,
        f"{household.number}组" if household.number else None,
        *(last_digits(number) for number in (household.phone, *_numbers(people))),
    ]
    return household.id, names, [text for text in others if text]


def _numbers(people: list[Any]) -> Iterator[str | None]:
    for person in people:
        yield from (person.phone, person.id_no)


def last_digits(number: str | None) -> str | None:
    """What masks show of a number at its end, and the search finds."""
    return number[-_SHOWN_DIGITS:] if number else None
