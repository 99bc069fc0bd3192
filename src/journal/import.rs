//! What a calendar would change, shown before anything is written: from a file that was read to a preview, and from the
//! preview and people's choices to one command. Pure.
//!
//! An entry and its booking know each other by [`Source`] and by the key that the import was for. So the same file again
//! changes nothing, an entry that moved moves its booking, and one that is gone or cancelled only offers to revoke it.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

use super::command::{
    BookingVisitor, CalendarImport, NewBooking, Notify, Overlap, Refusal, RequestedRight, Reschedule, Thing,
};
use super::fact::Source;
use super::ledger::{Booking, Ledger};
use super::taken::{Span, Taken};
use crate::collections::{Table, insert_in_order, sort_by};
use crate::domain::ics::{self, Calendar, EntryTime, Hints, Kind, Service};
use crate::domain::time::{Resolved, SkippedTime};
use crate::domain::{
    BookingId, BookingWindow, EmailAddress, Instant, KeyId, Language, MobileNumber, Name, Note, VisitorDetails,
    WallTime, WindowError, ZoneBook, ZoneName, ZoneRules,
};

/// What a calendar would change.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportPlan {
    /// For which key.
    pub key: KeyId,
    /// The calendar, as in [`Source`]: its product and its name.
    pub calendar: String,
    /// Its entries in the file's order, then the bookings whose entries are gone, by their start.
    pub items: Vec<Item>,
}

/// One entry, or one booking whose entry is gone.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// The entry's `UID`; empty where it has none.
    pub uid: String,
    /// The line of the file; none for a booking whose entry is gone.
    pub line: Option<u32>,
    /// What people will recognise it by: the visitor's name or the entry's summary. It may be about a person.
    pub title: String,
    /// When it starts, by the clocks at the key's home; none where that can't be told.
    pub start: Option<WallTime>,
    /// When it ends, by the clocks at the key's home; none where that can't be told.
    pub end: Option<WallTime>,
    /// What would come of it.
    pub outcome: Outcome,
}

/// What would come of an entry.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// A booking, unless somebody decides against it.
    Make(NewBooking),
    /// Its booking moves, unless somebody decides against it.
    Move(Moved),
    /// Its booking stays as it is.
    Unchanged(BookingId),
    /// It is no booking: the owner closed the period.
    Blocked,
    /// Only when somebody says so.
    Ask {
        /// Why.
        why: AskReason,
        /// What shares time with it, and would all the same.
        overlaps: Vec<Overlapping>,
        /// What would be done.
        proposal: Proposal,
    },
    /// Its booking is revoked, but only when somebody says so.
    OfferRevoke {
        /// Which booking.
        booking: BookingId,
        /// Why.
        why: RevokeReason,
    },
    /// It is cancelled, and there is no booking to revoke.
    Cancelled,
    /// Its booking was revoked, and stays so.
    WasRevoked(BookingId),
    /// Nothing can come of it.
    Refused(ImportRefusal),
}

impl Outcome {
    /// What happens when nobody chooses; nothing when there is no choice.
    pub const fn default_choice(&self) -> Option<bool> {
        match self {
            Self::Make(_) | Self::Move(_) => Some(true),
            Self::Ask { .. } | Self::OfferRevoke { .. } => Some(false),
            Self::Unchanged(_) | Self::Blocked | Self::Cancelled | Self::WasRevoked(_) | Self::Refused(_) => None,
        }
    }
}

/// A booking whose entry moved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moved {
    /// Where it is.
    pub from: BookingWindow,
    /// Where it would be.
    pub to: Reschedule,
}

/// What would be done if somebody says so.
#[derive(Clone, Debug, PartialEq)]
pub enum Proposal {
    /// A booking is made.
    Make(NewBooking),
    /// A booking is moved.
    Move(Moved),
}

/// Why it takes somebody to decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskReason {
    /// The service does not say whether it is a reservation.
    Undetermined,
    /// Dates in a calendar that is otherwise kept by the hour.
    AllDay,
    /// It repeats, and only the first time would become a booking.
    Recurring,
    /// It shares time with others, and that is all there is to it (rule 10).
    Overlaps,
}

/// What an entry shares time with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Overlapping {
    /// A booking, where it is now.
    Booking(BookingId),
    /// Another item of the plan, by its place in it.
    Item(usize),
}

