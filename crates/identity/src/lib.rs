//! Who someone is.
mod entity_ref;
pub use entity_ref::EntityRef;
