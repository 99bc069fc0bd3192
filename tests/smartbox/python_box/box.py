"""What a box answers: pairing ("Pairing"), and what it checks of everything else ("What a box checks")."""
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, NamedTuple

from . import cbor, contents, credential, envelopes, label
from .cabinet import Cabinet
from .cbor import Fault, Faults, Malformed, between, octets
from .clocks import Clocks
from .contents import BARRED, Batch, Command, Stamp, Terms
from .credential import DAY_MS, Credential
from .envelopes import Denial, Denied, OpeningKey, Purpose, Signed, SigningKey
from .framing import MESSAGE_BYTES
from .grants import CAPACITY
from .log import Event

VERSION = 1
VERSIONS = [VERSION, VERSION]
EVENTS = 100
AUTHORS = 256
BUTTON_MS = 60_000
CHALLENGE_MS = 120_000
GREETING_MS = 10_000

MALFORMED, UNSUPPORTED, NO_SUCH_BIN, NOT_PAIRED, ALREADY_PAIRED, DENIED = range(6)
HELLO, FAILED = 0, 6


class Failed(Exception):
    """A failure, in place of an answer."""

    def __init__(self, kind: int, *fields: Any) -> None:
        super().__init__(kind, *fields)
        self.failure = [kind, list(fields)]


class OtherVersion(Exception):
    """The message is of a version that is not spoken here."""


@dataclass
class Offer:
    """What a box has offered to be, until it is joined."""

    drawn: bytes
    challenge: bytes
    signing: SigningKey
    opening: OpeningKey


@dataclass
class Owner:
    """Whose box it is, and what is kept for that organization alone."""

    verifying: bytes
    sealing: bytes
    floor: int
    barred: dict[int, Stamp] = field(default_factory=dict)
    numbers: dict[int, int] = field(default_factory=dict)

    def bar(self, device: int, stamp: Stamp) -> None:
        self.barred[device] = max(stamp, self.barred.get(device, stamp))
        if len(self.barred) > BARRED:
            del self.barred[min(self.barred, key=self.barred.__getitem__)]

    def note(self, author: int, number: int) -> int:
        """Takes an author's number; answers the highest so far."""
        highest = self.numbers[author] = max(number, self.numbers.get(author, 0))
        if len(self.numbers) > AUTHORS:
            del self.numbers[min(self.numbers, key=self.numbers.__getitem__)]
        return highest


class Repeatable(NamedTuple):
    """The request before, and what it got."""

    request: bytes
    answer: bytes
    until: int | None


