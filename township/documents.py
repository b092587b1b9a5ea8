"""What a printed document says: plain values, gathered by use-cases, laid out by reports.

Masked from the start: telephone and identity numbers and addresses have no place on these
papers, a household is placed by its group only. Fields for them are filled by
``usecases.printing`` alone, when somebody has said why; the one exception is 我的信息, which a
resident gets about themselves. Source: domain §6, §7.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class ReportedNeed:
    """A need on a visit report; ``need_class`` and ``result`` are labels, empty while open."""

    no: str
    topic: str
    text: str
    need_class: str
    owner: str
    due_on: date | None
    result: str


@dataclass(frozen=True)
class ReportedSituation:
    """A five-conditions report on a visit report."""

    no: str
    kind: str
    level: str
    summary: str
    first_action: str


@dataclass(frozen=True)
class VisitReport:
    """入户走访记录: one visit to one household."""

    township: str
    zone: str
    group: str
    household_no: str
    head: str
    persons: int
    special_groups: tuple[str, ...]
    visited_on: date
    session: str
    way: str
    purpose: str
    cadres: tuple[str, ...]
    """The visitor first, then those who came along."""
    resident_present: bool | None
    carry_over: str
    talk: str
    policies: tuple[str, ...]
    needs: tuple[ReportedNeed, ...]
    situations: tuple[ReportedSituation, ...]
    resident_view: str
    next_visit_on: date | None
    clear: bool = False
    """Whether it holds what is masked otherwise: address and telephone, also in texts."""
    address: str = ""
    phone: str = ""


@dataclass(frozen=True)
class LedgerNeed:
    """A need in a month's ledger: raised in that month, or answered in it."""

    text: str
    need_class: str
    """The letter of the class (A to D), empty while undecided."""
    measure: str
    result: str
    feedback_on: date | None


@dataclass(frozen=True)
class LedgerRow:
    """One household in a month; an empty cell means that nothing happened."""

    household_no: str
    head: str
    group: str
    persons: int
    special_groups: tuple[str, ...] = ()
    cadres: tuple[str, ...] = ()
    visits_month: int = 0
    visits_year: int = 0
    findings: tuple[tuple[date, str], ...] = ()
    """What was found on which day: talks of visits and five-conditions reports."""
    needs: tuple[LedgerNeed, ...] = ()
    remark: str = ""
    phone: str = ""


@dataclass(frozen=True)
class LedgerTotals:
    """What a village, or the township, comes to in a month."""

    households: int
    persons: int
    households_visited: int
    visits_month: int
    visits_year: int
    findings: int
    needs: int
    fed_back: int

    def __add__(self, other: LedgerTotals) -> LedgerTotals:
        return LedgerTotals(*(a + b for a, b in zip(_values(self), _values(other), strict=True)))


NO_TOTALS = LedgerTotals(0, 0, 0, 0, 0, 0, 0, 0)


@dataclass(frozen=True)
class ZoneLedger:
    """The households of one zone, in the order of their numbers."""

    zone: str
    rows: tuple[LedgerRow, ...]
    kept: LedgerTotals | None = None
    """The totals from before old records were purged; the rows then lack those."""

    def totals(self) -> LedgerTotals:
        """The subtotal of the village."""
        if self.kept is not None:
            return self.kept
        rows = self.rows
        return LedgerTotals(
            households=len(rows),
            persons=sum(row.persons for row in rows),
            households_visited=sum(1 for row in rows if row.visits_month),
            visits_month=sum(row.visits_month for row in rows),
            visits_year=sum(row.visits_year for row in rows),
            findings=sum(len(row.findings) for row in rows),
            needs=sum(len(row.needs) for row in rows),
            fed_back=sum(1 for row in rows for need in row.needs if need.feedback_on),
        )


@dataclass(frozen=True)
class MonthlyLedger:
    """户台账月报: a query over what was recorded once, never a second entry."""

    township: str
    year: int
    month: int
    zones: tuple[ZoneLedger, ...]
    whole: bool = True
    """Whether all zones of the township are in it, so that its total is the township's."""
    clear: bool = False
    """Whether it holds what is masked otherwise: telephone numbers, also in texts."""

    def totals(self) -> LedgerTotals:
        """The total of all zones."""
        return sum((zone.totals() for zone in self.zones), NO_TOTALS)


def _values(totals: LedgerTotals) -> tuple[int, ...]:
    return tuple(vars(totals).values())


@dataclass(frozen=True)
class SealedPart:
    """One entry of a sealed matter: captions and texts."""

    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class SealedSheet:
    """密件阅办单: a sealed matter, printed by its reader."""

    township: str
    no: str
    subject: str
    parts: tuple[SealedPart, ...]


@dataclass(frozen=True)
class OwnVisit:
    """A visit on a resident's own record: without what was talked about."""

    on: date
    way: str
    purpose: str
    cadres: tuple[str, ...]


