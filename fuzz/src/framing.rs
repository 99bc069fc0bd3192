//! How messages travel on a link.

use latchbook::smartbox::framing::fragments::{self, Payload, Reassembly, read_link_value};
use latchbook::smartbox::framing::serial::{self, Decoder};
use latchbook::smartbox::protocol::MESSAGE_BYTES;

use super::input::Input;

/// How many bytes a run brings at most: more than any frame, so that one without an end is met too.
const BROUGHT: usize = 200_000;

/// A serial line that brings anything, in any pieces: what comes out is no more than what went in, and after the end of a frame
/// the next one is found.
pub fn serial_frames(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let mut decoder = Decoder::default();
    let (mut brought, mut came) = (0, 0);
    while !input.is_over() && brought < BROUGHT {
        let kind = input.byte();
        let part = input.run();
        let stream = match kind % 5 {
            0 | 1 => part.to_vec(),
            2 => serial::frame(part),
            3 => {
                let frame = serial::frame(part);
                input.altered(&frame)
            }
            _ => part.repeat(1 + input.below(400)),
        };
        let stream = &stream[..stream.len().min(BROUGHT)];
        brought += stream.len();
        for chunk in stream.chunks(1 + input.below(300)) {
            for message in decoder.feed(chunk) {
                assert!(message.len() <= MESSAGE_BYTES);
                came += message.len() + 5;
            }
        }
    }
    assert!(came <= brought, "{came} of {brought}");
    let before = decoder.dropped();
    decoder.feed(&[serial::END]);
    assert!(decoder.dropped() <= before + 1);
    let dropped = decoder.dropped();
    assert_eq!(decoder.feed(&serial::frame(b"found again")), [b"found again"]);
    assert_eq!(decoder.dropped(), dropped);
}

/// Fragments that come in any order and of any making: what comes out is no more than what went in, and a first fragment begins
/// anew.
pub fn fragments(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let payload = read_link_value(&input.array::<4>()).unwrap_or(Payload::LEAST);
    assert!((Payload::LEAST..=Payload::GREATEST).contains(&payload));
    let mut coming = Reassembly::default();
    let (mut brought, mut came) = (0, 0);
    while !input.is_over() && brought < BROUGHT {
        let kind = input.byte();
        let part = input.run();
        let pieces = match kind % 5 {
            0 | 1 => vec![part.to_vec()],
            2 => fragments::cut(part, payload),
            3 => {
                let mut pieces = fragments::cut(part, payload);
                let (one, other) = (input.below(pieces.len()), input.below(pieces.len()));
                match kind / 5 % 4 {
                    0 => pieces.swap(one, other),
                    1 => drop(pieces.remove(one)),
                    2 => pieces.insert(other, pieces[one].clone()),
                    _ => pieces[one] = input.altered(&pieces[one]),
                }
                pieces
            }
            // One message without an end, in fragments that are numbered as they should be.
            _ => {
                let count = input.below(2_000);
                (0..count).map(|at| [&[if at == 0 { 0x80 } else { at as u8 & 0x3f }], part].concat()).collect()
            }
        };
        for piece in &pieces {
            brought += piece.len();
            if brought > BROUGHT {
                break;
            }
            if let Ok(Some(message)) = coming.feed(piece) {
                assert!(message.len() <= MESSAGE_BYTES);
                came += message.len() + 5;
            }
        }
    }
    assert!(came <= brought, "{came} of {brought}");
    let pieces = fragments::cut(b"a message of several fragments is put together", payload);
    let (last, others) = pieces.split_last().expect("several");
    assert!(others.iter().all(|piece| coming.feed(piece) == Ok(None)));
    assert_eq!(coming.feed(last), Ok(Some(b"a message of several fragments is put together".to_vec())));
}
