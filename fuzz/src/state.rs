//! What a box keeps, apart from what every conversation with it changes.

use latchbook::domain::cbor::Reader;
use latchbook::smartbox::ReferenceBox;

/// Of the fields of a box: the cabinet, which is looked into; the challenge and when it was made, what it drew for a pairing, and its last answer.
const PASSING: [usize; 5] = [0, 5, 6, 7, 9];
/// Of the fields of its cabinet: how much time has passed.
const TIMES: [usize; 2] = [3, 4];

/// All that a box keeps, field by field, but for what passes: its grants and notices, its bins, its log, its clock, its keys,
/// whose it is, whom it lets in no more.
pub fn kept(smartbox: &ReferenceBox) -> Vec<Vec<u8>> {
    let state = smartbox.save();
    let whole = fields(fields(&state)[1]);
    let cabinet = fields(whole[0]);
    without(&cabinet, &TIMES).chain(without(&whole, &PASSING)).collect()
}

fn without<'a>(fields: &'a [&[u8]], left_out: &'a [usize]) -> impl Iterator<Item = Vec<u8>> + 'a {
    let stays = |(at, _): &(usize, &&[u8])| !left_out.contains(at);
    fields.iter().enumerate().filter(stays).map(|(_, field)| field.to_vec())
}

fn fields(record: &[u8]) -> Vec<&[u8]> {
    let mut from = Reader::new(record);
    let count = from.array().expect("an array").expect("of a definite length");
    (0..count).map(|_| from.raw().expect("a field")).collect()
}