/// Why a booking may have to be revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RevokeReason {
    /// Its entry is cancelled.
    Cancelled,
    /// Its entry is not in the calendar any more.
    Gone,
    /// Its entry is a closed period now.
    Blocked,
}

/// Why nothing can come of an entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImportRefusal {
    /// Its start and end are no window: with the nearest times, where the clocks skip one.
    #[error(transparent)]
    Window(#[from] WindowError),
    /// It could not be read.
    #[error(transparent)]
    Entry(ics::EntryProblem),
    /// It names a zone that is not known here.
    #[error("the time zone “{0}” is not known here")]
    UnknownZone(String),
    /// It lies outside of the years 1970 to 2199.
    #[error("expected a year from 1970 to 2199, got {0}")]
    OutOfRange(EntryTime),
}

/// The zones that a calendar's entries name, in which [`plan`] needs the rules beside those of the key's home.
pub fn zones_needed(calendar: &Calendar) -> Vec<ZoneName> {
    let mut zones = Vec::new();
    for entry in &calendar.entries {
        for time in [&entry.start, &entry.end] {
            let zone = match time {
                EntryTime::Local { zone, .. } => Some(zone),
                EntryTime::Floating(_) => calendar.zone.as_ref(),
                EntryTime::Date(_) | EntryTime::Utc(_) => None,
            };
            if let Some(zone) = zone.and_then(|zone| ZoneName::parse(zone)) {
                insert_in_order(&mut zones, zone);
            }
        }
    }
    zones
}

/// What a calendar is known by: its product and its name.
pub fn identity(calendar: &Calendar) -> String {
    let part = |text: &Option<String>| text.clone().unwrap_or_default();
    format!("{}|{}", part(&calendar.product), part(&calendar.name))
}

/// What a calendar would change for a key. Visitors that the calendar does not tell the language of get `language`.
///
/// # Errors
/// [`Refusal::Unknown`] when there is no such key; [`Refusal::UnknownZone`] when the rules of its home are not handed in.
pub fn plan(
    ledger: &Ledger,
    key: KeyId,
    calendar: &Calendar,
    zones: &ZoneBook,
    language: Language,
    now: Instant,
) -> Result<ImportPlan, Refusal> {
    let planner = Planner { ledger, key, calendar, identity: identity(calendar), zones, language, now };
    let own = ledger.imported_for(key).filter(|(.., source)| source.calendar == planner.identity);
    let mut known: Vec<Known> = own.map(|(id, booking, source)| (source.uid.as_str(), id, booking)).collect();
    // Two devices may have made one entry's booking twice; whichever is not revoked stands for it.
    let rank = |known: &Known| (known.2.revoked().is_some(), known.1);
    sort_by(&mut known, |one, other| one.0.cmp(other.0).then_with(|| rank(one).cmp(&rank(other))));
    known.dedup_by_key(|known| known.0);
    let mut drafts = Vec::new();
    for entry in &calendar.entries {
        let uid = source_uid(entry);
        let place = known.binary_search_by(|known| known.0.cmp(&uid)).ok();
        drafts.push(planner.entry(entry, place.map(|place| (known[place].1, known[place].2)))?);
    }
    drafts.extend(calendar.refused.iter().map(|refused| {
        Draft::settled(Item {
            uid: refused.uid.clone().unwrap_or_default(),
            line: Some(refused.line),
            title: refused.summary.clone().unwrap_or_default(),
            start: None,
            end: None,
            outcome: Outcome::Refused(ImportRefusal::Entry(refused.problem.clone())),
        })
    }));
    sort_by(&mut drafts, |one, other| one.item.line.cmp(&other.item.line));
    drafts.extend(planner.gone(&known));
    planner.settle_overlaps(&mut drafts)?;
    let items = drafts.into_iter().map(|draft| draft.item).collect();
    Ok(ImportPlan { key, calendar: planner.identity, items })
}

