//! Redirects to the pages that `ReturnTo` accepts, in Chromium.

use std::collections::BTreeSet;
use std::future;

use axum::Router;
use axum::http::{StatusCode, Uri};
use palisade::relying_party::ReturnTo;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::devtools::Chromium;
use crate::in_browser::Case;
use crate::texts::texts;

pub(crate) const CASES: [Case; 1] = [(
    "redirects::accepted_page_never_leaves_the_origin",
    accepted_page_never_leaves_the_origin,
)];

/// A server redirects to each text of the list that `ReturnTo` accepts, and Chromium follows.
fn accepted_page_never_leaves_the_origin(program: &str) {
    const FOLLOW: &str = r"
        (async () => {
            let next = 0;
            const urls = [];
            const work = async () => {
                while (next < COUNT) {
                    const number = next++;
                    const response = await fetch(`/from?${number}`).catch(() => ({ url: 'left' }));
                    urls[number] = response.url;
                }
            };
            await Promise.all(Array.from({ length: 16 }, work));
            return urls;
        })()
    ";
    let controls = ["//evil.example/", "/\\evil.example/", "/\t/evil.example/"];
    assert!(
        controls
            .iter()
            .all(|text| text.parse::<ReturnTo>().is_err())
    );
    let accepted = texts().filter(|text| text.parse::<ReturnTo>().is_ok());
    let accepted: BTreeSet<String> = accepted.collect();
    let pages: Vec<String> = controls
        .map(str::to_owned)
        .into_iter()
        .chain(accepted)
        .collect();
    let (count, redirects) = (pages.len(), pages.clone());
    let follow = move |uri: Uri| {
        let number = uri.query().and_then(|number| number.parse::<usize>().ok());
        let page = number
            .filter(|_| uri.path() == "/from")
            .and_then(|number| redirects.get(number));
        let location = page.map(|page| [("location", page.clone())]);
        let status = location
            .as_ref()
            .map_or(StatusCode::OK, |_| StatusCode::SEE_OTHER);
        future::ready((status, location, ""))
    };
    let runtime = Runtime::new().unwrap();
    let origin = runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async { axum::serve(listener, Router::new().fallback(follow)).await });
        origin
    });
    let chromium = Chromium::start(program);
    let tab = chromium.tab();
    tab.go(&origin);
    let followed = tab.evaluate(&FOLLOW.replace("COUNT", &count.to_string()));
    let followed = followed.as_array().unwrap();
    for (page, url) in pages.iter().zip(followed) {
        let url = url.as_str().unwrap();
        let stays = url.starts_with(&format!("{origin}/"));
        assert_eq!(stays, !controls.contains(&page.as_str()), "{page:?}: {url}");
    }
    assert!(count > 1_000 && followed.len() == count, "{count}");
}
