//! Searching bookings as one types: one long text of what can be searched for, folded, gone through at each keystroke.
//!
//! Letters are compared without case, accents and width, so that *ines* finds *Inês* and *INÊS*. Every word typed has to
//! occur somewhere in the booking: in its visitor's name, e-mail or mobile number, in its key's name, its code, its notes.
//! Alias codes, of which there are few, are gone through one by one: [`alias_text`].

use memchr::memmem::Finder;

use super::ledger::{Booking, Ledger};
use crate::collections::sort_by;
use crate::domain::{AliasId, BookingId, VisitorId};

/// Stands between two fields, so that no word is found across them.
const BETWEEN: u8 = 0x1f;

/// What somebody typed, taken apart. Two that mean the same are equal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Query {
    /// The words, folded, the longest first: it narrows the most.
    words: Vec<Word>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Word {
    text: String,
    /// For a number written with signs between its digits: the digits alone.
    digits: Option<String>,
}

impl Query {
    /// Reads what was typed. Nothing when there is nothing to search for.
    pub fn parse(typed: &str) -> Option<Self> {
        let mut folded = String::with_capacity(typed.len());
        fold_into(typed, &mut folded);
        let mut words: Vec<Word> = folded.split_whitespace().map(Word::new).collect();
        sort_by(&mut words, |a, b| b.text.len().cmp(&a.text.len()).then_with(|| a.text.cmp(&b.text)));
        words.dedup();
        (!words.is_empty()).then_some(Self { words })
    }

    /// Whether every word occurs in a text.
    pub fn fits(&self, text: &str) -> bool {
        let text = fold(text);
        let occurs = |word: &String| text.contains(word.as_str());
        self.words.iter().all(|word| occurs(&word.text) || word.digits.as_ref().is_some_and(occurs))
    }
}

impl Word {
    fn new(text: &str) -> Self {
        let numeric = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'.' | b'(' | b')' | b'/' | b'+'));
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let digits = (numeric && !digits.is_empty() && digits != text).then_some(digits);
        Self { text: text.to_owned(), digits }
    }

    fn finders(&self) -> (Finder<'_>, Option<Finder<'_>>) {
        (Finder::new(self.text.as_bytes()), self.digits.as_ref().map(|digits| Finder::new(digits.as_bytes())))
    }
}

/// The text of all bookings.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SearchIndex {
    text: Vec<u8>,
    /// Where each booking's text ends.
    ends: Vec<u32>,
    /// Whose text it is, in ascending order.
    ids: Vec<BookingId>,
}

/// Which bookings a query finds: for each place in the index, yes or no.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Found(Vec<bool>);

impl Found {
    /// Whether the booking at a place was found.
    pub fn holds(&self, place: Place) -> bool {
        self.0.get(place.0 as usize).copied().unwrap_or(false)
    }

    /// How many were found.
    pub fn count(&self) -> usize {
        self.0.iter().filter(|found| **found).count()
    }
}

/// A booking's place in the index.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place(u32);

impl SearchIndex {
    /// The index of everything in a ledger.
    pub fn of(ledger: &Ledger) -> Self {
        let mut index = Self::default();
        ledger.bookings().for_each(|(id, _)| index.add(ledger, id));
        index
    }

    /// Adds a booking. They are added in ascending order; one that is not known is passed over.
    pub fn add(&mut self, ledger: &Ledger, id: BookingId) {
        let Some(booking) = ledger.booking(id) else { return };
        debug_assert!(self.ids.last().is_none_or(|last| *last < id), "bookings are added in ascending order");
        let mut text = Text::with_capacity(96);
        text.visitor(ledger, Some(booking.visitor()));
        text.key(ledger, booking);
        text.field(&booking.code().digits());
        text.field(ledger.notes(id).map_or("", |notes| notes.as_str()));
        let Text(text) = text;
        // Beyond 4 GiB of text, which no browser gives, what does not fit is not found.
        if let Ok(end) = u32::try_from(self.text.len() + text.len()) {
            self.text.extend_from_slice(text.as_bytes());
            self.ends.push(end);
            self.ids.push(id);
        }
    }

    /// How many bookings are in it.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether none is in it.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The places of bookings that are listed in another order; nothing for one that is not in the index yet.
    pub fn places(&self, ids: impl Iterator<Item = BookingId>) -> Vec<Option<Place>> {
        ids.map(|id| self.ids.binary_search(&id).ok().map(|place| Place(place as u32))).collect()
    }

    /// The bookings that a query finds.
    pub fn search(&self, query: &Query) -> Found {
        let mut found = vec![false; self.ids.len()];
        let mut words = query.words.iter();
        let Some(first) = words.next() else { return Found(found) };
        let (text, digits) = first.finders();
        self.mark(&text, &mut found);
        if let Some(digits) = digits {
            self.mark(&digits, &mut found);
        }
        for word in words {
            let (text, digits) = word.finders();
            for (place, holds) in found.iter_mut().enumerate().filter(|(_, holds)| **holds) {
                let own = self.text_at(place);
                *holds = text.find(own).is_some() || digits.as_ref().is_some_and(|d| d.find(own).is_some());
            }
        }
        Found(found)
    }

