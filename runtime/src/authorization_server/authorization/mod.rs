//! The authorization endpoint: requests that are validated before a page is shown, and their responses.

mod approval;
mod failure;
mod form_origin;
mod prompt;
mod request;
mod response;
mod validation;

pub use self::approval::Approval;
pub use self::failure::AuthorizationFailure;
pub use self::form_origin::FormOrigin;
pub use self::request::AuthorizationRequest;
pub(super) use self::request::Validated;
pub use self::response::AuthorizationRedirect;
pub(super) use self::validation::validate;
