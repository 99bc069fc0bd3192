//! Maps and sets whose keys are numbers.

use std::fmt;
use std::marker::PhantomData;

use super::sorted::{Numbers, Sorted};

/// What is at heart a number, in the same order.
pub trait Number: Copy {
    /// The number.
    fn number(self) -> u64;
    /// What a number stands for that [`Number::number`] gave.
    fn from_number(number: u64) -> Self;
}

macro_rules! unsigned {
    ($($name:ty)*) => {$(
        impl Number for $name {
            fn number(self) -> u64 {
                self as u64
            }

            fn from_number(number: u64) -> Self {
                number as Self
            }
        }
    )*};
}
unsigned! { u8 u32 u64 usize }

/// Values by keys that are numbers, in the order of their keys.
///
/// The values stand in the order in which they came, which mostly is that of their keys.
#[derive(Clone)]
pub struct Table<K, V> {
    index: Index,
    rows: Vec<V>,
    keys: PhantomData<K>,
}

/// Which key's row is where.
#[derive(Clone, Default)]
struct Index {
    /// The key of each row.
    keys: Vec<u64>,
    /// Keys in the upper half, places in the lower. Empty while the rows themselves are in order, as they mostly are.
    entries: Sorted,
}

/// Keys, each with the place of its row, in order.
struct Places<'a> {
    in_order: std::iter::Enumerate<std::slice::Iter<'a, u64>>,
    entries: Numbers<'a>,
}

impl Iterator for Places<'_> {
    type Item = (u64, usize);

    fn next(&mut self) -> Option<(u64, usize)> {
        match self.in_order.next() {
            Some((place, key)) => Some((*key, place)),
            None => self.entries.next().map(taken_apart),
        }
    }
}

fn entry(key: u64, place: usize) -> u128 {
    u128::from(key) << 64 | place as u128
}

const fn taken_apart(entry: u128) -> (u64, usize) {
    ((entry >> 64) as u64, entry as u64 as usize)
}

impl Index {
    fn place(&self, wanted: u64) -> Option<usize> {
        self.at_or_before(wanted).filter(|(found, _)| *found == wanted).map(|(_, place)| place)
    }

    fn at_or_before(&self, wanted: u64) -> Option<(u64, usize)> {
        if !self.entries.is_empty() {
            return self.entries.at_or_below(entry(wanted, usize::MAX)).map(taken_apart);
        }
        // Before all else the last: whoever adds a row asks for it first.
        let after = match self.keys.last() {
            Some(last) if *last <= wanted => self.keys.len(),
            _ => self.keys.partition_point(|key| *key <= wanted),
        };
        let place = after.checked_sub(1)?;
        Some((*self.keys.get(place)?, place))
    }

    fn iter(&self) -> Places<'_> {
        let in_order = if self.entries.is_empty() { &self.keys[..] } else { &[] };
        Places { in_order: in_order.iter().enumerate(), entries: self.entries.iter() }
    }

    fn push(&mut self, key: u64) {
        if !self.entries.is_empty() {
            self.entries.insert(entry(key, self.keys.len()));
        } else if self.keys.last().is_some_and(|last| *last > key) {
            self.leave_order();
            self.entries.insert(entry(key, self.keys.len()));
        }
        self.keys.push(key);
    }

    /// The rows are about to be in no order.
    fn leave_order(&mut self) {
        if self.entries.is_empty() {
            self.entries = Sorted::of(self.iter().map(|(key, place)| entry(key, place)).collect());
        }
    }

    /// Answers the place of the key's row, to which the last row is to move.
    fn swap_remove(&mut self, key: u64) -> Option<usize> {
        let place = self.place(key)?;
        if place + 1 < self.keys.len() {
            self.leave_order();
        }
        self.entries.remove(entry(key, place));
        self.keys.swap_remove(place);
        if let Some(moved) = self.keys.get(place) {
            self.entries.remove(entry(*moved, self.keys.len()));
            self.entries.insert(entry(*moved, place));
        }
        Some(place)
    }
}

