//! Bytes and text that are overwritten when they are dropped.

use std::{
    mem,
    ops::{Deref, DerefMut},
};

use zeroize::Zeroize as _;

/// What can be overwritten.
pub trait Wipe {
    /// Overwrites all of it, the room it has grown into included, and leaves it
    /// empty.
    fn wipe(&mut self);
}

impl Wipe for Vec<u8> {
    /// Slices are overwritten as a whole, which a vector is not: that is done
    /// byte by byte, and takes a noticeable part of a refresh.
    fn wipe(&mut self) {
        self.as_mut_slice().zeroize();
        self.spare_capacity_mut().zeroize();
        self.clear();
    }
}

impl Wipe for String {
    fn wipe(&mut self) {
        mem::take(self).into_bytes().wipe();
    }
}

/// Overwritten when dropped.
#[derive(Clone, Default)]
pub struct Wiped<T: Wipe>(T);

impl<T: Wipe> Wiped<T> {
    /// Takes `value`, to overwrite it in the end.
    #[must_use]
    pub fn new(value: T) -> Self {
        Self(value)
    }
}

impl<T: Wipe> From<T> for Wiped<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T: Wipe> Deref for Wiped<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Wipe> DerefMut for Wiped<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T: Wipe> Drop for Wiped<T> {
    fn drop(&mut self) {
        self.0.wipe();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_it_is_left_nor_of_what_it_was_cut_off_from() {
        let mut bytes = b"secret and more".to_vec();
        let capacity = bytes.capacity();
        bytes.truncate(6);
        bytes.wipe();
        assert!(bytes.is_empty());
        assert_eq!(bytes.capacity(), capacity);
        // What is there now, and what it is filled up with, is all that is there.
        bytes.resize(capacity, 0);
        assert!(bytes.iter().all(|byte| *byte == 0));
    }

    #[test]
    fn text_is_taken_as_well() {
        let mut text = "secret".to_owned();
        text.wipe();
        assert_eq!(text, "");
        assert_eq!(*Wiped::new("secret".to_owned()), "secret");
    }
}
