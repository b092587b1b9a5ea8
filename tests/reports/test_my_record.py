"""我的信息 on paper: all of one person, read back from the PDF."""

from dataclasses import replace
from datetime import date

from reports.my_record import my_record
from reports.raster import page_count, page_text
from tests.reports.documents import STAMP
from township.documents import MyRecord, OwnNeed, OwnVisit
from township.rules.rights import purposes

RECORD = MyRecord(
    township="屈原镇",
    zone="龙马溪村",
    person="王𠮷明",
    facts=(
        ("姓名", "王𠮷明"),
        ("身份证号", "42999919491231002X"),
        ("联系电话", "12345678901"),
        ("住址", "龙马溪村二组十七号，靠近饮水池和老码头的那一排"),
        ("户编号", "龙马溪-2-017"),
    ),
    groups=(("空巢老人", "本人申报：子女在外", "2026-01-01 至 2026-12-31"),),
    consents=(("联系电话：通知、回访", "同意", "2026-01-01 起"),),
    requests=(("查阅、复制", "2026-05-11 收到", "已办理"),),
    visits=(OwnVisit(date(2026, 5, 3), "入户", "日常走访", ("李秀英", "王𠮷明")),),
    needs=(OwnNeed("LMX-2026-0031", date(2026, 5, 3), "道路", "", "已办结", "已解决"),),
    purposes=tuple((one.what, one.why, one.basis, one.kept) for one in purposes()),
    hotline="0717-2881234",
)


def words(record: MyRecord) -> list[str]:
    pdf = my_record(record, STAMP)
    return ["".join(page_text(pdf, at).split()) for at in range(page_count(pdf))]


def test_all_that_is_kept_is_on_it_unmasked() -> None:
    pages = words(RECORD)
    assert len(pages) == 2
    text = "".join(pages)
    for expected in (
        "我的信息",
        "仅交本人",
        "屈原镇龙马溪村",
        "本人：王𠮷明",
        "身份证号42999919491231002X",
        "联系电话12345678901",
        "空巢老人本人申报：子女在外2026-01-01至2026-12-31",
        "联系电话：通知、回访同意2026-01-01起",
        "查阅、复制2026-05-11收到已办理",
        "2026-05-03入户日常走访李秀英、王𠮷明",
        "LMX-2026-00312026-05-03道路已办结，已解决",
        "都有记录，由镇审计管理员保管，本表上没有。您可以申请查询",
        "联系电话通知、回访本人同意，可随时撤回（第十四条、第十五条）",
        "自发生之日起3年，之后只留计数",
        "镇里在15日内答复，不予办理的书面说明理由",
        "村热线0717-2881234",
        "第1页共2页",
    ):
        assert expected in text, expected
    assert "内部资料" not in text


def test_what_is_not_there_is_said_in_a_word() -> None:
    bare = replace(RECORD, groups=(), consents=(), requests=(), visits=(), needs=(), hotline="")
    text = "".join(words(bare))
    for part in ("特殊群体", "同意情况", "您的申请", "入户走访", "本户诉求、纠纷和任务"):
        assert f"{part}：无" in text
    assert "村热线" not in text


def test_no_head_of_a_table_ends_a_page() -> None:
    visit = RECORD.visits[0]
    for count in range(20, 32):
        pages = words(replace(RECORD, visits=(visit,) * count))
        for page in pages:
            body = page.split("制表：")[0] if page.index("制表：") > 40 else page
            assert not body.endswith(("日期方式目的干部", "六、本户诉求", "状态和结果", "保存期限"))


def test_the_same_record_gives_the_same_bytes() -> None:
    assert my_record(RECORD, STAMP) == my_record(RECORD, STAMP)
