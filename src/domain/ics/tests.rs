//! What the reader makes of calendars: the services' files, each rule with an example, and what holds for any bytes.
#![allow(clippy::unwrap_used, reason = "a test ends where its example is wrong")]

use super::*;
use proptest::prelude::*;
use std::time::{Duration, Instant};

const AIRBNB: &[u8] = include_bytes!("../../../tests/data/calendars/airbnb.ics");
const BOOKING_COM: &[u8] = include_bytes!("../../../tests/data/calendars/booking-com.ics");
const GOOGLE: &[u8] = include_bytes!("../../../tests/data/calendars/google-fleet.ics");

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

fn at(date: NaiveDate, hour: u32, minute: u32) -> NaiveDateTime {
    date.and_hms_opt(hour, minute, 0).unwrap()
}

fn lisbon(date: NaiveDate, hour: u32, minute: u32) -> EntryTime {
    EntryTime::Local { at: at(date, hour, minute), zone: "Europe/Lisbon".into() }
}

/// A calendar of these lines.
fn calendar(lines: &[&str]) -> Vec<u8> {
    let mut file = String::from("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n");
    for line in lines {
        file.push_str(line);
        file.push_str("\r\n");
    }
    file.push_str("END:VCALENDAR\r\n");
    file.into_bytes()
}

/// A calendar of one entry, with a `UID` and these lines.
fn one(lines: &[&str]) -> Calendar {
    let all: Vec<&str> =
        ["BEGIN:VEVENT", "UID:1@example.com"].into_iter().chain(lines.iter().copied()).chain(["END:VEVENT"]).collect();
    let read = read(&calendar(&all)).unwrap();
    assert_eq!(read.entries.len() + read.refused.len(), 1);
    read
}

fn entry(lines: &[&str]) -> Entry {
    let mut calendar = one(lines);
    assert_eq!(calendar.refused, []);
    calendar.entries.pop().unwrap()
}

fn dated(lines: &[&str]) -> Entry {
    let all: Vec<&str> = ["DTSTART:20261124", "DTEND:20261126"].iter().chain(lines).copied().collect();
    entry(&all)
}

fn problem(lines: &[&str]) -> (u32, EntryProblem) {
    let mut calendar = one(lines);
    let error = calendar.refused.pop().expect("the entry is refused");
    (error.line, error.problem)
}

fn hints_of(calendar_name: &str, summary: &str, description: &str) -> Hints {
    let mut entry = dated(&[]);
    entry.summary = summary.into();
    entry.description = description.into();
    let mut calendar = one(&["DTSTART:20261124"]);
    calendar.name = Some(calendar_name.into());
    hints(&entry, &calendar)
}

// The services' files.

#[test]
fn airbnb_has_seven_reservations_and_two_blocked_periods() {
    let calendar = read(AIRBNB).unwrap();
    assert_eq!(calendar.service(), Service::Airbnb);
    assert_eq!(calendar.product.as_deref(), Some("-//Airbnb Inc//Hosting Calendar 1.0//EN"));
    assert_eq!((&calendar.name, &calendar.zone), (&None, &None));
    assert_eq!(calendar.refused, []);

    let read: Vec<_> = calendar
        .entries
        .iter()
        .map(|entry| {
            let hints = hints(entry, &calendar);
            assert_eq!((&hints.name, &hints.email, &hints.mobile), (&None, &None, &None));
            let code = hints.reservation_url.map(|url| url.rsplit('/').next().unwrap().to_owned());
            let (EntryTime::Date(start), EntryTime::Date(end)) = (&entry.start, &entry.end) else {
                panic!("{entry:?} has times of day");
            };
            (entry.line, classify(entry, Service::Airbnb), format!("{start} {end}"), code, hints.phone_last4)
        })
        .collect();
    let row = |line, kind, days: &str, code: Option<&str>, last4: Option<&str>| {
        (line, kind, days.to_owned(), code.map(str::to_owned), last4.map(str::to_owned))
    };
    let reserved = |line, days, code, last4| row(line, Kind::Reservation, days, Some(code), Some(last4));
    assert_eq!(
        read,
        [
            reserved(5, "2026-11-20 2026-11-23", "HMQ4T9XK2B", "6789"),
            reserved(14, "2026-11-25 2026-11-29", "HMA2C8WDPE", "0412"),
            reserved(23, "2026-11-30 2026-12-04", "HM5ZK3NSRY", "7731"),
            reserved(32, "2026-12-11 2026-12-14", "HMX7P2BDKT", "0098"),
            reserved(41, "2026-12-19 2026-12-27", "HMWR4EAF8C", "5520"),
            reserved(50, "2026-12-28 2027-01-03", "HMB9J6TTNA", "1234"),
            reserved(59, "2027-03-26 2027-03-29", "HMY2H5QMZD", "9007"),
            row(68, Kind::Blocked, "2026-12-05 2026-12-08", None, None),
            row(75, Kind::Blocked, "2027-01-10 2027-01-12", None, None),
        ]
    );
    let first = &calendar.entries[0];
    assert_eq!(first.uid, "1418fb94e984-00000000000000000000000000000001@airbnb.com");
    assert_eq!(
        first.description,
        "Reservation URL: https://www.airbnb.com/hosting/reservations/details/HMQ4T9XK2B\n\
         Phone Number (Last 4 Digits): 6789"
    );
}

#[test]
fn booking_com_has_five_entries_that_it_does_not_tell_apart() {
    let calendar = read(BOOKING_COM).unwrap();
    assert_eq!(calendar.service(), Service::BookingCom);
    assert_eq!(calendar.product.as_deref(), Some("-//admin.booking.com, b.v.//NONSGML v1.0//EN"));
    assert_eq!(calendar.refused, []);
    let days: Vec<_> = calendar
        .entries
        .iter()
        .map(|entry| {
            assert_eq!(classify(entry, Service::BookingCom), Kind::Undetermined);
            assert_eq!(hints(entry, &calendar), Hints::default());
            format!("{} {}", entry.start, entry.end)
        })
        .collect();
    assert_eq!(
        days,
        [
            "2026-11-24 2026-11-26",
            "2026-12-04 2026-12-05",
            "2026-12-08 2026-12-11",
            "2027-01-05 2027-01-09",
            "2027-03-28 2027-04-02"
        ]
    );
}

