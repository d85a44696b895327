//! Times as Backstage keeps them in SQLite: text, in UTC.
//!
//! `created_at` comes from `CURRENT_TIMESTAMP` ("2026-01-31 12:00:00"),
//! `updated_at` from luxon's `toSQL` ("2026-01-31 12:00:00.123").

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

/// As `CURRENT_TIMESTAMP` writes it.
pub(crate) fn to_second(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// As luxon's `DateTime.utc().toSQL({includeOffset: false})` writes it.
pub(crate) fn to_millisecond(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M:%S%.3f").to_string()
}

/// Reads either, an ISO time with its offset, and the milliseconds that knex
/// stores for a JavaScript `Date`.
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    if let Ok(millisecond) = text.parse::<i64>() {
        return Timestamp::from_millisecond(millisecond).ok();
    }
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time);
    }
    let time: DateTime = text.parse().ok()?;
    TimeZone::UTC.to_timestamp(time).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(millisecond: i64) -> Timestamp {
        Timestamp::from_millisecond(millisecond).unwrap()
    }

    #[test]
    fn writes_what_sqlite_and_luxon_write() {
        assert_eq!(to_second(at(1_795_558_595_768)), "2026-11-24 22:16:35");
        assert_eq!(
            to_millisecond(at(1_795_558_595_768)),
            "2026-11-24 22:16:35.768"
        );
        assert_eq!(
            to_millisecond(at(1_795_558_595_000)),
            "2026-11-24 22:16:35.000"
        );
    }

    #[test]
    fn reads_every_form_backstage_has_written() {
        let second = at(1_795_558_595_000);
        for text in [
            "2026-11-24 22:16:35",
            "2026-11-24 22:16:35.000",
            "2026-11-24T22:16:35Z",
            "2026-11-24 23:16:35+01:00",
            "1795558595000",
        ] {
            assert_eq!(parse(text), Some(second), "{text}");
        }
        for text in ["", "soon", "2026-13-01 00:00:00", "99999999999999999"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,40}") {
            let _ = parse(&text);
        }

        #[test]
        fn what_is_written_is_read(millisecond in 0_i64..4_102_444_800_000) {
            let time = at(millisecond);
            prop_assert_eq!(parse(&to_millisecond(time)), Some(time));
            prop_assert_eq!(parse(&to_second(time)).map(Timestamp::as_second), Some(time.as_second()));
        }
    }
}
