//! Enumerations whose members have a registered name.

/// Writes a member as its name, and reads it from that: for an enumeration with
/// `ALL` and `as_str`.
macro_rules! by_name {
    ($named:ty, $unsupported:ident) => {
        impl std::fmt::Display for $named {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $named {
            type Err = $unsupported;

            fn from_str(name: &str) -> Result<Self, Self::Err> {
                let found = Self::ALL.into_iter().find(|it| it.as_str() == name);
                found.ok_or_else(|| $unsupported(crate::provider_text::shown(name)))
            }
        }
    };
}

pub(crate) use by_name;
