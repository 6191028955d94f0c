//! Buckets against calendars that misbehave.

use super::*;
use proptest::prelude::*;

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

fn buckets(by: By, name: &str, since: &str, until: &str) -> Buckets {
    Buckets::new(by, &zone(name), at(since), at(until)).unwrap()
}

/// Lengths in minutes.
fn minutes(buckets: &Buckets) -> Vec<i64> {
    (0..buckets.len())
        .map(|i| (buckets.end_of(i).as_millis() - buckets.start(i).unwrap().as_millis()) / MINUTE_MS)
        .collect()
}

#[track_caller]
fn check(by: By, name: &str, span: (&str, &str), first: &str, lengths: &[i64]) {
    let buckets = buckets(by, name, span.0, span.1);
    assert_eq!(buckets.start(0).unwrap().to_string(), first);
    assert_eq!(minutes(&buckets), lengths);
}

const DAY: i64 = 1440;

#[test]
fn days_in_utc() {
    check(
        By::Day,
        "UTC",
        ("2017-03-07T13:00:00Z", "2017-03-09T00:00:00Z"),
        "2017-03-07T00:00:00Z",
        &[DAY, DAY],
    );
    check(
        By::Day,
        "UTC",
        ("2017-03-07T00:00:00Z", "2017-03-07T00:00:00.001Z"),
        "2017-03-07T00:00:00Z",
        &[DAY],
    );
}

#[test]
fn days_of_23_and_25_hours() {
    let spring = ("2017-03-11T12:00:00Z", "2017-03-13T12:00:00Z");
    check(By::Day, "America/New_York", spring, "2017-03-11T05:00:00Z", &[DAY, DAY - 60, DAY]);
    let spring = ("2017-03-25T12:00:00Z", "2017-03-27T12:00:00Z");
    check(By::Day, "Europe/Berlin", spring, "2017-03-24T23:00:00Z", &[DAY, DAY - 60, DAY]);
    let autumn = ("2017-11-05T12:00:00Z", "2017-11-05T13:00:00Z");
    check(By::Day, "America/New_York", autumn, "2017-11-05T04:00:00Z", &[DAY + 60]);
}

#[test]
fn the_hour_that_comes_twice_is_two_buckets() {
    let fold = ("2017-11-05T05:00:00Z", "2017-11-05T08:00:00Z");
    check(By::Hour, "America/New_York", fold, "2017-11-05T05:00:00Z", &[60, 60, 60]);
    let gap = ("2017-03-12T06:30:00Z", "2017-03-12T08:00:00Z");
    check(By::Hour, "America/New_York", gap, "2017-03-12T06:00:00Z", &[60, 60]);
}

#[test]
fn a_shift_of_thirty_minutes_makes_a_short_hour() {
    // 2 April 2017, 02:00 +11 becomes 01:30 +10:30.
    let fold = ("2017-04-01T14:00:00Z", "2017-04-01T16:00:00Z");
    check(By::Hour, "Australia/Lord_Howe", fold, "2017-04-01T14:00:00Z", &[60, 30, 60]);
    check(By::Day, "Australia/Lord_Howe", fold, "2017-04-01T13:00:00Z", &[DAY + 30]);
    // 1 October 2017, 02:00 +10:30 becomes 02:30 +11.
    let gap = ("2017-09-30T14:30:00Z", "2017-09-30T17:00:00Z");
    check(By::Hour, "Australia/Lord_Howe", gap, "2017-09-30T14:30:00Z", &[60, 30, 60]);
    check(
        By::Hour,
        "Asia/Kathmandu",
        ("2017-03-07T00:00:00Z", "2017-03-07T01:00:00Z"),
        "2017-03-06T23:15:00Z",
        &[60, 60],
    );
}

