"""The work of the demo's cadres: plausible by our own rules, never later than yesterday."""

from collections import Counter, defaultdict
from datetime import UTC, date, datetime
from statistics import median

from tests.demo.conftest import TODAY
from township.demo import matters, texts
from township.demo.rows import Row
from township.rules import days
from township.rules import meetings as meeting_rules
from township.rules.days import DayLog
from township.values import CHINA, moment_from_text


def of(rows: list[Row], kind: str) -> list[Row]:
    return [row for row in rows if row.kind == kind]


def entered(row: Row) -> date:
    return datetime.fromtimestamp(row.wall_ms / 1000, CHINA).date()


def halves_by_month(rows: list[Row], role: str) -> list[int]:
    """Counted half days of every cadre of a role in every whole month."""
    cadres = {row.fields["cadre_id"] for row in of(rows, "zone_staff")
              if row.fields["role"] == role}  # fmt: skip
    at_home = Counter(
        row.fields["work_log_id"] for row in of(rows, "visit") if row.fields["way"] == "in_home"
    )
    months: defaultdict[tuple[object, str], int] = defaultdict(int)
    for row in of(rows, "work_log"):
        text = str(row.fields["worked_on"])
        if row.fields["cadre_id"] not in cadres or text >= f"{TODAY:%Y-%m}":
            continue
        log = DayLog(
            date.fromisoformat(text),
            tuple(str(row.fields["sessions"]).split()),
            str(row.fields["work_kind"]),
            str(row.fields["state"]),
            at_home[row.id],
            entered(row),
        )
        months[row.fields["cadre_id"], text[:7]] += days.judge(log, role in ("VC", "VS")).halves
    return list(months.values())


def test_village_cadres_reach_their_days_mostly(rows: list[Row]) -> None:
    halves = halves_by_month(rows, "VC")
    assert len(halves) == 13 * 12
    usual = sum(10 <= half <= 19 for half in halves)
    assert usual / len(halves) > 0.8
    assert 15 <= median(halves) <= 18


def test_township_cadres_reach_their_days_mostly(rows: list[Row]) -> None:
    assert 5 <= median(halves_by_month(rows, "TC")) <= 8


def test_one_log_a_cadre_and_date(rows: list[Row]) -> None:
    logs = Counter(
        (row.fields["cadre_id"], row.fields["worked_on"]) for row in of(rows, "work_log")
    )
    assert set(logs.values()) == {1}


def test_visits_fit_their_logs(rows: list[Row]) -> None:
    logs = {row.id: row for row in of(rows, "work_log")}
    for row in of(rows, "visit"):
        log = logs[row.fields["work_log_id"]]  # type: ignore[index]
        assert row.fields["visited_on"] == log.fields["worked_on"]
        assert str(row.fields["session"]) in str(log.fields["sessions"]).split()
        assert row.fields["zone_id"] == log.fields["zone_id"]
        assert row.author == log.fields["cadre_id"]


def test_nothing_lies_in_the_future(rows: list[Row]) -> None:
    end = datetime(TODAY.year, TODAY.month, TODAY.day, tzinfo=CHINA)
    assert all(row.wall_ms < end.timestamp() * 1000 for row in rows)
    until = end.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    moments = ("feedback_at", "received_at", "responded_at", "fed_back_at", "closed_at")
    for row in rows:
        assert all(str(row.fields.get(name, "")) < until for name in moments)
        for name in ("worked_on", "visited_on", "raised_on", "taken_on"):
            assert str(row.fields.get(name, "")) < TODAY.isoformat()


def test_needs_stand_where_their_fields_say(rows: list[Row]) -> None:
    needs = of(rows, "need")
    assert {row.fields["state"] for row in needs} >= {"classified", "doing", "closed"}
    for row in needs:
        values = row.fields
        answered = values["state"] in ("fed_back", "closed")
        assert answered == ("feedback_at" in values)
        assert (values["state"] == "new") == ("need_class" not in values)
        assert values.get("class_by") is None or values["class_by"] != values["class_confirmed_by"]
    assert len({row.fields["no"] for row in needs}) == len(needs)


def test_situations_go_forward_and_are_never_maternal(rows: list[Row]) -> None:
    found = of(rows, "situation")
    kinds = {row.fields["situation_kind"] for row in found}
    assert kinds == {"livelihood", "opinion", "police", "disaster"}
    steps = ("happened_at", "found_at", "reported_at", "received_at", "responded_at", "closed_at")
    for row in found:
        times = [str(row.fields[name]) for name in steps if name in row.fields]
        assert times == sorted(times)
        assert "household_id" not in row.fields
        police = row.fields["situation_kind"] == "police"
        assert ("organ" in row.fields) is police
        assert not police or row.fields["summary"] == "已由屈原派出所接手处理"
        assert "closed_at" not in row.fields or "told" in row.fields
    words = ("孕", "产检", "避孕", "节育")
    told = repr(rows) + repr(matters.SITUATIONS) + repr(matters.NEEDS)
    assert not any(word in told for word in words)


def test_talk_is_varied(rows: list[Row]) -> None:
    talks = [str(row.fields["talk"]) for row in of(rows, "visit")]
    assert all(15 <= len(talk) <= 120 for talk in talks)
    assert len(set(talks)) > 700
    pools = (texts.ROUTINE, texts.ELDERLY, texts.CHILDREN, texts.POLICY, texts.FOLLOW_UP)
    others = (texts.EMERGENCY, texts.ABSENT, texts.PHONE, texts.CLOSING)
    assert len({one for pool in (*pools, *others) for one in pool}) >= 80


def test_no_household_is_linked_with_too_many(rows: list[Row]) -> None:
    links = Counter(
        (row.fields["household_id"], row.fields["year"]) for row in of(rows, "household_link")
    )
    assert max(links.values()) <= 2


def test_evaluations_of_each_result_and_one_to_count(rows: list[Row]) -> None:
    found = of(rows, "evaluation")
    results = Counter(str(row.fields.get("result", row.fields["state"])) for row in found)
    assert results == {"pass": 1, "fail": 1, "no_quorum": 1, "closed": 1}
    tallies = Counter(row.fields["evaluation_id"] for row in of(rows, "ballot_tally"))
    assert set(tallies.values()) == {2 * 3}
    assert len(of(rows, "evaluation_total")) == 2 * 3, "none without a result"
    assert len(of(rows, "accountability")) == 1


def test_villages_meet_in_nearly_every_window(rows: list[Row]) -> None:
    met: dict[object, set[str]] = {}
    for row in of(rows, "meeting"):
        on = meeting_rules.held_on(moment_from_text(str(row.fields["held_at"])))
        assert on < TODAY
        window = meeting_rules.window_of(str(row.fields["level"]), on)
        met.setdefault(row.fields.get("zone_id"), set()).add(window.key)
    assert len(met) == 14 and all(len(keys) >= 20 for zone, keys in met.items() if zone)
    assert len(met[None]) >= 10


def test_agendas_say_nothing_restricted(rows: list[Row]) -> None:
    items = of(rows, "agenda_item")
    needs = {str(row.fields["text"]) for row in of(rows, "need")}
    assert {"need_id", "situation_id", "resolution_id"} <= {n for row in items for n in row.fields}
    about = [str(row.fields["topic"]) for row in items if "need_id" in row.fields]
    assert not any(text in topic for topic in about for text in needs)
    reviewed = Counter(row.fields["meeting_id"] for row in items if "about_zone_id" in row.fields)
    assert set(reviewed.values()) == {13}
    states = Counter(row.fields["state"] for row in of(rows, "resolution"))
    assert states["done"] > 5 * states["open"] > 0
