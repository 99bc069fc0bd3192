//! The morning of a hotel or a car rental: who arrives with an alias code, and which key each could be given.

use super::ledger::{KeyPlace, Ledger};
use super::queries::AliasLife;
use super::taken::{Span, Taken, share};
use crate::collections::{Set, Table, sort_by};
use crate::domain::{AliasId, BookingId, BookingWindow, Date, Instant, KeyId, LocationId, Name, TimeOfDay, ZoneBook};

/// Somebody who is expected with an alias code that no booking has.
#[derive(Clone, PartialEq, Debug)]
pub struct Arrival {
    /// The alias code.
    pub alias: AliasId,
    /// From when until when, by the clocks of the location.
    pub window: BookingWindow,
    /// The same as moments.
    pub span: Span,
    /// The class of key that was promised; any key of the location without one.
    pub class: Option<Name>,
    /// The keys of that location and class: those that are free for the whole stay first, each part in the order in
    /// which they are preferred.
    pub keys: Vec<OfferedKey>,
}

/// A key that an arrival could be given.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OfferedKey {
    /// Which.
    pub key: KeyId,
    /// The bookings that take it during the stay, earliest first; none when it is free.
    pub taken: Vec<BookingId>,
}

/// A key of the location, and when it is taken.
struct KnownKey<'a> {
    /// Where it stands among the others: by where it is, then by name.
    order: (u8, String, KeyId),
    class: Option<&'a Name>,
    taken: Taken<BookingId>,
}

/// The arrivals of a day at a location, earliest first: the alias codes without a booking whose stay begins that day, and
/// those of earlier days whose stay has not ended.
///
/// Keys that are in a box at the location come first, then those that are elsewhere, then those that a visitor has; among
/// these they go by name. None when the zone's rules are not at hand.
pub fn arrivals(ledger: &Ledger, location: LocationId, day: Date, zones: &ZoneBook, now: Instant) -> Vec<Arrival> {
    let Some(rules) = ledger.location(location).and_then(|known| zones.get(&known.zone)) else { return Vec::new() };
    let morning = rules.start(day.at(TimeOfDay::default())).unwrap_or_else(|gap| gap.at);
    let awaited = |(alias, known): (AliasId, &super::ledger::Alias)| {
        let stay = known.stay().filter(|stay| stay.location == location && stay.window.start().date() <= day)?;
        let span = stay.window.instants(rules);
        let free = || {
            let life = ledger.alias_life(alias, zones, now);
            matches!(life, Some(AliasLife::NotLinked | AliasLife::Over(_)))
        };
        (span.1 > now.max(morning) && free()).then(|| (alias, stay.window, span, stay.class.clone()))
    };
    let mut awaited: Vec<_> = ledger.aliases().filter_map(awaited).collect();
    sort_by(&mut awaited, |one, other| (one.2.0, one.0).cmp(&(other.2.0, other.0)));
    if awaited.is_empty() {
        return Vec::new();
    }
    let mut keys: Vec<KnownKey> = ledger
        .keys()
        .filter(|(_, key)| key.details().home == location)
        .map(|(id, key)| {
            let here = |smartbox| ledger.smartbox(smartbox).is_some_and(|b| b.details().location == location);
            let rank = match key.place() {
                KeyPlace::InBin { smartbox, .. } if here(smartbox) => 0,
                KeyPlace::WithVisitor { .. } => 2,
                _ => 1,
            };
            let name = key.details().name.as_str().to_lowercase();
            KnownKey { order: (rank, name, id), class: key.details().class.as_ref(), taken: ledger.taken(id, rules) }
        })
        .collect();
    sort_by(&mut keys, |one, other| one.order.cmp(&other.order));
    let arrival = |(alias, window, span, class): (AliasId, BookingWindow, Span, Option<Name>)| {
        let fitting = keys.iter().filter(|known| class.is_none() || known.class == class.as_ref());
        let offered =
            fitting.map(|known| OfferedKey { key: known.order.2, taken: known.taken.sharing(span).collect() });
        let (mut keys, taken): (Vec<_>, Vec<_>) = offered.partition(|offered| offered.taken.is_empty());
        keys.extend(taken);
        Arrival { alias, window, span, class, keys }
    };
    awaited.into_iter().map(arrival).collect()
}

/// A key for each arrival, in their order: the one that somebody chose (or that none shall be given), else one that is
/// free for the whole stay, what the others are given counted in. Each is given the one that is preferred; where that leaves
/// somebody without, others are moved to another free key to make room.
pub fn suggest(arrivals: &[Arrival], chosen: &Table<AliasId, Option<KeyId>>) -> Vec<Option<KeyId>> {
    let mut pass = Pass { arrivals, pinned: Vec::new(), given: Vec::new(), holders: Table::default() };
    for (index, arrival) in arrivals.iter().enumerate() {
        let choice = chosen.get(arrival.alias);
        pass.pinned.push(choice.is_some());
        pass.given.push(None);
        if let Some(key) = choice.copied().flatten() {
            pass.give(index, key);
        }
    }
    let open: Vec<usize> = (0..arrivals.len()).filter(|index| !pass.pinned[*index]).collect();
    // Whoever was promised a class chooses first: the others are content with what is left.
    let (promised, others): (Vec<usize>, Vec<usize>) = open.into_iter().partition(|i| arrivals[*i].class.is_some());
    let order = [promised, others].concat();
    let left: Vec<usize> = order.into_iter().filter(|index| !pass.take_free(*index)).collect();
    for index in left {
        pass.make_room(index, &mut Set::default());
    }
    pass.given
}

/// A suggestion in the making.
struct Pass<'a> {
    arrivals: &'a [Arrival],
    /// Whether somebody chose.
    pinned: Vec<bool>,
    given: Vec<Option<KeyId>>,
    /// By key, the places of those who are given it.
    holders: Table<KeyId, Vec<usize>>,
}

impl Pass<'_> {
    fn give(&mut self, index: usize, key: KeyId) {
        if let Some(before) = self.given[index].replace(key)
            && let Some(holders) = self.holders.get_mut(before)
        {
            holders.retain(|holder| *holder != index);
        }
        self.holders.get_or_insert_with(key, Vec::new).push(index);
    }

    /// Those who are given a key for some of the time of an arrival.
    fn in_the_way(&self, index: usize, key: KeyId) -> Vec<usize> {
        let span = self.arrivals[index].span;
        let holders = self.holders.get(key).into_iter().flatten().copied();
        holders.filter(|other| *other != index && share(self.arrivals[*other].span, span)).collect()
    }

    fn free_keys(&self, index: usize) -> Vec<KeyId> {
        let keys = self.arrivals[index].keys.iter();
        keys.take_while(|offered| offered.taken.is_empty()).map(|offered| offered.key).collect()
    }

    fn take_free(&mut self, index: usize) -> bool {
        let free = self.free_keys(index).into_iter().find(|key| self.in_the_way(index, *key).is_empty());
        free.map(|key| self.give(index, key)).is_some()
    }

    /// Gives a key to an arrival for which all are gone, by giving others another one (Kuhn's augmenting paths).
    fn make_room(&mut self, index: usize, tried: &mut Set<KeyId>) -> bool {
        for key in self.free_keys(index) {
            if !tried.insert(key) {
                continue;
            }
            let moves = match self.in_the_way(index, key)[..] {
                [] => true,
                [other] => !self.pinned[other] && self.make_room(other, tried),
                _ => false,
            };
            if moves {
                self.give(index, key);
                return true;
            }
        }
        false
    }
}