#[test]
fn google_has_zones_names_and_a_wrong_end() {
    let calendar = read(GOOGLE).unwrap();
    assert_eq!(calendar.service(), Service::Google);
    assert_eq!(calendar.name.as_deref(), Some("Van 3"));
    assert_eq!(calendar.zone.as_deref(), Some("Europe/Lisbon"));

    let [ines, kudo, zoe, inspection, skipped] = calendar.entries.as_slice() else {
        panic!("expected 5 entries, got {:?}", calendar.entries);
    };
    let kinds = calendar.entries.iter().map(|entry| classify(entry, Service::Google));
    use Kind::{AllDay, Reservation};
    assert!(kinds.eq([Reservation, Reservation, Reservation, AllDay, Reservation]));
    let cancelled: Vec<_> = calendar.entries.iter().map(|entry| entry.cancelled).collect();
    assert_eq!(cancelled, [false, false, true, false, false]);

    assert_eq!((ines.uid.as_str(), ines.sequence, ines.line), ("0a1@google.com", 0, 26));
    assert_eq!(ines.start, lisbon(day(2026, 11, 24), 8, 30));
    assert_eq!(ines.end, lisbon(day(2026, 11, 24), 18, 30));
    assert_eq!(ines.location, "Rua da Cozinha Económica, Lisboa");
    assert_eq!(ines.description, "ines.ferreira@example.com\nReturn to the Alcântara box; full tank");
    let told = hints(ines, &calendar);
    assert_eq!(told.name.as_deref(), Some("Inês Ferreira"));
    assert_eq!(told.email.as_deref(), Some("ines.ferreira@example.com"));
    assert_eq!(told.mobile, None);

    assert_eq!(kudo.start, EntryTime::Utc(at(day(2026, 11, 26), 9, 0)));
    assert_eq!(kudo.end, EntryTime::Utc(at(day(2026, 11, 27), 17, 0)));
    let told = hints(kudo, &calendar);
    assert_eq!(told.name.as_deref(), Some("田中 さくら"));
    assert_eq!(told.email, None);
    assert_eq!(told.mobile.as_deref(), Some("+819012345678"));

    assert_eq!(hints(zoe, &calendar).name.as_deref(), Some("Zoë O'Connor-Núñez"));
    assert_eq!(hints(inspection, &calendar).name, None);
    // The zone's rules refuse this one, not its form.
    assert_eq!(skipped.start, lisbon(day(2027, 3, 28), 1, 30));

    let [refused] = calendar.refused.as_slice() else {
        panic!("expected one refused entry, got {:?}", calendar.refused);
    };
    assert_eq!(refused.uid.as_deref(), Some("0a6@google.com"));
    assert_eq!(refused.summary.as_deref(), Some("Van 3: ends before it starts"));
    assert_eq!(refused.line, 93);
    assert_eq!(
        refused.problem,
        EntryProblem::EndNotAfterStart {
            start: lisbon(day(2026, 10, 31), 8, 0),
            end: lisbon(day(2026, 10, 30), 20, 0),
        }
    );
    assert_eq!(
        refused.to_string(),
        "line 93: starts at 2026-10-31 08:00:00 in Europe/Lisbon and ends at 2026-10-30 20:00:00 in Europe/Lisbon, \
         expected an end after the start"
    );
}

// The file as a whole.

#[test]
fn what_is_no_calendar_is_refused() {
    for (bytes, line, got) in [
        (&b""[..], 1, ""),
        (b"\r\n\n", 1, ""),
        (b"\n<!DOCTYPE html>\n", 2, "<!DOCTYPE html>"),
        (b"BEGIN:VCARD\nEND:VCARD\n", 1, "BEGIN:VCARD"),
        (b"\xFF\xFEB\0E\0G\0I\0N\0", 1, "\u{FFFD}\u{FFFD}BEGIN"),
    ] {
        let got = got.to_owned();
        assert_eq!(read(bytes), Err(CalendarError::NotACalendar { line, got }));
    }
    let long = read("é".repeat(100).as_bytes()).unwrap_err();
    assert!(matches!(long, CalendarError::NotACalendar { got, .. } if got.chars().count() == EXCERPT));
}

#[test]
fn a_byte_order_mark_blank_lines_and_any_case_are_read() {
    let file = b"\xEF\xBB\xBF\r\nbegin:vcalendar\n\nX-wr-CalName:Flat 2\r\r\nBegin:vEvent\nuid:1\ndtStart;value=date:20261124\nend:vevent\n\nEnd:VCalendar";
    let calendar = read(file).unwrap();
    assert_eq!(calendar.name.as_deref(), Some("Flat 2"));
    assert_eq!(calendar.entries[0].start, EntryTime::Date(day(2026, 11, 24)));
    assert_eq!(calendar.entries[0].line, 5);
}

#[test]
fn a_file_cut_off_anywhere_is_refused_whole() {
    for file in [AIRBNB, BOOKING_COM, GOOGLE] {
        let end = file.len() - "\r\n".len();
        assert_eq!(read(&file[..end]), read(file));
        for cut in 0..end {
            assert!(
                matches!(read(&file[..cut]), Err(CalendarError::Truncated { .. } | CalendarError::NotACalendar { .. })),
                "cut at {cut}"
            );
        }
    }
    let cut = |file: &str| read(file.as_bytes()).unwrap_err().to_string();
    assert_eq!(cut("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\n"), "the file ends at line 3, expected END:VEVENT first");
    assert_eq!(
        cut("BEGIN:VCALENDAR\nBEGIN:VEVENT\nBEGIN:VALARM"),
        "the file ends at line 3, expected END:VALARM first"
    );
    assert_eq!(cut("BEGIN:VCALENDAR\n"), "the file ends at line 1, expected END:VCALENDAR first");
}

