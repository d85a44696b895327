/// By the name that the parent gives it.
pub(crate) struct Y(Option<Box<super::X>>);
