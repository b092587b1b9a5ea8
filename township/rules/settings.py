"""What a township may set for itself, with the presets of the source or of domain §5 [P]."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """Targets are half days per calendar month: 8.0 days are 16 halves."""

    village_halves: int = 16
    township_halves: int = 6
    free_late_days: int = 7
    """A log entered more days after its date counts only with the assessor's consent."""
    assessment_close_day: int = 5
    """Day of the next month until which a month is signed. Source: domain §5.1 [P]."""
    spot_checks: int = 2
    """So many logs of a cadre's month are drawn for a spot check. Source: domain §5.1 [P]."""
    village_links: int = 15
    """Households that a village cadre is linked with in a year. Source: the township's rule."""
    township_links: int = 10
    """Households that a township cadre is linked with in a year. Source: the township's rule."""
    unmask_minutes: int = 10
    """So long a field stays clear after a look with a reason. Source: domain §7.3."""
    unmask_alert: int = 30
    """More looks of one person in a day are told to the auditor and to the person."""
    export_rows: int = 200
    """One export has so many households at most. Source: domain §7.1."""

    second_factor_roles: frozenset[str] = frozenset(
        {"LL", "PGO", "PET", "SAF", "TOP", "CLK", "DIS", "ADM", "SEC", "AUD"}
    )
    """Whose laptops ask for a second factor: leaders, offices, administrators. Domain §4.1 [P]."""
    second_factor_days: int = 14
    """Days in which it may be put off after the first question [P]."""

    evaluation_dimensions: tuple[str, ...] = ("duty", "style", "outcome")
    """What ballots ask. Source: township rule for the first two; §4.5 [P] for the third."""
    evaluation_quorum: tuple[int, int] = (2, 3)
    """The part of the issued ballots that must come back. Source: §4.5 [P]."""
    evaluation_least: int = 15
    """So many ballots at least must come back. Source: §4.5 [P]."""
    evaluation_weights: tuple[int, int, int] = (100, 75, 55)
    """满意, 基本满意, 不满意 in the weighted rate, for information only. Source: §5.4."""
    evaluation_half_yearly: bool = False
    """Evaluate each half year instead of each year. Source: §5.4 [P]."""
    comment_least: int = 5
    """Words of ballots are shown from so many ballots and comments of a kind on. Source: §4.5."""
    accountability_days: int = 15
    """So many days after the result the measures are decided. Source: §5.4 [P]."""
    again_months: int = 3
    """So many months after the measures there is another evaluation. Source: §5.4 [P]."""
    ballot_months: int = 6
    """So long after the result tellers' counts and comments are kept. Source: §7.7 [P]."""

    village_split_day: int = 15
    """Last day of the first window of a village's meetings; the second ends with the month.
    Source: half-monthly by the township's rule, the days by domain §5.3 [P]."""
    meeting_soon_days: int = 2
    """A window without a meeting is shown as due soon so many days before its last working day.
    Source: domain §5.3 [P], §9 scenario 11."""
    resolution_days: int = 15
    """Term that the form proposes for a resolution, in calendar days. Source: domain §5.7 [P]."""

    livelihood_role: str = "LL"
    """Who hears of 民情 when no cadre is named as its duty leader. Source: domain §5.2 [P]."""
    opinion_role: str = "PGO"
    """Who hears of 舆情 when no publicity leader is named. Source: domain §5.2 [P]."""
    police_role: str = "PO"
    """Who hears of 警情: the zone's police officer. Source: domain §5.2 [P]."""
    disaster_role: str = "SAF"
    """Who hears of 灾情 when no emergency leader is named. Source: domain §5.2 [P]."""
    emergency_receive_minutes: int = 15
    """An emergency that nobody received by then is told to the linked leader. §5.2 [P]."""
    emergency_respond_minutes: int = 30
    """An emergency without response by then is told to the town's leaders. §5.2 [P]."""
    abnormal_receive_hours: int = 4
    """An abnormal situation is received within so many hours. Source: domain §5.2 [P]."""
    abnormal_respond_hours: int = 24
    """An abnormal situation is answered within so many hours. Source: domain §5.2 [P]."""
    situation_feedback_days: int = 3
    """Reporter and residents hear of the response within so many days. Source: §5.2 [P]."""
    disaster_report_minutes: int = 60
    """Disaster statistics reach the county within two hours, so the township reports within
    one. Source: domain §5.2, the hour is [P]."""
    evacuee_days: int = 30
    """So long after its situation is closed a list of evacuees is kept. Source: 突发事件应对法
    arts. 84–85, the days are [P] (domain §7.1)."""
    links_of_home: int = 2
    """More linked cadres of a household in a year are 多头联系. Source: domain §4.2 [P]."""
    zone_cadres_least: int = 2
    """So many of the township's cadres serve in a zone at least. Source: township rule."""
    zone_cadres_most: int = 3
    """So many of the township's cadres serve in a zone at most. Source: township rule."""

    task_days: int = 15
    """Term that forms propose for a task, in calendar days. Source: domain §5.7 [P]."""

    dispute_days: tuple[int, int, int, int] = (30, 20, 15, 7)
    """Days for resolving a dispute of level blue, yellow, orange, red. Source: domain §5.5 [P],
    人民调解工作若干规定 art. 33 (normally within a month)."""
    dispute_contact_days: tuple[int, int, int, int] = (3, 2, 1, 0)
    """Days until the first contact with the parties, by level. Source: domain §5.5 [P]."""
    dispute_people: tuple[int, int, int] = (5, 10, 30)
    """So many people make a dispute yellow, orange, red at least. Source: domain §5.5 [P]."""
    dispute_revisit_days: int = 30
    """So many days after its end the parties are visited again. Source: domain §4.6 [P]."""

    contact_close_days: int = 30
    """Days between contacts with old people alone and left-behind children.
    Source: domain §4.2 [P]."""
    contact_days: int = 90
    """Days between contacts with households of other special groups. Source: domain §4.2 [P]."""
    box_days: int = 30
    """A zone's box for opinions is opened at least every so many days [P]."""
    box_answer_days: int = 15
    """What lay in a box is answered within so many days, as an explanation. Source: §5.7 [P]."""


PRESET = Settings()
