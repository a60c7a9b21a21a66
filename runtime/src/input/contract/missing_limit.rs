//! The reason for which a field has no limit.

pub(super) mod sealed {
    /// Implemented for the reasons of this file only.
    pub trait Sealed {}

    /// Implemented for nothing, so that no crate can implement a trait that requires it.
    pub trait Unimplemented<T: ?Sized = ()> {}
}

/// The input types whose limits are known.
///
/// It is the `Self` of traits about a type `T`, so that rustc's message is the same for your own
/// types and for those of other crates.
pub enum InputType {}

/// A reason for which a field has no limit. It has one value, and a method `check` that requires
/// the trait whose message is the error.
#[doc(hidden)]
pub trait MissingLimit: sealed::Sealed {
    /// The reason that is inside it, unless an inherent method finds another one.
    type Inner: MissingLimit;

    const NEW: Self;

    /// Looks up the reason that is inside it.
    fn reason(self) -> Self::Inner
    where
        Self: Sized,
    {
        MissingLimit::NEW
    }
}
