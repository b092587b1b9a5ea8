"""Households and persons: who lives together, how old, related how. Nobody of them exists."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from township.demo.names import Names
from township.demo.rows import TestPhones
from township.demo.zones import Group, Place
from township.values import id_check_digit

HEAD, HUSBAND, WIFE, SON, DAUGHTER = "02", "11", "12", "20", "30"
DAUGHTER_IN_LAW, GRANDCHILD, FATHER, MOTHER = "38", "40", "51", "52"
MAN, WOMAN = "1", "2"
OLD = 65
CHILD = 16
_WARD = 14
"""Under this age a guardian is named. Source: domain §4.2."""
_ALONE = 0.6
"""How many old people living by themselves have no grown children near by."""
_ID_PREFIX = "429999"
"""No county has this code, so that no number can be a real person's."""


@dataclass(eq=False)
class Resident:
    """A person of the demo."""

    name: str
    sex: str
    relation: str
    born: date
    id: bytes = b""
    residence: str = "home"
    id_no: str | None = None
    phone: str | None = None


@dataclass(eq=False)
class Home:
    """A household of the demo with its people, the head first."""

    id: bytes
    place: Place
    group: Group
    number: int
    people: list[Resident] = field(default_factory=list)
    special: list[tuple[str, Resident]] = field(default_factory=list)
    away: bool = False

    @property
    def no(self) -> str:
        """The household number as people write it."""
        return f"{self.place.short}-{self.group.number}-{self.number:03d}"

    @property
    def head(self) -> Resident:
        """The head of the household."""
        return self.people[0]


def sizes(random: Random, households: int, persons: int) -> list[int]:
    """How many live in each household, 1 to 7, adding up to so many persons."""
    found = random.choices(range(1, 7), (24, 34, 20, 14, 6, 2), k=households)
    left = persons - sum(found)
    while left:
        i = random.randrange(households)
        step = 1 if left > 0 else -1
        if 1 <= found[i] + step <= 7:
            found[i] += step
            left -= step
    return found


