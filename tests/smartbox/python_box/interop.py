"""Opens and makes envelopes for a test: JSON objects, one a line. Bytes are in base 16."""
import json
import sys
from collections.abc import Callable
from typing import Any

import cwt
from cwt import COSE, COSEKey

from . import cbor, envelopes
from .envelopes import Denied, OpeningKey, Purpose, Signed, SigningKey


def open_sealed(purpose: Purpose, reader: bytes, author: bytes, envelope: bytes) -> dict[str, str | None]:
    """A `COSE_Encrypt0` and the `COSE_Sign1` in it."""
    key = OpeningKey(reader)
    signed = Signed(envelopes.open_sealed(purpose, key, envelope))
    content = signed.check(author, purpose, key.public)
    return {"content": content.hex(), "credential": signed.credential and signed.credential.hex()}


def seal(purpose: Purpose, author: bytes, reader: bytes, content: bytes) -> dict[str, str]:
    signed = envelopes.sign(purpose, SigningKey(author), reader, content)
    return {"envelope": envelopes.seal(purpose, reader, signed).hex()}


def check_mac(purpose: Purpose, secret: bytes, envelope: bytes) -> dict[str, str]:
    return {"content": envelopes.check_mac(purpose, secret, envelope).hex()}


def mac(purpose: Purpose, secret: bytes, content: bytes) -> dict[str, str]:
    return {"envelope": envelopes.mac(purpose, secret, content).hex()}


def read_token(organization: bytes, token: bytes) -> dict[str, Any]:
    """A credential, as any reader of CWTs reads it."""
    kid = envelopes.name(envelopes.ED25519, organization)
    claims = cwt.decode(token, COSEKey.new({1: 1, 2: kid, 3: envelopes.EDDSA, -1: envelopes.ED25519, -2: organization}))
    return {"claims": cbor.dumps(claims).hex()}


def write_token(organization: bytes, claims: bytes) -> dict[str, str]:
    key = SigningKey(organization)
    header = {envelopes.ALG: envelopes.EDDSA, envelopes.KID: envelopes.name(envelopes.ED25519, key.public)}
    return {"token": COSE.new().encode(claims, key.cose(), header, {}).hex()}


COMMANDS: dict[str, Callable[..., dict[str, Any]]] = {
    each.__name__: each for each in (open_sealed, seal, check_mac, mac, read_token, write_token)
}


def said(order: dict[str, str]) -> dict[str, Any]:
    command = COMMANDS[order.pop("do")]
    try:
        purpose = {"purpose": Purpose(order.pop("purpose"))} if "purpose" in order else {}
        return command(**purpose, **{name: bytes.fromhex(text) for name, text in order.items()})
    except (Denied, ValueError, cwt.CWTError) as error:
        return {"refused": str(error)}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(said(json.loads(line))), flush=True)
