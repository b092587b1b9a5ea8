"""Which stored forms the township takes: one form per moment and date, so that text sorts."""

import pytest

from sync.server.checks import Refused, checked
from sync.server.reading import heads
from tests.sync.sample import HOME, ZONE
from township.changes import Op, encode


@pytest.mark.parametrize(
    ("field", "value", "fits"),
    [
        ("visited_on", "2026-05-03", True),
        ("visited_on", "2026-02-30", False),
        ("visited_on", "2026-W01-1", False),
        ("visited_on", "20260503xx", False),
        ("visited_on", 20260503, False),
        ("found_at", "2026-05-03T14:05:00Z", True),
        ("found_at", "2026-05-03 14:05:00Z", False),
        ("found_at", "20260503T140500.000Z", False),
        ("found_at", "2026-05-03T25:05:00Z", False),
        ("found_at", b"2026-05-03T14:05:00Z", False),
    ],
)
@pytest.mark.parametrize("action", ["insert", "set"])
def test_dates_and_moments(field: str, value: object, fits: bool, action: str) -> None:
    kind = "visit" if field == "visited_on" else "situation"
    new = {"zone_id": ZONE, field: value}
    fields = new if action == "insert" else {field: [value, None]}
    found = heads([encode(Op(kind, HOME, action, f"{ZONE.hex()}/r", fields))])  # type: ignore[arg-type]
    assert found
    if fits:
        checked(found[0])
    else:
        with pytest.raises(Refused, match="value"):
            checked(found[0])
