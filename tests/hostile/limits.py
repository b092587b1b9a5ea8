"""A server that answers as often as it is asked: other tests look at rates."""

from dataclasses import replace

from sync.server.limits import LIMITS, Rate

_ANY = Rate(10**9, 1.0)
OPEN = replace(LIMITS, enrol_address=_ANY, enrol_code=_ANY, exchange=_ANY)
