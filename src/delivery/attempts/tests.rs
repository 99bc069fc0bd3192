use proptest::prelude::*;

use super::*;

const NOW: Instant = Instant::from_ms(784_111_777_000);

fn wait(outcome: Outcome, attempts: u32, jitter: u16) -> Option<i64> {
    match next(outcome, attempts, NOW, jitter) {
        Next::RetryAt(at) => Some(at.ms() - NOW.ms()),
        _ => None,
    }
}

#[test]
fn what_was_accepted_is_sent() {
    for status in [200, 202, 204, 299] {
        assert_eq!(next(Outcome::of(status, Some("5")), 1, NOW, 0), Next::Sent);
    }
}

#[test]
fn what_may_pass_is_tried_again_and_what_will_not_is_given_up_at_once() {
    for status in [408, 425, 429, 500, 502, 503, 504, 599] {
        assert!(wait(Outcome::of(status, None), 1, 0).is_some(), "{status}");
    }
    for status in [100, 301, 304, 400, 401, 403, 404, 405, 413, 415, 422, 451, 600] {
        assert_eq!(next(Outcome::of(status, Some("5")), 1, NOW, 0), Next::GivenUp(SendFailure::Status(status)));
    }
    assert_eq!(next(Outcome::of(410, None), 1, NOW, 0), Next::GivenUp(SendFailure::Status(410)));
}

#[test]
fn the_pauses_grow_and_come_to_an_end() {
    let waits: Vec<_> = (1..=9).map_while(|attempts| wait(Outcome::TimedOut, attempts, u16::MAX / 2)).collect();
    assert_eq!(waits.len(), 8);
    for (wait, pause) in waits.iter().zip(PAUSES_MS) {
        assert!((wait - pause).abs() <= pause / 1000, "{wait} {pause}");
    }
    for (outcome, failure) in [
        (Outcome::TimedOut, SendFailure::TimedOut),
        (Outcome::Unreachable, SendFailure::Unreachable),
        (Outcome::of(503, Some("1")), SendFailure::Status(503)),
    ] {
        assert_eq!(next(outcome, 9, NOW, 0), Next::GivenUp(failure));
        assert_eq!(outcome.failure(), Some(failure));
    }
}

#[test]
fn a_message_is_called_back_until_it_is_due_and_a_refusal_is_said_to_be_one() {
    let recall = |outcome, due_in_ms: i64| next_recall(outcome, 1, NOW, 0, NOW.plus_ms(due_in_ms));
    for due_in_ms in [-1, 0, 1] {
        assert_eq!(recall(Outcome::of(202, None), due_in_ms), Next::Sent);
        for status in [400, 404, 409, 410] {
            assert_eq!(recall(Outcome::of(status, None), due_in_ms), Next::GivenUp(SendFailure::Status(status)));
        }
    }
    for outcome in [Outcome::of(503, None), Outcome::TimedOut, Outcome::Unreachable] {
        let why = outcome.failure().expect("a failure");
        assert!(matches!(recall(outcome, 1), Next::RetryAt(_)));
        assert_eq!(recall(outcome, 0), Next::GivenUp(why), "it went out, or it is about to");
        assert_eq!(next_recall(outcome, 9, NOW, 0, NOW.plus_ms(1)), Next::GivenUp(why));
    }
}

#[test]
fn a_gateway_may_ask_for_a_longer_pause_and_for_no_shorter_one() {
    let asked = |after: &str| wait(Outcome::of(429, Some(after)), 2, 0);
    assert_eq!(asked("120"), Some(120_000));
    assert_eq!(asked("1"), Some(27_000));
    assert_eq!(asked("99999999999999999999999"), Some(LONGEST_WAIT_MS));
    assert_eq!(asked("Sun, 06 Nov 1994 08:51:37 GMT"), Some(120_000));
    assert_eq!(asked("Sun, 06 Nov 1994 07:49:37 GMT"), Some(27_000));
    assert_eq!(asked("soon"), Some(27_000));
}

#[test]
fn a_date_is_read_in_the_three_forms_of_http() {
    for text in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
        assert_eq!(RetryAfter::parse(text), Some(RetryAfter::At(NOW)), "{text}");
    }
    assert_eq!(RetryAfter::parse(" 120 "), Some(RetryAfter::Seconds(120)));
    for text in [
        "",
        "-5",
        "1.5",
        "Sun, 06 Nov 1994 08:49:37 CET",
        "Sun, 06 Nov 1994 24:49:37 GMT",
        "Sun, 06 Nov 1994 08:49 GMT",
        "Sun, 06 ovD 1994 08:49:37 GMT",
        "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 06 Nov 199 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT GMT",
    ] {
        assert_eq!(RetryAfter::parse(text), None, "{text}");
    }
}

proptest! {
    #[test]
    fn a_later_attempt_waits_longer_whatever_the_jitter(attempts in 1u32..8, one: u16, other: u16) {
        let (earlier, later) = (wait(Outcome::Unreachable, attempts, one), wait(Outcome::Unreachable, attempts + 1, other));
        prop_assert!(earlier < later);
        let pause = PAUSES_MS[attempts as usize - 1];
        prop_assert!(earlier.is_some_and(|wait| wait >= pause * 9 / 10 && wait <= pause * 11 / 10));
    }

    #[test]
    fn no_header_shortens_a_pause_or_lasts_longer_than_a_day(attempts in 0u32..9, jitter: u16, header in "[0-9]{0,25}|\\PC{0,40}") {
        let own = wait(Outcome::of(503, None), attempts, jitter).expect("a pause");
        let asked = wait(Outcome::of(503, Some(&header)), attempts, jitter).expect("a pause");
        prop_assert!(own <= asked && asked <= own.max(LONGEST_WAIT_MS));
    }
}
