"""Plans worth keeping: what once went wrong, and what shows that a planted bug is found."""

from __future__ import annotations

REGRESSIONS = {
    "answered work in a zone that was lost before it came back": (
        53,
        "enter_home(1041904547) crash_server(691270032) whole_sync(882293921) grants(191101632)",
    ),
    "a refused edit of a record that the township does not know yet": (
        126,
        "enter_home(214255660) enter_home(856091307) edit(838071528)",
    ),
    "an own changeset of two buckets, one of which is granted later": (
        614,
        "enter_home(429998424) whole_sync(240912620) whole_sync(953970131)"
        " enter_home(451629159) edit(575339530)",
    ),
    "what a newer program wrote in a zone that was lost": (
        2,
        "newer_program(58937378) whole_sync(998351952) grants(353236198)",
    ),
    "deciding a conflict about a field of a newer program": (
        2,
        "newer_program(58937378) newer_program(495215473) whole_sync(957281565) decide(990016090)",
    ),
    "an edit on top of a move that was refused, of a household that another moved": (
        201564,
        "enter_home(55012854) whole_sync(884005934) whole_sync(848054917) move(281301384)",
    ),
    "the same, with a laptop that begins to sync later": (
        201292,
        "enter_home(562818410) whole_sync(984111248) whole_sync(415612747) move(1012798081)"
        " edit(396642583)",
    ),
    "what a newer program wrote on a household whose move was refused": (
        300044,
        "enter_home(175220492) whole_sync(376653782) whole_sync(52576097)"
        " enter_home(238302600) newer_program(1064016261) whole_sync(657343164)"
        " crash_laptop(973837947) enter_home(512021985) move(313869402)",
    ),
    "a snapshot without a household that moved, whose changeset another bucket had settled": (
        7213,
        "enter_home(50974205) stranded(161870047) move(247702808) sync(547432991)"
        " deliver(275142811) newer_program(898561411) snapshots(557556153)",
    ),
    "work on a household that goes away on one page and comes back on the next": (
        909,
        "enter_home(626145024) whole_sync(565941618) whole_sync(825205908)"
        " enter_home(501115080) need(434233148) erase(607869861) move(276964903)"
        " erase_sweep(100906520) whole_sync(113459831) move(847822201) erase(22285613)",
    ),
    "a restored township's older zone is reread before the one where a household lies now": (
        384,
        "enter_home(994597803) move(551765094) copy_server(642228102) visit_again(511241674)"
        " whole_sync(168960760) restore_server(110121391) snapshots(483116591)",
    ),
    "an edit offered again of a visit that had left with a move that was lost": (
        199,
        "enter_home(89225332) move(673762711) whole_sync(383711203) copy_server(993487390)"
        " move(314431157) whole_sync(462809753) restore_server(878016365) grants(475270486)",
    ),
    "a household made and moved by a laptop that hears of it from a restored township": (
        900131,
        "enter_home(592616732) sync(422931681) move(325986794) copy_server(41949088)"
        " whole_sync(418725763) move(892129678) move(927654209) move(1031896417)"
        " restore_server(902874158)",
    ),
    "work that a restored township has let in by the time its author hears of its quarantine": (
        900079,
        "enter_home(153528955) whole_sync(862027218) need(504713176) copy_server(695280325)"
        " whole_sync(88329323) visit_again(349694381) whole_sync(78295413) move(582066854)"
        " restore_server(160460723) move(649214482)",
    ),
    "the same, its author hearing of the quarantine first": (
        950000,
        "enter_home(774418130) copy_server(678831217) whole_sync(500765342)"
        " whole_sync(945914786) move(877436999) restore_server(794905035) move(880573016)"
        " visit_again(1062923365) need(215350831)",
    ),
    "quarantined work on a household that moved into a zone of its author": (
        400037,
        "enter_home(445428016) whole_sync(554990338) grants(567448615) clone_laptop(451172076)"
        " move(943108192) whole_sync(986273795) stranded(537435060)",
    ),
    "a picture whose record needs a second message": (
        400026,
        "enter_home(477913646) add_picture(199927373)",
    ),
    "a picture that its laptop has taken away": (
        400322,
        "enter_home(777091256) whole_sync(1060257163) whole_sync(501442380)"
        " add_picture(818070338) move(435544090) whole_sync(241427496) take_picture(1028828702)",
    ),
    "a conflict about a record of a newer kind, which moves": (
        400280,
        "enter_home(836141107) whole_sync(1027442679) lamp_at_home(532354213)"
        " newer_program(140002372) move(531490500) snapshots(62841770) need(600244841)",
    ),
    "a move in quarantine whose household has come to where its author may move it": (
        1000246,
        "enter_home(213369167) whole_sync(774959610) move(161561343) stranded(638566008)",
    ),
    "moves in quarantine that fit after another": (
        1000241,
        "enter_home(1034853910) move(112059777) new_laptop(538972194) move(840220983)"
        " move(608828871) stranded(1022498073) move(254676344)",
    ),
    "one of two records with the same picture, taken away before it was sent": (
        400280,
        "enter_home(836141107) whole_sync(148712651) move(455295882) visit_again(724363935)"
        " add_picture(470983447) add_picture(270974433) take_picture(792103048)",
    ),
    "what stays of an erased record, once another is erased": (
        4,
        "enter_home(601290259) erase(746582691) enter_home(191869507) whole_sync(644772819)"
        " erase(271265775) edit(419028113) write_down(481890484) whole_sync(311519900)"
        " erase(232371268)",
    ),
    "an erased record that had left a zone before": (
        29,
        "enter_home(414181084) whole_sync(567446683) whole_sync(385842052) enter_home(46979389)"
        " stranded(855825934) erase(164313614) move(125695822) erase_sweep(783511118)",
    ),
    "a snapshot of a zone that an erased record had left": (
        134,
        "enter_home(82265025) write_down(350582066) whole_sync(972254444) snapshots(211743674)"
        " move(500123786) whole_sync(769899403) erase(884284833)",
    ),
    "a record that is brought back while it is erased": (
        224,
        "enter_home(361774926) erase(353248521) restore(803222046)",
    ),
    "an erasure asked for in a zone that the record has left": (
        209,
        "enter_home(168867174) write_down(394258017) new_laptop(82929281) whole_sync(136710586)"
        " erase(610863644) move(402749541) whole_sync(495221138) grants(832473808)",
    ),
    "work on an erased record by a laptop that hears of it in the same sync": (
        259,
        "enter_home(453227794) whole_sync(341219458) write_down(937974864) erase(569955698)"
        " edit(227044750) erase_sweep(932382386)",
    ),
    "a restored township that holds what it had erased": (
        609,
        "enter_home(233911984) whole_sync(247892367) copy_server(304380307) erase(921034145)"
        " erase(96445817) restore_server(407066908)",
    ),
    "own work erased on its laptop, that a restored township holds whole": (
        889,
        "enter_home(414393583) whole_sync(488457500) copy_server(912088477) move(823508117)"
        " erase(250515870) erase(847036794) whole_sync(565632198) restore_server(406072906)",
    ),
    "an erased record that a restored township gets from a laptop which has not heard of it": (
        2000349,
        "enter_home(164989408) whole_sync(110180649) copy_server(625979989) need(446556200)"
        " whole_sync(105773312) erase(1041313582) erase(667281163) restore_server(699294005)"
        " erase(866317348)",
    ),
    "two records with the same picture, which nobody has any more": (
        72,
        "enter_home(682037787) enter_home(38202407) whole_sync(895374450) whole_sync(545501061)"
        " copy(534242092) add_picture(902757573) sync(188237575) deliver(869015492)"
        " put_back(1068271263)",
    ),
    "an erasure of what a restored township knows from quarantine only": (
        2000584,
        "enter_home(669344620) copy_server(341409604) move(928462339) edit(867936024)"
        " erase(199423239) edit(405627078) restore_server(816995319) snapshots(995168652)"
        " sync(674440741) deliver(162624722) erase_sweep(692430140)",
    ),
    "a restore of what a restored township has deleted again": (
        2000859,
        "enter_home(993515949) whole_sync(767979469) copy_server(825128573) erase(294914218)"
        " restore(132647904) erase_sweep(1011890074) erase(888720458) restore_server(786438932)",
    ),
    "the same, with a late edit that was lost": (
        2000349,
        "enter_home(164989408) whole_sync(110180649) copy_server(625979989) erase(1041313582)"
        " edit(875404286) erase(667281163) restore_server(699294005) erase(163271290)"
        " whole_sync(687447144) restore(241967648) whole_sync(104449070)",
    ),
    "own work let out of quarantine with the answer that puts it there": (
        2000834,
        "enter_home(449859690) copy_server(903136021) whole_sync(769194268) erase(888502599)"
        " restore_server(115021669) erase(896741543)",
    ),
    "pictures whose deletion a restored township kept in quarantine and then sent back": (
        2001719,
        "enter_home(1020902610) enter_home(225496716) copy_server(317639563)"
        " enter_home(1034293550) whole_sync(868980906) erase(780706687) whole_sync(826489296)"
        " erase(438553021) erase_sweep(788001906) sync(227980852) visit_again(50269441)"
        " move(311174404) deliver(601808768) whole_sync(176039394) add_picture(241075688)"
        " erase(754999609) restore_server(517016858) erase(141207185) send_back(1070769330)",
    ),
    "a restore in quarantine of what turns out to have been erased before the township was": (
        2001719,
        "enter_home(225496716) copy_server(317639563) enter_home(1034293550)"
        " whole_sync(826489296) erase(438553021) move(244430477) erase_sweep(788001906)"
        " restore(928444867) erase(754999609) restore_server(517016858)",
    ),
    "work that a restored township took unheard, of a laptop with hashes that begins anew": (
        2002219,
        "enter_home(517565739) enter_home(410096422) whole_sync(531121130) sync(21883815)"
        " deliver(665122875) copy_server(201595413) erase(412963760) whole_sync(966422126)"
        " delete(232261415) restore_server(433153840) visit_again(264927922)",
    ),
    "own work let in from quarantine on the page with what was written after it": (
        2003714,
        "enter_home(183723533) copy_server(290229535) whole_sync(209203901)"
        " whole_sync(150923448) write_down(514441731) write_down(145159058)"
        " restore_server(333157175) move(306636285) snapshots(933835573)",
    ),
    "work on a record that lives again, as a restored township did not know it": (
        2105169,
        "enter_home(386679486) copy_server(553506212) enter_home(57324462)"
        " whole_sync(716217218) erase(462199849) erase_sweep(131434586) erase(707491617)"
        " restore_server(398100097) erase(265640296)",
    ),
    "an erased picture that somebody would bring back": (
        3504,
        "enter_home(500012707) visit_again(524194987) add_picture(543027924) erase(26193798)"
        " erase(924329248) take_picture(621987362)",
    ),
    "a picture of a laptop that loads a snapshot while its program becomes too old": (
        7507,
        "enter_home(827729497) stranded(112565153) snapshots(437240401) sync(967080525)"
        " deliver(338165447) deliver(516543373) add_picture(407824224) minimum(327787409)",
    ),
    "a field that is filled again between two erasures of it, the second only begun": (
        3199,
        "enter_home(1070882852) need(237695476) enter_home(544598680) erase(767063971)"
        " erase(794096065) whole_sync(302544495) erase(883894788) write_down(124343242)",
    ),
    "a field that was erased, on a stub of a restored township": (
        2002569,
        "enter_home(173295439) whole_sync(168742597) erase(658507449) copy_server(645999171)"
        " erase(136121732) erase(385280801) restore_server(279704596) whole_sync(628956126)"
        " delete(549524550)",
    ),
    "a field that was erased, on a record deleted before the restore and offered after it": (
        1179,
        "enter_home(549710002) enter_home(494203202) write_down(1047893836)"
        " whole_sync(125950866) copy_server(752821587) whole_sync(315855186)"
        " write_down(253227740) erase(57726319) erase(1056723673) delete(495258292)"
        " restore_server(736022162)",
    ),
    "a set that was merged when it was let in from quarantine, of what is erased later": (
        7101819,
        "copy_server(215073991) enter_home(685258933) write_down(535431864)"
        " enter_home(786186495) erase(257675798) whole_sync(351539693) edit(1001618908)"
        " restore_server(607172306) edit(523224436) erase(39795957)",
    ),
    "work that two copies of a laptop offer, one before the township is restored, one after": (
        2000769,
        "enter_home(4333148) whole_sync(526838134) copy_server(739004631) write_down(1043342909)"
        " whole_sync(1068238344) clone_laptop(761140555) write_down(801319933) erase(153500500)"
        " restore_server(1037717641)",
    ),
}
"""What once went wrong → the seed and the steps that showed it."""

