//! What goes to boxes in somebody's hands, and what comes back: envelopes that a courier can neither read nor forge.

use crate::domain::cbor::{self, record};
use crate::domain::{DeviceId, Instant, Name, SerialNumber};
use crate::smartbox::envelope::{
    Act, Credential, CredentialError, EnvelopeError, Purpose, Signed, ToSign, VerifyingKey,
};
use crate::smartbox::pairing::BoxKeys;
use crate::smartbox::protocol::EVENTS_A_MESSAGE;
use crate::smartbox::protocol::messages::{Envelope, Request, Response, read_response, write_request};
use crate::smartbox::reference_box::{Random, ReferenceBox};

/// Envelopes for boxes, and what a courier must know to bring them there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Parcel {
    /// The device that packed it.
    pub by: DeviceId,
    /// When, by that device's clock. Of two parcels of one device the later one holds all that matters.
    pub made: Instant,
    /// What goes where.
    pub boxes: Vec<BoxParcel>,
}
record!(Parcel { by, made, boxes });

/// What goes to one box.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BoxParcel {
    /// Which.
    pub serial: SerialNumber,
    /// What it is called.
    pub name: Name,
    /// Where it hangs.
    pub place: Name,
    /// Its keys.
    pub keys: BoxKeys,
    /// The number of the first event that the organization has not read.
    pub read_from: u64,
    /// Batches, in order, signed and sealed to the box.
    pub envelopes: Vec<Envelope>,
}
record!(BoxParcel { serial, name, place, keys, read_from, envelopes });

/// Why a parcel is not taken.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ParcelError {
    /// It was changed, or is nothing of the kind.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// It was packed by a device of another organization, or by one whose credential is over.
    #[error(transparent)]
    Credential(#[from] CredentialError),
    /// Its device may not write to boxes.
    #[error("the device that packed this may not write to boxes")]
    Role,
}

impl Parcel {
    /// What the device that packs it is to sign.
    pub fn to_sign(&self, by: &VerifyingKey, credential: Vec<u8>) -> ToSign {
        ToSign::new(Purpose::Parcel, by, None, Some(credential), cbor::to_vec(self))
    }

    /// Reads a parcel of an organization.
    ///
    /// # Errors
    /// When it is not of this organization, or was changed on the way.
    pub fn read(bytes: &[u8], organization: &VerifyingKey, now: Instant) -> Result<Self, ParcelError> {
        let signed = Signed::read(bytes)?;
        let credential = signed.credential().ok_or(EnvelopeError::Unsupported)?;
        let by = Credential::read(credential, organization, now)?;
        let parcel: Self =
            cbor::from_slice(&signed.content(Purpose::Parcel, &by.key, None)?).map_err(EnvelopeError::from)?;
        if parcel.by != by.device || !Act::Grant.is_for(by.role) {
            return Err(ParcelError::Role);
        }
        Ok(parcel)
    }

    /// Reads a parcel whoever packed it: the boxes themselves look at whose the envelopes are.
    ///
    /// # Errors
    /// When it is nothing of the kind.
    pub fn unchecked(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        Ok(cbor::from_slice(Signed::read(bytes)?.unchecked())?)
    }
}

/// What comes back from boxes.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Return {
    /// From each.
    pub boxes: Vec<BoxReturn>,
}
record!(Return { boxes });

/// What comes back from one box. What it signed is sealed to the organization; the rest is the courier's word.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BoxReturn {
    /// Which.
    pub serial: SerialNumber,
    /// When the courier was there, by the courier's clock.
    pub visited: Instant,
    /// How many milliseconds the box's clock was ahead of that (behind, when negative).
    pub clock_offset_ms: i64,
    /// Events, in order.
    pub reports: Vec<Envelope>,
    /// What the box says of the batches it took.
    pub receipts: Vec<Envelope>,
}
record!(BoxReturn { serial, visited, clock_offset_ms, reports, receipts });

/// A box with a reader takes a parcel: it merges what is for it, and gives back what it has to say. Nothing when nothing in the
/// parcel is for it, the box is nobody's, or there is nothing random. `random` is drawn for every message.
pub fn at_reader(
    smartbox: &mut ReferenceBox,
    parcel: &Parcel,
    now: Instant,
    random: &mut dyn FnMut() -> Option<Random>,
) -> Option<Return> {
    let serial = smartbox.cabinet().serial().clone();
    let own = parcel.boxes.iter().find(|own| own.serial == serial)?;
    if !smartbox.is_paired() {
        return None;
    }
    let mut exchange = 0;
    let mut ask = |smartbox: &mut ReferenceBox, request: &Request| {
        exchange += 1;
        let answer = smartbox.exchange(&write_request(exchange, request), now, &random()?).0;
        read_response(&answer).ok().map(|(_, response)| response)
    };
    let mut back = BoxReturn {
        serial,
        visited: now,
        clock_offset_ms: smartbox.cabinet().clock_offset_ms(),
        reports: Vec::new(),
        receipts: Vec::new(),
    };
    for envelope in &own.envelopes {
        if let Some(Response::Delivered { envelope }) = ask(smartbox, &Request::Deliver { envelope: envelope.clone() })
        {
            back.receipts.push(envelope);
        }
    }
    let mut from = own.read_from.max(1);
    while let Some(Response::Events { envelope, through, next }) =
        ask(smartbox, &Request::ReadEvents { from, at_most: EVENTS_A_MESSAGE })
    {
        if through > from {
            back.reports.push(envelope);
        }
        if through >= next || through <= from {
            break;
        }
        from = through;
    }
    Some(Return { boxes: vec![back] })
}