#[test]
fn a_skipped_day_has_no_bucket() {
    // Samoa went from 29 to 31 December 2011.
    let span = ("2011-12-29T12:00:00Z", "2011-12-31T12:00:00Z");
    check(By::Day, "Pacific/Apia", span, "2011-12-29T10:00:00Z", &[DAY, DAY, DAY]);
    let hours = buckets(By::Hour, "Pacific/Apia", "2011-12-30T08:00:00Z", "2011-12-30T12:00:00Z");
    assert_eq!(minutes(&hours), [60, 60, 60, 60]);
}

#[test]
fn midnight_that_never_came() {
    // Brazil's clocks jumped from 00:00 to 01:00 on 15 October 2017.
    let span = ("2017-10-14T12:00:00Z", "2017-10-15T12:00:00Z");
    check(By::Day, "America/Sao_Paulo", span, "2017-10-14T03:00:00Z", &[DAY, DAY - 60]);
    // And fell back from 00:00 to 23:00 on 18 February 2018: the hour belongs to the day before.
    let span = ("2018-02-17T12:00:00Z", "2018-02-18T12:00:00Z");
    check(By::Day, "America/Sao_Paulo", span, "2018-02-17T02:00:00Z", &[DAY + 60, DAY]);
    // Newfoundland fell back at 00:01: the odd hour stays where the new day first began.
    let span = ("2010-11-07T02:45:00Z", "2010-11-07T12:00:00Z");
    check(By::Day, "America/St_Johns", span, "2010-11-07T02:30:00Z", &[DAY + 60]);
}

#[test]
fn weeks_begin_on_monday_and_months_on_the_first() {
    let span = ("2017-03-12T10:00:00Z", "2017-03-13T10:00:00Z");
    check(By::Week, "UTC", span, "2017-03-06T00:00:00Z", &[7 * DAY, 7 * DAY]);
    check(
        By::Month,
        "UTC",
        ("2017-02-10T00:00:00Z", "2017-03-01T00:00:00Z"),
        "2017-02-01T00:00:00Z",
        &[28 * DAY],
    );
    let span = ("2017-03-31T21:30:00Z", "2017-03-31T22:30:00Z");
    check(By::Month, "Europe/Berlin", span, "2017-02-28T23:00:00Z", &[31 * DAY - 60, 30 * DAY]);
}

#[test]
fn an_empty_span_has_no_bucket() {
    let empty = buckets(By::Auto, "UTC", "2017-03-07T00:00:00Z", "2017-03-07T00:00:00Z");
    assert!(empty.is_empty());
    assert_eq!((empty.by(), empty.index_of(at("2017-03-07T00:00:00Z"))), (By::Day, None));
}

#[track_caller]
fn auto(since: &str, until: &str, expected: (By, usize)) {
    let found = buckets(By::Auto, "UTC", since, until);
    assert_eq!((found.by(), found.len()), expected);
}

#[test]
fn auto_takes_the_finest_that_fits() {
    auto("2017-03-07T00:00:00Z", "2017-03-07T06:40:00Z", (By::Minute, 400));
    auto("2017-03-07T00:00:00Z", "2017-03-07T06:41:00Z", (By::Hour, 7));
    auto("2017-02-01T00:00:00Z", "2017-03-20T00:00:00Z", (By::Day, 47));
    auto("2010-01-01T00:00:00Z", "2017-01-01T00:00:00Z", (By::Week, 366));
    auto("2000-01-01T00:00:00Z", "2017-01-01T00:00:00Z", (By::Month, 204));
    auto("1970-01-01T00:00:00Z", "2026-01-01T00:00:00Z", (By::Month, 672));
}