#[test]
fn the_bounds_hold_and_a_file_at_them_is_read() {
    let mut file = b"BEGIN:VCALENDAR\nDESCRIPTION:".to_vec();
    file.resize(MAX_BYTES - "\nEND:VCALENDAR".len(), b'x');
    file.extend_from_slice(b"\nEND:VCALENDAR");
    assert!(read(&file).is_ok());
    file.push(b'\n');
    assert_eq!(read(&file), Err(CalendarError::TooLarge { got: MAX_BYTES + 1, limit: MAX_BYTES }));

    let many = |count: usize| {
        let entries: String =
            (0..count).map(|n| format!("BEGIN:VEVENT\nUID:{n}\nDTSTART:20261124\nEND:VEVENT\n")).collect();
        read(format!("BEGIN:VCALENDAR\n{entries}END:VCALENDAR\n").as_bytes())
    };
    assert_eq!(many(MAX_ENTRIES).unwrap().entries.len(), MAX_ENTRIES);
    let line = u32::try_from(2 + 4 * MAX_ENTRIES).unwrap();
    let error = CalendarError::TooManyEntries { line, limit: MAX_ENTRIES };
    assert_eq!(error.to_string(), format!("line {line}: entry 50001 begins, expected at most 50000"));
    assert_eq!(many(MAX_ENTRIES + 1), Err(error));

    let deep = "BEGIN:X\n".repeat(MAX_DEPTH + 1);
    assert_eq!(
        read(format!("BEGIN:VCALENDAR\n{deep}").as_bytes()),
        Err(CalendarError::TooDeep { line: 18, limit: MAX_DEPTH })
    );
}

#[test]
fn a_second_calendar_is_refused_and_what_else_follows_is_passed_over() {
    let first = calendar(&[]);
    assert_eq!(read(&[&first[..], &first[..]].concat()), Err(CalendarError::SecondCalendar { line: 4 }));
    assert_eq!(read(b"BEGIN:VCALENDAR\nBEGIN:VCALENDAR\n"), Err(CalendarError::SecondCalendar { line: 2 }));
    let trailing = [&first[..], b"BEGIN:VEVENT\nUID:1\nEND:VEVENT\n<!-- made in 12 ms -->"].concat();
    assert_eq!(read(&trailing).unwrap().entries, []);
}

#[test]
fn the_calendar_takes_its_own_properties_alone() {
    let read = read(&calendar(&[
        "NAME:Flat 2",
        "PRODID:",
        "BEGIN:VTIMEZONE",
        "X-WR-TIMEZONE:Europe/Madrid",
        "BEGIN:STANDARD",
        "X-WR-CALNAME:Winter",
        "END:STANDARD",
        "END:VTIMEZONE",
        "X-WR-TIMEZONE;VALUE=TEXT: Europe/Lisbon ",
        "X-WR-TIMEZONE:Asia/Tokyo",
        "BEGIN:VEVENT",
        "X-WR-CALNAME:Entry",
        "UID:1",
        "DTSTART:20261124",
        "END:VEVENT",
    ]))
    .unwrap();
    assert_eq!(read.name.as_deref(), Some("Flat 2"));
    assert_eq!(read.product, None);
    assert_eq!(read.service(), Service::Other);
    assert_eq!(read.zone.as_deref(), Some("Europe/Lisbon"));
}

#[test]
fn a_cancelled_calendar_cancels_every_entry() {
    let read =
        read(&calendar(&["METHOD:CANCEL", "BEGIN:VEVENT", "UID:1", "DTSTART:20261124T080000Z", "END:VEVENT"])).unwrap();
    assert!(read.entries[0].cancelled);
}

// Components.

#[test]
fn an_alarms_properties_are_not_the_entrys() {
    let entry = dated(&[
        "SUMMARY:Reserved",
        "BEGIN:VALARM",
        "UID:alarm",
        "DURATION:wrong",
        "DESCRIPTION:Reminder",
        "no colon",
        "END:VALARM",
        "LOCATION:Lisboa",
    ]);
    assert_eq!(
        (entry.uid.as_str(), entry.description.as_str(), entry.location.as_str()),
        ("1@example.com", "", "Lisboa")
    );
}

#[test]
fn tasks_and_journals_are_no_entries() {
    let read =
        read(&calendar(&["BEGIN:VTODO", "UID:1", "DTSTART:20261124", "END:VTODO", "BEGIN:VFREEBUSY", "END:VFREEBUSY"]))
            .unwrap();
    assert_eq!((read.entries, read.refused), (vec![], vec![]));
}

#[test]
fn an_unclosed_component_loses_no_entry() {
    let read = read(&calendar(&[
        "BEGIN:VTIMEZONE",
        "BEGIN:STANDARD",
        "BEGIN:VEVENT",
        "UID:1",
        "DTSTART:20261124",
        "END:VEVENT",
        "BEGIN:VEVENT",
        "UID:2",
        "DTSTART:20261124",
        "BEGIN:VEVENT",
        "UID:3",
        "DTSTART:20261124",
        "BEGIN:VALARM",
        "END:VEVENT",
        "BEGIN:VEVENT",
        "UID:4",
        "END:VALARM",
        "DTSTART:20261124",
        "END:VEVENT",
        "BEGIN:VEVENT",
        "UID:5",
        "DTSTART:20261124",
        "END:VEVENT",
        "END:VEVENT",
        "BEGIN:VEVENT",
        "UID:6",
    ]))
    .unwrap();
    let read_uids: Vec<_> = read.entries.iter().map(|entry| entry.uid.as_str()).collect();
    assert_eq!(read_uids, ["1", "5"]);
    let refused: Vec<_> = read.refused.iter().map(|error| (error.uid.as_deref().unwrap(), error.to_string())).collect();
    let told = |text: &str| text.to_owned();
    assert_eq!(
        refused,
        [
            ("2", told("line 12: got BEGIN:VEVENT, expected END:VEVENT")),
            ("3", told("line 16: got END:VEVENT, expected END:VALARM")),
            ("4", told("line 19: got END:VALARM, expected END:VEVENT")),
            ("6", told("line 29: got END:VCALENDAR, expected END:VEVENT")),
        ]
    );
}

// Times.

