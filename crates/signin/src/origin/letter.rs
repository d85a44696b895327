//! Characters in regular expressions.

use std::fmt::Write;

/// A character of an origin other than the slash.
pub(super) const CHARACTER: &str = "[!-.0-~]";

/// Writes a character so that it stands for itself.
pub(super) fn push_letter(out: &mut String, letter: char) {
    if letter.is_ascii_alphanumeric() {
        out.push(letter);
    } else {
        // Writing to a String does not fail.
        let _ = write!(out, "\\x{{{:x}}}", u32::from(letter));
    }
}