#[test]
fn too_many_buckets_name_the_length_that_fits() {
    let error =
        Buckets::new(By::Minute, &TimeZone::UTC, at("2016-01-01T00:00:00Z"), at("2017-01-01T00:00:00Z"));
    let error = error.unwrap_err();
    assert_eq!(error, BucketError::TooMany { by: By::Minute, about: 527_040, fits: By::Hour });
    assert!(error.to_string().contains("`--by hour` fits"));
    let long = (at("1970-01-01T00:00:00Z"), at("2099-01-01T00:00:00Z"));
    let error = Buckets::new(By::Hour, &TimeZone::UTC, long.0, long.1).unwrap_err();
    assert!(matches!(error, BucketError::TooMany { fits: By::Day, .. }));
    let most = at("2016-01-01T00:00:00Z").as_millis() + 200_000 * MINUTE_MS;
    let most = Timestamp::from_millis_unchecked(most);
    assert_eq!(
        Buckets::new(By::Minute, &TimeZone::UTC, at("2016-01-01T00:00:00Z"), most).unwrap().len(),
        200_000
    );
}

#[test]
fn the_ends_of_time_stay_in_range() {
    let early = buckets(By::Month, "Asia/Tokyo", "1970-01-01T00:00:00Z", "1970-01-02T00:00:00Z");
    assert_eq!(early.start(0).unwrap(), MIN_TIMESTAMP);
    let late = buckets(By::Month, "UTC", "2099-12-31T00:00:00Z", "2099-12-31T23:59:59Z");
    assert!(late.end() < MAX_TIMESTAMP);
}

const ZONES: [&str; 10] = [
    "UTC",
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "America/St_Johns",
    "America/Sao_Paulo",
    "Asia/Kathmandu",
    "Africa/Monrovia",
    "Antarctica/Troll",
];

proptest! {
    #[test]
    fn buckets_have_no_holes_and_cover_the_span(
        which in 0..ZONES.len(), by in 0usize..5, since in 0i64..2_000_000_000, length in 1i64..400_000,
    ) {
        let zone = zone(ZONES[which]);
        let (since, until) = (since * 1000, (since + length) * 1000 + 1);
        let by = By::LENGTHS[by];
        let found = Buckets::new(by, &zone, Timestamp::from_millis_unchecked(since), Timestamp::from_millis_unchecked(until)).unwrap();
        prop_assert!(found.starts.is_sorted_by(|a, b| a < b));
        prop_assert!(found.starts[0] <= since && found.end >= until);
        prop_assert!(found.end_of(0).as_millis() > since);
        prop_assert!(*found.starts.last().unwrap() < until);
        for (i, &start) in found.starts.iter().enumerate() {
            prop_assert_eq!(found.index_of(Timestamp::from_millis_unchecked(start)), Some(i));
            let last = found.end_of(i).as_millis() - 1;
            prop_assert_eq!(found.index_of(Timestamp::from_millis_unchecked(last)), Some(i));
        }
        prop_assert_eq!(found.index_of(found.end()), None);
    }

    #[test]
    fn where_a_span_begins_does_not_move_the_edges(which in 0..ZONES.len(), by in 0usize..5, since in 100_000i64..1_900_000_000) {
        let zone = zone(ZONES[which]);
        let ms = |s: i64| Timestamp::from_millis_unchecked(s * 1000);
        let long = Buckets::new(By::LENGTHS[by], &zone, ms(since - 90_000), ms(since + 200_000)).unwrap();
        let short = Buckets::new(By::LENGTHS[by], &zone, ms(since), ms(since + 200_000)).unwrap();
        prop_assert!(long.starts.ends_with(&short.starts));
        prop_assert_eq!(long.end, short.end);
    }

    #[test]
    fn the_cursor_agrees(times in prop::collection::vec(0i64..300_000, 1..50)) {
        let zone = zone("Australia/Lord_Howe");
        let base = at("2017-04-01T00:00:00Z").as_millis();
        let ms = |s: i64| Timestamp::from_millis_unchecked(base + s * 1000);
        let found = Buckets::new(By::Hour, &zone, ms(1000), ms(250_000)).unwrap();
        let mut cursor = found.cursor();
        for time in times {
            prop_assert_eq!(cursor.index_of(ms(time)), found.index_of(ms(time)));
        }
    }
}