#[test]
fn times_are_read_as_they_are_written() {
    let morning = at(day(2026, 11, 24), 8, 30);
    let local = |zone: &str| EntryTime::Local { at: morning, zone: zone.into() };
    for (line, expected) in [
        ("DTSTART:20261124T083000Z", EntryTime::Utc(morning)),
        ("DTSTART:20261124T083000", EntryTime::Floating(morning)),
        ("DTSTART;VALUE=DATE-TIME:20261124T083000", EntryTime::Floating(morning)),
        ("DTSTART;TZID=Europe/Lisbon:20261124T083000", local("Europe/Lisbon")),
        ("DTSTART;X-A=\";:\";TZID=\"(UTC+00:00) Dublin; Lisbon\":20261124T083000", local("(UTC+00:00) Dublin; Lisbon")),
        ("DTSTART;TZID=:20261124T083000", EntryTime::Floating(morning)),
        // A zone says nothing of an instant (3.2.19).
        ("DTSTART;TZID=Europe/Lisbon:20261124T083000Z", EntryTime::Utc(morning)),
        ("dtstart;tzid=Europe/Lisbon;value=date-time: 20261124t083000 ", local("Europe/Lisbon")),
    ] {
        assert_eq!(entry(&[line, "DURATION:PT1H"]).start, expected, "{line}");
    }
    for line in
        ["DTSTART;VALUE=DATE:20261124", "DTSTART:20261124", "DTSTART;TZID=Europe/Lisbon;VALUE=\"DATE\":20261124"]
    {
        assert_eq!(entry(&[line]).start, EntryTime::Date(day(2026, 11, 24)), "{line}");
    }
    let leap = entry(&["DTSTART:20161231T235960Z", "DURATION:PT1H"]);
    assert_eq!(leap.start, EntryTime::Utc(day(2016, 12, 31).and_hms_opt(23, 59, 59).unwrap()));
}

#[test]
fn what_is_no_time_is_refused() {
    for line in [
        "DTSTART:",
        "DTSTART:2026-11-24",
        "DTSTART:20261124T0830",
        "DTSTART:20261131",
        "DTSTART:20270229T080000Z",
        "DTSTART:20261124T240000",
        "DTSTART:20261124T086000",
        "DTSTART:+0261124",
        "DTSTART:２０２６１１２４",
        "DTSTART:120261124T083000",
        "DTSTART;VALUE=DATE:20261124T083000",
        "DTSTART;VALUE=DATE-TIME:20261124",
        "DTSTART;VALUE=PERIOD:20261124T083000/PT1H",
    ] {
        let (number, problem) = problem(&[line, "DTEND:20300101"]);
        assert_eq!(number, 5, "{line}");
        let is_right =
            matches!(&problem, EntryProblem::BadDate { property: "DTSTART", got, .. } if line.ends_with(got));
        assert!(is_right, "{line}: {problem:?}");
    }
    assert_eq!(
        problem(&["DTSTART;VALUE=DATE:20261131"]).1.to_string(),
        "DTSTART is “20261131”, expected a date, YYYYMMDD"
    );
}

#[test]
fn the_end_comes_from_the_end_the_duration_or_the_date() {
    let start = "DTSTART;TZID=Europe/Lisbon:20261124T083000";
    for (duration, expected) in [
        ("PT10H", lisbon(day(2026, 11, 24), 18, 30)),
        ("+P1DT1H30M", lisbon(day(2026, 11, 25), 10, 0)),
        ("P2W", lisbon(day(2026, 12, 8), 8, 30)),
        ("PT90M", lisbon(day(2026, 11, 24), 10, 0)),
        ("PT1H1800S", lisbon(day(2026, 11, 24), 10, 0)),
    ] {
        assert_eq!(entry(&[start, &format!("DURATION:{duration}")]).end, expected, "{duration}");
    }
    assert_eq!(entry(&["DTSTART:20261231"]).end, EntryTime::Date(day(2027, 1, 1)));
    assert_eq!(entry(&["DTSTART:20261231", "DURATION:P3D"]).end, EntryTime::Date(day(2027, 1, 3)));
    // Both are wrong (3.6.1), but the end is the plainer word.
    assert_eq!(entry(&["DURATION:P3D", "DTSTART:20261224", "DTEND:20261226"]).end, EntryTime::Date(day(2026, 12, 26)));
    assert_eq!(
        problem(&["DTSTART:20261124T083000Z"]),
        (5, EntryProblem::NoEnd { start: EntryTime::Utc(at(day(2026, 11, 24), 8, 30)) })
    );
}

#[test]
fn what_is_no_duration_is_refused() {
    for duration in [
        "",
        "P",
        "PT",
        "P1DT",
        "1D",
        "P1H",
        "PT1D",
        "P1",
        "PD",
        "P1D1D",
        "PT1M1H",
        "P1DT1H1H",
        "P1234567890D",
        "P-1D",
        "P1.5D",
        "é",
    ] {
        let (line, problem) = problem(&["DTSTART:20261124T083000", &format!("DURATION:{duration}")]);
        assert_eq!(line, 6, "{duration}");
        assert!(matches!(problem, EntryProblem::BadDuration { got, .. } if got == duration));
    }
    for (start, duration) in [
        ("DTSTART:20261124", "PT24H"),
        ("DTSTART:20261124", "P999999999W"),
        ("DTSTART:20261124T080000Z", "P999999999W"),
    ] {
        let (_, problem) = problem(&[start, &format!("DURATION:{duration}")]);
        assert!(matches!(problem, EntryProblem::BadDuration { .. }), "{start} {duration}");
    }
}

#[test]
fn an_end_that_no_zone_could_put_after_the_start_is_refused() {
    for lines in [
        ["DTSTART:20261124", "DTEND:20261124"],
        ["DTSTART:20261124", "DTEND:20261123"],
        ["DTSTART:20261124", "DURATION:P0D"],
        ["DTSTART:20261124T080000Z", "DTEND:20261124T080000Z"],
        ["DTSTART:20261124T080000Z", "DURATION:-PT1H"],
        ["DTSTART:20261124T080000", "DTEND:20261123T235900"],
    ] {
        let (line, problem) = problem(&lines);
        assert_eq!(line, 6);
        assert!(matches!(problem, EntryProblem::EndNotAfterStart { .. }), "{lines:?}");
    }
    // Right in the hour that occurs twice: it starts in the first and ends in the second.
    let repeated = entry(&["DTSTART;TZID=Europe/Lisbon:20261025T014500", "DTEND;TZID=Europe/Lisbon:20261025T011500"]);
    assert_eq!(repeated.end, lisbon(day(2026, 10, 25), 1, 15));
    // Two zones, or a zone and an instant: only their rules tell.
    entry(&["DTSTART;TZID=Asia/Tokyo:20261025T200000", "DTEND:20261025T113000Z"]);
}

