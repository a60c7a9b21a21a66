//! The page that shows the description.

use crate::openapi::info::Info;
use crate::response::StaticDocument;

/// The viewer, as npm has it: openapi-explorer 2.4.820, by its authors under the license Apache-2.0.
const VIEWER: &[u8] = include_bytes!("viewer/openapi-explorer.min.js");

/// The script that starts it.
const START: &[u8] = include_bytes!("viewer/start.js");

/// Scripts, requests and images are those of the API itself. The viewer sets styles from its script.
const POLICY: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data:; \
                      style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The style of the heading, which only screen readers use: the viewer shows the title itself.
const HIDDEN: &str =
    "position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%)";

/// Returns the page. Its URLs are relative, so that it works below any prefix.
pub(super) fn page(info: &Info) -> StaticDocument {
    let title = escaped(info.title());
    let page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <link rel=\"icon\" href=\"data:,\">\n<title>{title}</title>\n<script defer src=\"docs/viewer.js\"></script>\n</head>\n\
         <body>\n<header style=\"{HIDDEN}\"><h1>{title}</h1></header>\n<noscript>This page needs JavaScript. The description is <a href=\"openapi.json\">openapi.json</a>.</noscript>\n\
         </body>\n</html>\n"
    );
    StaticDocument::new(page, "text/html; charset=utf-8").with_policy(POLICY)
}

/// Returns the script of the page.
pub(super) fn viewer() -> StaticDocument {
    let script = [VIEWER, START].concat();
    StaticDocument::new(script, "text/javascript; charset=utf-8")
}

/// Returns a text for an element of HTML.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use axum::http::HeaderMap;
    use http_body_util::BodyExt;

    use super::*;

    #[test]
    fn viewer_is_the_file_of_npm() {
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, VIEWER);
        let hex = hash.as_ref().iter().fold(String::new(), |mut hex, byte| {
            write!(hex, "{byte:02x}").unwrap();
            hex
        });
        assert_eq!(
            hex,
            "6bb3f4f29b0d740f1fc0970cd4245e01d2c1346df5a26ecd20a2f7a5dda5f837"
        );
        assert!(include_str!("viewer/README.md").contains(&hex));
    }

    #[tokio::test]
    async fn title_is_text_of_the_page() {
        let info = Info::new("</title><script>alert('&\"')</script>", "1");
        let response = page(&info).respond(&HeaderMap::new());
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let page = String::from_utf8(body.to_vec()).unwrap();
        assert!(page.contains(
            "<title>&lt;/title&gt;&lt;script&gt;alert(&#39;&amp;&quot;&#39;)&lt;/script&gt;</title>"
        ));
        assert!(page.contains("<h1>&lt;/title&gt;&lt;script&gt;"));
        assert_eq!(page.matches("<script").count(), 1);
    }
}
