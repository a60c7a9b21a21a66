//! The title, version and description of an API.

use serde::Serialize;

/// The title, version and description of an API, which only its authors know.
///
/// # Examples
///
/// ```
/// use palisade::openapi::Info;
///
/// let info = Info::new("Orders", "1.4.0").description("Orders of a small shop, for its clients.");
/// # let _ = info;
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Info {
    title: String,
    version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
}

impl Info {
    /// Creates the information with the title of the API and the version of its description.
    pub fn new(title: impl Into<String>, version: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            version: version.into(),
            description: None,
        }
    }

    /// Sets the description, in Markdown (CommonMark).
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    pub(super) fn title(&self) -> &str {
        &self.title
    }
}
