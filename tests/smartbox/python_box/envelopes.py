"""What protects everything ("Envelopes"), by python-cwt: its Ed25519 and HMAC, and pyhpke's HPKE.

Two things are left to the libraries: pyhpke draws the ephemeral key, and OpenSSL takes Ed25519 keys of low order.
"""
from __future__ import annotations

from enum import IntEnum, StrEnum
from hashlib import sha256
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cwt import COSE, COSEKey
from cwt.cose_key_interface import COSEKeyInterface

from . import cbor
from .cbor import Malformed

SIGN1, ENCRYPT0, MAC0 = 18, 16, 17
EDDSA, HPKE_4, HMAC_256 = -8, 42, 5
ALG, CRIT, KID, EK, CREDENTIAL = 1, 2, 4, -4, -70_001
ED25519, X25519 = 6, 4


class Purpose(StrEnum):
    GRANTS = "latchbook grants 1"
    COMMAND = "latchbook command 1"
    RECEIPT = "latchbook receipt 1"
    EVENTS = "latchbook events 1"
    ANSWER = "latchbook answer 1"
    OFFER = "latchbook offer 1"
    TERMS = "latchbook terms 1"
    PAIRED = "latchbook paired 1"


class Denial(IntEnum):
    MALFORMED = 0
    NOT_FOR_US = 1
    FORGED = 2
    EXPIRED = 3
    NOT_YET = 4
    BARRED = 5
    ROLE = 6
    STALE = 7
    BACK_IN_TIME = 8
    HAND_NEEDED = 9
    WRONG_SECRET = 10
    AHEAD = 11


class Denied(Exception):
    """An envelope, or what it asks for, is refused."""

    def __init__(self, denial: Denial) -> None:
        super().__init__(denial.name)
        self.denial = denial


def name(curve: int, key: bytes) -> bytes:
    """What a key is called: the first 8 bytes of its thumbprint (RFC 9679)."""
    return sha256(cbor.dumps({1: 1, -1: curve, -2: key})).digest()[:8]


class SigningKey:
    """An Ed25519 key of one's own."""

    def __init__(self, seed: bytes) -> None:
        self._seed = seed
        self.public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()

    def cose(self) -> COSEKeyInterface:
        kid = name(ED25519, self.public)
        return COSEKey.new({1: 1, 2: kid, 3: EDDSA, -1: ED25519, -2: self.public, -4: self._seed})


