"""What every record has, and how a kind of record says which bucket its rows lie in."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import ClassVar

import uuid_utils
from sqlalchemy import LargeBinary, MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from township import changes
from township.fields import Field, Moment, table_fields

CONVENTION = {"ix": "ix_%(table_name)s_%(column_0_N_name)s", "pk": "pk_%(table_name)s"}


def new_id() -> bytes:
    """A fresh UUIDv7: rows written together lie together on disk."""
    return uuid_utils.uuid7().bytes


class Base(DeclarativeBase):
    """Root of all tables on a laptop, records and bookkeeping alike."""

    metadata = MetaData(naming_convention=CONVENTION)


class Record(Base):
    """A record that is captured, sent and merged field by field.

    The stamps are not sent: they follow from the changesets that wrote the record. ``writers``
    holds ``changes.Writers`` packed; ``deleted_at`` marks the stub of a deleted record.
    """

    __abstract__ = True

    label: ClassVar[str]
    """What people call this kind of record."""
    data_class: ClassVar[str] = "i"
    """Bucket class of this kind: ``i`` internal, ``r`` restricted, ``a`` the access log,
    ``x`` sealed.
    """
    township_wide: ClassVar[bool] = False
    """True for kinds that lie in the township's bucket even when they name a zone."""
    owner_field: ClassVar[str] = "zone_id"
    """The field that says in whose bucket a row lies: a zone's, or a cadre's."""
    outgoing: ClassVar[bool] = False
    """True for kinds that everybody may send in and only who is granted their bucket may hold:
    elsewhere they leave with their changeset and never become a row. They are never changed.
    """

    id: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True, default=new_id)
    created_by: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    created_at: Mapped[datetime | None] = mapped_column(Moment)
    updated_by: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    updated_at: Mapped[datetime | None] = mapped_column(Moment)
    deleted_at: Mapped[datetime | None] = mapped_column(Moment)
    writers: Mapped[bytes | None] = mapped_column(LargeBinary)

    @classmethod
    def kind(cls) -> str:
        """The name of this kind of record on the wire; also its table."""
        return str(cls.__tablename__)

    @classmethod
    def fields(cls) -> dict[str, Field]:
        """The declared fields by name."""
        return table_fields(cls.__table__)

    @classmethod
    def field(cls, name: str) -> Field:
        """One declared field. Raises KeyError."""
        return cls.fields()[name]

    @classmethod
    def of_zones(cls) -> bool:
        """Do rows of this kind lie with a zone?"""
        return not cls.township_wide and cls.owner_field == "zone_id"

    def bucket(self) -> str:
        """The bucket this row lies in."""
        owner = None if self.township_wide else getattr(self, self.owner_field, None)
        return changes.bucket(owner, self.data_class)

    def shown(self, name: str) -> str:
        """A field's value as people read it; what is sensitive is masked."""
        return self.field(name).show(getattr(self, name))


@cache
def record_kinds() -> Mapping[str, type[Record]]:
    """All kinds of record by name on the wire."""
    return MappingProxyType(
        {
            mapper.class_.kind(): mapper.class_
            for mapper in Base.registry.mappers
            if issubclass(mapper.class_, Record)
        }
    )