#[test]
fn a_date_and_a_time_do_not_mix() {
    let (line, problem) = problem(&["DTSTART:20261124", "DTEND:20261125T080000Z"]);
    assert_eq!(line, 6);
    assert!(matches!(problem, EntryProblem::Mixed { .. }));
}

#[test]
fn a_cancelled_entrys_period_is_not_checked() {
    let no_end = entry(&["DTSTART:20261124T080000Z", "STATUS:cancelled"]);
    assert!(no_end.cancelled);
    assert_eq!(no_end.start, no_end.end);
    assert!(entry(&["STATUS:CANCELLED", "DTSTART:20261124", "DTEND:20261124"]).cancelled);
}

// Other properties.

#[test]
fn escapes_are_undone_and_what_is_none_stays() {
    let entry = dated(&[
        r"DESCRIPTION;ALTREP=\x22cid:1\x22:no",
        r"SUMMARY:a\, b\; c\\n d\n\Ne \x \",
        "LOCATION;LANGUAGE=pt;ALTREP=\"https://example.com/a;b\":one\ttwo\u{7}: three",
    ]);
    assert_eq!(entry.summary, "a, b; c\\n d\n\ne \\x \\");
    assert_eq!(entry.location, "one\ttwo: three");
}

#[test]
fn states_and_numbers_are_read() {
    let plain = dated(&["STATUS:CONFIRMED", "TRANSP:OPAQUE"]);
    assert!(!(plain.cancelled || plain.tentative || plain.transparent || plain.recurs));
    assert_eq!((plain.sequence, plain.instance), (0, None));
    let other = dated(&[
        "STATUS:Tentative",
        "TRANSP:TRANSPARENT",
        "RRULE:FREQ=DAILY",
        "SEQUENCE: 7",
        "RECURRENCE-ID;VALUE=DATE:20261120",
    ]);
    assert!(other.tentative && other.transparent && other.recurs);
    assert_eq!(other.sequence, 7);
    assert_eq!(other.instance, Some(EntryTime::Date(day(2026, 11, 20))));
    for wrong in ["-1", "4294967296", "", "one"] {
        let (_, problem) = problem(&["DTSTART:20261124", &format!("SEQUENCE:{wrong}")]);
        assert_eq!(problem, EntryProblem::BadSequence { got: wrong.into() });
    }
}

#[test]
fn wrong_entries_are_refused_one_by_one() {
    let mut file = calendar(&[
        "BEGIN:VEVENT",
        "DTSTART:20261124",
        "SUMMARY:no identity",
        "END:VEVENT",
        "BEGIN:VEVENT",
        "UID:2",
        "END:VEVENT",
        "BEGIN:VEVENT",
        "UID:3",
        "DTSTART:20261124",
        "DTSTART:20261125",
        "END:VEVENT",
        "BEGIN:VEVENT",
        "UID:4",
        "DTSTART;VALUE:20261124",
        "SEQUENCE:wrong too",
        "SUMMARY:after it",
        "END:VEVENT",
        "BEGIN:VEVENT",
        "UID:5",
        "DTSTART;VALUE=DATE 20261124",
        "END:VEVENT",
        "BEGIN:VEVENT",
        "UID:6",
        "DTSTART:20261124",
        "SUMMARY:In@s",
        "X-OTHER:In@s",
        "END:VEVENT",
        "BEGIN:VEVENT",
        "UID: ",
        "UID:7",
        "DTSTART:20261124",
        "X-OTHER;A=\"not closed:in@s",
        "END:VEVENT",
    ]);
    for byte in &mut file {
        if *byte == b'@' {
            *byte = 0xEA; // "ê" in ISO 8859-1
        }
    }
    let read = read(&file).unwrap();
    assert_eq!(read.entries.len(), 1);
    assert_eq!(read.entries[0].uid, "7");
    let refused: Vec<_> =
        read.refused.iter().map(|error| (error.uid.as_deref(), error.summary.as_deref(), error.to_string())).collect();
    let told = |text: &str| text.to_owned();
    assert_eq!(
        refused,
        [
            (None, Some("no identity"), told("line 3: UID is missing")),
            (Some("2"), None, told("line 7: DTSTART is missing")),
            (Some("3"), None, told("line 13: DTSTART occurs again, expected once, at line 12")),
            (Some("4"), Some("after it"), told("line 17: expected a line such as NAME;PARAMETER=VALUE:VALUE")),
            (Some("5"), None, told("line 23: expected a line such as NAME;PARAMETER=VALUE:VALUE")),
            (Some("6"), None, told("line 28: SUMMARY is not UTF-8")),
        ]
    );
}

#[test]
fn of_entries_with_one_identity_the_newest_counts() {
    let event = |uid: &str, day: u32, more: &[&str]| {
        let mut lines = vec!["BEGIN:VEVENT".to_owned(), format!("UID:{uid}"), format!("DTSTART:202611{day}")];
        lines.extend(more.iter().map(|line| (*line).to_owned()));
        lines.push("END:VEVENT".to_owned());
        lines
    };
    let lines: Vec<String> = [
        event("a", 20, &["SEQUENCE:2"]),
        event("a", 21, &["SEQUENCE:1"]),
        event("b", 22, &[]),
        event("b", 23, &[]),
        event("c", 24, &["RRULE:FREQ=DAILY"]),
        event("c", 25, &["RECURRENCE-ID:20261125"]),
    ]
    .concat();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let read = read(&calendar(&lines)).unwrap();
    let kept: Vec<_> = read.entries.iter().map(|entry| entry.start.to_string()).collect();
    assert_eq!(kept, ["2026-11-20", "2026-11-23", "2026-11-24", "2026-11-25"]);
    let refused: Vec<_> = read.refused.iter().map(|error| (error.line, error.problem.clone())).collect();
    assert_eq!(refused, [(8, EntryProblem::Superseded { by: 3 }), (13, EntryProblem::Superseded { by: 17 })]);
}