impl<K: Number, V> Table<K, V> {
    /// How many values there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no value.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Whether there is a value for a key.
    pub fn contains_key(&self, key: K) -> bool {
        self.index.place(key.number()).is_some()
    }

    /// The value of a key.
    pub fn get(&self, key: K) -> Option<&V> {
        self.rows.get(self.index.place(key.number())?)
    }

    /// The value of a key, to change it.
    pub fn get_mut(&mut self, key: K) -> Option<&mut V> {
        self.rows.get_mut(self.index.place(key.number())?)
    }

    /// The value of a key; what `make` answers, where there is none yet.
    pub fn get_or_insert_with(&mut self, key: K, make: impl FnOnce() -> V) -> &mut V {
        let place = self.index.place(key.number()).unwrap_or_else(|| {
            self.push(key, make());
            self.rows.len() - 1
        });
        &mut self.rows[place]
    }

    /// Gives a key a value. Answers the one it had.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.get_mut(key) {
            Some(known) => Some(std::mem::replace(known, value)),
            None => {
                self.push(key, value);
                None
            }
        }
    }

    fn push(&mut self, key: K, value: V) {
        self.index.push(key.number());
        self.rows.push(value);
    }

    /// Takes the value of a key out.
    pub fn remove(&mut self, key: K) -> Option<V> {
        Some(self.rows.swap_remove(self.index.swap_remove(key.number())?))
    }

    /// The highest key that is not above another, and its value.
    pub fn at_or_before(&self, bound: K) -> Option<(K, &V)> {
        self.index.at_or_before(bound.number()).map(|found| self.row(found))
    }

    /// The highest key and its value.
    pub fn last(&self) -> Option<(K, &V)> {
        self.index.at_or_before(u64::MAX).map(|found| self.row(found))
    }

    /// The keys and their values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (K, &V)> {
        self.index.iter().map(|found| self.row(found))
    }

    /// The keys, in order.
    pub fn keys(&self) -> impl Iterator<Item = K> {
        self.index.iter().map(|(key, _)| K::from_number(key))
    }

    /// The values, in the order of their keys.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.index.iter().map(|(_, place)| &self.rows[place])
    }

    /// The values, in the order in which they came.
    pub fn into_values(self) -> impl Iterator<Item = V> {
        self.rows.into_iter()
    }

    fn row(&self, (key, place): (u64, usize)) -> (K, &V) {
        (K::from_number(key), &self.rows[place])
    }
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self { index: Index::default(), rows: Vec::new(), keys: PhantomData }
    }
}

impl<K: Number, V: PartialEq> PartialEq for Table<K, V> {
    fn eq(&self, other: &Self) -> bool {
        let same = |(one, other): ((K, &V), (K, &V))| one.0.number() == other.0.number() && one.1 == other.1;
        self.len() == other.len() && self.iter().zip(other.iter()).all(same)
    }
}

impl<K: Number, V: Eq> Eq for Table<K, V> {}

impl<K: Number + fmt::Debug, V: fmt::Debug> fmt::Debug for Table<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<K: Number, V> FromIterator<(K, V)> for Table<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(rows: I) -> Self {
        let rows = rows.into_iter();
        let mut table = Self::default();
        table.rows.reserve(rows.size_hint().0);
        for (key, value) in rows {
            table.insert(key, value);
        }
        table
    }
}

/// A set of what is at heart a number, in order.
#[derive(Clone)]
pub struct Set<K> {
    numbers: Sorted,
    keys: PhantomData<K>,
}

impl<K: Number> Set<K> {
    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// Whether a key is in it.
    pub fn contains(&self, key: K) -> bool {
        self.numbers.contains(key.number().into())
    }

    /// Adds a key. Answers whether it is new.
    pub fn insert(&mut self, key: K) -> bool {
        self.numbers.insert(key.number().into())
    }

    /// The keys, in order.
    pub fn iter(&self) -> impl Iterator<Item = K> {
        self.numbers.iter().map(|number| K::from_number(number as u64))
    }
}

