//! What can be asked of the ledger and depends on the time: status, overlaps, what a box must be told, the list.

use super::ledger::{Alias, Booking, KeyPlace, Ledger, Move, Movement, PickUp, SmartBox, Witness};
use super::taken::share;
use crate::collections::{Set, Table, sort_by};
use crate::domain::stamp::Stamp;
use crate::domain::{
    AliasId, BookingCode, BookingId, BookingWindow, BoxId, Instant, KeyId, LocationDetails, Right, ZoneBook, ZoneRules,
};
use crate::smartbox::protocol::{Grant, GrantState, KeyNotice, KeyPlace as NoticedPlace};

/// How things stand with a booking.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Status {
    /// It begins later.
    Upcoming {
        /// When.
        from: Instant,
    },
    /// The key can be picked up.
    Open {
        /// Until when; no end for an ongoing access.
        until: Option<Instant>,
    },
    /// The visitor has the key.
    Out {
        /// Since when.
        since: Instant,
        /// Until when; no end for an ongoing access.
        until: Option<Instant>,
    },
    /// It has ended and the key is not back (rule 12).
    Overdue {
        /// Since when the visitor has the key.
        taken: Instant,
        /// When it ended.
        since: Instant,
    },
    /// The key is back, and could be picked up again.
    Returned {
        /// When it came back.
        at: Instant,
        /// Until when it can be picked up again; no end for an ongoing access.
        until: Option<Instant>,
    },
    /// It is over.
    Ended {
        /// When it ended.
        at: Instant,
        /// Whether the key was ever picked up.
        used: bool,
    },
    /// It was revoked.
    Revoked {
        /// When.
        at: Instant,
        /// The key, while the visitor still has it.
        out: Option<KeyOut>,
    },
}

/// A key that a visitor still has, though the booking is revoked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KeyOut {
    /// When it has to be back: the booking's end, or the revocation of an ongoing access.
    pub due: Instant,
    /// Whether that is past (rule 12).
    pub overdue: bool,
}

/// The filters of the list of bookings.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Filter {
    /// All of them.
    #[default]
    All,
    /// Those that can be picked up, or are.
    Now,
    /// Those that begin later.
    Upcoming,
    /// Those that have ended with the key not back.
    Overdue,
    /// Those that are over.
    Ended,
    /// Those that were revoked.
    Revoked,
}

impl Filter {
    /// All filters, as they stand in the list.
    pub const ALL: [Self; 6] = [Self::All, Self::Now, Self::Upcoming, Self::Overdue, Self::Ended, Self::Revoked];
}

impl Status {
    /// The filter that shows it, beside [`Filter::All`].
    pub const fn filter(self) -> Filter {
        match self {
            Self::Upcoming { .. } => Filter::Upcoming,
            Self::Open { .. } | Self::Out { .. } | Self::Returned { .. } => Filter::Now,
            Self::Overdue { .. } => Filter::Overdue,
            Self::Ended { .. } => Filter::Ended,
            Self::Revoked { .. } => Filter::Revoked,
        }
    }

    /// Whether the key should be back and is not (rule 12), revoked or not.
    pub const fn is_overdue(self) -> bool {
        matches!(self, Self::Overdue { .. } | Self::Revoked { out: Some(KeyOut { overdue: true, .. }), .. })
    }

    /// Whether a filter shows it. What is revoked and overdue is shown by both.
    pub fn is_shown_by(self, filter: Filter) -> bool {
        filter == Filter::All || filter == self.filter() || (filter == Filter::Overdue && self.is_overdue())
    }

    /// When it changes by itself, with nothing happening.
    fn changes_at(self) -> Option<Instant> {
        match self {
            Self::Upcoming { from } => Some(from),
            Self::Open { until } | Self::Out { until, .. } | Self::Returned { until, .. } => {
                until.map(|at| at.plus_ms(1))
            }
            Self::Revoked { out: Some(KeyOut { due, overdue: false }), .. } => Some(due.plus_ms(1)),
            Self::Overdue { .. } | Self::Ended { .. } | Self::Revoked { .. } => None,
        }
    }

