//! How long user tokens are valid.

use jiff::SignedDuration;

/// `auth.backstageTokenExpiration`: between ten minutes and a day, an hour
/// unless set (contract §9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenLifetime(SignedDuration);

impl TokenLifetime {
    /// The shortest lifetime.
    pub const MIN: Self = Self(SignedDuration::from_secs(600));
    /// The longest lifetime.
    pub const MAX: Self = Self(SignedDuration::from_secs(86_400));
    /// The lifetime unless another is set.
    pub const DEFAULT: Self = Self(SignedDuration::from_secs(3600));

    /// The nearest lifetime that is allowed, in whole seconds, rounded as
    /// Backstage does.
    ///
    /// ```
    /// use jiff::SignedDuration;
    /// use stagedoor_identity::TokenLifetime;
    ///
    /// let lifetime = TokenLifetime::clamped(SignedDuration::from_secs(5));
    /// assert_eq!(lifetime.as_duration(), SignedDuration::from_mins(10));
    /// ```
    #[must_use]
    pub fn clamped(duration: SignedDuration) -> Self {
        let half_up = i64::from(duration.subsec_millis() >= 500);
        let seconds = duration.as_secs().saturating_add(half_up);
        Self(SignedDuration::from_secs(seconds)).clamp(Self::MIN, Self::MAX)
    }

    /// The lifetime as a duration.
    #[must_use]
    pub fn as_duration(self) -> SignedDuration {
        self.0
    }
}

impl Default for TokenLifetime {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl From<TokenLifetime> for SignedDuration {
    fn from(lifetime: TokenLifetime) -> Self {
        lifetime.0
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(-5_000, 600)]
    #[case(599_999, 600)]
    #[case(600_500, 601)]
    #[case(600_499, 600)]
    #[case(86_400_000, 86_400)]
    #[case(i64::MAX, 86_400)]
    fn stays_within_ten_minutes_and_a_day(#[case] milliseconds: i64, #[case] seconds: i64) {
        let lifetime = TokenLifetime::clamped(SignedDuration::from_millis(milliseconds));
        assert_eq!(lifetime.as_duration().as_secs(), seconds);
    }
}