// What it means.

#[test]
fn services_are_recognised_by_their_product() {
    for (product, service) in [
        ("-//Airbnb Inc//Hosting Calendar 1.0//EN", Service::Airbnb),
        ("-//AIRBNB Inc//Hosting Calendar 0.8.8//EN", Service::Airbnb),
        ("-//admin.booking.com, b.v.//NONSGML v1.0//EN", Service::BookingCom),
        ("-//Google Inc//Google Calendar 70.9054//EN", Service::Google),
        ("-//HomeAway.com, Inc.//EN", Service::Other),
        ("", Service::Other),
    ] {
        assert_eq!(Service::of(product), service, "{product}");
    }
}

#[test]
fn the_service_and_the_summary_tell_what_an_entry_is() {
    let all_day = |summary: &str| dated(&[&format!("SUMMARY:{summary}")]);
    let timed = |more: &str| entry(&["DTSTART:20261124T080000Z", "DURATION:PT1H", more]);
    use Service::{Airbnb, BookingCom, Google, Other};
    for (entry, service, kind) in [
        (all_day("Reserved"), Airbnb, Kind::Reservation),
        (all_day(" reserved "), Airbnb, Kind::Reservation),
        (all_day("Airbnb (Not available)"), Airbnb, Kind::Blocked),
        (all_day("Not available"), Airbnb, Kind::Blocked),
        (all_day("Something new"), Airbnb, Kind::Undetermined),
        (all_day("CLOSED - Not available"), BookingCom, Kind::Undetermined),
        (all_day("Reserved"), Google, Kind::AllDay),
        (all_day("Reserved"), Other, Kind::AllDay),
        (timed("SUMMARY:Van 3"), Google, Kind::Reservation),
        (timed("STATUS:CANCELLED"), Other, Kind::Reservation),
        (timed("STATUS:TENTATIVE"), Google, Kind::Undetermined),
        (timed("TRANSP:TRANSPARENT"), Other, Kind::Undetermined),
        (timed("RRULE:FREQ=WEEKLY"), Google, Kind::Recurring),
    ] {
        assert_eq!(classify(&entry, service), kind, "{service:?}: {}", entry.summary);
    }
}

#[test]
fn a_name_follows_the_calendars_name() {
    let name = |calendar: &str, summary: &str| hints_of(calendar, summary, "").name;
    assert_eq!(name("Van 3", "Van 3: Inês Ferreira").as_deref(), Some("Inês Ferreira"));
    assert_eq!(name("Van 3", " Van 3 :  Inês \n Ferreira ").as_deref(), Some("Inês Ferreira"));
    assert_eq!(name("Van 3", "Van 3: Ana: the second").as_deref(), Some("Ana: the second"));
    for summary in ["Van 3:", "Van 3", "Van 33: Inês", "Inspection", "", "Re: Van 3: Inês"] {
        assert_eq!(name("Van 3", summary), None, "{summary}");
    }
}

#[test]
fn an_email_address_is_found_whole_or_not_at_all() {
    for (text, expected) in [
        ("ines.ferreira@example.com", "ines.ferreira@example.com"),
        ("E-mail:ines+van@mail.example.co.uk.", "ines+van@mail.example.co.uk"),
        ("<a href=\"mailto:ines@example.com?subject=Van\">write</a>", "ines@example.com"),
        ("Ines <ines@example.com>, later", "ines@example.com"),
        ("メール：ines@example.com。", "ines@example.com"),
        ("a@b, @, x@, @y.com, ines@example.com, other@example.com", "ines@example.com"),
        ("O'Connor: o'connor@example.com", "o'connor@example.com"),
    ] {
        assert_eq!(hints_of("", "", text).email.as_deref(), Some(expected), "{text}");
    }
    for text in [
        "",
        "no address",
        "inês@example.com",
        "ine\u{302}s@example.com",
        "ines@localhost",
        "https://ines@example.com/",
        "a..b@example.com",
        "ines@exam_ple.com",
        "ines@@example.com",
    ] {
        assert_eq!(hints_of("", "", text).email, None, "{text}");
    }
}

#[test]
fn a_number_in_international_form_is_found_whole_or_not_at_all() {
    for (text, expected) in [
        ("+81 90-1234-5678", "+819012345678"),
        ("Tel.:+351912345678, thanks", "+351912345678"),
        ("(+351) 912 345 678\nnext line 12", "+351912345678"),
        ("+44 (0)20 7946 0958", "+442079460958"),
        ("+44 (0) 20 7946 0958", "+442079460958"),
        ("+1 (415) 555-2671.", "+14155552671"),
        ("+33\u{A0}6.12.34.56.78", "+33612345678"),
        ("+351 912 345 678 2 guests", "+351912345678"),
        ("+2 guests, +351 912 345 678", "+351912345678"),
    ] {
        assert_eq!(hints_of("", "", text).mobile.as_deref(), Some(expected), "{text}");
    }
    for text in [
        "",
        "912 345 678",
        "00351 912 345 678",
        "+0351 912 345 678",
        "+1234567",
        "+1234567890123456",
        "code12+351912345678",
        "++351912345678",
        "+351912345678abc",
        "ines+351912345678@example.com",
        "+351912345678@example.com",
    ] {
        assert_eq!(hints_of("", "", text).mobile, None, "{text}");
    }
}

