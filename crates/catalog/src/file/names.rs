//! What Backstage accepts as names (`KubernetesValidatorFunctions`).

const MAX_LENGTH: usize = 63;

/// `isValidObjectName`: `([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]`.
pub(super) fn is_name(name: &str) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    name.len() <= MAX_LENGTH
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.ends_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(inner)
}

/// `isValidNamespace`, a DNS label: `[a-z0-9]+(-+[a-z0-9]+)*`.
pub(super) fn is_namespace(namespace: &str) -> bool {
    let outer = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    namespace.len() <= MAX_LENGTH
        && namespace.starts_with(outer)
        && namespace.ends_with(outer)
        && namespace.chars().all(|c| outer(c) || c == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_as_backstage_takes_them() {
        let longest = "a".repeat(63);
        for valid in ["a", "Jane.Doe", "a-_.b", "7", &longest] {
            assert!(is_name(valid), "{valid}");
        }
        let too_long = "a".repeat(64);
        for invalid in ["", "-a", "a-", "a b", "a@b", "é", "a/b", ".", &too_long] {
            assert!(!is_name(invalid), "{invalid}");
        }
    }

    #[test]
    fn namespaces_as_backstage_takes_them() {
        for valid in ["default", "a--b", "7"] {
            assert!(is_namespace(valid), "{valid}");
        }
        for invalid in ["", "Team", "a.b", "a_b", "-a", "a-", &"a".repeat(64)] {
            assert!(!is_namespace(invalid), "{invalid}");
        }
    }
}
