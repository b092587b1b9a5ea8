"""The persons who share one computer: each has a folder with own data, key and enrolment.

The first one's lies in the laptop's folder itself, where it always was; the others' in folders
below it (``users/2`` …). Each is a laptop folder like any other, so that nothing of one person
can be opened with the password of another. Decision 035.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from township.errors import NotFound, WorldError
from township.storage import keyring
from township.storage.folder import LaptopFolder

BELOW = "users"
_NAMES = "names.json"
_OF_A_PERSON = ("laptop*.db*", "names.json*", "keys.json*")


@dataclass(frozen=True)
class Person:
    """Somebody whose data lie on this computer.

    ``key`` tells one from another in windows and preferences: the login, and for the folders
    below the folder before it. ``name`` is empty until the person has unlocked once.
    """

    key: str
    folder: LaptopFolder
    login: str
    name: str

    @property
    def shown(self) -> str:
        """Name and login, for lists."""
        return f"{self.name}（{self.login}）" if self.name else self.login


class Persons:
    """All persons of the computer whose laptop folder this is."""

    def __init__(self, root: LaptopFolder) -> None:
        self.root = root

    def all(self, last: str | None = None) -> list[Person]:
        """Everybody, the person with the key ``last`` first. Raises DamagedDatabase.

        A damaged file of keys hides its folder, unless there is nobody else.
        """
        found: list[Person] = []
        damage: WorldError | None = None
        for prefix, folder in self._folders():
            try:
                found += _of(prefix, folder)
            except WorldError as error:
                damage = damage or error
        if not found and damage is not None:
            raise damage
        return sorted(found, key=lambda person: person.key != last)

    def there(self) -> bool:
        """Is there anybody yet?"""
        return any(True for _ in self._folders())

    def find(self, key: str) -> Person:
        """The person with this key. Raises NotFound."""
        for person in self.all():
            if person.key == key:
                return person
        raise NotFound("这台电脑上没有这个使用者。")

    def key_of(self, folder: LaptopFolder, login: str) -> str:
        """The key of who unlocked this folder with this login."""
        return login if folder.path == self.root.path else f"{folder.path.name}/{login}"

    def by_login(self, login: str) -> Person:
        """The person with this login. Raises NotFound when there is none or more than one."""
        found = [person for person in self.all() if person.login == login]
        if len(found) == 1:
            return found[0]
        if found:
            folders = "、".join(str(person.folder.path) for person in found)
            raise NotFound(f"有几个使用者都叫 {login}，请用 --folder 指明是哪一个：{folders}")
        raise NotFound(f"这台电脑上没有使用者 {login}。")

    def free(self) -> LaptopFolder:
        """Where the next person's data go."""
        if not self.root.enrolled():
            return self.root
        below = self.root.path / BELOW
        number = 2
        while (below / str(number)).exists():
            number += 1
        return LaptopFolder(below / str(number))

    def remove(self, person: Person) -> None:
        """Delete somebody's data from this computer; the key goes first. Raises WorldError.

        Who shares a folder with others only loses the way into it.
        """
        try:
            if len(person.folder.keyring.logins()) > 1:
                person.folder.keyring.forget(person.login)
                return
            person.folder.keyring.path.unlink()
            _clear(person.folder, whole=person.folder.path != self.root.path)
        except OSError as error:
            raise WorldError("没有删干净：文件正被占用或不可写。请关闭别的程序后再试。") from error

    def _folders(self) -> Iterator[tuple[str, LaptopFolder]]:
        if self.root.enrolled():
            yield "", self.root
        below = self.root.path / BELOW
        numbers = sorted(int(one.name) for one in below.glob("*") if one.name.isdecimal())
        for number in numbers:
            folder = LaptopFolder(below / str(number))
            if folder.enrolled():
                yield f"{number}/", folder


def note_name(folder: LaptopFolder, login: str, name: str) -> None:
    """Keep how a person is called for the list before unlocking. Source: domain §2, class P."""
    names = _names(folder)
    if name and names.get(login) != name:
        content = json.dumps(names | {login: name}, ensure_ascii=False).encode()
        with suppress(OSError):  # without room the login is shown
            keyring.write_atomically(folder.path / _NAMES, content)


def _names(folder: LaptopFolder) -> dict[str, str]:
    try:
        content = json.loads((folder.path / _NAMES).read_text("utf-8"))
        return {str(login): str(name) for login, name in content.items()}
    except (OSError, ValueError, AttributeError):
        return {}


def _of(prefix: str, folder: LaptopFolder) -> list[Person]:
    names = _names(folder)
    logins = folder.keyring.logins()
    return [Person(prefix + one, folder, one, names.get(one, "")) for one in logins]


def _clear(folder: LaptopFolder, *, whole: bool) -> None:
    if whole:
        shutil.rmtree(folder.path)
        return
    for pattern in _OF_A_PERSON:
        for path in folder.path.glob(pattern):
            path.unlink(missing_ok=True)
    if folder.backups.exists():
        shutil.rmtree(folder.backups)


def copy_to(person: Person, backup: Path, place: Path) -> Path:
    """Put a backup and the keys that open it into a new folder in ``place``. Raises WorldError."""
    target = place / f"连心桥备份-{person.name or person.login}-{backup.stem[:15]}"
    try:
        target.mkdir()
        shutil.copyfile(backup, target / backup.name)
        shutil.copyfile(person.folder.keyring.path, target / person.folder.keyring.path.name)
    except OSError as error:
        raise WorldError(
            "备份没有写成，什么都没有移除。请检查U盘的剩余空间和写保护，或换一个地方。"
        ) from error
    return target
