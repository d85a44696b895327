pub struct B;
pub struct Other;

fn f() -> usize {
    let text = "use crate::c";
    size_of::<super::a::A>() + text.len()
}
