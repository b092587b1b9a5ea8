"""What stays readable of a masked name, phone, ID number and date of birth."""

from datetime import date

import pytest

from township.masks import age_band, masked_id_no, masked_name, masked_phone, masked_text


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("王大明", "王*"),
        ("阿依古丽·买买提", "阿*"),
        ("𠮷田", "𠮷*"),
        ("李", "李*"),
        (" ", ""),
        (None, ""),
    ],
)
def test_names(name: str | None, shown: str) -> None:
    assert masked_name(name) == shown


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("13812341234", "138****1234"),
        ("0717-2812345", "0717-****2345"),
        ("2812345", "****2345"),
        ("0717-110", "****"),
        ("110", "****"),
        ("", ""),
        (None, ""),
    ],
)
def test_phones(phone: str | None, shown: str) -> None:
    assert masked_phone(phone) == shown


@pytest.mark.parametrize(
    ("id_no", "shown"),
    [
        ("420527199001011234", "4205**********1234"),
        ("42052719900101123X", "4205**********123X"),
        ("420527900101123", "*" * 15),
        ("", ""),
        (None, ""),
    ],
)
def test_id_numbers(id_no: str | None, shown: str) -> None:
    assert masked_id_no(id_no) == shown


@pytest.mark.parametrize(
    ("born_on", "shown"),
    [
        (date(2026, 5, 20), "6 岁以下"),
        (date(2020, 5, 21), "6 岁以下"),
        (date(2020, 5, 20), "6–13 岁"),
        (date(2012, 5, 21), "6–13 岁"),
        (date(2012, 5, 20), "14–17 岁"),
        (date(2008, 5, 20), "18–35 岁"),
        (date(1990, 5, 20), "36–59 岁"),
        (date(1966, 5, 20), "60–69 岁"),
        (date(1956, 5, 20), "70–79 岁"),
        (date(1946, 5, 21), "70–79 岁"),
        (date(1946, 5, 20), "80 岁及以上"),
        (date(1920, 2, 29), "80 岁及以上"),
        (date(2026, 5, 21), ""),
        (None, ""),
    ],
)
def test_age_bands(born_on: date | None, shown: str) -> None:
    assert age_band(born_on, date(2026, 5, 20)) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("电话13812341234，", "电话138****1234，"),
        ("身份证42052719900101123x。", "身份证4205**********123x。"),
        ("0717-2812345 找村里", "0717-****2345 找村里"),
        ("产量 1234567890123 斤", "产量 1234567890123 斤"),  # longer than any of them
        ("拨打 12345 或 110", "拨打 12345 或 110"),
        ("", ""),
    ],
)
def test_numbers_in_free_text(text: str, shown: str) -> None:
    assert masked_text(text) == shown
