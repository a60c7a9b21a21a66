//! A form with files, encoded as browsers do.

/// A builder of `multipart/form-data` bodies.
///
/// [`TestRequest::multipart`](crate::testing::TestRequest::multipart) sends it.
///
/// # Examples
///
/// ```
/// use palisade::testing::MultipartForm;
///
/// let form = MultipartForm::new()
///     .text("description", "a broken window")
///     .file("photos", "window.png", "image/png", b"\x89PNG");
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a form does nothing until it is sent"]
pub struct MultipartForm {
    parts: Vec<Vec<u8>>,
}

impl MultipartForm {
    /// Creates a form without parts.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text field.
    pub fn text(self, name: &str, text: &str) -> Self {
        self.part(&format!("name=\"{}\"", escape(name)), "", text.as_bytes())
    }

    /// Adds a file.
    pub fn file(self, name: &str, file_name: &str, media_type: &str, content: &[u8]) -> Self {
        let (name, file_name) = (escape(name), escape(file_name));
        let parameters = format!("name=\"{name}\"; filename=\"{file_name}\"");
        self.part(
            &parameters,
            &format!("\r\nContent-Type: {media_type}"),
            content,
        )
    }

    fn part(mut self, parameters: &str, headers: &str, content: &[u8]) -> Self {
        let head = format!("Content-Disposition: form-data; {parameters}{headers}\r\n\r\n");
        self.parts.push([head.as_bytes(), content].concat());
        self
    }

    /// Returns the body and its `Content-Type`.
    pub(super) fn into_body(self) -> (Vec<u8>, String) {
        let boundary = self.boundary();
        let mut body = Vec::new();
        for part in &self.parts {
            body.extend_from_slice(format!("--{boundary}\r\n").as_bytes());
            body.extend_from_slice(part);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        (body, format!("multipart/form-data; boundary={boundary}"))
    }

    /// Returns a boundary that does not occur in any part.
    fn boundary(&self) -> String {
        let mut boundary = "----palisade".to_owned();
        let contains = |part: &Vec<u8>, boundary: &str| {
            memchr::memmem::find(part, boundary.as_bytes()).is_some()
        };
        while self.parts.iter().any(|part| contains(part, &boundary)) {
            boundary.push('-');
        }
        boundary
    }
}

/// Escapes the name of a field or file as HTML requires.
fn escape(name: &str) -> String {
    name.replace('\r', "%0D")
        .replace('\n', "%0A")
        .replace('"', "%22")
}
