//! SmartBoxes in words: what a box shows a visitor, what it wrote down, how things stand with it.

use super::{errors, times};
use crate::domain::{BookingId, BoxId, Instant};
use crate::journal::desk::DeskError;
use crate::journal::port::JournalError;
use crate::journal::visits::Brought;
use crate::smartbox::protocol::contents::Command;
use crate::smartbox::protocol::messages::Failure;
use crate::smartbox::{
    Event, GrantState, Hindrance, KeyPlace, LinkError, LoggedEvent, Refusal, Screen, VisitError, VisitReport,
};
use crate::ui::kit::{StateKind, group_code};
use crate::ui::state::View;
use crate::ui::virtual_box::BoxTrouble;
use crate::ui::visits::{Via, VisitFailure, VisitSummary};

/// A clock that is off by less counts as right.
const RIGHT_MS: i64 = 60_000;

/// What the mood of a screen is; its words say the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mood {
    /// Nothing is going on.
    Rest,
    /// Go on.
    Go,
    /// No.
    No,
}

/// A screen in words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shown {
    /// The large line.
    pub title: String,
    /// The line below it: what to do.
    pub text: String,
    /// Its mood.
    pub mood: Mood,
}

/// What a box shows. `said` says a moment by the box's own clock.
pub fn screen(screen: &Screen, said: impl Fn(Instant) -> String) -> Shown {
    let shown = |mood, title: String, text: &str| Shown { title, text: text.to_owned(), mood };
    match screen {
        Screen::Ready => shown(Mood::Rest, "Type your code".to_owned(), "Or hold a key to the reader to return it."),
        Screen::Typing { digits } => shown(Mood::Rest, group_code(digits.expose()), "Then press Enter."),
        Screen::Opened { bin } => shown(Mood::Go, format!("Bin {bin} is open"), "Take your key, then close the door."),
        Screen::Taken { bin } => Shown {
            mood: Mood::Go,
            title: "You have the key".to_owned(),
            text: format!("Close the door of bin {bin}."),
        },
        Screen::ReturnHere { bin } => {
            shown(Mood::Go, format!("Bin {bin} is open"), "Put the key in, then close the door.")
        }
        Screen::Returned { bin } => Shown {
            mood: Mood::Go,
            title: "The key is back".to_owned(),
            text: format!("Close the door of bin {bin}. Thank you."),
        },
        Screen::Refused(why) => {
            let (title, text) = refusal(why, said);
            Shown { title, text, mood: Mood::No }
        }
        Screen::LockedOut { until } => {
            let (title, text) = refusal(&Refusal::LockedOut { until: *until }, said);
            Shown { title, text, mood: Mood::No }
        }
    }
}

/// Why a box did not open, as it tells the visitor: what is so, and what to do.
pub fn refusal(refusal: &Refusal, said: impl Fn(Instant) -> String) -> (String, String) {
    const ASK: &str = "Ask whoever gave you the code.";
    let (title, text) = match refusal {
        Refusal::TooEarly { from } => ("Too early", format!("This code works from {} on.", said(*from))),
        Refusal::Ended { at } => {
            ("This booking has ended", format!("It ended {}. A key can still be returned.", said(*at)))
        }
        Refusal::Revoked => ("This code was revoked", format!("It opens no more. {ASK}")),
        Refusal::NotLinkedYet => ("Not linked yet", format!("This code is right, but has no booking yet. {ASK}")),
        Refusal::KeyElsewhere { place: Some(KeyPlace::InBox { name }) } => {
            ("The key is elsewhere", format!("It is in the SmartBox “{name}”."))
        }
        Refusal::KeyElsewhere { place: Some(KeyPlace::WithVisitor) } => {
            ("The key is out", "A visitor has it and has not returned it yet.".to_owned())
        }
        Refusal::KeyElsewhere { place: Some(KeyPlace::Unknown) } => {
            ("The key is elsewhere", format!("It is in no SmartBox. {ASK}"))
        }
        Refusal::KeyElsewhere { place: None } => ("The key is elsewhere", format!("It was never in this box. {ASK}")),
        Refusal::BinDisabled { bin } => {
            return (format!("Bin {bin} is out of service"), format!("Your key is in it. {ASK}"));
        }
        Refusal::Unknown => ("Unknown code", "No booking here has this code. Look at it again.".to_owned()),
        Refusal::Mistyped => ("Mistyped", "A digit is wrong, or two are swapped. Type it again.".to_owned()),
        Refusal::LockedOut { .. } => ("Locked", "Too many wrong codes. Keys can still be returned.".to_owned()),
        Refusal::NoFreeBin { .. } => ("No bin is free", "Return the key at another SmartBox.".to_owned()),
    };
    (title.to_owned(), text)
}