    /// Its place in the list: what presses comes first, then what is near; what is over comes last, the latest first.
    pub(crate) fn order(self) -> (u8, i64) {
        match self {
            Self::Overdue { since, .. } => (0, since.ms()),
            Self::Revoked { out: Some(KeyOut { due, overdue: true }), .. } => (0, due.ms()),
            Self::Revoked { at, out: Some(_) } => (0, at.ms()),
            Self::Out { until, .. } | Self::Open { until } | Self::Returned { until, .. } => {
                (1, until.map_or(i64::MAX, Instant::ms))
            }
            Self::Upcoming { from } => (2, from.ms()),
            Self::Ended { at, .. } | Self::Revoked { at, .. } => (3, -at.ms()),
        }
    }
}

/// Where an alias code is in its life (rule 8).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AliasLife {
    /// No booking has it: a box says so.
    NotLinked,
    /// It is the code of a booking that is not over.
    Linked(BookingId),
    /// It is the code of a booking that is over, and can go on to the next.
    Over(BookingId),
    /// It is retired.
    Retired,
}

/// A visitor's hold of a key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Possession {
    /// The last pick-up.
    pub taken: PickUp,
    /// The move of the key that ended it; nothing while the visitor has the key.
    pub returned: Option<Movement>,
}

/// How far a booking has come towards a box.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Delivery {
    /// Which box.
    pub smartbox: BoxId,
    /// What the box holds.
    pub state: DeliveryState,
    /// Since when a courier has what the box must still learn.
    pub courier: Option<Instant>,
}

/// What a box holds of a booking.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DeliveryState {
    /// Nothing yet.
    Queued,
    /// An older version: it must still learn of a change.
    Outdated,
    /// An older version by which it still accepts the code, although the booking is revoked (rule 7).
    StillAccepts,
    /// The box has confirmed the newest version.
    Live,
}

/// One row of the list of bookings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Row {
    /// Which booking.
    pub id: BookingId,
    /// How things stand with it.
    pub status: Status,
}

/// The list of bookings at one moment: every booking, in order, and how many each filter shows.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Overview {
    /// Every booking, what presses first.
    pub rows: Vec<Row>,
    counts: [usize; Filter::ALL.len()],
    /// When the first status changes by itself; nothing when none will.
    pub holds_until: Option<Instant>,
}

impl Overview {
    /// How many bookings a filter shows.
    pub fn count(&self, filter: Filter) -> usize {
        self.counts[filter as usize]
    }

    /// The bookings that a filter shows, in order.
    pub fn filtered(&self, filter: Filter) -> impl Iterator<Item = BookingId> {
        self.rows.iter().filter(move |row| row.status.is_shown_by(filter)).map(|row| row.id)
    }
}

impl Ledger {
    /// The location whose clocks a key's bookings go by.
    pub fn home(&self, key: KeyId) -> Option<&LocationDetails> {
        self.location(self.key(key)?.details().home)
    }