impl<K> Default for Set<K> {
    fn default() -> Self {
        Self { numbers: Sorted::default(), keys: PhantomData }
    }
}

impl<K: Number> PartialEq for Set<K> {
    fn eq(&self, other: &Self) -> bool {
        self.numbers.iter().eq(other.numbers.iter())
    }
}

impl<K: Number> Eq for Set<K> {}

impl<K: Number + fmt::Debug> fmt::Debug for Set<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl<K: Number> FromIterator<K> for Set<K> {
    fn from_iter<I: IntoIterator<Item = K>>(keys: I) -> Self {
        let mut set = Self::default();
        set.extend(keys);
        set
    }
}

impl<K: Number> Extend<K> for Set<K> {
    fn extend<I: IntoIterator<Item = K>>(&mut self, keys: I) {
        for key in keys {
            self.insert(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::domain::{Instant, cbor};
    use proptest::prelude::*;

    #[test]
    fn moments_before_1970_come_before_those_after() {
        let moments = [i64::MIN, -1, 0, 1, i64::MAX].map(Instant::from_ms);
        assert!(moments.is_sorted_by_key(|at| at.number()));
        assert!(moments.into_iter().all(|at| Instant::from_number(at.number()) == at));
    }

    #[test]
    fn it_is_written_as_a_map_of_the_standard_library_is() {
        let pairs = [(700u32, 7u8), (3, 9), (70_000, 1)];
        let bytes = cbor::to_vec(&Table::from_iter(pairs));
        assert_eq!(bytes, minicbor::to_vec(BTreeMap::from(pairs)).expect("to memory"));
        assert_eq!(cbor::from_slice::<Table<u32, u8>>(&bytes).expect("written"), Table::from_iter(pairs));
        assert!((0..bytes.len()).all(|end| cbor::from_slice::<Table<u32, u8>>(&bytes[..end]).is_err()));
    }

    proptest! {
        #[test]
        fn it_is_a_map(steps: Vec<(u8, u8, u16)>, bound: u8) {
            let (mut table, mut oracle) = (Table::<u8, u16>::default(), BTreeMap::<u8, u16>::new());
            for (what, key, value) in steps {
                match what % 4 {
                    0 | 1 => prop_assert_eq!(table.insert(key, value), oracle.insert(key, value)),
                    2 => prop_assert_eq!(table.remove(key), oracle.remove(&key)),
                    _ => {
                        let ours = table.get_or_insert_with(key, || value);
                        prop_assert_eq!(*ours, *oracle.entry(key).or_insert(value));
                    }
                }
                prop_assert_eq!(table.get(key), oracle.get(&key));
                prop_assert_eq!(table.contains_key(key), oracle.contains_key(&key));
            }
            prop_assert_eq!(table.len(), oracle.len());
            prop_assert!(table.iter().eq(oracle.iter().map(|(key, value)| (*key, value))));
            prop_assert!(table.keys().eq(oracle.keys().copied()) && table.values().eq(oracle.values()));
            prop_assert_eq!(table.last(), oracle.last_key_value().map(|(key, value)| (*key, value)));
            let below = oracle.range(..=bound).next_back().map(|(key, value)| (*key, value));
            prop_assert_eq!(table.at_or_before(bound), below);
            // However it came to be what it is.
            prop_assert_eq!(&table, &oracle.clone().into_iter().collect());
            prop_assert_eq!(&table, &oracle.clone().into_iter().rev().collect());
            oracle.pop_first();
            prop_assert!(table.is_empty() || table != oracle.into_iter().collect());
        }

        #[test]
        fn a_set_is_a_set(keys: Vec<u8>, wanted: u8) {
            let (set, oracle): (Set<u8>, BTreeSet<u8>) = (keys.iter().copied().collect(), keys.iter().copied().collect());
            prop_assert!(set.iter().eq(oracle.iter().copied()));
            prop_assert_eq!((set.contains(wanted), set.is_empty()), (oracle.contains(&wanted), oracle.is_empty()));
            prop_assert_eq!(set, oracle.into_iter().rev().collect());
        }
    }
}