/// Until when a screen says that the keypad is locked, by the box's clock.
pub fn locked_until(screen: &Screen) -> Option<Instant> {
    match screen {
        Screen::LockedOut { until } | Screen::Refused(Refusal::LockedOut { until }) => Some(*until),
        _ => None,
    }
}

/// Minutes and seconds left: “0:27”.
pub fn countdown(ms: i64) -> String {
    let seconds = (ms.max(0) + 999) / 1000;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// An entry of a box's log, as a sentence for the organization. The box is `it` ("It" under its own log, its name
/// elsewhere).
pub fn event(view: &View, smartbox: BoxId, event: &Event, it: &str) -> String {
    let its_clock = || if it == "It" { "Its clock".to_owned() } else { format!("{it}’s clock") };
    let at = |at: Instant| view.box_moment(at, smartbox);
    let key = |id| view.key_name(id);
    let visitor = |grant| view.visitor_name(BookingId(grant));
    match event {
        Event::Started => format!("{it} got power."),
        Event::ClockSet { from, to } => match to.ms() - from.ms() {
            ms if ms.abs() < RIGHT_MS => format!("{} was set by less than a minute.", its_clock()),
            ms if ms > 0 => format!("{} was set {} forward.", its_clock(), apart(ms)),
            ms => format!("{} was set {} back.", its_clock(), apart(ms)),
        },
        Event::GrantsMerged { count: 1 } => format!("{it} took in 1 change."),
        Event::GrantsMerged { count } => format!("{it} took in {count} changes."),
        Event::PickUp { grant, key: id, bin } => {
            format!("{} picked up {} from bin {bin}.", visitor(*grant), key(*id))
        }
        Event::DropOff { key: id, bin } => format!("{} was returned to bin {bin}.", key(*id)),
        Event::Refused { refusal, grant } => {
            let why = refused(view, smartbox, refusal);
            match grant {
                Some(grant) => format!("{it} refused {}’s code: {why}.", visitor(*grant)),
                None => format!("{it} refused {why}."),
            }
        }
        Event::LockedOut { until } => format!("{it} locked its keypad until {}: too many wrong codes.", at(*until)),
        Event::BinEnabled { bin } => format!("Bin {bin} went into service."),
        Event::BinDisabled { bin } => format!("Bin {bin} went out of service."),
        Event::OpenedAndNothingTaken { grant, bin } => {
            format!("Bin {bin} was opened for {}, and nothing was taken.", visitor(*grant))
        }
        Event::OpenedAndNothingReturned { key: id, bin } => {
            format!("Bin {bin} was opened for {}, and nothing was put in.", key(*id))
        }
        Event::KeyTakenByHand { bin, key: id } => format!("{} was taken out of bin {bin} by hand.", key(*id)),
        Event::KeyPutByHand { bin, key: id } => format!("{} was put into bin {bin} by hand.", key(*id)),
        Event::CodeTaken { grant, by } => format!(
            "{} and {} have one code at the same time: it opens for {}.",
            visitor(*grant),
            visitor(*by),
            visitor(*by)
        ),
        Event::Paired => format!("{it} was paired."),
        Event::OpenedByCommand { bin, by } => {
            let who = view.ledger.device(*by).map_or_else(|| "A device".to_owned(), |device| device.name.to_string());
            format!("{who} had bin {bin} opened.")
        }
        Event::LogBegun { .. } => format!("{it} began its log anew."),
        Event::ServicePressed => "Somebody pressed the service button.".to_owned(),
    }
}

/// A refusal as half a sentence: after “It refused Ada’s code:”, or after “It refused” where no grant has the code.
fn refused(view: &View, smartbox: BoxId, refusal: &Refusal) -> String {
    let at = |at: Instant| view.box_moment(at, smartbox);
    match refusal {
        Refusal::TooEarly { from } => format!("too early, it works from {} on", at(*from)),
        Refusal::Ended { at: end } => format!("the booking ended {}", at(*end)),
        Refusal::Revoked => "it was revoked".to_owned(),
        Refusal::NotLinkedYet => "it has no booking yet".to_owned(),
        Refusal::KeyElsewhere { place: Some(KeyPlace::InBox { name }) } => format!("the key is in {name}"),
        Refusal::KeyElsewhere { place: Some(KeyPlace::WithVisitor) } => "the key is with a visitor".to_owned(),
        Refusal::KeyElsewhere { .. } => "the key is not in this box".to_owned(),
        Refusal::BinDisabled { bin } => format!("bin {bin} is out of service"),
        Refusal::Unknown => "a code that no booking has".to_owned(),
        Refusal::Mistyped => "a mistyped code".to_owned(),
        Refusal::LockedOut { .. } => "a code, since the keypad is locked".to_owned(),
        Refusal::NoFreeBin { key } => format!("{}, since no bin is free", view.key_name(*key)),
    }
}

/// Something of one kind, counted: “1 change”, “3 changes”.
fn count(n: u64, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

/// How things stand with what a box must know.
pub fn standing(view: &View, id: BoxId) -> (StateKind, String) {
    let Some(known) = view.ledger.smartbox(id) else { return (StateKind::Plain, "not known here".to_owned()) };
    let (owed, _) = view.ledger.owed(id, view.zones, view.now);
    let accepted = owed.iter().filter(|g| g.state == GrantState::Revoked && known.holds(g.id).is_some());
    match (accepted.count() as u64, owed.len() as u64) {
        _ if known.pairing().is_none() && !known.details().virtual_box => {
            (StateKind::Waiting, "not paired yet".to_owned())
        }
        (0, 0) if known.visited().is_none() => (StateKind::Plain, "never visited".to_owned()),
        (0, 0) => (StateKind::Live, "up to date".to_owned()),
        (0, n) => (StateKind::Waiting, format!("{} to deliver", count(n, "change"))),
        (n, _) => (StateKind::Wrong, format!("still accepts {}", count(n, "revoked code"))),
    }
}

/// When a box was last visited: “never visited”, “visited today 14:02”.
pub fn last_visit(view: &View, id: BoxId) -> String {
    let visited = view.ledger.smartbox(id).and_then(|b| b.visited());
    visited.map_or_else(|| "never visited".to_owned(), |(at, _)| format!("visited {}", view.box_moment(at, id)))
}

/// Since when a box is owed what it is owed: “since today 09:12”.
pub fn owed_since(view: &View, id: BoxId) -> Option<String> {
    let (owed, _) = view.ledger.owed(id, view.zones, view.now);
    let since = owed.iter().map(|grant| grant.stamp.time()).min()?;
    Some(format!("since {}", view.box_moment(since, id)))
}

/// How a box on a wall is reached.
pub const fn via(via: Via) -> &'static str {
    match via {
        Via::Bluetooth => "Bluetooth",
        Via::Cable => "A cable",
    }
}

/// How far a clock is off.
pub fn clock(offset_ms: i64) -> String {
    match offset_ms {
        ms if ms.abs() < RIGHT_MS => "right".to_owned(),
        ms if ms > 0 => format!("{} ahead", apart(ms)),
        ms => format!("{} behind", apart(ms)),
    }
}

/// How far two clocks are apart, to the nearest minute: an hour less what an answer takes is an hour.
fn apart(ms: i64) -> String {
    times::lasting((ms.abs() + 30_000) / 60_000 * 60_000)
}

/// A visit that came to its end: a title, and what else there is to know.
pub fn visited(view: &View, id: BoxId, summary: &VisitSummary) -> (String, String) {
    let report = &summary.report;
    let changes = |n| count(n, "change");
    let title = match (report.confirmed.len() as u64, report.events) {
        (0, 0) => "Nothing to deliver and nothing new to read.".to_owned(),
        (0, n) => format!("{} read; there was nothing to deliver.", count(n, "event")),
        (n, 0) => format!("{} delivered; there was nothing new to read.", changes(n)),
        (n, read) => format!("{} delivered, {} read.", changes(n), count(read, "event")),
    };
    let mut said = vec![title];
    if let Some(order) = &summary.order {
        let (what, done) = ordered(order);
        said.insert(0, capital(&format!("{what} was {done}.")));
    }
    said.extend(happened(view, id, summary));
    let title = said.remove(0);
    (title, said.join(" "))
}

/// What a box does at once: the name of the command, and what happens.
pub const fn command(command: &Command) -> (&'static str, &'static str) {
    match command {
        Command::Status => ("", ""),
        Command::SetClock { .. } => {
            ("Set Clock", "The box’s clock is set to this device’s. From then on it decides by that which codes work.")
        }
        Command::OpenBin { .. } => (
            "Open a Bin",
            "The door opens at once and with no code, for whoever stands before the box. The box notes that this device had it opened.",
        ),
        Command::SetBin { enabled: true, .. } => {
            ("Enable a Bin", "The bin goes into service: codes open it, and keys come back into it.")
        }
        Command::SetBin { .. } => (
            "Disable a Bin",
            "The bin goes out of service: no code opens it, and no key comes back into it. A key in it stays there until the bin is enabled, or opened from here.",
        ),
        Command::BeginLog { .. } => (
            "Begin a New Log",
            "The box drops every event that it still holds: they count as lost. What happens from then on is read again.",
        ),
        Command::Reset => (
            "Factory Reset",
            "The box forgets your organization and every code. It opens for nobody until it is paired again, with its label. Before that its events are read. Press the service button inside the box first: it holds for a minute.",
        ),
    }
}

/// A command in the middle of a sentence: what is changed, and what was done to it.
fn ordered(order: &Command) -> (String, &'static str) {
    let (what, done) = match order {
        Command::OpenBin { bin } => return (format!("bin {bin}"), "opened"),
        Command::SetBin { bin, enabled: true } => return (format!("bin {bin}"), "put into service"),
        Command::SetBin { bin, .. } => return (format!("bin {bin}"), "taken out of service"),
        Command::BeginLog { .. } => ("its log", "begun anew"),
        Command::Reset => ("the box", "reset"),
        Command::Status | Command::SetClock { .. } => ("its clock", "set"),
    };
    (what.to_owned(), done)
}

/// What a visit that broke off is called.
fn broken_title(failure: &VisitFailure, summary: &VisitSummary) -> String {
    match (&summary.order, failure) {
        (Some(order), _) if !summary.ordered => {
            let (what, done) = ordered(order);
            // A box that has never answered was not told either.
            let told = !summary.report.bins.is_empty();
            match failure {
                VisitFailure::Link(_) | VisitFailure::Cancelled if told => {
                    format!("Whether {what} was {done} is not known")
                }
                _ => capital(&format!("{what} was not {done}")),
            }
        }
        (_, VisitFailure::Cancelled) => "The visit was cancelled".to_owned(),
        _ => "The visit broke off".to_owned(),
    }
}

/// The same with a capital at its beginning.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A visit that broke off: a title; why and what to do, and what was done until then.
pub fn broken_off(view: &View, id: BoxId, failure: &VisitFailure, summary: &VisitSummary) -> (String, String) {
    let done = &summary.report;
    let mut more = vec![self::failure(failure)];
    if !done.confirmed.is_empty() || done.events > 0 {
        let grants = count(done.confirmed.len() as u64, "change");
        more.push(format!("Before that, {grants} and {} came through, and count.", count(done.events, "event")));
    }
    more.extend(happened(view, id, summary));
    (broken_title(failure, summary), more.join(" "))
}

fn happened(view: &View, id: BoxId, summary: &VisitSummary) -> Vec<String> {
    let exchanges: Vec<&LoggedEvent> = (summary.events.iter())
        .filter(|logged| matches!(logged.event, Event::PickUp { .. } | Event::DropOff { .. }))
        .collect();
    let skipped = exchanges.len().saturating_sub(4);
    let mut said: Vec<String> = exchanges[skipped..]
        .iter()
        .map(|logged| {
            let what = event(view, id, &logged.event, "It");
            format!("{}, {}.", what.trim_end_matches('.'), view.box_moment(logged.at, id))
        })
        .collect();
    if skipped > 0 {
        said.insert(0, format!("{} before those below.", count(skipped as u64, "exchange")));
    }
    said.extend(warnings(view, &summary.report));
    said
}

fn warnings(view: &View, report: &VisitReport) -> Vec<String> {
    let mut said = Vec::new();
    if report.clock_set {
        said.push(format!("Its clock was {}, and was set right.", clock(report.clock_offset_ms)));
    }
    let lost: u64 = report.lost.iter().map(|run| run.count()).sum();
    if lost > 0 {
        said.push(format!("It had lost {} before anyone read them.", count(lost, "event")));
    }
    for hindered in &report.refused {
        let booking = BookingId(hindered.grant);
        let (what, code) = match view.ledger.booking(booking) {
            Some(_) => {
                let who = view.visitor_name(booking);
                (format!("{who}’s booking"), format!("{who}’s code"))
            }
            None => ("An alias code".to_owned(), "An alias code".to_owned()),
        };
        said.push(match hindered.by {
            Hindrance::Full { capacity } => {
                format!("{what} found no room: the box holds {capacity} and is full.")
            }
            Hindrance::CodeTaken { by } => {
                let other = view.visitor_name(BookingId(by));
                format!("{code} opens for {other} while both are open.")
            }
        });
    }
    if report.log_restarted {
        said.push(
            "Its log is not the one that was read before: have a new one begun, by Commands on its page.".to_owned(),
        );
    }
    if report.digest_agrees == Some(false) {
        said.push("It holds something else than it should. Deliver again.".to_owned());
    }
    said
}

/// What a courier brought from a box, once it is taken in.
pub fn brought(name: &str, brought: &Brought, read: usize, agrees: bool) -> String {
    let changes = count(brought.confirmed.len() as u64, "change");
    let mut said = format!(
        "{name}: it confirmed {changes}, and {} new.",
        match read {
            1 => "1 event is".to_owned(),
            n => format!("{n} events are"),
        }
    );
    if brought.digest.is_some() && agrees {
        said.push_str(" Read back: it holds exactly what it should.");
    }
    if let Some(missing) = brought.missing {
        said.push_str(&format!(
            " Events {} to {} were not brought: another courier has them, or the next visit reads them.",
            missing.first, missing.last
        ));
    }
    let lost: u64 = brought.lost.iter().map(|(first, last)| last.saturating_sub(*first) + 1).sum();
    if lost > 0 {
        said.push_str(&format!(" It had lost {} before anyone read them.", count(lost, "event")));
    }
    if brought.log_restarted {
        said.push_str(" Its log is not the one that was read before: have a new one begun at a visit.");
    }
    if brought.not_believed > 0 {
        said.push_str(&format!(" {} of it was not from this box, and is not believed.", brought.not_believed));
    }
    said
}

/// Why a visit broke off, and what to do.
pub fn failure(failure: &VisitFailure) -> String {
    match failure {
        VisitFailure::Cancelled => "The next visit does the rest.".to_owned(),
        VisitFailure::Box(trouble) => self::trouble(trouble),
        VisitFailure::Link(error) => link(*error).to_owned(),
        VisitFailure::Visit(VisitError::WrongBox { expected, got }) => {
            format!("Another box answered: {got}, where {expected} was meant. Check its label.")
        }
        VisitFailure::Visit(VisitError::Version(versions)) => format!(
            "The box speaks versions {} to {} of the protocol, which this app does not. Update whichever is older.",
            versions.low, versions.high
        ),
        VisitFailure::Keys(trouble) => errors::keys(trouble),
        VisitFailure::Visit(VisitError::Failed(Failure::NotPaired)) => {
            "The box belongs to nobody yet, or was reset. Pair it with its label.".to_owned()
        }
        VisitFailure::Visit(VisitError::Failed(Failure::AlreadyPaired)) => {
            "The box is paired already. Press the service button inside it, and try again within a minute.".to_owned()
        }
        VisitFailure::Visit(VisitError::Failed(why)) => format!("The box refused: {why}."),
        VisitFailure::Visit(error) => format!("The box answered something that is no answer ({error}). Deliver again."),
        VisitFailure::Store(error @ DeskError::Journal(JournalError::Full(_))) => {
            format!("{} The box keeps its events until then.", errors::desk(error))
        }
        VisitFailure::Store(error) => {
            format!("What the box told could not be kept, so it keeps it. {}", errors::desk(error))
        }
    }
}

/// Why there is no link to a box, and what to do.
pub const fn link(error: LinkError) -> &'static str {
    match error {
        LinkError::Unsupported => "This browser can’t reach boxes. Use Chrome or Edge, or carry a file.",
        LinkError::NoAdapter => "Bluetooth is off, or this device has none. Turn it on, and try again.",
        LinkError::Refused => {
            "The browser does not allow it. Allow this page to use devices in the site’s settings, and try again."
        }
        LinkError::NotChosen => {
            "No box was chosen. If yours is not in the list, go nearer to it and look whether it has power."
        }
        LinkError::OutOfRange => "The box is out of reach. Go nearer, or plug it in, and try again.",
        LinkError::WrongDevice => {
            "That device is no SmartBox this app can talk to. Choose another, or update whichever is older."
        }
        LinkError::Busy => "The box is talking to another phone, program or tab. Close that, and try again.",
        LinkError::Cut => "The link to the box was cut. Deliver again.",
        LinkError::TimedOut { .. } => "The box did not answer in time. Look whether it has power, and deliver again.",
        LinkError::Garbled => {
            "What the box answered was garbled on its way. Go nearer, or look at the cable, and deliver again."
        }
        LinkError::TooLong { .. } => "What the box is owed is too long for one message.",
    }
}

/// What is wrong with a virtual SmartBox.
pub fn trouble(trouble: &BoxTrouble) -> String {
    match trouble {
        BoxTrouble::OutOfReach => "Latchbook knows no such SmartBox here. Reload the page.".to_owned(),
        BoxTrouble::Shelf(error) => format!("The virtual SmartBox can’t be kept. {}", errors::journal(error)),
        BoxTrouble::Randomness(error) => format!("{error}. Use another browser."),
        BoxTrouble::State(error) => {
            format!(
                "What this browser kept of the virtual SmartBox can’t be read ({error}). Reload the page to get the newest Latchbook."
            )
        }
    }
}