class OpeningKey:
    """An X25519 key of one's own."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self.public = X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()

    def cose(self) -> COSEKeyInterface:
        kid = name(X25519, self.public)
        return COSEKey.new({1: 1, 2: kid, 3: HPKE_4, -1: X25519, -2: self.public, -4: self._secret})


def sign(purpose: Purpose, key: SigningKey, reader: bytes | None, payload: bytes) -> bytes:
    """A `COSE_Sign1` for one reader, or for nobody in particular."""
    protected = {ALG: EDDSA, KID: name(ED25519, key.public)}
    return COSE.new().encode(payload, key.cose(), protected, {}, external_aad=_for(purpose, reader))


def seal(purpose: Purpose, reader: bytes, plaintext: bytes) -> bytes:
    """A `COSE_Encrypt0` that only the reader opens.

    Raises Denied when nothing can be sealed to that key.
    """
    kid = name(X25519, reader)
    key = COSEKey.new({1: 1, 2: kid, 3: HPKE_4, -1: X25519, -2: reader})
    try:
        return COSE.new().encode(plaintext, key, {ALG: HPKE_4, KID: kid}, {}, external_aad=purpose.encode())
    except Exception as error:
        raise Denied(Denial.MALFORMED) from error


def mac(purpose: Purpose, key: bytes, payload: bytes) -> bytes:
    """A `COSE_Mac0`."""
    return COSE.new().encode(payload, _mac_key(key), {ALG: HMAC_256}, {}, external_aad=purpose.encode())


def open_sealed(purpose: Purpose, key: OpeningKey, envelope: bytes) -> bytes:
    """What was sealed to a key for a purpose."""
    structure = Structure.read(envelope, ENCRYPT0, HPKE_4)
    structure.need_kid()
    structure.need_encapsulated_key()
    if structure.protected[KID] != name(X25519, key.public):
        raise Denied(Denial.NOT_FOR_US)
    return _decoded(envelope, key.cose(), purpose.encode())


def check_mac(purpose: Purpose, key: bytes, envelope: bytes) -> bytes:
    """What was MACed with a key for a purpose."""
    Structure.read(envelope, MAC0, HMAC_256)
    return _decoded(envelope, _mac_key(key), purpose.encode())


class Signed:
    """A `COSE_Sign1` whose signature is not checked yet."""

    def __init__(self, envelope: bytes) -> None:
        self._envelope = envelope
        self._structure = Structure.read(envelope, SIGN1, EDDSA)
        self._structure.need_kid()
        if len(self._structure.last) != 64:
            raise Denied(Denial.FORGED)
        #: Not proved before the signature is.
        self.payload = self._structure.payload
        self.credential = self._structure.unprotected.get(CREDENTIAL)

    def check(self, author: bytes, purpose: Purpose | None, reader: bytes | None = None) -> bytes:
        """The payload, when an author signed it for that purpose and reader; a credential has no purpose."""
        kid = name(ED25519, author)
        if self._structure.protected[KID] != kid:
            raise Denied(Denial.FORGED)
        key = COSEKey.new({1: 1, 2: kid, 3: EDDSA, -1: ED25519, -2: author})
        return _decoded(self._envelope, key, b"" if purpose is None else _for(purpose, reader))


class Structure(NamedTuple):
    """A COSE structure, as far as it can be judged without a key."""

    protected: dict[int | str, Any]
    unprotected: dict[int | str, Any]
    payload: bytes
    last: bytes

    @classmethod
    def read(cls, envelope: bytes, tag: int, alg: int) -> Structure:
        try:
            value = cbor.loads(envelope)
            if getattr(value, "tag", None) != tag:
                raise Malformed()
            parts = value.value
            if type(parts) is not list or len(parts) != (3 if tag == ENCRYPT0 else 4):
                raise Malformed()
            protected, unprotected, payload, *last = parts
            header = cbor.loads(_octets(protected))
            if type(header) is not dict or type(unprotected) is not dict:
                raise Malformed()
            last = _octets(last[0]) if last else b""
            structure = cls(header, unprotected, _octets(payload), last)
        except Malformed as error:
            raise Denied(Denial.MALFORMED) from error
        if any(CRIT in each or not _is_typed(each) for each in (header, unprotected)) or header.get(ALG) != alg:
            raise Denied(Denial.MALFORMED)
        return structure

    def need_kid(self) -> None:
        if KID not in self.protected:
            raise Denied(Denial.MALFORMED)

    def need_encapsulated_key(self) -> None:
        if EK not in self.unprotected:
            raise Denied(Denial.MALFORMED)


def _is_typed(header: dict[int | str, Any]) -> bool:
    """Whether the labels that are known here have values of their types."""
    lengths = {KID: 8, EK: 32, CREDENTIAL: None}
    of_bytes = all(
        type(header[label]) is bytes and length in (None, len(header[label]))
        for label, length in lengths.items()
        if label in header
    )
    return of_bytes and type(header.get(ALG, 0)) is int


def _octets(value: Any) -> bytes:
    if type(value) is not bytes:
        raise Malformed()
    return value


def _for(purpose: Purpose, reader: bytes | None) -> bytes:
    """What a signature holds besides the content."""
    return cbor.dumps([purpose.value, reader])


def _mac_key(key: bytes) -> COSEKeyInterface:
    return COSEKey.from_symmetric_key(key, alg="HMAC 256/256")


def _decoded(envelope: bytes, key: COSEKeyInterface, external: bytes) -> bytes:
    try:
        return COSE.new().decode(envelope, key, external_aad=external)
    except Exception as error:  # python-cwt has several, and lets those of the libraries below through.
        raise Denied(Denial.FORGED) from error