impl ImportPlan {
    /// The command that does what was chosen, by the items' places: what is not in `choices` goes by its default.
    pub fn decide(&self, choices: &Table<usize, bool>) -> CalendarImport {
        let mut import = CalendarImport {
            key: self.key,
            calendar: self.calendar.clone(),
            make: Vec::new(),
            reschedule: Vec::new(),
            revoke: Vec::new(),
        };
        for (index, item) in self.items.iter().enumerate() {
            let Some(default) = item.outcome.default_choice() else { continue };
            if !choices.get(index).copied().unwrap_or(default) {
                continue;
            }
            match &item.outcome {
                Outcome::Make(new) | Outcome::Ask { proposal: Proposal::Make(new), .. } => {
                    import.make.push(new.clone())
                }
                Outcome::Move(moved) | Outcome::Ask { proposal: Proposal::Move(moved), .. } => {
                    import.reschedule.push(moved.to);
                }
                Outcome::OfferRevoke { booking, .. } => import.revoke.push(*booking),
                _ => {}
            }
        }
        import
    }
}

/// An item, and the time that it would take if it is to take any.
struct Draft {
    item: Item,
    takes: Option<(KeyId, Span)>,
}

impl Draft {
    fn settled(item: Item) -> Self {
        Self { item, takes: None }
    }
}

/// A booking of the calendar, and before it what its entry is known by.
type Known<'a> = (&'a str, BookingId, &'a Booking);

struct Planner<'a> {
    ledger: &'a Ledger,
    key: KeyId,
    calendar: &'a Calendar,
    identity: String,
    zones: &'a ZoneBook,
    language: Language,
    now: Instant,
}