    /// The rules of the zone that a key's bookings go by.
    pub fn rules<'z>(&self, key: KeyId, zones: &'z ZoneBook) -> Option<&'z ZoneRules> {
        zones.get(&self.home(key)?.zone)
    }

    /// A booking's hold of its key, if it was ever picked up.
    pub fn possession(&self, id: BookingId) -> Option<Possession> {
        self.pick_ups(id).next_back().map(|taken| self.possession_since(id, *taken))
    }

    fn possession_since(&self, id: BookingId, taken: PickUp) -> Possession {
        let moves = self.key(taken.key).map_or(&[][..], |key| key.moves());
        let pick_up = Movement {
            at: taken.at,
            witness: Witness::Box(taken.smartbox, taken.number),
            what: Move::PickUp(id, taken.smartbox, taken.bin),
        };
        let next = moves.partition_point(|m| *m <= pick_up);
        Possession { taken, returned: moves.get(next).copied() }
    }

    /// How things stand with a booking at a moment. Nothing when it is not known.
    pub fn status(&self, id: BookingId, zones: &ZoneBook, now: Instant) -> Option<Status> {
        let booking = self.booking(id)?;
        Some(status_of(booking, self.possession(id), self.rules(booking.key(), zones), now))
    }

    /// Where an alias code is in its life at a moment. Nothing when it is not known.
    pub fn alias_life(&self, id: AliasId, zones: &ZoneBook, now: Instant) -> Option<AliasLife> {
        if self.alias(id)?.retired().is_some() {
            return Some(AliasLife::Retired);
        }
        let linked = self.linked_to(id);
        let is_over = |booking: &BookingId| {
            let status = self.status(*booking, zones, now);
            status.is_none_or(|status| matches!(status.filter(), Filter::Ended | Filter::Revoked))
        };
        let live = linked.iter().copied().find(|booking| !is_over(booking)).map(AliasLife::Linked);
        Some(live.or_else(|| linked.first().copied().map(AliasLife::Over)).unwrap_or(AliasLife::NotLinked))
    }

    /// The list of bookings at a moment.
    pub fn overview(&self, zones: &ZoneBook, now: Instant) -> Overview {
        let rules: Table<KeyId, &ZoneRules> =
            self.keys().filter_map(|(id, _)| Some((id, self.rules(id, zones)?))).collect();
        let mut counts = [0; Filter::ALL.len()];
        let (mut rows, mut order) = (Vec::new(), Vec::new());
        for (id, booking, taken) in self.bookings_and_pick_ups() {
            let held = taken.map(|taken| self.possession_since(id, *taken));
            let status = status_of(booking, held, rules.get(booking.key()).copied(), now);
            for filter in Filter::ALL {
                counts[filter as usize] += usize::from(status.is_shown_by(filter));
            }
            // What it sorts by and where it stands now, in one number: a list of these sorts in half the time.
            let (rank, at) = status.order();
            let at = at.cast_unsigned() ^ (1 << 63);
            order.push(u128::from(rank) << 96 | u128::from(at) << 32 | u128::from(rows.len() as u32));
            rows.push(Row { id, status });
        }
        order.sort_unstable();
        let holds_until = rows.iter().filter_map(|row| row.status.changes_at()).min();
        let rows = order.into_iter().map(|place| rows[place as u32 as usize]).collect();
        Overview { rows, counts, holds_until }
    }

    /// One-time bookings of a key that are not revoked and share time with a window (rule 10). Touching is not sharing.
    pub fn overlapping(
        &self,
        key: KeyId,
        window: BookingWindow,
        rules: &ZoneRules,
        except: Option<BookingId>,
    ) -> Vec<BookingId> {
        let wanted = window.instants(rules);
        let mut found: Vec<(Instant, BookingId)> = self
            .bookings_of(key)
            .filter(|(id, booking)| Some(*id) != except && booking.revoked().is_none())
            .filter_map(|(id, booking)| Some((id, booking.right().window()?.instants(rules))))
            .filter_map(|(id, span)| share(span, wanted).then_some((span.0, id)))
            .collect();
        sort_by(&mut found, Ord::cmp);
        found.into_iter().map(|(_, id)| id).collect()
    }

    /// Bookings that were right apart and are wrong together: one key booked twice by devices that did not know of each
    /// other, or one code given twice. Each stays; people settle it.
    pub fn conflicts(&self, id: BookingId, zones: &ZoneBook, now: Instant) -> Vec<BookingId> {
        let Some(booking) = self.booking(id).filter(|b| b.revoked().is_none()) else { return Vec::new() };
        let mut found = Vec::new();
        if let (Some(window), Some(rules)) = (booking.right().window(), self.rules(booking.key(), zones))
            && window.instants(rules).1 > now
        {
            // Whoever wanted the overlap has seen it, and so it is settled.
            let unsettled =
                |other: &BookingId| self.booking(*other).is_some_and(|o| !o.overlap() && !booking.overlap());
            found.extend(self.overlapping(booking.key(), window, rules, Some(id)).into_iter().filter(unsettled));
        }
        let with_code = self.bookings_with(booking.code()).filter(|(_, other)| other.code() == booking.code());
        let same_code = with_code.map(|(other, _)| other).filter(|other| *other != id);
        found.extend(same_code.filter(|other| {
            self.status(*other, zones, now).is_some_and(|s| !matches!(s.filter(), Filter::Ended | Filter::Revoked))
        }));
        let mut seen = Set::default();
        found.retain(|other| seen.insert(*other));
        found
    }

    /// Whether a code may not be issued: a booking or an alias code has it, or had it less than 90 days ago (rule 8).
    pub fn code_rests(&self, code: BookingCode, now: Instant, zones: &ZoneBook) -> bool {
        let rested =
            |retired: Stamp| now >= super::Hlc::from_bits(retired.clock).time().plus_ms(super::decide::REST_MS);
        if self.aliases_with(code).any(|(_, alias)| !alias.retired().is_some_and(rested)) {
            return true;
        }
        self.bookings_with(code).any(|(id, booking)| {
            let end = match (booking.revoked(), booking.right()) {
                (Some(revoked), _) => super::Hlc::from_bits(revoked.clock).time(),
                (None, Right::Ongoing) => return true,
                (None, Right::OneTime(window)) => instants(window, self.rules(booking.key(), zones)).1,
            };
            let out = self.possession(id).is_some_and(|p| p.returned.is_none());
            out || now < end.plus_ms(super::decide::REST_MS)
        })
    }

    /// The boxes that must know a booking: those at its key's home, the one that the key is in, and those that know it
    /// already.
    pub fn boxes_for(&self, id: BookingId) -> Vec<BoxId> {
        let Some(key) = self.booking(id).and_then(|b| Some((b.key(), self.key(b.key())?))) else { return Vec::new() };
        self.boxes().filter(|(box_id, _)| self.concerns(*box_id, id, key.1)).map(|(box_id, _)| box_id).collect()
    }

    fn concerns(&self, smartbox: BoxId, id: BookingId, key: &super::ledger::Key) -> bool {
        self.smartbox(smartbox).is_some_and(|b| {
            b.details().location == key.details().home
                || b.holds(id.0).is_some()
                || matches!(key.place(), KeyPlace::InBin { smartbox: at, .. } if at == smartbox)
        })
    }

    /// How far a booking has come towards each box that must know it.
    pub fn deliveries(&self, id: BookingId, zones: &ZoneBook, now: Instant) -> Vec<Delivery> {
        let Some(booking) = self.booking(id) else { return Vec::new() };
        let over = self.status(id, zones, now).is_some_and(|s| matches!(s, Status::Ended { .. }));
        self.boxes_for(id)
            .into_iter()
            .filter_map(|smartbox| {
                let known = self.smartbox(smartbox)?;
                let state = match known.holds(id.0) {
                    Some(held) if booking.is_known_by(held) => DeliveryState::Live,
                    Some(_) if booking.revoked().is_some() => DeliveryState::StillAccepts,
                    // It may have arrived: nobody has confirmed it.
                    Some(held) if held.clock == 0 => DeliveryState::Queued,
                    Some(_) => DeliveryState::Outdated,
                    // What a box never heard of and need not hear any more.
                    None if over || booking.revoked().is_some() => return None,
                    None => DeliveryState::Queued,
                };
                let version = booking.revoked().unwrap_or_else(|| booking.last_edit());
                let courier = known.on_a_courier(version).filter(|_| state != DeliveryState::Live);
                Some(Delivery { smartbox, state, courier })
            })
            .collect()
    }

    /// What a box must be told at a visit: the grants it does not hold in their newest version, and where the keys of
    /// those are that are not in it.
    pub fn owed(&self, smartbox: BoxId, zones: &ZoneBook, now: Instant) -> (Vec<Grant>, Vec<KeyNotice>) {
        let Some(known) = self.smartbox(smartbox) else { return Default::default() };
        let mut grants = Vec::new();
        let mut notices: Table<KeyId, Option<KeyNotice>> = Table::default();
        let here = self.keys().filter(|(_, key)| {
            key.details().home == known.details().location
                || matches!(key.place(), KeyPlace::InBin { smartbox: at, .. } if at == smartbox)
        });
        let mut concerned: Set<BookingId> = here.flat_map(|(key, _)| self.bookings_of(key)).map(|(id, _)| id).collect();
        concerned.extend(known.confirmed().keys().map(BookingId));
        for id in concerned.iter() {
            let Some(booking) = self.booking(id) else { continue };
            let Some(key) = self.key(booking.key()) else { continue };
            let status = status_of(booking, self.possession(id), self.rules(booking.key(), zones), now);
            let over = matches!(status, Status::Ended { .. } | Status::Revoked { .. });
            let held = known.holds(id.0);
            if !over {
                notices.get_or_insert_with(booking.key(), || self.notice(booking.key(), key, smartbox));
            }
            if held.map_or(over, |held| booking.is_known_by(held)) {
                continue;
            }
            grants.push(self.grant(id, booking, zones));
        }
        for (id, alias) in self.aliases() {
            let held = known.holds(id.0);
            let unheard = held.is_none() && alias.retired().is_none() && self.is_expected_at(alias, known);
            if unheard || held.is_some_and(|held| held < alias.grant_stamp()) {
                grants.push(alias_grant(id, alias));
            }
        }
        (grants, notices.values().flatten().cloned().collect())
    }

    /// The grants that a box was never known to hold and need not hear of, and yet may have heard of, in a visit whose end nobody
    /// knows: those that are revoked, and those of keys that it has nothing to do with any more.
    pub fn doubtful(&self, smartbox: BoxId, zones: &ZoneBook, now: Instant) -> Vec<Grant> {
        let Some(known) = self.smartbox(smartbox) else { return Vec::new() };
        let was_here = self.keys().filter(|(_, key)| {
            key.details().home == known.details().location
                || key.moves().iter().any(|moved| moved.what.smartbox() == Some(smartbox))
        });
        let ever_here: Set<BookingId> = was_here.flat_map(|(key, _)| self.ever_of(key)).map(|(id, _)| id).collect();
        let bookings = ever_here.iter().filter(|id| known.holds(id.0).is_none()).filter_map(|id| {
            let booking = self.booking(id)?;
            let is_owed = booking.revoked().is_none() && self.concerns(smartbox, id, self.key(booking.key())?);
            (!is_owed).then(|| self.grant(id, booking, zones)).filter(|grant| !grant.has_ended(now))
        });
        // A box says of an alias code that it has no booking, and nothing worse, so this ends with the code's rest.
        let is_resting = |retired: Stamp| now < retired.time().plus_ms(super::decide::REST_MS);
        let aliases = self.aliases().filter(|(id, alias)| {
            known.holds(id.0).is_none() && alias.retired().is_some_and(is_resting) && self.is_expected_at(alias, known)
        });
        bookings.chain(aliases.map(|(id, alias)| alias_grant(id, alias))).collect()
    }

    /// What a box is known to hold in its newest version.
    pub fn held(&self, smartbox: BoxId, zones: &ZoneBook) -> Vec<Grant> {
        let confirmed = self.smartbox(smartbox).into_iter().flat_map(|known| known.confirmed().iter());
        confirmed
            .filter_map(|(id, held)| match (self.booking(BookingId(id)), self.alias(AliasId(id))) {
                (Some(booking), _) => {
                    (booking.grant_stamp() == *held).then(|| self.grant(BookingId(id), booking, zones))
                }
                (None, Some(alias)) => (alias.grant_stamp() == *held).then(|| alias_grant(AliasId(id), alias)),
                (None, None) => None,
            })
            .collect()
    }

    /// Whether the visitor of an alias code may come to a box: to those at the location of the stay, or to any while
    /// nobody knows where that will be.
    fn is_expected_at(&self, alias: &Alias, known: &SmartBox) -> bool {
        alias.stay().is_none_or(|stay| stay.location == known.details().location)
    }

    /// What a box is told about a booking.
    fn grant(&self, id: BookingId, booking: &Booking, zones: &ZoneBook) -> Grant {
        let (from, until) = match booking.right() {
            Right::Ongoing => (Instant::from_ms(0), None),
            Right::OneTime(window) => {
                let (from, until) = instants(window, self.rules(booking.key(), zones));
                (from, Some(until))
            }
        };
        let state = if booking.revoked().is_some() { GrantState::Revoked } else { GrantState::Live };
        let (stamp, key, code) = (booking.grant_stamp(), booking.key(), booking.code());
        Grant { id: id.0, stamp, key, code, from, until, state }
    }

    /// Where a key is that is not in a box, as that box is to be told.
    fn notice(&self, id: KeyId, key: &super::ledger::Key, smartbox: BoxId) -> Option<KeyNotice> {
        let (since, place) = match key.place() {
            KeyPlace::InBin { smartbox: at, .. } if at == smartbox => return None,
            KeyPlace::InBin { smartbox: at, since, .. } => {
                (since, NoticedPlace::InBox { name: self.smartbox(at)?.details().name.clone() })
            }
            KeyPlace::WithVisitor { since, .. } => (since, NoticedPlace::WithVisitor),
            KeyPlace::AtHand { since } => (since, NoticedPlace::Unknown),
            KeyPlace::Unaccounted => (key.moves().last().map_or(Instant::from_ms(0), |m| m.at), NoticedPlace::Unknown),
        };
        let stamp = Stamp { clock: super::Hlc::default().tick(since).to_bits(), by: id.0 };
        Some(KeyNotice { key: id, stamp, place })
    }
}

