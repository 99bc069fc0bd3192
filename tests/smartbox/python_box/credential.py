"""What the organization says of a device ("Credential")."""
from enum import IntEnum
from typing import Any, NamedTuple

from . import cbor, envelopes
from .cbor import Malformed
from .contents import Batch, Command
from .envelopes import Denial, Denied, Signed

ISS, SUB, EXP, IAT, CNF, ROLE = 1, 2, 4, 6, 8, -70_002
DAY_MS = 24 * 60 * 60 * 1000


class Role(IntEnum):
    MANAGER = 0
    FRONT_DESK = 1
    TECHNICIAN = 2


class Credential(NamedTuple):
    device: int
    expires: int
    issued: int
    key: bytes
    role: Role

    def may_order(self, command: int) -> bool:
        return self.role == Role.MANAGER or command not in (Command.BEGIN_LOG, Command.RESET)

    def may_deliver(self, batch: Batch) -> bool:
        return self.role == Role.MANAGER or (self.role == Role.FRONT_DESK and not batch.barred)


def read(envelope: bytes, organization: bytes, moment: int) -> Credential:
    """The credential, when it is the organization's and holds at a moment."""
    claims = Signed(envelope).check(organization, None)
    credential = _claims(claims, organization)
    if credential.expires <= moment:
        raise Denied(Denial.EXPIRED)
    if credential.issued > moment + DAY_MS:
        raise Denied(Denial.NOT_YET)
    return credential


def _claims(payload: bytes, organization: bytes) -> Credential:
    try:
        claims = cbor.loads(payload)
        if type(claims) is not dict or claims.get(ISS) != envelopes.name(envelopes.ED25519, organization).hex():
            raise Malformed()
        expires, issued = (cbor.one_of_type(int)(claims.get(label), []) * 1000 for label in (EXP, IAT))
        role = Role(cbor.choice(*Role)(claims.get(ROLE), []))
        return Credential(_device(claims.get(SUB)), expires, issued, _key(claims.get(CNF)), role)
    except Malformed as error:
        raise Denied(Denial.MALFORMED) from error


def _device(value: Any) -> int:
    if type(value) is not str or len(value) != 8 or not set(value) <= set("0123456789ABCDEF"):
        raise Malformed()
    return int(value, 16)


def _key(value: Any) -> bytes:
    key = value.get(1) if type(value) is dict else None
    public = key.get(-2) if type(key) is dict else None
    if type(public) is not bytes or len(public) != 32 or key != {1: 1, -1: envelopes.ED25519, -2: public}:
        raise Malformed()
    return public
