//! A browser without scripts: it follows redirects, submits forms, and keeps the cookies of each origin.

use std::collections::BTreeMap;

use crate::Environment;
use crate::http::{Request, Response};

/// A browser, with the cookies of each origin.
#[derive(Default)]
pub(crate) struct Browser {
    cookies: BTreeMap<String, BTreeMap<Cookie, String>>,
}

/// The path and the name of a cookie.
type Cookie = (String, String);

/// A page, and the URL from which it comes.
pub(crate) struct Page {
    pub(crate) url: String,
    pub(crate) response: Response,
}

impl Browser {
    /// Logs in as alice, and returns the page to which the application returns.
    pub(crate) fn log_in(&mut self, environment: &Environment, page: &str) -> Page {
        let web = environment.web.url();
        let form = self.get(&format!("{web}/login?return_to={page}"));
        let page = self.confirm(form);
        assert_eq!(page.response.status, 200, "{}", environment.log());
        page
    }

    /// Submits the forms of the provider until it redirects to the application.
    pub(crate) fn confirm(&mut self, mut page: Page) -> Page {
        while page.response.body.contains("name=\"action\"") {
            page = self.submit(&page, &[("account", "alice"), ("action", "continue")]);
        }
        page
    }

    pub(crate) fn get(&mut self, url: &str) -> Page {
        self.follow(url, Request::get)
    }

    /// Posts a form of a page at an origin.
    pub(crate) fn post(&mut self, url: &str, fields: &[(&str, &str)], origin: &str) -> Page {
        self.follow(url, |target| {
            Request::post(target, fields).header("Origin", origin)
        })
    }

    /// Submits the only form of a page, with its hidden fields.
    pub(crate) fn submit(&mut self, page: &Page, fields: &[(&str, &str)]) -> Page {
        let body = &page.response.body;
        let attribute = |text: &str, name: &str| {
            let (_, rest) = text.split_once(&format!("{name}=\""))?;
            Some(rest.split_once('"')?.0.to_owned())
        };
        let form = &body[body.find("<form").expect("a form")..];
        let action = attribute(form, "action").unwrap();
        let hidden = form.split("<input").skip(1).filter_map(|input| {
            let input = input.split('>').next()?;
            let is_hidden = input.contains("type=\"hidden\"");
            is_hidden.then(|| Some((attribute(input, "name")?, attribute(input, "value")?)))?
        });
        let hidden: Vec<_> = hidden.collect();
        let mut all: Vec<(&str, &str)> = fields.to_vec();
        all.extend(hidden.iter().map(|(name, value)| (&**name, &**value)));
        let origin = origin(&page.url).to_owned();
        let url = resolve(&origin, &action);
        self.post(&url, &all, &origin)
    }

    /// Sends a request, stores cookies, and follows redirects with GET.
    fn follow(&mut self, url: &str, first: impl Fn(&str) -> Request) -> Page {
        let (mut url, mut request) = (url.to_owned(), None);
        for _ in 0..10 {
            let origin = origin(&url).to_owned();
            let target = &url[origin.len()..];
            let to_send = request.take().unwrap_or_else(|| first(target));
            let cookies = self.cookies.entry(origin.clone()).or_default();
            let pairs: Vec<_> = cookies
                .iter()
                .filter(|((path, _), _)| url[origin.len()..].starts_with(path.as_str()))
                .map(|((_, name), value)| format!("{name}={value}"))
                .collect();
            let to_send = to_send.header("Cookie", &pairs.join("; "));
            let response = to_send.send(&origin);
            for cookie in response.headers("set-cookie") {
                let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
                let (name, value) = pair.split_once('=').unwrap();
                let path = attributes.split(';').find_map(|attribute| {
                    let (name, path) = attribute.trim().split_once('=')?;
                    name.eq_ignore_ascii_case("path").then_some(path)
                });
                let key = (path.unwrap_or("/").to_owned(), name.to_owned());
                let attributes = attributes.to_ascii_lowercase();
                if attributes.contains("max-age=0")
                    || attributes.contains("expires=thu, 01 jan 1970")
                {
                    cookies.remove(&key);
                } else {
                    cookies.insert(key, value.to_owned());
                }
            }
            let Some(location) = response.header("location") else {
                return Page { url, response };
            };
            url = resolve(&origin, location);
            let target = &url[self::origin(&url).len()..];
            request = Some(Request::get(target));
        }
        panic!("too many redirects: {url}");
    }
}

/// Returns the origin of a URL.
fn origin(url: &str) -> &str {
    let path = url["http://".len()..].find('/');
    path.map_or(url, |path| &url[.."http://".len() + path])
}

fn resolve(origin: &str, reference: &str) -> String {
    if reference.starts_with('/') {
        format!("{origin}{reference}")
    } else {
        reference.to_owned()
    }
}