#[test]
fn a_reservations_page_is_at_airbnb_alone() {
    let url = |text: &str| hints_of("", "", text).reservation_url;
    for address in [
        "https://www.airbnb.com/hosting/reservations/details/HMQ4T9XK2B",
        "https://airbnb.pt/hosting/reservations/details/HMQ4T9XK2B",
        "https://www.airbnb.co.uk/hosting/reservations/details/HMQ4T9XK2B",
        "https://www.airbnb.com.br/hosting/reservations/details/HMQ4T9XK2B?locale=pt",
    ] {
        assert_eq!(url(&format!("Reservation URL: {address}\nmore")).as_deref(), Some(address));
        assert_eq!(url(&format!("<a href=\"{address}\">here</a>")).as_deref(), Some(address));
        assert_eq!(url(&format!("See {address}.")).as_deref(), Some(address));
    }
    for address in [
        "http://www.airbnb.com/hosting/reservations/details/1",
        "https://www.airbnb.com.example.com/reservations/details/1",
        "https://www.airbnb.com@example.com/reservations/details/1",
        "https://example.com/airbnb.com/reservations/1",
        "https://myairbnb.com/reservations/1",
        "https://airbnb.example/reservations/1",
        "https://www.airbnb.com/rooms/1",
        "https://www.airbnb.com\\@example.com/reservations/1",
        "javascript:https://www.airbnb.com/reservations/1",
    ] {
        assert_eq!(url(address), None, "{address}");
    }
}

#[test]
fn the_last_four_digits_are_four() {
    let last4 = |text: &str| hints_of("", "", text).phone_last4;
    assert_eq!(last4("Phone Number (Last 4 Digits): 0412").as_deref(), Some("0412"));
    assert_eq!(last4("phone (last 4 digits):0412\nmore").as_deref(), Some("0412"));
    for text in [
        "",
        "0412",
        "(Last 4 Digits): ",
        "(Last 4 Digits): 412",
        "(Last 4 Digits): 04121",
        "(Last 4 Digits): none, 0412",
    ] {
        assert_eq!(last4(text), None, "{text}");
    }
}

#[test]
fn debug_prints_nothing_about_a_person() {
    let file = String::from_utf8(GOOGLE.to_vec()).unwrap().replace("VALUE=DATE:20261201", "VALUE=DATE:wrong");
    let calendar = read(file.as_bytes()).unwrap();
    let first = &calendar.entries[0];
    let printed = format!("{calendar:?} {:?} {:?} {:?}", calendar.entries, calendar.refused, hints(first, &calendar));
    for personal in ["Inês", "ines", "Cozinha", "Alcântara", "さくら", "1234", "Inspection", "ends before"] {
        assert!(!printed.contains(personal), "{personal} in {printed}");
    }
    assert!(printed.contains("Hints { name: true, email: true, mobile: false"));
}

#[test]
fn a_file_made_to_be_slow_is_read_in_time() {
    let filled = |head: &str, unit: &str, tail: &str| {
        let count = (MAX_BYTES / 10 - head.len() - tail.len()) / unit.len();
        format!("{head}{}{tail}", unit.repeat(count)).into_bytes()
    };
    let head = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART:20261124\n";
    let tail = "\nEND:VEVENT\nEND:VCALENDAR\n";
    let started = Instant::now();
    for unit in ["a@", "+1 ", "+1234567890123", "@", "\\", "\n ", "https://airbnb.", "last 4 digits", ":", "(0)"] {
        let calendar = read(&filled(&format!("{head}DESCRIPTION:"), unit, tail)).unwrap();
        hints(&calendar.entries[0], &calendar);
    }
    for unit in ["X\n", "END:A\n", "BEGIN:A\nEND:A\n", "X;A=\"\":\n", "UID:2\n"] {
        read(&filled(head, unit, tail)).unwrap();
    }
    // Far above what it takes (2 s in all, unoptimised), far below what anything quadratic would.
    assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
}

// What holds for any file.

/// Lines that an entry is made of.
const WHOLE: &[&str] = &[
    "BEGIN:VEVENT",
    "END:VEVENT",
    "UID:1",
    "UID:2",
    "DTSTART:20261124",
    "DTSTART:20261124T083000Z",
    "DTSTART;TZID=Europe/Lisbon:20261124T083000",
    "DTEND:20261126",
    "DURATION:PT1H",
    "STATUS:CANCELLED",
    "SUMMARY:Van 3: Inês",
    "SEQUENCE:1",
    "BEGIN:VALARM",
    "END:VALARM",
];

/// Lines as calendars have them, right and wrong, to reach further in than arbitrary bytes do.
fn any_line() -> impl Strategy<Value = String> {
    const WORDS: &[&str] = &[
        "BEGIN",
        "END",
        "VCALENDAR",
        "VEVENT",
        "VALARM",
        ":",
        ";",
        "=",
        "\"",
        "DTSTART",
        "DTEND",
        "DURATION",
        "UID",
        "SUMMARY",
        "RECURRENCE-ID",
        "SEQUENCE",
        "VALUE",
        "TZID",
        "DATE",
        "20261124",
        "T",
        "083000",
        "Z",
        "P",
        "1",
        "D",
        "-",
        "99999999",
        "\\",
        "n",
        "é",
        "Europe/Lisbon",
        " ",
        "\t",
    ];
    let noise =
        prop::collection::vec(prop::sample::select(WORDS).prop_map(str::to_owned), 0..8).prop_map(|w| w.concat());
    prop_oneof![3 => prop::sample::select(WHOLE).prop_map(str::to_owned), 1 => noise]
}

fn any_calendar() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(any_line(), 0..40).prop_map(|mut lines| {
        lines.insert(0, "BEGIN:VCALENDAR".into());
        lines.push("END:VCALENDAR".into());
        lines
    })
}

fn any_time() -> impl Strategy<Value = (String, EntryTime)> {
    let at = (1970_i32..2100, 0_i64..365, 0_i64..86_400).prop_map(|(year, days, seconds)| {
        at(day(year, 1, 1), 0, 0) + TimeDelta::days(days) + TimeDelta::seconds(seconds)
    });
    (at, 0..4).prop_map(|(at, form)| {
        let time = at.format("%Y%m%dT%H%M%S");
        match form {
            0 => (format!(";VALUE=DATE:{}", at.format("%Y%m%d")), EntryTime::Date(at.date())),
            1 => (format!(":{time}"), EntryTime::Floating(at)),
            2 => (format!(":{time}Z"), EntryTime::Utc(at)),
            _ => {
                let zone = "Europe/Lisbon".to_owned();
                (format!(";TZID={zone}:{time}"), EntryTime::Local { at, zone })
            }
        }
    })
}