/// What a box is told about an alias code: that it is a code, and has no booking. A booking that it is linked to has a
/// grant of its own with this code, which goes first.
fn alias_grant(id: AliasId, alias: &Alias) -> Grant {
    let state = if alias.retired().is_some() { GrantState::Revoked } else { GrantState::Unlinked };
    // The protocol gives key and window of an unlinked code no meaning.
    let (key, from) = (KeyId(id.0), Instant::from_ms(0));
    Grant { id: id.0, stamp: alias.grant_stamp(), key, code: alias.code(), from, until: None, state }
}

// A function of its own: see `ledger::rows::step`.
#[inline(never)]
fn status_of(booking: &Booking, held: Option<Possession>, rules: Option<&ZoneRules>, now: Instant) -> Status {
    let out = held.filter(|p| p.returned.is_none()).map(|p| p.taken.at);
    let window = booking.right().window().map(|w| instants(w, rules));
    let until = window.map(|(_, until)| until);
    if let Some(revoked) = booking.revoked() {
        let at = super::Hlc::from_bits(revoked.clock).time();
        let due = until.unwrap_or(at);
        return Status::Revoked { at, out: out.map(|_| KeyOut { due, overdue: now >= due }) };
    }
    let returned = held.and_then(|p| p.returned).map(|m| m.at);
    // As a box sees it: the end itself is already outside.
    let over = until.is_some_and(|until| now >= until);
    match (out, until) {
        (Some(taken), Some(since)) if over => Status::Overdue { taken, since },
        (Some(since), until) => Status::Out { since, until },
        (None, Some(at)) if over => Status::Ended { at, used: held.is_some() },
        (None, until) => match (returned, window) {
            (Some(at), _) => Status::Returned { at, until },
            (None, Some((from, _))) if now < from => Status::Upcoming { from },
            _ => Status::Open { until },
        },
    }
}

/// The instants of a window; by the clocks of UTC where the zone's rules are not at hand, which the desk sees to.
fn instants(window: BookingWindow, rules: Option<&ZoneRules>) -> (Instant, Instant) {
    rules.map_or((window.start().as_utc(), window.end().as_utc()), |rules| window.instants(rules))
}
