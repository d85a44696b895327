use crate::{a::A, g::G};

pub struct H(A, G);
