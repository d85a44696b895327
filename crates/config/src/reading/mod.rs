//! Reading typed settings out of the tree, telling every mistake on the way.
//!
//! Conversions follow `ConfigReader` in `@backstage/config`: a number or a
//! boolean may be written as a string, a string may not be written as a number,
//! an empty string is no string, and `null` is the same as nothing.

mod duration;
mod field;
mod section;

pub(crate) use duration::Limits;
pub(crate) use field::Field;
pub(crate) use section::{Section, is_like};
