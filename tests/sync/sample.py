"""A township of two zones with a cadre in each, as its office enters it."""

from sync.server.office import Office
from township.changes import SCHEMA, Changeset, Header, Op, encode
from township.records import new_id

ZONE, OTHER_ZONE, XIANG, TAN, HOME = (new_id() for _ in range(5))


def office_changeset(office: Office) -> Changeset:
    def zone(zone_id: bytes, code: str, name: str) -> Op:
        values = {"code": code, "name": name, "zone_kind": "village", "hotline": "0717-2881234"}
        return Op("zone", zone_id, "insert", "township/i", values)

    def cadre(cadre_id: bytes, login: str, name: str, zone_id: bytes) -> Op:
        values = {"login": login, "name": name, "post": "村委委员", "roles": "VC"}
        values |= {"status": "active", "zones": zone_id.hex()}
        return Op("cadre", cadre_id, "insert", "township/i", values)

    ops = [
        zone(ZONE, "420527103210", "龙马溪村"),
        zone(OTHER_ZONE, "420527103205", "天龙村"),
        cadre(XIANG, "xiang", "向美华", ZONE),
        cadre(TAN, "tan", "谭国", ZONE),
    ]
    head = office.head()
    header = Header(SCHEMA, office.number, head.incarnation, head.dseq + 1, XIANG, 0, len(ops))
    return Changeset(encode(header), [encode(op) for op in ops])
