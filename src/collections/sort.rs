//! Putting a list in order.

use std::cmp::Ordering;

/// Puts a list in order; what is equal stays as it stood.
pub fn sort_by<T>(items: &mut [T], mut compare: impl FnMut(&T, &T) -> Ordering) {
    for (one, other) in swaps(items.len(), &mut |one, other| compare(&items[one], &items[other])) {
        items.swap(one, other);
    }
}

/// What to swap, in turn, so that a list comes into the order of `compare`, which is given two places in it.
fn swaps(length: usize, compare: &mut dyn FnMut(usize, usize) -> Ordering) -> Vec<(usize, usize)> {
    let mut order: Vec<usize> = (0..length).collect();
    order.sort_unstable_by(|one, other| compare(*one, *other).then(one.cmp(other)));
    // Of what is at each place, where it has to go.
    let mut goes_to = vec![0; length];
    for (to, from) in order.into_iter().enumerate() {
        goes_to[from] = to;
    }
    let mut swaps = Vec::new();
    for place in 0..length {
        while goes_to[place] != place {
            let other = goes_to[place];
            swaps.push((place, other));
            goes_to.swap(place, other);
        }
    }
    swaps
}

/// Adds to a list that is in order, unless it is there already.
pub fn insert_in_order<T: Ord>(list: &mut Vec<T>, item: T) {
    if let Err(place) = list.binary_search(&item) {
        list.insert(place, item);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_list_comes_into_the_order_of_a_stable_sort(list: Vec<(u8, u32)>) {
            let (mut ours, mut expected) = (list.clone(), list);
            sort_by(&mut ours, |a, b| a.0.cmp(&b.0));
            expected.sort_by_key(|item| item.0);
            prop_assert_eq!(ours, expected);
        }

        #[test]
        fn what_is_inserted_in_order_stands_once_and_in_order(items: Vec<u8>) {
            let mut list = Vec::new();
            items.iter().for_each(|item| insert_in_order(&mut list, *item));
            let expected: Vec<u8> = std::collections::BTreeSet::from_iter(items).into_iter().collect();
            prop_assert_eq!(list, expected);
        }
    }
}
