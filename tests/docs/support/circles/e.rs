use super::f::*;

pub struct E(F);
pub fn fine() {}
