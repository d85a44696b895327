use proptest::prelude::*;
use rstest::rstest;

use super::*;

#[rstest]
#[case("1 day", DAY)]
#[case("90s", 90.0 * SECOND)]
#[case("1.5 Hours", 1.5 * HOUR)]
#[case(".5m", 0.5 * MINUTE)]
#[case("100 ms", 100.0)]
#[case("1.5", 1.5)]
#[case("2 weeks", 2.0 * WEEK)]
#[case("1y", YEAR)]
#[case("0s", 0.0)]
#[case(" PT1H30M ", 1.5 * HOUR)]
#[case("P1Y2M3W4DT5H6M7.089S", YEAR + 2.0 * MONTH + 3.0 * WEEK + 4.0 * DAY + 5.0 * HOUR + 6.0 * MINUTE + 7089.0)]
#[case("P0.5D", 0.5 * DAY)]
#[case("PT1,5S", 1500.0)]
#[case("PT-1M", -MINUTE)]
#[case("PT0S", 0.0)]
#[case("P1DT", DAY)]
fn reads(#[case] text: &str, #[case] expected: f64) {
    assert_eq!(parse(text), Some(expected));
}

#[rstest]
#[case("")]
#[case("10")]
#[case("-1s")]
#[case("1 fortnight")]
#[case("1h 30m")]
#[case("1.")]
#[case("1.2.3s")]
#[case("1  ")]
#[case("P")]
#[case("PT")]
#[case("P1H")]
#[case("P1D2Y")]
#[case("PT1.S")]
#[case("p1d")]
#[case("PT1H30")]
#[case("PéD")]
fn refuses(#[case] text: &str) {
    // "1  " is trimmed to "1", which is a bare number.
    assert_eq!(parse(text), None);
}

proptest! {
    #[test]
    fn never_panics(text in "(?s)P?[0-9.,YMWDTHSa-zé -]{0,30}") {
        parse(&text).and_then(to_duration);
    }

    #[test]
    fn reads_what_iso_writes(hours in 0u32..1000, minutes in 0u32..60, seconds in 0u32..60) {
        let expected = f64::from(hours) * HOUR + f64::from(minutes) * MINUTE + f64::from(seconds) * SECOND;
        prop_assert_eq!(parse(&format!("PT{hours}H{minutes}M{seconds}S")), Some(expected));
    }

    #[test]
    fn reads_what_ms_writes(number in 1u32..10_000, unit in prop::sample::select(vec![("s", SECOND), (" mins", MINUTE), ("h", HOUR), (" days", DAY)])) {
        // Below a year, where no calendar comes in.
        let expected = f64::from(number) * unit.1;
        prop_assume!(expected < MS_YEAR);
        prop_assert_eq!(parse(&format!("{number}{}", unit.0)), Some(expected));
    }
}
