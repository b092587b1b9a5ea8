"""A small township with a year of work, made once for all tests of the demo."""

from datetime import date

import pytest

from township.demo.generate import generate
from township.demo.rows import Row

TODAY = date(2026, 5, 20)
SMALL = 200


@pytest.fixture(scope="session")
def rows() -> list[Row]:
    return list(generate(7, SMALL, 1, TODAY))
