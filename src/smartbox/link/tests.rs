use super::*;
use crate::smartbox::protocol::VERSIONS;
use crate::smartbox::protocol::messages::{Request, Response, read_response, write_request};
use crate::smartbox::testing::{NOON, draws, new_box, run};

/// A request that changes nothing, and whose answer has nothing of the time in it: a box that is nobody's tells no events.
fn nothing(exchange: u32) -> Vec<u8> {
    write_request(exchange, &Request::ReadEvents { from: 1, at_most: 1 })
}

fn planned(payload: Option<u16>, troubles: &[(u32, Trouble)]) -> LinkPlan {
    LinkPlan {
        payload: payload.and_then(Payload::new),
        delay_ms: 10,
        troubles: troubles.to_vec(),
        ..LinkPlan::default()
    }
}

/// What comes of some exchanges, and how long they took.
fn exchanges(plan: LinkPlan, count: u32) -> (Vec<Result<(), LinkError>>, u64) {
    let (mut straight, mut smartbox) = (new_box(), new_box());
    let (mut draw, mut other) = (draws(), draws());
    let mut link = VirtualLink::new(&mut smartbox, NOON, &mut draw).planned(plan);
    let came = (1..=count).map(|exchange| {
        let mut straight = VirtualLink::new(&mut straight, NOON, &mut other);
        let expected = run(straight.exchange(nothing(exchange))).expect("an answer");
        run(link.exchange(nothing(exchange))).map(|answer| assert_eq!(answer, expected))
    });
    (came.collect(), link.passed_ms())
}

#[test]
fn a_link_with_a_plan_of_nothing_takes_the_way_there_and_back() {
    for payload in [None, Some(20), Some(509)] {
        assert_eq!(exchanges(planned(payload, &[]), 3), (vec![Ok(()); 3], 60));
    }
}

#[test]
fn what_is_lost_or_garbled_is_repeated() {
    for trouble in [Trouble::LoseRequest, Trouble::LoseResponse, Trouble::GarbleRequest, Trouble::GarbleResponse] {
        for payload in [None, Some(20)] {
            let (came, passed) = exchanges(planned(payload, &[(1, trouble), (2, trouble)]), 2);
            assert_eq!(came, [Ok(()), Ok(())], "{trouble:?}");
            assert!((4_000..4_100).contains(&passed), "{trouble:?} {passed}");
        }
    }
}

#[test]
fn what_is_lost_three_times_has_timed_out() {
    let lost = [1, 2, 3].map(|number| (number, Trouble::LoseResponse));
    let (came, passed) = exchanges(planned(None, &lost), 2);
    assert_eq!(came, [Err(LinkError::TimedOut { after_ms: 6_012 }), Ok(())]);
    assert_eq!(passed, 6_032, "the request has 8 bytes, for which 4 ms more are waited every time");
}

#[test]
fn what_comes_back_garbled_three_times_is_garbled() {
    let garbled = [1, 2, 3].map(|number| (number, Trouble::GarbleResponse));
    for payload in [None, Some(20)] {
        assert_eq!(exchanges(planned(payload, &garbled), 2).0, [Err(LinkError::Garbled), Ok(())]);
    }
}

#[test]
fn an_answer_that_comes_after_the_request_was_repeated_counts_once() {
    let (came, passed) = exchanges(planned(None, &[(1, Trouble::Delay(2_500))]), 2);
    assert_eq!(came, [Ok(()), Ok(())]);
    // The repeat was answered first; the late answer came during the second exchange or was still on its way.
    assert!(passed < 4_100, "{passed}");
}

#[test]
fn a_link_that_is_cut_stays_cut() {
    for cut in [Cut::Request, Cut::Response] {
        let (came, passed) = exchanges(planned(None, &[(2, Trouble::Cut(cut))]), 4);
        assert_eq!(came, [Ok(()), Err(LinkError::Cut), Err(LinkError::Cut), Err(LinkError::Cut)]);
        assert_eq!(passed, 20, "nobody waits for a link that is gone");
    }
}