class SmartBox:
    """A box, from its maker."""

    def __init__(self, serial: str, secret: bytes, bins: int, clocks: Clocks) -> None:
        self.serial = serial
        self.secret = secret
        self.clocks = clocks
        self.cabinet = Cabinet(bins, clocks)
        self.owner: Owner | None = None
        self._last_owner: bytes | None = None
        self._signing: SigningKey | None = None
        self._opening: OpeningKey | None = None
        self._offer: Offer | None = None
        self._pressed: int | None = None
        self._challenge = (secrets.token_bytes(16), clocks.measure())
        self._before: Repeatable | None = None

    def press_service(self) -> None:
        """The button inside the box."""
        self._pressed = self.clocks.measure()
        self.cabinet.log.write(Event.SERVICE_PRESSED)

    def answer(self, request: bytes) -> bytes:
        """The answer to a message. The very bytes of the one before get the very answer that it got."""
        before, now = self._before, self.clocks.measure()
        if before is not None and before.request == request and (before.until is None or now < before.until):
            return before.answer
        answer, is_greeting = self._answer(request)
        self._before = Repeatable(request, answer, now + GREETING_MS if is_greeting else None)
        return answer

    # Messages.

    def _answer(self, request: bytes) -> tuple[bytes, bool]:
        """The answer, and whether it is a greeting."""
        exchange = 0
        try:
            if len(request) > MESSAGE_BYTES:
                raise Malformed(Fault.TOO_LONG)
            exchange, at = _exchange(request)
            kind, response = self._do(*_request(request, at))
        except OtherVersion:
            return cbor.dumps([0, VERSIONS]), False
        except Malformed as error:
            kind, response = FAILED, [[MALFORMED, [int(error.fault)]]]
        except Denied as error:
            kind, response = FAILED, [[DENIED, [int(error.denial)]]]
        except Failed as error:
            kind, response = FAILED, [error.failure]
        return cbor.dumps([VERSION, exchange, [kind, response]]), kind == HELLO

    def _do(self, kind: int, fields: list[Any]) -> tuple[int, list[Any]]:
        asked: tuple[Callable[..., list[Any]], ...] = (
            self._hello, self._pair, self._join, self._deliver, self._read_events, self._command
        )
        return kind, asked[kind](*fields)

    def _hello(self, _: list[int]) -> list[Any]:
        log = self.cabinet.log
        challenge = self._new_challenge()
        paired = self.owner is not None
        return [[self.serial, VERSIONS, paired, challenge, self.clocks.now(), log.first_held, log.next]]

    # Pairing.

    def _pair(self, drawn: bytes) -> list[Any]:
        self._may_be_paired()
        offer = Offer(drawn, secrets.token_bytes(32), SigningKey(secrets.token_bytes(32)),
                      OpeningKey(secrets.token_bytes(32)))
        self._offer = offer
        content = [
            drawn, offer.challenge, self.serial, offer.signing.public, offer.opening.public, max(self.cabinet.bins)
        ]
        return [envelopes.mac(Purpose.OFFER, label.key(self.secret), cbor.dumps(content))]

    def _join(self, envelope: bytes) -> list[Any]:
        self._may_be_paired()
        offer = self._offer
        if offer is None:
            raise Denied(Denial.STALE)
        plaintext = envelopes.open_sealed(Purpose.TERMS, offer.opening, envelope)
        try:
            content = envelopes.check_mac(Purpose.TERMS, label.key(self.secret), plaintext)
        except Denied as error:
            raise Denied(Denial.WRONG_SECRET) from error
        terms = cbor.read(content, contents.terms)
        if terms.challenge != offer.challenge:
            raise Denied(Denial.STALE)
        envelopes.seal(Purpose.RECEIPT, terms.sealing, b"")
        self._take_owner(offer, terms)
        paired = [offer.drawn, terms.verifying, terms.sealing, self._status()]
        return [envelopes.sign(Purpose.PAIRED, offer.signing, None, cbor.dumps(paired))]

    def _take_owner(self, offer: Offer, terms: Terms) -> None:
        self._offer = None
        self._pressed = None
        self.cabinet.forget()
        if self._last_owner not in (None, terms.verifying):
            self.cabinet.log.begin(1)
        self._signing, self._opening = offer.signing, offer.opening
        self._last_owner = terms.verifying
        self.owner = Owner(terms.verifying, terms.sealing, terms.clock)
        self.cabinet.log.write(Event.PAIRED)
        self._set_clock(terms.clock)

    def _may_be_paired(self) -> None:
        if self.owner is not None and not self._was_pressed():
            raise Failed(ALREADY_PAIRED)

    def _was_pressed(self) -> bool:
        return self._pressed is not None and self.clocks.measure() - self._pressed < BUTTON_MS

    # Deliveries.

    def _deliver(self, envelope: bytes) -> list[Any]:
        owner = self._owned()
        signed = Signed(self._opened(Purpose.GRANTS, envelope))
        author = self._author(owner, signed, Purpose.GRANTS, self.clocks.now())
        batch = cbor.read(signed.payload, contents.batch)
        if not author.may_deliver(batch):
            raise Denied(Denial.ROLE)
        latest = max((each.stamp.ms() for each in [*batch.grants, *batch.notices]), default=0)
        if latest > self.clocks.now() + DAY_MS:
            raise Denied(Denial.AHEAD)
        accepted, refused = self._merge(batch)
        for device, stamp in batch.barred:
            owner.bar(device, stamp)
        now = self.clocks.now()
        owner.floor = max(owner.floor, min(now, max(latest, author.issued)))
        highest = owner.note(author.device, batch.number)
        barred = sorted(owner.barred.items())
        digest = self.cabinet.grants.digest(now)
        first_held = self.cabinet.log.first_held
        receipt = [author.device, batch.number, highest, accepted, refused, now, digest, first_held, barred]
        return [self._sealed_to_owner(Purpose.RECEIPT, owner, receipt)]

    def _merge(self, batch: Batch) -> tuple[list[Any], list[Any]]:
        """Takes a batch; answers which grants are accepted, and which are hindered."""
        if batch.chain is not None:
            self.cabinet.log.acknowledge(batch.stored, batch.chain)
        for notice in batch.notices:
            self.cabinet.notice(notice)
        accepted, refused = {}, {}
        for grant, merged in self.cabinet.merge(batch.grants):
            if merged.stamp is None:
                refused[grant.id] = [0, [CAPACITY]]
            else:
                accepted[grant.id] = merged.stamp
        for grant_id in accepted:
            opens = self.cabinet.grants.clash(grant_id, self.clocks.now())
            if opens is not None:
                refused[grant_id] = [1, [opens]]
        return list(accepted.items()), list(refused.items())

    # Events.

    def _read_events(self, start: int, at_most: int) -> list[Any]:
        owner, log = self._owned(), self.cabinet.log
        before, events, through = log.read(start, min(at_most, EVENTS))
        report = [before, events, log.first_held, log.next, log.lost, log.lost_runs()]
        return [self._sealed_to_owner(Purpose.EVENTS, owner, report), through, log.next]

    # Commands.

    def _command(self, envelope: bytes) -> list[Any]:
        owner = self._owned()
        signed = Signed(self._opened(Purpose.COMMAND, envelope))
        order = cbor.read(signed.payload, contents.order)
        command, fields = order.command
        moment = fields[0] if command == Command.SET_CLOCK else self.clocks.now()
        author = self._author(owner, signed, Purpose.COMMAND, moment)
        if not author.may_order(command):
            raise Denied(Denial.ROLE)
        challenge, made = self._challenge
        if order.challenge != challenge or self.clocks.measure() - made > CHALLENGE_MS:
            raise Denied(Denial.STALE)
        envelopes.seal(Purpose.ANSWER, order.answer_to, b"")
        self._check(owner, author, command, fields)
        signing = self._signing
        was = self._obey(author, command, fields)
        if command != Command.STATUS:
            owner.floor = max(owner.floor, self.clocks.now())
        answer = cbor.dumps([order.challenge, self._new_challenge(), was, self._status()])
        signed_answer = envelopes.sign(Purpose.ANSWER, signing, order.answer_to, answer)
        return [envelopes.seal(Purpose.ANSWER, order.answer_to, signed_answer)]

    def _check(self, owner: Owner, author: Credential, command: int, fields: tuple[Any, ...]) -> None:
        """What speaks against a command from one who may order it."""
        manager = author.role == credential.Role.MANAGER
        if command == Command.SET_CLOCK and fields[0] < owner.floor and not manager:
            raise Denied(Denial.BACK_IN_TIME)
        if command in (Command.SET_BIN, Command.OPEN_BIN) and fields[0] not in self.cabinet.bins:
            raise Failed(NO_SUCH_BIN, fields[0])
        if command == Command.RESET and not self._was_pressed():
            raise Denied(Denial.HAND_NEEDED)

    def _obey(self, author: Credential, command: int, fields: tuple[Any, ...]) -> int | None:
        """Does it; answers what the clock showed before it was set."""
        if command == Command.SET_CLOCK:
            was = self.clocks.now()
            self._set_clock(fields[0])
            return was
        if command == Command.SET_BIN:
            self.cabinet.set_bin(*fields)
        elif command == Command.OPEN_BIN:
            self.cabinet.open_by_command(fields[0], author.device)
        elif command == Command.BEGIN_LOG:
            self.cabinet.log.begin(fields[0])
        elif command == Command.RESET:
            self.cabinet.forget()
            self.owner = None
            self._pressed = None
        return None

    # What is common to them.

    def _owned(self) -> Owner:
        if self.owner is None:
            raise Failed(NOT_PAIRED)
        return self.owner

    def _opened(self, purpose: Purpose, envelope: bytes) -> bytes:
        return envelopes.open_sealed(purpose, self._opening, envelope)

    def _author(self, owner: Owner, signed: Signed, purpose: Purpose, moment: int) -> Credential:
        """Who has signed, when the organization lets them."""
        if signed.credential is None:
            raise Denied(Denial.FORGED)
        author = credential.read(signed.credential, owner.verifying, moment)
        signed.check(author.key, purpose, self._opening.public)
        if author.device in owner.barred:
            raise Denied(Denial.BARRED)
        return author

    def _sealed_to_owner(self, purpose: Purpose, owner: Owner, content: list[Any]) -> bytes:
        signed = envelopes.sign(purpose, self._signing, owner.sealing, cbor.dumps(content))
        return envelopes.seal(purpose, owner.sealing, signed)

    def _new_challenge(self) -> bytes:
        self._challenge = (secrets.token_bytes(16), self.clocks.measure())
        return self._challenge[0]

    def _set_clock(self, to: int) -> None:
        was = self.clocks.now()
        self.clocks.set(to)
        self.cabinet.log.write(Event.CLOCK_SET, was, to)

    def _status(self) -> list[Any]:
        log, now = self.cabinet.log, self.clocks.now()
        bins = [[each.number, each.enabled, each.key, each.open_for is not None] for each in self.cabinet.bins.values()]
        grants = self.cabinet.grants
        told = [log.first_held, log.next, log.lost, log.lost_runs()]
        return [self.serial, VERSIONS, bins, now, *told, len(grants), CAPACITY, grants.digest(now)]