FOUND = {
    "log_stays_on_the_laptop": (1, "note_access(1064748682)"),
    "log_taken_from_nobody": (
        16,
        "newer_program(141158303) move(352737222) note_access(1035632253)",
    ),
    "cursor_before_rows": (
        20,
        "enter_home(116736074) crash_laptop(184507889) sync(646411795) "
        "deliver(6960973) whole_sync(869877349)",
    ),
    "merge_by_clock": (
        5,
        "enter_home(899424644) enter_home(100345723) enter_home(538790661) "
        "whole_sync(592010497) whole_sync(173856474) enter_home(509676476) "
        "delete(738375528) edit(905716874)",
    ),
    "page_skips_an_entry": (
        4,
        "enter_home(626939957) enter_home(669504193) enter_home(92853908)",
    ),
    "delete_wins": (
        62,
        "enter_home(877955739) whole_sync(858387576) whole_sync(871740458) "
        "edit(64187584) delete(546792401)",
    ),
    "conflict_dropped": (
        5,
        "enter_home(899424644) enter_home(100345723) enter_home(538790661) "
        "whole_sync(592010497) whole_sync(173856474) enter_home(509676476) "
        "delete(738375528) edit(905716874)",
    ),
    "gap_ignored": (
        1,
        "enter_home(906467884) enter_home(651478926)",
    ),
    "moved_out_forgotten": (200000, "newer_program(359378734) move(331199801)"),
    "late_page_clobbers": (
        200017,
        "enter_home(926802184) whole_sync(98234405) move(1018528385) move(451044209)",
    ),
    "child_stays_behind": (
        200009,
        "newer_program(8705833) lamp_at_home(388134559) move(424000861)",
    ),
    "put_leaks": (200000, "newer_program(359378734) move(331199801)"),
    "strange_fields_left_behind": (
        2,
        "newer_program(58937378) whole_sync(998351952) grants(353236198)",
    ),
    "let_in_twice": (300000, "stranded(518673534)"),
    "let_in_under_new_names": (300000, "stranded(518673534)"),
    "decisions_unheard": (300000, "stranded(518673534)"),
    "decisions_passed_over": (300000, "stranded(518673534)"),
    "grant_unnoticed": (300002, "enter_home(674102238) stranded(243659587)"),
    "told_before_kept": (400011, "enter_home(865762716) add_picture(493767220)"),
    "whole_before_commit": (
        400010,
        "enter_home(949425842) whole_sync(651734089) grants(852789182) whole_sync(766649295)"
        " add_picture(37849730)",
    ),
    "piece_anywhere": (
        410126,
        "enter_home(181376382) add_picture(718645054) sync(934969324) deliver(391847169)"
        " deliver(753450650) double(692044113) deliver(160917703) deliver(701816637)",
    ),
    "pictures_stay": (
        400028,
        "enter_home(81540163) whole_sync(399090689) new_laptop(371695809) add_picture(336759200)"
        " move(82218793)",
    ),
    "unsent_pictures_leave": (
        400028,
        "enter_home(661609927) enter_home(81540163) whole_sync(399090689) add_picture(336759200)"
        " move(82218793) move(686519074)",
    ),
    "pictures_first": (
        400010,
        "enter_home(949425842) whole_sync(651734089) whole_sync(252699831) grants(852789182)"
        " whole_sync(766649295) move(385135727) add_picture(37849730)",
    ),
    "restored_without_pictures": (
        420000,
        "enter_home(323946139) copy_server(202142728) add_picture(124551738)"
        " whole_sync(516819858) restore_server(194804716)",
    ),
    "old_programs_shut_out": (0, "minimum(687312017) enter_home(558466457)"),
    "wrong_picture_kept": (420002, "enter_home(403449954) add_picture(134838299)"),
    "own_work_stays": (
        4,
        "enter_home(99475741) clone_laptop(419990880) whole_sync(697907321)"
        " whole_sync(593360116) write_down(904004376) erase(890729280)",
    ),
    "done_before_gone": (14, "newer_program(202710382) erase(999159855) erase(433187681)"),
    "stub_not_put": (
        4,
        "enter_home(99475741) clone_laptop(419990880) whole_sync(697907321) erase(890729280)",
    ),
    "old_parts_stay": (
        134,
        "enter_home(82265025) write_down(350582066) whole_sync(972254444) snapshots(211743674)"
        " erase(884284833)",
    ),
    "former_zones_forgotten": (
        134,
        "enter_home(82265025) write_down(350582066) whole_sync(972254444) snapshots(211743674)"
        " move(500123786) whole_sync(769899403) erase(884284833)",
    ),
    "leaving_goes_too": (
        4,
        "enter_home(191869507) whole_sync(644772819) whole_sync(15486209) edit(419028113)"
        " erase(664934677)",
    ),
    "answers_not_doubted": (
        7210017,
        "copy_server(227485577) stranded(1013708583) restore_server(478247491)"
        " clone_laptop(473189191)",
    ),
    "not_again": (
        609,
        "enter_home(233911984) whole_sync(247892367) copy_server(304380307) erase(921034145)"
        " erase(96445817) restore_server(407066908)",
    ),
    "stubs_passed_over": (
        2002569,
        "enter_home(173295439) whole_sync(168742597) erase(658507449) copy_server(645999171)"
        " erase(136121732) erase(385280801) restore_server(279704596) whole_sync(628956126)"
        " delete(549524550)",
    ),
    "indexes_left_aside": (
        7400001,
        "enter_home(956079076) need(531568349) need(554699883) add_picture(542049313)",
    ),
}
"""Planted bug → the seed and the steps that show it."""
