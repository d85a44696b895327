use crate::a::A;

pub struct G(A);