    /// The bookings that a query finds, as they come, for those who want the first few.
    pub fn find<'a>(&'a self, query: &Query) -> impl Iterator<Item = BookingId> + use<'a> {
        let found = self.search(query);
        self.ids.iter().copied().zip(found.0).filter_map(|(id, holds)| holds.then_some(id))
    }

    fn text_at(&self, place: usize) -> &[u8] {
        let start = if place == 0 { 0 } else { self.ends[place - 1] as usize };
        &self.text[start..self.ends[place] as usize]
    }

    /// Marks every booking in whose text something occurs: in one go over all of it.
    fn mark(&self, finder: &Finder<'_>, found: &mut [bool]) {
        let (mut from, mut place) = (0, 0);
        while let Some(at) = finder.find(&self.text[from..]) {
            let at = (from + at) as u32;
            // Mostly the next booking or one near it, when the word is frequent; far away when it is rare.
            let near = self.ends[place..].iter().take(8).position(|end| *end > at);
            place += near.unwrap_or_else(|| self.ends[place..].partition_point(|end| *end <= at));
            found[place] = true;
            from = self.ends[place] as usize;
            place += 1;
        }
    }
}

/// What an alias code is found by, for [`Query::fits`]: its visitor's name, e-mail and mobile number (while it is for nobody,
/// those of its booking's), its digits, the class of key, and the name of its booking's key.
pub fn alias_text(ledger: &Ledger, id: AliasId) -> String {
    let Some(alias) = ledger.alias(id) else { return String::new() };
    let booking = ledger.booking_of(id).map(|(_, booking)| booking);
    let mut text = Text::with_capacity(96);
    text.visitor(ledger, alias.visitor().or_else(|| booking.map(Booking::visitor)));
    text.field(&alias.code().digits());
    text.field(alias.stay().and_then(|stay| stay.class.as_ref()).map_or("", |class| class.as_str()));
    if let Some(booking) = booking {
        text.key(ledger, booking);
    }
    text.0
}

/// A text to search in, in the making: folded, field after field.
struct Text(String);

impl Text {
    fn with_capacity(bytes: usize) -> Self {
        Self(String::with_capacity(bytes))
    }

    fn field(&mut self, value: &str) {
        if !value.is_empty() {
            fold_into(value, &mut self.0);
            self.0.push(char::from(BETWEEN));
        }
    }

    fn visitor(&mut self, ledger: &Ledger, id: Option<VisitorId>) {
        if let Some(visitor) = id.and_then(|id| ledger.visitor(id)) {
            self.field(visitor.name.as_str());
            self.field(visitor.email.as_ref().map_or("", |e| e.as_str()));
            self.field(visitor.mobile.as_ref().map_or("", |m| m.as_str()));
        }
    }

    fn key(&mut self, ledger: &Ledger, booking: &Booking) {
        self.field(ledger.key(booking.key()).map_or("", |key| key.details().name.as_str()));
    }
}

/// The letters of a text as they are compared: small, without accents, narrow; katakana as hiragana.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    fold_into(text, &mut folded);
    folded
}

fn fold_into(text: &str, out: &mut String) {
    for c in text.chars() {
        if c.is_ascii() {
            // A control character would be taken for the end of a field.
            out.push(if c.is_ascii_control() { ' ' } else { c.to_ascii_lowercase() });
        } else {
            fold_letter(c, out);
        }
    }
}

/// The letters from U+00C0 to U+024F without what they wear; a dot where there is no such letter.
const LATIN: &[u8; 400] =
    b"aaaaaa.ceeeeiiiidnooooo.ouuuuy..aaaaaa.ceeeeiiiidnooooo.ouuuuy.yaaaaaaccccccccddddeeeeeeeeeegggg\
gggghhhhiiiiiiiiii..jjkkkllllllllllnnnnnnnnnoooooo..rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs\
................................oo.............uu............................aaiioouuuuuuuuuu.aa\
aa....ggkkoooo..j...gg..nnaa....aaaaeeeeiiiioooorrrruuuusstt..hh......aaeeooooooooyy............\
................";
/// The same from U+1E00 to U+1EFF.
const LATIN_MORE: &[u8; 256] =
    b"aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmmmmmmnnnnnnnnoooooooopppprrrrrrrr\
ssssssssssttttttttuuuuuuuuuuvvvvwwwwwwwwwwxxxxyyzzzzzzhtwy.s....aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeee\
eeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyy......";

