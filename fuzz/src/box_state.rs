//! The state of a box, as a host kept it, or lost some of it.

use latchbook::domain::Instant;
use latchbook::smartbox::envelope::Purpose;
use latchbook::smartbox::protocol::contents::{Challenge, LAST_NUMBER, write};
use latchbook::smartbox::protocol::messages::{Request, Response, read_response, write_request};
use latchbook::smartbox::protocol::{LAST_INSTANT, VERSIONS};
use latchbook::smartbox::{Input as Happens, ReferenceBox};

use super::input::Input;
use super::people::{Draws, NOON, batch, devices, happening, order, paired_box, sealed};

/// A state that is taken up is one to go on from: it is kept as it is, and the box does everything that a box does.
pub fn box_state(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let whole = input.byte() & 1 == 0;
    let mut script = Input::new(input.run());
    let state = if whole { input.rest().to_vec() } else { input.altered(&paired_box().0.save()) };
    let Ok(mut smartbox) = ReferenceBox::load(&state) else { return };
    let saved = smartbox.save();
    let again = ReferenceBox::load(&saved).expect("what was saved is taken up");
    assert_eq!(again, smartbox);
    assert_eq!(again.save(), saved);
    lives_on(&mut smartbox, &mut script);
    // Numbers of events end, long after any box does.
    if smartbox.cabinet().log().next() <= LAST_NUMBER {
        ReferenceBox::load(&smartbox.save()).expect("what was saved is taken up");
    }
}

fn lives_on(smartbox: &mut ReferenceBox, script: &mut Input<'_>) {
    let mut draws = Draws::from(4);
    let mut now = NOON;
    smartbox.step(Happens::PowerOn, now);
    loop {
        talked_to(smartbox, now, &mut draws, script);
        smartbox.step(happening(script), now);
        now = now.plus_ms(script.ms());
        if script.is_over() {
            break;
        }
    }
    for now in [Instant::default(), LAST_INSTANT, NOON] {
        smartbox.step(Happens::Tick, now);
        talked_to(smartbox, now, &mut draws, script);
    }
}

/// Everything that a box is asked, by its own people where it knows any.
fn talked_to(smartbox: &mut ReferenceBox, now: Instant, draws: &mut Draws, script: &mut Input<'_>) {
    let manager = &devices()[0];
    let mut ask = |request: &Request| {
        let (reply, _) = smartbox.exchange(&write_request(1, request), now, &draws.next());
        read_response(&reply).expect("a message").1
    };
    ask(&Request::Pair { drawn: [7; 32] });
    ask(&Request::ReadEvents { from: 1, at_most: 100 });
    ask(&Request::ReadEvents { from: u64::MAX, at_most: u16::MAX });
    let challenge = match ask(&Request::Hello { versions: VERSIONS }) {
        Response::Hello(greeting) => greeting.challenge,
        _ => Challenge([0; 16]),
    };
    let to = smartbox.sealing();
    let mut ask = |request: &Request| {
        let (reply, _) = smartbox.exchange(&write_request(2, request), now, &draws.next());
        read_response(&reply).expect("a message");
    };
    let order = manager.signed(Purpose::Command, &to, write(&order(challenge, script)));
    ask(&Request::Command { envelope: sealed(Purpose::Command, &to, &order) });
    let batch = manager.signed(Purpose::Grants, &to, write(&batch(script)));
    ask(&Request::Deliver { envelope: sealed(Purpose::Grants, &to, &batch) });
}
