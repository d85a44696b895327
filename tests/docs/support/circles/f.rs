/// Through the root, where `D` is named again.
#[derive(Deserialize)]
pub struct F {
    #[serde(with = "crate::D")]
    d: u8,
}
