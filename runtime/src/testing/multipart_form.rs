//! A form with files, written as a browser writes it.

/// A `multipart/form-data` body in the making; see [`TestRequest::multipart`](crate::testing::TestRequest::multipart).
///
/// # Examples
///
/// ```
/// use palisade::testing::MultipartForm;
///
/// let form = MultipartForm::new()
///     .text("what", "a broken window")
///     .file("photos", "window.png", "image/png", b"\x89PNG");
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a form does nothing until it is sent"]
pub struct MultipartForm {
    parts: Vec<Vec<u8>>,
}

impl MultipartForm {
    /// A form without parts.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text.
    pub fn text(self, name: &str, text: &str) -> Self {
        self.part(&format!("name=\"{}\"", escaped(name)), "", text.as_bytes())
    }

    /// Adds a file.
    pub fn file(self, name: &str, file_name: &str, media_type: &str, content: &[u8]) -> Self {
        let (name, file_name) = (escaped(name), escaped(file_name));
        let parameters = format!("name=\"{name}\"; filename=\"{file_name}\"");
        self.part(
            &parameters,
            &format!("\r\nContent-Type: {media_type}"),
            content,
        )
    }

    fn part(mut self, parameters: &str, lines: &str, content: &[u8]) -> Self {
        let head = format!("Content-Disposition: form-data; {parameters}{lines}\r\n\r\n");
        self.parts.push([head.as_bytes(), content].concat());
        self
    }

    /// The body, and how it is labelled.
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

    /// One that no part has in it.
    fn boundary(&self) -> String {
        let mut boundary = "----palisade".to_owned();
        let is_in = |part: &Vec<u8>, boundary: &str| {
            memchr::memmem::find(part, boundary.as_bytes()).is_some()
        };
        while self.parts.iter().any(|part| is_in(part, &boundary)) {
            boundary.push('-');
        }
        boundary
    }
}

/// As HTML escapes a name.
fn escaped(name: &str) -> String {
    name.replace('\r', "%0D")
        .replace('\n', "%0A")
        .replace('"', "%22")
}
