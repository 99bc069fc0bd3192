//! Numbers in order: what every other collection here is built on.

use std::ops::RangeInclusive;

/// How many numbers stand together. What comes between others moves so many at most; what comes last moves none.
const CHUNK: usize = 512;

/// A set of numbers, in ascending order.
#[derive(Clone, Default, Debug)]
pub struct Sorted {
    /// In ascending order, as are the numbers in each; none is empty.
    chunks: Vec<Vec<u128>>,
}

impl Sorted {
    /// A set of numbers that are in no order.
    pub fn of(mut numbers: Vec<u128>) -> Self {
        numbers.sort_unstable();
        numbers.dedup();
        Self { chunks: numbers.chunks(CHUNK).map(<[u128]>::to_vec).collect() }
    }

    /// Whether nothing is in it.
    pub const fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// Whether a number is in it.
    pub fn contains(&self, number: u128) -> bool {
        self.at(self.seek(number)) == Some(number)
    }

    /// Adds a number. Answers whether it is new.
    pub fn insert(&mut self, number: u128) -> bool {
        let (mut chunk, mut place) = self.seek(number);
        if self.at((chunk, place)) == Some(number) {
            return false;
        }
        if chunk == self.chunks.len() {
            // Numbers mostly come in order, and so full chunks stay full.
            match self.chunks.last() {
                Some(last) if last.len() < CHUNK => (chunk, place) = (chunk - 1, last.len()),
                _ => self.chunks.push(Vec::new()),
            }
        } else if self.chunks[chunk].len() == CHUNK {
            let upper = self.chunks[chunk].split_off(CHUNK / 2);
            self.chunks.insert(chunk + 1, upper);
            if place > CHUNK / 2 {
                (chunk, place) = (chunk + 1, place - CHUNK / 2);
            }
        }
        self.chunks[chunk].insert(place, number);
        true
    }

    /// Takes a number out. Answers whether it was in.
    pub fn remove(&mut self, number: u128) -> bool {
        let (chunk, place) = self.seek(number);
        let found = self.at((chunk, place)) == Some(number);
        if found {
            self.chunks[chunk].remove(place);
            if self.chunks[chunk].is_empty() {
                self.chunks.remove(chunk);
            }
        }
        found
    }

    /// All numbers, in order.
    pub fn iter(&self) -> Numbers<'_> {
        self.range(0..=u128::MAX)
    }

    /// The numbers from one to another, in order.
    pub fn range(&self, range: RangeInclusive<u128>) -> Numbers<'_> {
        let (chunk, place) = self.seek(*range.start());
        let mut rest = self.chunks.get(chunk..).unwrap_or_default().iter();
        let chunk = rest.next().and_then(|chunk| chunk.get(place..)).unwrap_or_default().iter();
        Numbers { chunk, rest, last: *range.end() }
    }

    /// The highest number that is not above a bound.
    pub fn at_or_below(&self, bound: u128) -> Option<u128> {
        let (chunk, place) = self.seek(bound);
        let found = self.at((chunk, place)).filter(|number| *number == bound);
        found.or_else(|| match place.checked_sub(1) {
            Some(before) => self.at((chunk, before)),
            None => self.chunks.get(chunk.checked_sub(1)?)?.last().copied(),
        })
    }

    /// The chunk, and the place in it, of the first number that is not below another.
    fn seek(&self, number: u128) -> (usize, usize) {
        let is_below = |chunk: &Vec<u128>| chunk.last().is_some_and(|last| *last < number);
        if self.chunks.last().is_none_or(is_below) {
            return (self.chunks.len(), 0);
        }
        let chunk = self.chunks.partition_point(is_below);
        (chunk, self.chunks[chunk].partition_point(|other| *other < number))
    }

    fn at(&self, (chunk, place): (usize, usize)) -> Option<u128> {
        self.chunks.get(chunk)?.get(place).copied()
    }
}

/// Numbers of a [`Sorted`], in order.
#[derive(Clone, Debug)]
pub struct Numbers<'a> {
    chunk: std::slice::Iter<'a, u128>,
    rest: std::slice::Iter<'a, Vec<u128>>,
    last: u128,
}

impl Iterator for Numbers<'_> {
    type Item = u128;

    fn next(&mut self) -> Option<u128> {
        loop {
            if let Some(number) = self.chunk.next() {
                return (*number <= self.last).then_some(*number);
            }
            self.chunk = self.rest.next()?.iter();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use proptest::prelude::*;

    /// As a set of the standard library does it.
    fn assert_same(sorted: &Sorted, oracle: &BTreeSet<u128>) {
        assert!(sorted.iter().eq(oracle.iter().copied()));
        assert!(sorted.chunks.iter().all(|chunk| (1..=CHUNK).contains(&chunk.len())));
    }

    #[test]
    fn numbers_in_order_fill_their_chunks() {
        let mut sorted = Sorted::default();
        assert!((0..CHUNK as u128 * 3).all(|number| sorted.insert(number)));
        assert_eq!(sorted.chunks.len(), 3);
    }

    #[test]
    fn thousands_of_numbers_come_and_go_in_any_order() {
        let (mut sorted, mut oracle) = (Sorted::default(), BTreeSet::new());
        let numbers = (0..10_000u128).map(|n| n * 7_919 % 5_003);
        for number in numbers.clone() {
            assert_eq!(sorted.insert(number), oracle.insert(number));
        }
        assert_same(&sorted, &oracle);
        assert_same(&Sorted::of(numbers.clone().collect()), &oracle);
        for bound in 0..5_100 {
            assert_eq!(sorted.at_or_below(bound), oracle.range(..=bound).next_back().copied());
            assert!(sorted.range(bound..=bound + 700).eq(oracle.range(bound..=bound + 700).copied()));
        }
        for number in numbers.filter(|n| n % 3 > 0) {
            assert_eq!(sorted.remove(number), oracle.remove(&number));
        }
        assert_same(&sorted, &oracle);
    }

    proptest! {
        #[test]
        fn it_is_a_set(steps: Vec<(bool, u8)>, bound: u8, width: u8) {
            let (mut sorted, mut oracle) = (Sorted::default(), BTreeSet::new());
            for (adds, number) in steps {
                let number = u128::from(number);
                if adds {
                    prop_assert_eq!(sorted.insert(number), oracle.insert(number));
                } else {
                    prop_assert_eq!(sorted.remove(number), oracle.remove(&number));
                }
                prop_assert_eq!(sorted.contains(number), adds);
            }
            assert_same(&sorted, &oracle);
            let (from, to) = (u128::from(bound), u128::from(bound) + u128::from(width));
            prop_assert!(sorted.range(from..=to).eq(oracle.range(from..=to).copied()));
            prop_assert_eq!(sorted.at_or_below(from), oracle.range(..=from).next_back().copied());
        }
    }
}
