//! One value of an attribute with its span.

use proc_macro2::Span;

use crate::diagnostics::Diagnostics;

/// One value of an attribute, with its span; reports a duplicate.
pub(crate) struct Slot<T> {
    name: &'static str,
    value: Option<(Span, T)>,
}

impl<T> Slot<T> {
    pub(crate) fn new(name: &'static str) -> Self {
        Self { name, value: None }
    }

    /// Sets the value, or reports a duplicate at `span`.
    pub(crate) fn fill(&mut self, span: Span, value: T, diagnostics: &mut Diagnostics) {
        if self.value.is_some() {
            let name = self.name;
            diagnostics.error(
                span,
                format_args!("duplicate `{name}`"),
                format_args!("remove this `{name}`"),
            );
        } else {
            self.value = Some((span, value));
        }
    }

    /// Checks the value; an absent one is valid.
    pub(crate) fn checked<U>(self, check: impl FnOnce(T) -> Option<U>) -> Result<Option<U>, ()> {
        self.value
            .map(|(_, value)| check(value).ok_or(()))
            .transpose()
    }

    pub(crate) fn take(self) -> Option<(Span, T)> {
        self.value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duplicate_value_is_an_error_and_the_first_stays() {
        let mut diagnostics = Diagnostics::default();
        let mut slot = Slot::new("reason");
        slot.fill(Span::call_site(), 1, &mut diagnostics);
        slot.fill(Span::call_site(), 2, &mut diagnostics);
        assert_eq!(slot.take().map(|(_, value)| value), Some(1));
        assert_eq!(diagnostics.into_messages(), ["duplicate `reason`"]);
    }
}
