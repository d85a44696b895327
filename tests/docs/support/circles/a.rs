use crate::{
    Root,
    b::{B, Other},
};

// use crate::g::G;
pub struct A(B, Other, Root);

#[cfg(test)]
mod tests {
    use crate::h::H;
}
