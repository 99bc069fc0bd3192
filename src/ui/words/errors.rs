//! Refusals and errors in words: what was got, what was expected, what to do.

use super::times;
use crate::domain::WindowError;
use crate::journal::command::{Refusal, Thing};
use crate::journal::desk::DeskError;
use crate::journal::port::JournalError;
use crate::ui::edge::scan::ScanError;
use crate::ui::edge::webcrypto::KeyError;
use crate::ui::keyring::KeyTrouble;

/// Why a command came to nothing.
pub fn desk(error: &DeskError) -> String {
    match error {
        DeskError::Refused(refusal) => self::refusal(refusal),
        DeskError::Journal(error) => format!("Not saved. {}", journal(error)),
    }
}

/// Why the camera shows nothing, and what to do.
pub const fn scan(error: ScanError) -> &'static str {
    match error {
        ScanError::Refused => {
            "The camera is not allowed. Allow it in the site’s settings and try again, or type what stands on the label."
        }
        ScanError::NoCamera => "No camera was found. Type what stands on the label.",
        ScanError::Busy => {
            "The camera shows nothing. Close what else uses it and try again, or type what stands on the label."
        }
    }
}

/// Why this device can't sign.
pub fn keys(trouble: &KeyTrouble) -> String {
    match trouble {
        KeyTrouble::Randomness(error) => format!("{error}. Use another browser."),
        KeyTrouble::Missing => {
            "This device does not have the organization’s keys. Visit SmartBoxes from the device that began it."
                .to_owned()
        }
        KeyTrouble::Key(KeyError::Store(error)) => format!("This device’s keys can’t be read. {}", journal(error)),
        KeyTrouble::Key(error) => format!("This device’s keys can’t be used: {error}."),
        KeyTrouble::Desk(error) => desk(error),
    }
}

