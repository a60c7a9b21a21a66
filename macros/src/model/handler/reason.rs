//! The reasons that an attribute states.

use syn::LitStr;

use crate::diagnostics::Diagnostics;

/// Checks that a reason is not empty.
pub(super) fn check_reason(
    option: &str,
    text: LitStr,
    diagnostics: &mut Diagnostics,
) -> Option<LitStr> {
    if text.value().trim().is_empty() {
        diagnostics.error(
            text.span(),
            format_args!("`{option}` is empty"),
            "state in a few words why this is safe; the inventory shows them to the auditor of the API",
        );
        return None;
    }
    Some(text)
}