class Families:
    """Makes the people of one household at a time; ages are those on ``today``."""

    def __init__(self, random: Random, names: Names, phones: TestPhones, today: date) -> None:
        self._random = random
        self._names = names
        self._phones = phones
        self._today = today
        self._born_on: dict[tuple[date, str], int] = {}

    def people(self, size: int, head_name: str | None = None) -> list[Resident]:
        """A household of 1 to 7 people. A given head is an old man."""
        random = self._random
        old = random.random() < (0.62, 0.55, 0.3, 0.3, 0.5, 0.6, 1)[size - 1]
        if head_name is not None or (old and size > 1):
            return self._old(size, head_name)
        if size == 1:
            age = random.randint(OLD, 88) if old else random.randint(24, 62)
            sex = MAN if random.random() < 0.55 else WOMAN
            return [self._person(self._names.surname(), sex, HEAD, age)]
        return self._young(size)

    def _old(self, size: int, head_name: str | None) -> list[Resident]:
        """Grandparents, with their son's family or with grandchildren only."""
        random = self._random
        surname = head_name[0] if head_name else self._names.surname()
        age = random.randint(66, 72) if size > 2 else random.randint(66, 86)
        head = self._person(surname, MAN, HEAD, age)
        head.name = head_name or head.name
        if size == 1:
            return [head]
        found = [head, self._person(self._names.surname(), WOMAN, WIFE, age - random.randint(0, 4))]
        if size >= 4:
            son_age = age - random.randint(26, 31)
            found.append(self._person(surname, MAN, SON, son_age))
            wife_age = son_age - random.randint(0, 3)
            found.append(self._person(self._names.surname(), WOMAN, DAUGHTER_IN_LAW, wife_age))
        limit = self._today.year - found[3].born.year - 22 if size >= 4 else 14
        for _ in range(size - len(found)):
            found.append(self._child(surname, GRANDCHILD, random.randint(1, min(17, limit))))
        return found

    def _young(self, size: int) -> list[Resident]:
        """A couple with children, perhaps with the parents of the man."""
        random = self._random
        surname, wife_surname = self._names.surname(), self._names.surname()
        age = random.randint(36, 58)
        wife_age = age - random.randint(0, 3)
        man = self._person(surname, MAN, HEAD, age)
        woman = self._person(wife_surname, WOMAN, WIFE, wife_age)
        found = [man, woman]
        if random.random() < 0.14:
            man.relation, woman.relation = HUSBAND, HEAD
            found = [woman, man]
        of_man = man.relation == HEAD
        parents = 2 if size >= 5 and of_man else 1 if size == 4 and random.random() < 0.35 else 0
        parents = parents if of_man else 0
        for i in range(size - 2 - parents):
            oldest = wife_age - 22
            child_age = max(1, random.randint(max(1, oldest - 8), oldest) - 3 * i)
            found.append(self._child(surname, None, child_age))
        for relation, sex in ((FATHER, MAN), (MOTHER, WOMAN))[2 - parents :]:
            family = surname if sex == MAN else self._names.surname()
            found.append(self._person(family, sex, relation, age + random.randint(22, 29)))
        return found

    def _child(self, surname: str, relation: str | None, age: int) -> Resident:
        sex = MAN if self._random.random() < 0.52 else WOMAN
        own = SON if sex == MAN else DAUGHTER
        return self._person(surname, sex, relation or own, age)

    def _person(self, surname: str, sex: str, relation: str, age: int) -> Resident:
        random = self._random
        born = date(self._today.year - age, 1, 1) + timedelta(days=random.randrange(365))
        born = min(born, self._today - timedelta(days=1))
        one = Resident(self._names.full(surname, sex, born.year), sex, relation, born)
        if random.random() < 0.58:
            one.id_no = self._id_no(born, sex)
        if age >= CHILD and random.random() < 0.55:
            one.phone = self._phones.next()
        if 18 <= age < 60:
            one.residence = random.choices(("home", "away_in_county", "away_out"), (58, 12, 30))[0]
        return one

    def _id_no(self, born: date, sex: str) -> str:
        order = self._born_on.get((born, sex), 0)
        self._born_on[born, sex] = order + 1
        first = f"{_ID_PREFIX}{born:%Y%m%d}{order * 2 + (sex == MAN):03d}"
        return first + id_check_digit(first)


def age_on(born: date, day: date) -> int:
    """Age in whole years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def guardian(person: Resident, people: list[Resident], today: date) -> Resident | None:
    """Who answers for a child: the nearest grown-up who lives at home, else any grown-up."""
    if age_on(person.born, today) >= _WARD:
        return None
    adults = [one for one in people if age_on(one.born, today) >= 18]
    at_home = [one for one in adults if one.residence == "home"]
    return next(iter(at_home or adults), None)


def special_groups(home: Home, random: Random, today: date) -> list[tuple[str, Resident]]:
    """Which special groups a household belongs to, and by whom."""
    ages = [age_on(one.born, today) for one in home.people]
    found: list[tuple[str, Resident]] = []
    if min(ages) >= OLD and random.random() < _ALONE:
        found.append(("empty_nest", home.head))
    children = [one for one, age in zip(home.people, ages, strict=True) if age < CHILD]
    middle = [one for one, age in zip(home.people, ages, strict=True) if 18 <= age < 60]
    if children and all(one.residence == "away_out" for one in middle):
        found += [("left_behind", one) for one in children]
    chances: list[tuple[str, float, Callable[[], bool]]] = [
        ("subsistence", 0.05, lambda: True),
        ("hardship", 0.04, lambda: True),
        ("representative", 0.02, lambda: ages[0] < 70),
        ("prosperous", 0.015, lambda: ages[0] < OLD),
    ]
    found += [
        (kind, home.head) for kind, chance, fits in chances if random.random() < chance and fits()
    ]
    return found