impl Planner<'_> {
    fn rules(&self, key: KeyId) -> Result<&ZoneRules, Refusal> {
        let home = self.ledger.home(key).ok_or(Refusal::Unknown(Thing::Key(key)))?;
        self.zones.get(&home.zone).ok_or_else(|| Refusal::UnknownZone(home.zone.clone()))
    }

    fn entry(&self, entry: &ics::Entry, known: Option<(BookingId, &Booking)>) -> Result<Draft, Refusal> {
        // A booking may have got another key since (rule 4), in another zone and with hours of its own.
        let key = known.map_or(self.key, |(_, booking)| booking.key());
        let hints = ics::hints(entry, self.calendar);
        let name = visitor_name(entry, &hints, self.calendar);
        let kind = ics::classify(entry, self.calendar.service());
        let titled_by_summary = entry.cancelled || matches!(kind, Kind::Blocked | Kind::AllDay);
        let title = if titled_by_summary && hints.name.is_none() { &entry.summary } else { name.as_str() };
        let mut item = Item {
            uid: entry.uid.clone(),
            line: Some(entry.line),
            title: title.to_owned(),
            start: None,
            end: None,
            outcome: Outcome::Cancelled,
        };
        let times = self.times(entry, key)?;
        if let Ok((start, end)) = times {
            (item.start, item.end) = (Some(start), Some(end));
        }
        let live = known.filter(|(_, booking)| booking.revoked().is_none());
        let withdrawn = match kind {
            _ if entry.cancelled => Some((RevokeReason::Cancelled, Outcome::Cancelled)),
            Kind::Blocked => Some((RevokeReason::Blocked, Outcome::Blocked)),
            _ => None,
        };
        if let Some((why, otherwise)) = withdrawn {
            item.outcome = match live {
                Some((booking, known)) if !self.is_over(known) => Outcome::OfferRevoke { booking, why },
                Some((booking, _)) => Outcome::Unchanged(booking),
                None => otherwise,
            };
            return Ok(Draft::settled(item));
        }
        if let (Some((booking, _)), None) = (known, live) {
            item.outcome = Outcome::WasRevoked(booking);
            return Ok(Draft::settled(item));
        }
        let rules = self.rules(key)?;
        let window = times.and_then(|(start, end)| Ok(BookingWindow::new(start, end, rules)?));
        let window = match window {
            Ok(window) => window,
            Err(refusal) => {
                item.outcome = Outcome::Refused(refusal);
                return Ok(Draft::settled(item));
            }
        };
        let takes = Some((key, window.instants(rules)));
        if let Some((booking, known)) = live {
            let from = known.right().window().filter(|from| {
                // What somebody set by hand stays until the entry itself moves; what is over is not written anew.
                let moved = *from != window && known.imported() != Some(window);
                moved && !(self.is_over(known) && window.instants(rules).1 <= self.now)
            });
            let Some(from) = from else {
                item.outcome = Outcome::Unchanged(booking);
                return Ok(Draft::settled(item));
            };
            let to = Reschedule { booking, start: window.start(), end: window.end(), overlap: Overlap::Refuse };
            item.outcome = Outcome::Move(Moved { from, to });
            return Ok(Draft { item, takes });
        }
        let details = VisitorDetails {
            name,
            email: hints.email.as_deref().and_then(|email| EmailAddress::parse(email).ok()),
            mobile: hints.mobile.as_deref().and_then(|mobile| MobileNumber::parse(mobile).ok()),
            language: self.language,
        };
        let new = NewBooking {
            key,
            notes: notes(entry, &details),
            visitor: BookingVisitor::Described(details),
            right: RequestedRight::OneTime { start: window.start(), end: window.end() },
            reminder: false,
            overlap: Overlap::Refuse,
            source: Some(Source { calendar: self.identity.clone(), uid: source_uid(entry) }),
            alias: None,
            // Services tell their guests themselves, and a whole calendar is no occasion to write to everybody.
            notify: Notify::Nobody,
        };
        let ask = |why| Outcome::Ask { why, overlaps: Vec::new(), proposal: Proposal::Make(new.clone()) };
        item.outcome = match kind {
            Kind::Undetermined => ask(AskReason::Undetermined),
            Kind::AllDay => ask(AskReason::AllDay),
            Kind::Recurring => ask(AskReason::Recurring),
            Kind::Reservation | Kind::Blocked => Outcome::Make(new),
        };
        Ok(Draft { item, takes })
    }

    fn is_over(&self, booking: &Booking) -> bool {
        let rules = self.ledger.rules(booking.key(), self.zones);
        booking.right().window().zip(rules).is_some_and(|(window, rules)| window.instants(rules).1 <= self.now)
    }

    /// Bookings of this calendar that are not over, and whose entries are not in the file any more.
    fn gone(&self, known: &[Known]) -> Vec<Draft> {
        let mut entries: Vec<String> = self.calendar.entries.iter().map(source_uid).collect();
        sort_by(&mut entries, Ord::cmp);
        let mut refused: Vec<&str> = self.calendar.refused.iter().filter_map(|r| r.uid.as_deref()).collect();
        sort_by(&mut refused, Ord::cmp);
        let mut gone: Vec<Draft> = known
            .iter()
            .filter(|(source, _, booking)| {
                entries.binary_search_by(|entry| entry.as_str().cmp(source)).is_err()
                    && refused.binary_search(&entry_uid(source)).is_err()
                    && booking.revoked().is_none()
                    && !self.is_over(booking)
            })
            .map(|(source, id, booking)| {
                let window = booking.right().window();
                Draft::settled(Item {
                    uid: entry_uid(source).to_owned(),
                    line: None,
                    title: self.ledger.visitor(booking.visitor()).map_or(String::new(), |v| v.name.to_string()),
                    start: window.map(BookingWindow::start),
                    end: window.map(BookingWindow::end),
                    outcome: Outcome::OfferRevoke { booking: *id, why: RevokeReason::Gone },
                })
            })
            .collect();
        sort_by(&mut gone, |a, b| (a.item.start, &a.item.uid).cmp(&(b.item.start, &b.item.uid)));
        gone
    }

    /// Start and end by the clocks at a key's home.
    fn times(&self, entry: &ics::Entry, key: KeyId) -> Result<Result<(WallTime, WallTime), ImportRefusal>, Refusal> {
        let home = self.rules(key)?;
        let details = self.ledger.key(key).ok_or(Refusal::Unknown(Thing::Key(key)))?.details();
        let start = || -> Result<WallTime, ImportRefusal> {
            match &entry.start {
                EntryTime::Date(date) => Ok(day(*date)?.date().at(details.check_in)),
                other => self.wall(other, home, Edge::Start),
            }
        };
        let end = || -> Result<WallTime, ImportRefusal> {
            match &entry.end {
                EntryTime::Date(date) => Ok(day(*date)?.date().at(details.check_out)),
                other => self.wall(other, home, Edge::End),
            }
        };
        Ok(start().and_then(|start| Ok((start, end()?))))
    }

    fn wall(&self, time: &EntryTime, home: &ZoneRules, edge: Edge) -> Result<WallTime, ImportRefusal> {
        let (at, zone) = match time {
            EntryTime::Date(date) => (date.and_time(NaiveTime::MIN), None),
            EntryTime::Floating(at) => (*at, self.calendar.zone.as_deref()),
            EntryTime::Local { at, zone } => (*at, Some(zone.as_str())),
            EntryTime::Utc(at) => {
                let wall = wall_time(*at).ok_or_else(|| ImportRefusal::OutOfRange(time.clone()))?;
                return Ok(home.wall(wall.as_utc()));
            }
        };
        let wall = wall_time(at).ok_or_else(|| ImportRefusal::OutOfRange(time.clone()))?;
        let Some(zone) = zone.filter(|zone| *zone != home.name().as_str()) else { return Ok(wall) };
        let unknown = || ImportRefusal::UnknownZone(zone.to_owned());
        let rules = ZoneName::parse(zone).and_then(|name| self.zones.get(&name)).ok_or_else(unknown)?;
        match (rules.resolve(wall), edge) {
            (Resolved::Once(at), _)
            | (Resolved::Twice { earlier: at, .. }, Edge::Start)
            | (Resolved::Twice { later: at, .. }, Edge::End) => Ok(home.wall(at)),
            (Resolved::Skipped(gap), edge) => Err(edge.skipped(gap).into()),
        }
    }

    /// Asks about whatever would share time with others. All moves are thought of as done together, since entries may
    /// change places; of two that get in each other's way the later one in the file is asked about, and so on until the
    /// rest fits.
    fn settle_overlaps(&self, drafts: &mut [Draft]) -> Result<(), Refusal> {
        let mut taken: Table<KeyId, Taken<Overlapping>> = Table::default();
        let mut asked: Table<KeyId, Taken<Overlapping>> = Table::default();
        for (key, _) in drafts.iter().filter_map(|draft| draft.takes) {
            if !taken.contains_key(key) {
                let known = self.ledger.taken(key, self.rules(key)?);
                taken.insert(key, known.map(Overlapping::Booking));
                asked.insert(key, Taken::default());
            }
        }
        let place = |taken: &mut Table<KeyId, Taken<Overlapping>>, key, by, span| {
            taken.get_or_insert_with(key, Taken::default).insert(by, span);
        };
        let old_place = |moved: &Moved, key: KeyId| Ok::<_, Refusal>(moved.from.instants(self.rules(key)?));

        let mut moves: Vec<(usize, KeyId, Span, Moved)> = Vec::new();
        for (index, draft) in drafts.iter().enumerate() {
            if let (Outcome::Move(moved), Some((key, span))) = (&draft.item.outcome, draft.takes) {
                moves.push((index, key, span, *moved));
            }
        }
        for (index, key, span, moved) in &moves {
            let known = taken.get_or_insert_with(*key, Taken::default);
            known.remove(Overlapping::Booking(moved.to.booking), old_place(moved, *key)?);
            place(&mut taken, *key, Overlapping::Item(*index), *span);
        }
        loop {
            let in_the_way = moves.iter().rposition(|(index, key, span, _)| {
                taken.get(*key).is_some_and(|t| t.sharing(*span).any(|by| by != Overlapping::Item(*index)))
            });
            let Some(last) = in_the_way else { break };
            let (index, key, span, moved) = moves.remove(last);
            taken.get_or_insert_with(key, Taken::default).remove(Overlapping::Item(index), span);
            place(&mut taken, key, Overlapping::Booking(moved.to.booking), old_place(&moved, key)?);
            drafts[index].item.outcome =
                Outcome::Ask { why: AskReason::Overlaps, overlaps: Vec::new(), proposal: Proposal::Move(moved) };
        }
        for (index, draft) in drafts.iter_mut().enumerate() {
            let Some((key, span)) = draft.takes else { continue };
            if let Outcome::Make(new) = &draft.item.outcome {
                if taken.get(key).is_none_or(|t| t.sharing(span).next().is_none()) {
                    place(&mut taken, key, Overlapping::Item(index), span);
                } else {
                    let proposal = Proposal::Make(new.clone());
                    draft.item.outcome = Outcome::Ask { why: AskReason::Overlaps, overlaps: Vec::new(), proposal };
                }
            }
            if matches!(draft.item.outcome, Outcome::Ask { .. }) {
                place(&mut asked, key, Overlapping::Item(index), span);
            }
        }
        for (index, draft) in drafts.iter_mut().enumerate() {
            let (Outcome::Ask { overlaps, proposal, .. }, Some((key, span))) = (&mut draft.item.outcome, draft.takes)
            else {
                continue;
            };
            let own = match proposal {
                Proposal::Make(_) => None,
                Proposal::Move(moved) => Some(Overlapping::Booking(moved.to.booking)),
            };
            let all = [&taken, &asked].into_iter().filter_map(|t| t.get(key)).flat_map(|t| t.sharing(span));
            overlaps.extend(all.filter(|by| *by != Overlapping::Item(index) && Some(*by) != own));
            if !overlaps.is_empty() {
                match proposal {
                    Proposal::Make(new) => new.overlap = Overlap::Allow,
                    Proposal::Move(moved) => moved.to.overlap = Overlap::Allow,
                }
            }
        }
        Ok(())
    }
}

