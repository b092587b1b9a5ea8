"""Invented names as they are usual in western Hubei, by sex and generation."""

from __future__ import annotations

from random import Random

# Surname → weight.
_SURNAMES = {
    "向": 10, "谭": 9, "宋": 7, "王": 8, "李": 7, "周": 6, "郑": 6, "韩": 5, "杜": 5, "屈": 6,
    "陈": 6, "刘": 5, "张": 6, "黄": 4, "胡": 4, "杨": 4, "徐": 3, "彭": 3, "覃": 4, "田": 3,
    "邓": 3, "梅": 2, "万": 2, "袁": 2, "秦": 2, "颜": 2, "余": 3, "熊": 2, "付": 2, "许": 2,
    "崔": 1, "邹": 1, "龚": 2, "卢": 2, "谢": 1, "韦": 1, "乔": 1, "税": 1,
}  # fmt: skip
_ALL = tuple(_SURNAMES)
_WEIGHTS = tuple(_SURNAMES.values())

# Born before 1965, 1965–1994, later: first and second character by sex.
_MEN = (
    ("德光国正家道世先启永传大发兴祖昌绪", "明贵福华清成安义富海山林全寿才文武顺柱友"),
    ("建志晓永红小祥春少学忠开新长海玉", "军平勇强兵峰波涛斌刚明华林斌松辉伟兵超云"),
    ("子浩俊宇梓一嘉泽文思天明皓雨", "轩涵宇豪杰然博晨睿阳航宸泽昊霖辰鑫"),
)
_WOMEN = (
    ("玉桂秀春兰翠菊金凤先光永正冬腊", "英珍香兰梅芝秀莲云凤菊翠娥桃枝清"),
    ("晓红小春海永美丽艳建冬玉群爱", "琼华艳丽芳燕琴蓉萍玲霞娟敏红梅群平"),
    ("子梓欣雨佳思诗语可心一若", "涵怡萱琪彤悦妍瑶馨桐妤菲诺晨玥"),
)
RARE = ("𠮷", "䲜", "㛃", "堃", "喆", "犇", "淼", "翀", "旻", "㬎", "䶮", "𬱖", "垚", "骉", "赟")
"""Characters outside the everyday set; 𠮷 and 𬱖 lie beyond the basic plane of Unicode."""
_RARE_EVERY = 330

_FAMOUS = frozenset(
    {"刘德华", "陈道明", "张国荣", "李文华", "张海", "李小平", "邓小平", "王小平", "李建华",
     "张艺", "王大明", "向美华", "周敏", "杨丽萍", "李玉琴", "王建军", "黄晓明", "李先华"}
)  # fmt: skip
"""Never made by chance: well-known people, and the people of the demo's own story."""


class Names:
    """Gives names; about every 330th has a rare character, beginning with an early one."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._count = 0

    def surname(self) -> str:
        """A surname by its frequency."""
        return self._random.choices(_ALL, _WEIGHTS)[0]

    def full(self, surname: str, sex: str, birth_year: int) -> str:
        """A whole name."""
        while (name := surname + self._given(sex, birth_year)) in _FAMOUS:
            pass
        return name

    def _given(self, sex: str, birth_year: int) -> str:
        random = self._random
        pools = _MEN if sex == "1" else _WOMEN
        first, second = pools[0 if birth_year < 1965 else 1 if birth_year < 1995 else 2]
        self._count += 1
        if self._count % _RARE_EVERY == 17:
            return random.choice(first) + RARE[self._count // _RARE_EVERY % len(RARE)]
        if random.random() < 0.12:
            return random.choice(second)
        return random.choice(first) + random.choice(second)