fn fold_letter(c: char, out: &mut String) {
    let bare = match c {
        '\u{c0}'..='\u{24f}' => Some(LATIN[c as usize - 0xc0]),
        '\u{1e00}'..='\u{1eff}' => Some(LATIN_MORE[c as usize - 0x1e00]),
        _ => None,
    };
    if let Some(bare) = bare.filter(|bare| *bare != b'.') {
        return out.push(char::from(bare));
    }
    match c {
        'ß' | 'ẞ' => out.push_str("ss"),
        'Æ' | 'æ' => out.push_str("ae"),
        'Œ' | 'œ' => out.push_str("oe"),
        'Þ' | 'þ' => out.push_str("th"),
        'Ĳ' | 'ĳ' => out.push_str("ij"),
        // Accents that stand as characters of their own, as some systems write names.
        '\u{300}'..='\u{36f}' => {}
        '\u{2010}'..='\u{2015}' => out.push('-'),
        '\u{2018}' | '\u{2019}' => out.push('\''),
        // Wide Latin letters, digits and signs.
        '\u{ff01}'..='\u{ff5e}' => {
            let narrow = char::from_u32(c as u32 - 0xfee0).unwrap_or(c);
            out.push(narrow.to_ascii_lowercase());
        }
        '\u{30a1}'..='\u{30f6}' => out.push(char::from_u32(c as u32 - 0x60).unwrap_or(c)),
        c if c.is_whitespace() => out.push(' '),
        c => c.to_lowercase().for_each(|small| {
            out.push(match small {
                'ά' => 'α',
                'έ' => 'ε',
                'ή' => 'η',
                'ί' | 'ϊ' | 'ΐ' => 'ι',
                'ό' => 'ο',
                'ύ' | 'ϋ' | 'ΰ' => 'υ',
                'ώ' => 'ω',
                'ς' => 'σ',
                'ё' => 'е',
                'й' => 'и',
                other => other,
            });
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An index of texts, each field of each booking.
    fn index(bookings: &[&[&str]]) -> SearchIndex {
        let mut index = SearchIndex::default();
        for (number, fields) in bookings.iter().enumerate() {
            for field in *fields {
                index.text.extend_from_slice(fold(field).as_bytes());
                index.text.push(BETWEEN);
            }
            index.ends.push(index.text.len() as u32);
            index.ids.push(BookingId(crate::domain::FactId::from_bits(number as u64 + 1)));
        }
        index
    }

    fn found(index: &SearchIndex, typed: &str) -> Vec<u64> {
        let query = Query::parse(typed).expect("something to search for");
        index.find(&query).map(|id| id.0.to_bits()).collect()
    }

    fn some() -> SearchIndex {
        index(&[
            &["Inês Ferreira", "ines@example.com", "+351912345678", "Flat 2A", "4829137"],
            &["Søren Ångström", "Boathouse", "1234567", "Deposit paid on 2026-11-20"],
            &["山田 タロウ", "+819012345678", "Flat 2B", "4820001"],
            &["Weiß, Łukasz", "Van 3", "9137482"],
        ])
    }

    #[test]
    fn case_accents_and_width_do_not_count() {
        let index = some();
        for (typed, who) in [
            ("INES", vec![1]),
            ("Ine\u{302}s", vec![1]),
            ("angstrom", vec![2]),
            ("soren", vec![2]),
            ("weiss", vec![4]),
            ("lukasz", vec![4]),
            ("ＦＬＡＴ", vec![1, 3]),
            ("たろう", vec![3]),
            ("nobody", vec![]),
        ] {
            assert_eq!(found(&index, typed), who, "{typed}");
        }
    }

    #[test]
    fn every_word_has_to_occur_somewhere() {
        let index = some();
        assert_eq!(found(&index, "flat ines"), [1]);
        assert_eq!(found(&index, "ines boathouse"), [0u64; 0]);
        assert_eq!(found(&index, " e  a "), [1, 2, 4], "short words too");
    }

    #[test]
    fn a_code_is_found_with_gaps_and_without() {
        let index = some();
        for typed in ["4829137", "482 9137", "482-9137", "482"] {
            assert!(found(&index, typed).contains(&1), "{typed}");
        }
        assert_eq!(found(&index, "4829137"), [1]);
    }

    #[test]
    fn a_number_is_found_however_it_is_written() {
        let index = some();
        for typed in ["912 345 678", "+351 912.345.678", "912-345-678", "(351)912345678"] {
            assert_eq!(found(&index, typed), [1], "{typed}");
        }
        assert_eq!(found(&index, "2026-11-20"), [2], "and a date as it stands in the notes");
    }

    #[test]
    fn no_word_is_found_across_two_fields() {
        assert_eq!(found(&some(), "ferreiraines"), [0u64; 0]);
        assert_eq!(found(&index(&[&["ab"], &["cd"]]), "bc"), [0u64; 0]);
    }

    #[test]
    fn nothing_typed_is_no_query_and_order_does_not_matter() {
        assert_eq!(Query::parse("  \u{a0} "), None);
        assert_eq!(Query::parse("Flat ines"), Query::parse("ínes  flat flat"));
    }

    #[test]
    fn places_follow_another_order() {
        let index = some();
        let ids = [3, 1, 9].map(|n| BookingId(crate::domain::FactId::from_bits(n)));
        let places = index.places(ids.into_iter());
        let hits = index.search(&Query::parse("flat").expect("a word"));
        let holds: Vec<Option<bool>> = places.iter().map(|p| p.map(|p| hits.holds(p))).collect();
        assert_eq!(holds, [Some(true), Some(true), None]);
        assert_eq!(hits.count(), 2);
    }
}