/// Why the rules refuse a command.
pub fn refusal(refusal: &Refusal) -> String {
    match refusal {
        Refusal::NotFounded => "There is no organization here yet. Begin one first.".to_owned(),
        Refusal::AlreadyFounded => "There is an organization here already. Reload the page to see it.".to_owned(),
        Refusal::Unknown(thing) => {
            let name = match thing {
                Thing::Location(_) => "location",
                Thing::Box(_) => "SmartBox",
                Thing::Key(_) => "key",
                Thing::Visitor(_) => "visitor",
                Thing::Booking(_) => "booking",
                Thing::Alias(_) => "alias code",
                Thing::Message(_) => "message",
                Thing::Device(_) => "device",
            };
            format!("That {name} is not known on this device. Choose another one.")
        }
        Refusal::UnknownZone(zone) => {
            format!("This browser does not know the time zone {zone}. Choose one from the list.")
        }
        Refusal::NameTaken(name) => format!("There is one called “{name}” already. Choose another name."),
        Refusal::SerialTaken(serial) => {
            format!("A SmartBox with serial number {serial} is here already. Check the label.")
        }
        Refusal::NoSuchBin => "That SmartBox has no such bin. Choose one of its bins.".to_owned(),
        Refusal::Window(error) => window(error),
        Refusal::EndPassed => "This booking would be over already. Choose an end that is still to come.".to_owned(),
        Refusal::Overlaps(ids) => match ids.len() {
            1 => "The key has another booking at that time.".to_owned(),
            n => format!("The key has {n} other bookings at that time."),
        },
        Refusal::Revoked => "This booking is revoked. Make a new one instead.".to_owned(),
        Refusal::PickedUp => {
            "The key of this booking was picked up, so it stays. Revoke the booking and make a new one for another key."
                .to_owned()
        }
        Refusal::WrongKind => "A one-time booking has a start and an end; an ongoing access has neither.".to_owned(),
        Refusal::NothingToDo => "Nothing was changed.".to_owned(),
        Refusal::NoLots => {
            "This device was given no booking codes to issue. Ask a manager to enrol it again.".to_owned()
        }
        Refusal::CodesExhausted { digits } => format!(
            "Every booking code of {digits} digits that this device may issue is taken. Choose more digits in Settings."
        ),
        Refusal::AlreadyImported(_) => {
            "An entry of this calendar was booked meanwhile. Look at the preview again, and import anew.".to_owned()
        }
        Refusal::AlreadyEnrolled => "That device belongs to this organization already.".to_owned(),
        Refusal::CodeInUse(user) => format!("This code is in use by {}. Choose another one.", user_of_code(user)),
        Refusal::CodeRests { .. } => {
            "This code was in use less than 90 days ago. Choose another one, so that nobody takes the one for the other."
                .to_owned()
        }
        Refusal::CodeTooNear(user) => format!(
            "This code is one wrong digit, or one swap of neighbours, away from that of {}. Choose another one.",
            user_of_code(user)
        ),
        Refusal::AliasRetired => "This alias code is retired. Choose another one.".to_owned(),
        Refusal::AliasLinked(_) => "This alias code is linked to a booking that is not over. Unlink it first.".to_owned(),
        Refusal::LinkedAlready(_) => "This booking has an alias code already. Unlink that one first.".to_owned(),
        Refusal::NotLinked => "No alias code is linked to this booking.".to_owned(),
        Refusal::NoStay => "Say first when and where the visitor of this alias code is expected.".to_owned(),
        Refusal::NoVisitor => "Say first for whom this alias code is.".to_owned(),
        Refusal::NoChannel => {
            "There is no e-mail address and no mobile number to write to. Add one, or hand the details over.".to_owned()
        }
        Refusal::TooSoon { .. } => "It is less than an hour since the last message. Try again later.".to_owned(),
        Refusal::StillWaiting(_) => {
            "A message that says this waits to be sent already: send it from Messages.".to_owned()
        }
        Refusal::NoSuchMove { .. } => "This message has gone on meanwhile. Look at it again.".to_owned(),
        Refusal::NotOut => "The visitor does not have the key, as far as any SmartBox has told.".to_owned(),
        Refusal::NotRevoked => "This booking is not revoked.".to_owned(),
        Refusal::Heard(_) => {
            "A SmartBox has heard of this already, so it can’t be taken back. Make a new booking instead.".to_owned()
        }
        Refusal::KeyedAlready => "The organization has keys already.".to_owned(),
        Refusal::NotKeyed => "The organization has no keys yet. Visit a SmartBox once, and it gets some.".to_owned(),
        Refusal::NoCredential => "That is no credential of this organization.".to_owned(),
        Refusal::OwnDevice => "A device can’t revoke itself. Use another manager’s device.".to_owned(),
        Refusal::NoGateway => "A gateway needs its address and a signing secret first.".to_owned(),
    }
}

fn user_of_code(user: &Thing) -> &'static str {
    if matches!(user, Thing::Alias(_)) { "an alias code" } else { "a booking" }
}

/// Why two times are no window, with the nearest that are.
pub fn window(error: &WindowError) -> String {
    match error {
        WindowError::StartSkipped(gap) | WindowError::EndSkipped(gap) => format!(
            "{} does not exist there: the clocks go forward. Choose {} or earlier, or {} or later.",
            times::exact(gap.given),
            gap.before.time(),
            gap.after.time()
        ),
        WindowError::EndNotAfterStart { start, end } => {
            format!("The end, {}, is not after the start, {}.", times::exact(*end), times::exact(*start))
        }
    }
}

/// What is wrong with the store.
pub fn journal(error: &JournalError) -> String {
    match error {
        JournalError::Moved { .. } => "Another tab was writing at the same moment. Try again.".to_owned(),
        JournalError::Full(_) => {
            "This device has no room left. Make room on it, then try again: nothing was lost.".to_owned()
        }
        JournalError::Unavailable(why) => {
            format!(
                "The browser's storage can't be used ({why}). Reload the page, or use a window that is not private."
            )
        }
        JournalError::Newer { found, known } => format!(
            "This device's data was written by a newer Latchbook (form {found}; this one knows {known}). Reload the page to get it."
        ),
        JournalError::Damaged { at, reason } => {
            format!("Entry {} of the journal can't be read ({reason}). Nothing was changed.", at.0)
        }
    }
}