/// Everything but the line numbers, which folding moves.
fn unnumbered(result: Result<Calendar, CalendarError>) -> Result<Calendar, std::mem::Discriminant<CalendarError>> {
    let mut calendar = result.map_err(|error| std::mem::discriminant(&error))?;
    calendar.entries.iter_mut().for_each(|entry| entry.line = 0);
    for error in &mut calendar.refused {
        error.line = 0;
        match &mut error.problem {
            EntryProblem::Superseded { by } => *by = 0,
            EntryProblem::Repeated { first, .. } => *first = 0,
            _ => {}
        }
    }
    Ok(calendar)
}

/// Folds every line after each of these numbers of bytes, in the middle of characters too.
fn folded(lines: &[String], columns: &[usize], with: &[u8]) -> Vec<u8> {
    let mut columns = columns.iter().cycle();
    let mut file = Vec::new();
    for line in lines {
        let mut rest = line.as_bytes();
        while let Some(&column) = columns.next().filter(|column| **column < rest.len()) {
            file.extend_from_slice(&rest[..column]);
            file.extend_from_slice(with);
            rest = &rest[column..];
        }
        file.extend_from_slice(rest);
        file.extend_from_slice(b"\r\n");
    }
    file
}

/// A file's lines, unfolded in the plainest way.
fn unfolded(file: &[u8]) -> Vec<String> {
    let text = String::from_utf8(file.to_vec()).unwrap().replace("\r\n ", "");
    text.lines().map(str::to_owned).collect()
}

/// Lines that begin with white space would be a fold of the line before.
fn without_leading_space(lines: Vec<String>) -> Vec<String> {
    lines.into_iter().map(|line| line.trim_start().to_owned()).collect()
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let _ = read(&bytes);
        let _ = read(&[b"BEGIN:VCALENDAR\n", &bytes[..], b"\nEND:VCALENDAR"].concat());
        let _ = read(&[b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART", &bytes[..], b"\nEND:VEVENT\nEND:VCALENDAR"].concat());
    }

    #[test]
    fn no_change_to_a_real_file_makes_it_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20)
    ) {
        let mut file = GOOGLE.to_vec();
        for (at, byte) in changes {
            let at = at.index(file.len());
            file[at] = byte;
        }
        if let Ok(calendar) = read(&file) {
            for entry in &calendar.entries {
                let _ = (hints(entry, &calendar), classify(entry, calendar.service()));
            }
        }
    }

    #[test]
    fn no_text_makes_the_hints_panic(summary in any::<String>(), description in "([+@():/. \u{A0}0-9a-zé]|https://|airbnb.com|Last 4 Digits){0,60}") {
        let _ = hints_of("Van 3", &summary, &description);
        let _ = hints_of("Van 3", &format!("Van 3:{summary}"), &summary);
    }

    #[test]
    fn what_is_read_is_whole(lines in any_calendar()) {
        let file = lines.join("\n");
        if let Ok(calendar) = read(file.as_bytes()) {
            for entry in &calendar.entries {
                prop_assert!(!entry.uid.is_empty());
                prop_assert_eq!(entry.start.is_date(), entry.end.is_date());
                prop_assert!(entry.cancelled || !surely_not_after(&entry.end, &entry.start));
            }
            let mut identities: Vec<_> = calendar.entries.iter().map(|e| format!("{:?}{:?}", e.uid, e.instance)).collect();
            identities.sort();
            identities.dedup();
            prop_assert_eq!(identities.len(), calendar.entries.len());
        }
    }

    #[test]
    fn no_entry_is_lost(lines in prop::collection::vec(prop::sample::select(WHOLE), 0..40)) {
        let begun = lines.iter().filter(|line| **line == "BEGIN:VEVENT").count();
        let read = read(&calendar(&lines)).unwrap();
        prop_assert_eq!(read.entries.len() + read.refused.len(), begun);
    }

    #[test]
    fn folding_changes_nothing(
        lines in any_calendar().prop_map(without_leading_space),
        columns in prop::collection::vec(1_usize..80, 1..10),
        tab in any::<bool>(),
        crlf in any::<bool>(),
    ) {
        let with: &[u8] = match (crlf, tab) {
            (true, false) => b"\r\n ",
            (true, true) => b"\r\n\t",
            (false, false) => b"\n ",
            (false, true) => b"\n\t",
        };
        let plain = lines.join("\r\n");
        prop_assert_eq!(unnumbered(read(&folded(&lines, &columns, with))), unnumbered(read(plain.as_bytes())));
        for file in [AIRBNB, BOOKING_COM, GOOGLE] {
            prop_assert_eq!(unnumbered(read(&folded(&unfolded(file), &columns, with))), unnumbered(read(file)));
        }
    }

    #[test]
    fn crlf_and_lf_are_the_same(lines in any_calendar()) {
        let (crlf, lf) = (lines.join("\r\n"), lines.join("\n"));
        prop_assert_eq!(read(crlf.as_bytes()), read(lf.as_bytes()));
    }

    #[test]
    fn any_time_is_read_back((written, time) in any_time()) {
        let entry = entry(&[&format!("DTSTART{written}"), "DURATION:P1D"]);
        prop_assert_eq!(entry.start, time);
    }

    #[test]
    fn any_text_is_read_back(summary in "[^\\p{Cc}]{0,80}", description in "([^\\p{Cc}]|\n){0,80}") {
        let escaped = |text: &str| text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,").replace('\n', "\\n");
        let entry = dated(&[
            &format!("SUMMARY:{}", escaped(&summary)),
            &format!("DESCRIPTION;X-P=\"a:b;c\":{}", escaped(&description)),
        ]);
        prop_assert_eq!(entry.summary, summary);
        prop_assert_eq!(entry.description, description);
    }
}

#[test]
fn the_golden_files_read_the_same_with_lf() {
    for file in [AIRBNB, BOOKING_COM, GOOGLE] {
        let lf = String::from_utf8(file.to_vec()).unwrap().replace('\r', "");
        assert_eq!(read(lf.as_bytes()), read(file));
    }
}
