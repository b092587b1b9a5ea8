"""schemathesis over the OpenAPI description of a running server."""

from __future__ import annotations

from collections import Counter

import schemathesis
from schemathesis import SerializationContext
from schemathesis.engine import Status, events, from_schema

from sync import wire
from tests.hostile.messages import near_messages
from tests.sync.stranger import Stranger

_NOT_FOR_US = ("positive_data_acceptance",)
"""Bytes of any kind fit the description of a message; that most are refused is the point."""


@schemathesis.serializer(wire.CONTENT_TYPE)
def _as_it_is(_: SerializationContext, value: bytes) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def failures(laptop: Stranger, examples: int) -> tuple[Counter[int], list[str]]:
    """How often each status was answered, and what of the answers is not as described."""
    schemathesis.openapi.media_type(wire.CONTENT_TYPE, near_messages(laptop))
    schema = schemathesis.openapi.from_url(f"{laptop.url}/openapi.json")
    config = schema.config
    config.generation.max_examples = examples
    config.generation.deterministic = examples < 1000
    config.generation.database = "none"
    config.continue_on_failure = True
    config.workers = 1
    for name in _NOT_FOR_US:
        getattr(config.checks, name).enabled = False
    statuses: Counter[int] = Counter()
    wrong: list[str] = []
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            for asked in event.recorder.interactions.values():
                statuses[asked.response.status_code if asked.response else 0] += 1
            for checks in event.recorder.checks.values():
                wrong += [str(each) for each in checks if each.status is Status.FAILURE]
        elif isinstance(event, events.NonFatalError | events.FatalError):
            wrong.append(str(event))
    return statuses, wrong
