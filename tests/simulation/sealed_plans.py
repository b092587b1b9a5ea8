"""Plans with sealed matters: what once went wrong, and what shows a planted bug."""

from __future__ import annotations

SEALED_REGRESSIONS = {
    "a reader who comes back after his copies went": (
        33,
        "first_circle(568397226) seal(693450300) unname_reader(291025574) stick_out(414117262)"
        " stick_carry(834401380) sync_and_pass_on(774009689) sync_and_pass_on(997107390)"
        " name_reader(676208936)",
    ),
    "a reader whose clock says that he is none yet": (
        83,
        "first_circle(509519441) whole_sync(429795101) unname_reader(483032284)"
        " unname_reader(670271180) name_reader(474105775) clock(214347865) seal(1022562759)"
        " name_reader(271783680)",
    ),
    "the last copy of a reader who relies on one whose copies went": (
        113,
        "first_circle(665527440) seal(781833198) whole_sync(352948012) name_reader(826855710)"
        " sync_and_pass_on(261613480) unname_reader(400765386)",
    ),
    "a reader who relies on who passes on and lets go": (
        175,
        "first_circle(582731214) name_reader(1015027548) sync_and_pass_on(839693846)"
        " seal(126259905) unname_reader(173688958) unname_reader(849077294)"
        " name_reader(370600826) name_reader(71338922) sync_and_pass_on(422685109)"
        " unname_reader(561530386) sync_and_pass_on(175776629)",
    ),
    "two clocks by which the other is the reader": (
        721373,
        "first_circle(220903906) clock(286732287) name_reader(936354549)"
        " name_reader(962591349) seal(116481091)",
    ),
}

SEALED_FOUND = {
    "sealed_to_everybody": (8, "first_circle(371383163) seal(578597954)"),
    "accused_read_along": (18, "first_circle(349802459) seal(204875388)"),
    "key_over_still_used": (
        193,
        "first_circle(1060586803) seal(949522826) revoke(930130963) name_reader(789215723)",
    ),
    "shut_out_keeps_its_key": (63, "first_circle(101586470) revoke(51691934)"),
    "newcomers_get_nothing": (
        8,
        "first_circle(371383163) seal(69278443) name_reader(564117042)",
    ),
    "draft_kept": (3, "first_circle(577657653) seal(953279696)"),
    "let_go_without_heir": (8, "first_circle(371383163) seal(578597954) clock(289858188)"),
    "had_once_has_forever": (
        33,
        "first_circle(568397226) seal(693450300) unname_reader(291025574) stick_out(414117262)"
        " stick_carry(834401380) sync_and_pass_on(774009689) sync_and_pass_on(997107390)"
        " name_reader(676208936)",
    ),
}
