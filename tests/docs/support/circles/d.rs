pub struct D(crate::E);