def _exchange(request: bytes) -> tuple[int, int]:
    """The exchange of a request, and where its kind begins ("Reading a request")."""
    count, at = cbor.array(request, 0)
    if count == 0:
        raise Malformed()
    version, at = cbor.item(request, at)
    if version == 0:
        _versions(cbor.item(request, at)[0] if count > 1 else None, [])
        raise OtherVersion
    if cbor.of_bits(8)(version, []) != VERSION:
        raise OtherVersion
    if count != 3:
        raise Malformed()
    exchange, at = cbor.item(request, at)
    return cbor.of_bits(32)(exchange, []), at


def _request(request: bytes, at: int) -> tuple[int, list[Any]]:
    """The kind of a request and its fields."""
    count, begin = cbor.array(request, at)
    kind = cbor.of_bits(32)(cbor.item(request, begin)[0] if count else None, [])
    if kind >= len(REQUESTS):
        raise Failed(UNSUPPORTED, kind)
    if count != 2:
        raise Malformed()
    (_, fields), end = cbor.item(request, at)
    return kind, cbor.judged(fields, len(request) - end, REQUESTS[kind])


def _versions(value: Any, faults: Faults) -> list[int]:
    version = between(1, 255, cbor.of_bits(8))
    low, high = cbor.fields(version, version)(value, faults)
    if low > high:
        faults.append(Fault.OUT_OF_RANGE)
    return [low, high]


REQUESTS = (
    cbor.fields(_versions),
    cbor.fields(octets(32)),
    cbor.fields(octets()),
    cbor.fields(octets()),
    cbor.fields(between(1, (1 << 64) - 1, cbor.number), between(1, 65_535, cbor.of_bits(16))),
    cbor.fields(octets()),
)