/// An exchange over a link that lasts so many bytes: what comes of it, how many moved, and whether the box took the request.
fn lasting(payload: Option<u16>, bytes: u64) -> (Result<Vec<u8>, LinkError>, u64, bool) {
    let (mut smartbox, mut drawn) = (new_box(), 0);
    let mut draw = || {
        drawn += 1;
        [7; 128]
    };
    let plan = LinkPlan { lasts_bytes: Some(bytes), ..planned(payload, &[]) };
    let mut link = VirtualLink::new(&mut smartbox, NOON, &mut draw).planned(plan);
    let came = run(link.exchange(nothing(1)));
    let moved = link.moved_bytes();
    (came, moved, drawn > 0)
}

#[test]
fn a_link_that_lasts_so_many_bytes_is_cut_at_any_of_them() {
    for payload in [None, Some(20)] {
        let framing = payload.and_then(Payload::new).map_or_else(Framing::serial, Framing::gatt);
        let there = framing.pieces(&nothing(1)).concat().len() as u64;
        let (answer, whole, _) = lasting(payload, u64::MAX);
        let back = framing.pieces(&answer.clone().expect("an answer")).concat().len() as u64;
        assert_eq!(whole, there + back);
        for bytes in 0..whole {
            assert_eq!(lasting(payload, bytes), (Err(LinkError::Cut), bytes, bytes >= there), "{bytes} of {whole}");
        }
        assert_eq!(lasting(payload, whole), (answer, whole, true));
    }
}

#[test]
fn half_a_frame_that_a_box_keeps_is_ended_by_the_next_one() {
    let (mut smartbox, mut draw) = (new_box(), draws());
    let plan = LinkPlan { lasts_bytes: Some(5), ..LinkPlan::default() };
    let mut link = VirtualLink::new(&mut smartbox, NOON, &mut draw).planned(plan);
    assert_eq!(run(link.exchange(nothing(1))), Err(LinkError::Cut));
    let kept = link.into_box_side();
    let mut link = VirtualLink::new(&mut smartbox, NOON, &mut draw).resuming(kept);
    assert!(run(link.exchange(nothing(2))).is_ok());
    assert_eq!(link.into_box_side().dropped(), 1);
}

#[test]
fn a_box_sees_the_time_that_passes_on_the_way() {
    let mut smartbox = new_box();
    let mut draw = draws();
    let lost = planned(None, &[(1, Trouble::LoseRequest)]);
    let mut link = VirtualLink::new(&mut smartbox, NOON, &mut draw).planned(lost);
    let answer = run(link.exchange(write_request(1, &Request::Hello { versions: VERSIONS }))).expect("an answer");
    let Ok((1, Response::Hello(greeting))) = read_response(&answer) else { panic!("a greeting") };
    // It was asked at noon, and heard it 2 seconds and the way there after.
    let late = greeting.clock.ms() - NOON.ms();
    assert!((2_010..=2_100).contains(&late), "{late}");
}

#[test]
fn a_request_that_is_no_message_is_not_sent() {
    let (mut smartbox, mut draw) = (new_box(), draws());
    let mut link = VirtualLink::new(&mut smartbox, NOON, &mut draw);
    let bytes = MESSAGE_BYTES + 1;
    assert_eq!(run(link.exchange(vec![0; bytes])), Err(LinkError::TooLong { bytes }));
}

#[test]
fn every_error_says_something_else() {
    let all = [
        LinkError::Unsupported,
        LinkError::NoAdapter,
        LinkError::Refused,
        LinkError::NotChosen,
        LinkError::OutOfRange,
        LinkError::WrongDevice,
        LinkError::Busy,
        LinkError::Cut,
        LinkError::TimedOut { after_ms: 6_000 },
        LinkError::Garbled,
        LinkError::TooLong { bytes: 70_000 },
    ];
    let said = all.map(|error| error.to_string()).into_iter().collect::<std::collections::BTreeSet<_>>();
    assert_eq!(said.len(), all.len());
}