/// Which end of an entry a time is.
#[derive(Clone, Copy)]
enum Edge {
    Start,
    End,
}

impl Edge {
    fn skipped(self, gap: SkippedTime) -> WindowError {
        match self {
            Self::Start => WindowError::StartSkipped(gap),
            Self::End => WindowError::EndSkipped(gap),
        }
    }
}

fn wall_time(at: NaiveDateTime) -> Option<WallTime> {
    WallTime::from_naive(at)
}

fn day(date: NaiveDate) -> Result<WallTime, ImportRefusal> {
    wall_time(date.and_time(NaiveTime::MIN)).ok_or(ImportRefusal::OutOfRange(EntryTime::Date(date)))
}

/// What an entry is known by: its `UID`, and for one occurrence of a repeated entry which one, on a line of its own.
fn source_uid(entry: &ics::Entry) -> String {
    match &entry.instance {
        None => entry.uid.clone(),
        Some(instance) => format!("{}\n{instance}", entry.uid),
    }
}

/// The `UID` in what an entry is known by.
fn entry_uid(source: &str) -> &str {
    source.split('\n').next().unwrap_or(source)
}

/// A name for the visitor: as the entry tells it, or by what the service calls the reservation.
fn visitor_name(entry: &ics::Entry, hints: &Hints, calendar: &Calendar) -> Name {
    let code = hints.reservation_url.as_deref().and_then(reservation_code);
    let by_service = match calendar.service() {
        Service::Airbnb => Some(code.map_or("Airbnb guest".to_owned(), |code| format!("Airbnb {code}"))),
        Service::BookingCom => Some("Booking.com guest".to_owned()),
        Service::Google | Service::Other => None,
    };
    [
        hints.name.as_deref(),
        by_service.as_deref(),
        Some(entry.summary.as_str()),
        calendar.name.as_deref(),
        Some(&entry.uid),
    ]
    .into_iter()
    .flatten()
    .find_map(fitting_name)
    .unwrap_or_else(|| Name::parse("?").expect("one character is a name"))
}

/// The last part of the way to a reservation's page: its code.
fn reservation_code(url: &str) -> Option<&str> {
    let path = url.split(['?', '#']).next()?.trim_end_matches('/');
    path.rsplit('/').next().filter(|code| !code.is_empty())
}

/// As much of a text as is a name: on one line, cut to the length.
fn fitting_name(text: &str) -> Option<Name> {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let one_line = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    Name::parse(&one_line.chars().take(Name::MOST).collect::<String>()).ok()
}

/// What the entry says beside name, contact and times, as much as fits.
fn notes(entry: &ics::Entry, visitor: &VisitorDetails) -> Option<Note> {
    let says_more = |line: &&str| {
        let line = line.trim();
        let email = visitor.email.as_ref().is_some_and(|email| email.as_str() == line);
        let mobile = visitor.mobile.is_some() && MobileNumber::parse(line).ok() == visitor.mobile;
        !email && !mobile
    };
    let lines = entry.description.lines().filter(says_more).chain([entry.location.as_str()]);
    let text = lines.filter(|line| !line.trim().is_empty()).collect::<Vec<_>>().join("\n");
    let kept = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t'));
    Note::parse_optional(&kept.take(Note::MOST).collect::<String>()).ok().flatten()
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
