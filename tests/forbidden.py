"""What this program must not have, by the words it would be named with. Source: domain §7.6.

``English`` are words of names in code, ``chinese`` are parts of texts for people.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Rule:
    """One thing that must not be, and how it would be called."""

    name: str
    english: frozenset[str]
    chinese: str


def _rule(name: str, english: str, chinese: str) -> Rule:
    return Rule(name, frozenset(english.split()), chinese)


RULES = (
    _rule(
        "location",
        "lat latitude lon lng longitude gps coord coords coordinate coordinates geo geohash "
        "geometry location locate located wgs84 gcj02 altitude heading accuracy",
        "经度|纬度|经纬|坐标|定位|GPS|北斗",
    ),
    _rule(
        "track",
        "track tracks tracking trajectory route routes waypoint waypoints travel travels itinerary "
        "footprint whereabout surveil surveillance monitored watch watched watching camera imei "
        "imsi msisdn",
        "轨迹|行踪|踪迹|行程|去向|跟踪|盯防|监控|摄像",
    ),
    _rule(
        "check-in",
        "checkin checkout clockin clockout punch punched attendance presence signin whereami",
        "签到|签退|打卡|考勤|到岗打点",
    ),
    _rule(
        "online time",
        "online idle_minutes uptime_minutes screen_time active_minutes keystrokes heartbeat "
        "last_seen last_active",
        "在线时长|在线时间|活跃时长|使用时长|最后在线",
    ),
    _rule(
        "score or rank of persons",
        "score scores scored scoring rank ranks ranked ranking rating ratings stars points credit "
        "leaderboard percentile grade_person",
        "积分|评分|打分|得分|扣分|加分|排名|排行|排位|名次|红黑榜|信用分|末位",
    ),
    _rule(
        "blacklist or risk of persons",
        "blacklist blacklisted denylist watchlist greylist redlist risk risky trouble troublemaker "
        "loyal loyalty suspect suspicious keyperson dangerous petitioner_type unstable label tag "
        "tags",
        "黑名单|灰名单|重点人员|重点人头|重点对象|危险分子|不稳定因素|不放心|风险等级|风险评级|"
        "刺头|缠访|闹访|忠诚",
    ),
    _rule(
        "belief, ethnicity, politics",
        "religion religious faith belief church ethnic ethnicity nationality nation race politics "
        "political ideology",
        "宗教|信教|信仰|民族|族别|政治面貌|政治倾向|思想动态",
    ),
    _rule(
        "fertility",
        "fertility fertile pregnant pregnancy gravid maternal contraception contraceptive abortion "
        "births childbearing menstrual menstruation ultrasound iud",
        "怀孕|孕产|孕妇|孕期|预产|生育|避孕|节育|流产|月经|胎次|计生",
    ),
    _rule(
        "faces and bodies",
        "face faces facial biometric biometrics fingerprint iris voiceprint gait recognition",
        "人脸识别|刷脸|人脸比对|指纹|虹膜|声纹|步态",
    ),
    _rule(
        "marital history",
        "marital marriage married divorce divorced spouse_history remarried widow widowed",
        "婚姻|婚史|离婚|再婚|丧偶|婚育",
    ),
    _rule(
        "promise not to petition",
        "pledge promise_letter undertaking waiver settle_petition stop_petition",
        "承诺书|保证书|具结书|息访|罢访|息诉|停访|不再上访|稳控|教育转化",
    ),
    _rule(
        "watching the net",
        "scrape scraper crawler wechat weixin weibo douyin social",
        "微信号|微博|抖音|朋友圈|网络账号|聊天记录",
    ),
    _rule("telemetry", "telemetry analytics beacon sentry crash_upload usage_report", "遥测|埋点"),
)

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def in_name(name: str) -> list[str]:
    """The rules that a name in code breaks: by one of its words, or two that stand together."""
    words = [word.lower() for word in _WORDS.findall(name)]
    joined = {"".join(pair) for pair in pairwise(words)}
    joined |= {"_".join(pair) for pair in pairwise(words)}
    return [rule.name for rule in RULES if rule.english & {*words, *joined, name}]


def in_text(text: str) -> list[str]:
    """The rules that a text for people breaks."""
    return [rule.name for rule in RULES if re.search(rule.chinese, text)]