@dataclass(frozen=True)
class OwnNeed:
    """A need on a resident's own record; ``text`` is empty where it may tell of others."""

    no: str
    on: date | None
    topic: str
    text: str
    state: str
    result: str


@dataclass(frozen=True)
class MyRecord:
    """我的信息: what is kept about one person, for that person.

    Nothing is masked and nobody else is in it: no other member of the household, no reporter,
    no free text about the household unless the person lives alone. Source: PIPL art. 45.
    """

    township: str
    zone: str
    person: str
    facts: tuple[tuple[str, str], ...]
    """Label and value of each field that is filled."""
    groups: tuple[tuple[str, str, str], ...]
    """Special groups of this person: what, from where, from when to when."""
    consents: tuple[tuple[str, str, str], ...]
    """What was agreed or refused: item and purpose, state, days."""
    requests: tuple[tuple[str, str, str], ...]
    """What was asked for: what, when, what came of it."""
    visits: tuple[OwnVisit, ...]
    needs: tuple[OwnNeed, ...]
    purposes: tuple[tuple[str, str, str, str], ...]
    """What is processed, what for, on which basis, how long."""
    hotline: str


@dataclass(frozen=True)
class BallotPaper:
    """测评票: what stands on every slip. All slips are alike: no number, no time, no mark."""

    township: str
    zone: str
    target: str
    period: str
    questions: tuple[str, ...]
    answers: tuple[str, ...]
    count: int
    """So many slips are printed."""


@dataclass(frozen=True)
class EvaluationLine:
    """The answers to one question, or to all together; rates are texts like 79.92%."""

    question: str
    answers: tuple[int, ...]
    valid: int
    rate: str
    hundredths: int | None
    """The rate for the bar: 10000 is the whole width."""
    reached: bool


@dataclass(frozen=True)
class EvaluationSheet:
    """满意度测评结果: totals of one evaluation, and words from which nobody stands out."""

    township: str
    zone: str
    target: str
    no: str
    period: str
    held_on: date
    roster: int
    issued: int
    returned: int
    answers: tuple[str, ...]
    lines: tuple[EvaluationLine, ...]
    """One for each question, the last for all; empty when there is no result."""
    line_text: str
    verdict: str
    explained: str
    information: tuple[tuple[str, str], ...]
    """满意 alone and the weighted rate: not what is judged."""
    comments: tuple[tuple[str, tuple[str, ...]], ...]
    hidden_comments: int
    tellers: tuple[str, str]
    approver: str
    approved_on: date
    measures: str


@dataclass(frozen=True)
class MinutesItem:
    """An item of the agenda and what the meeting said; ``level`` is a label or empty."""

    topic: str
    outcome: str
    level: str


@dataclass(frozen=True)
class MinutesResolution:
    """A decision with its owner and term; ``state`` is a label."""

    text: str
    owner: str
    due_on: date | None
    state: str


@dataclass(frozen=True)
class Minutes:
    """会议纪要: one meeting of a village, or of the township (``zone`` empty).

    ``held_at`` is a moment in China's time; ``signed_on`` is None until the minutes are signed.
    """

    township: str
    zone: str
    window: str
    kind: str
    held_at: datetime
    place: str
    convener: str
    recorder: str
    attending: tuple[str, ...]
    on_leave: tuple[str, ...]
    observing: tuple[str, ...]
    items: tuple[MinutesItem, ...]
    discussion: str
    resolutions: tuple[MinutesResolution, ...]
    carried: tuple[MinutesResolution, ...]
    signed_by: str
    signed_on: date | None


@dataclass(frozen=True)
class CardPerson:
    """Somebody on the card: role, name, telephone for work (may be empty)."""

    role: str
    name: str
    phone: str


@dataclass(frozen=True)
class ContactCardPaper:
    """联系群众卡 of one zone. ``void`` says in Chinese why it is only a preview; else empty."""

    township: str
    zone: str
    version: int
    valid_from: date | None
    people: tuple[CardPerson, ...]
    hotline: str
    supervise_phone: str
    box_place: str
    reception: str
    emergency: str
    void: str = ""


@dataclass(frozen=True)
class AssessedLine:
    """One cadre on a sheet: days are texts like 7.5, pairs are done and due."""

    name: str
    post: str
    target: str
    days: str
    late: int
    households: int
    links: tuple[int, int]
    needs: tuple[int, int]
    """Written down in the month, and fed back in it."""
    spot_checks: tuple[int, int, int]
    """Confirmed, not confirmed, nobody reached: the last counts against nobody."""
    explained: str


@dataclass(frozen=True)
class AssessmentPaper:
    """下队工作日志考核表: a unit's month as it was signed, or as it is now (``signed_on`` None)."""

    township: str
    unit: str
    year: int
    month: int
    revision: int
    lines: tuple[AssessedLine, ...]
    assessor: str
    signed_on: date | None
