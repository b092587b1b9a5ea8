"""How long this laptop has not heard of the township, and whether it may still be worked with.

Source: domain §7.2, a device unseen for 14 days locks [P]. A lost laptop whose password is known
shall not stay open for ever. What counts is the newest moment that this laptop has seen: setting
its clock back gains nothing. Heard of is any answer that the township has signed, by network or
stick. The lock is the program's own: see docs/security.md for what it does not withstand.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, select

from township import changes
from township.storage import tables
from township.storage.settings import drop, keep, keep_all, setting
from township.storage.township_settings import settings_in
from township.values import CHINA, moment_from_text, moment_text

LIMIT = "contact.days"
"""Fact of this laptop: another number of days than the township has set."""
_AT, _NEWEST, _CHAIN = "contact.at", "contact.newest", "contact.chain"
_REVOKED, _UNKNOWN = "contact.revoked", "contact.unknown"
_CLOCK_MAY_ERR = timedelta(days=1)


@dataclass(frozen=True)
class Standing:
    """``days`` since the last contact, as far as this laptop can know; ``why`` it is locked."""

    days: int
    limit: int
    why: str | None = None
    """``long``, ``clock`` (set back behind what was seen), ``revoked``, or None: it is not."""

    def in_words(self) -> str:
        """What happened and what to do."""
        return _TEXTS[self.why].format(days=self.days, limit=self.limit) if self.why else ""


_TEXTS = {
    "long": (
        "这台电脑已有 {days} 天没有和镇里联系（超过 {limit} 天就要先联系一次），暂时不能查看资料。"
        "本机的内容都还在，没有上报的也在。有网络时按“立即同步”；没有网络时用U盘，"
        "把上报文件送到镇里，再读入答复。联系上以后马上可以接着用。"
    ),
    "clock": (
        "这台电脑的日期比它上次使用时还早。请先把电脑的日期和时间调对，再解锁一次；"
        "如果是以前的日期错了，同步一次（网络或U盘）也可以。本机的内容都还在。"
    ),
    "revoked": (
        "镇里已停用这台电脑，暂时不能查看资料。本机的内容都还在，没有上报的也在。"
        "请联系镇管理员：如果是找回的电脑，请他发一个新的登记码，在下面重新登记，"
        "没有上报的内容会接着上报。"
    ),
}


def made(connection: Connection, now: datetime) -> None:
    """The township has just answered: from now on the days are counted anew."""
    moment = moment_text(now)
    keep_all(connection, {_AT: moment, _NEWEST: moment, _CHAIN: _chain(connection)})
    for name in (_REVOKED, _UNKNOWN):
        drop(connection, name)


def refused(connection: Connection) -> None:
    """The township said that this laptop is revoked."""
    keep(connection, _REVOKED, "1")


def unknown(connection: Connection) -> None:
    """The township said that it does not know this laptop."""
    keep(connection, _UNKNOWN, "1")


def is_unknown(connection: Connection) -> bool:
    """Did it say so, and has nothing better been heard since?"""
    return setting(connection, _UNKNOWN) is not None


def note(connection: Connection, now: datetime) -> None:
    """This laptop is being opened: nobody gets behind this moment again."""
    newest = _seen(connection)
    if setting(connection, _AT) is None:  # from before contacts were noted: they count from here
        made(connection, now)
    elif newest is None or newest < now:
        keep(connection, _NEWEST, moment_text(now))


def standing(connection: Connection, now: datetime) -> Standing:
    """May this laptop be worked with?"""
    at = setting(connection, _AT) or moment_text(now)
    settings = settings_in(connection, now.astimezone(CHINA).date())
    limit = int(setting(connection, LIMIT) or settings.offline_days)
    newest = max(_seen(connection) or now, now)
    days = max(0, (newest - moment_from_text(at)).days)
    if setting(connection, _REVOKED):
        return Standing(days, limit, "revoked")
    if newest - moment_from_text(at) > timedelta(days=limit):
        return Standing(days, limit, "long")
    return Standing(days, limit, "clock" if newest - now > _CLOCK_MAY_ERR else None)


def _seen(connection: Connection) -> datetime | None:
    """The newest moment that was noted, or at which something was saved since the contact."""
    noted = setting(connection, _NEWEST)
    moments = [moment_from_text(noted)] if noted else []
    if setting(connection, _CHAIN) not in (None, _chain(connection)):
        c = tables.changeset.c
        header = connection.scalar(
            select(c.header).order_by(c.incarnation.desc(), c.dseq.desc()).limit(1)
        )
        if header is not None:
            moments.append(
                datetime.fromtimestamp(changes.decode_header(header).wall_ms / 1000, UTC)
            )
    return max(moments, default=None)


def _chain(connection: Connection) -> str:
    """Where the own chain ends; a laptop that is not enrolled has none."""
    row = connection.exec_driver_sql("SELECT incarnation, last_dseq FROM device").one_or_none()
    return f"{row.incarnation}.{row.last_dseq}" if row else ""
