//! In place of the crate of this name, which `dirs-sys` names for one method and whose licence
//! (MPL-2.0) is not among those that `deny.toml` allows.

/// One more method of options.
pub trait OptionExt<T> {
    /// Whether there is a value and it equals another.
    fn contains<U: PartialEq<T>>(&self, other: &U) -> bool;
}

impl<T> OptionExt<T> for Option<T> {
    fn contains<U: PartialEq<T>>(&self, other: &U) -> bool {
        self.as_ref().is_some_and(|value| other == value)
    }
}
