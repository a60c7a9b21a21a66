//! The look of the pages of `examples/web`, in Chromium.

use crate::Environment;
use crate::devtools::{Chromium, Tab};
use crate::in_browser::{Case, log_in};

pub(crate) const CASES: [Case; 1] = [(
    "pages::pages_fit_their_windows_in_both_color_schemes",
    pages_fit_their_windows_in_both_color_schemes,
)];

/// It leaves pictures of the pages in the target directory, to look at.
fn pages_fit_their_windows_in_both_color_schemes(program: &str) {
    let (environment, chromium) = (Environment::start(), Chromium::start(program));
    let (tab, web) = (chromium.tab(), environment.web.url());
    let look = |name: &str| {
        for (width, scheme) in [
            (1100, "light"),
            (1100, "dark"),
            (390, "light"),
            (390, "dark"),
        ] {
            tab.resize(width, scheme);
            let overflow = "document.documentElement.scrollWidth - innerWidth";
            assert_eq!(tab.evaluate(overflow), 0, "{name}: {width}");
            tab.screenshot(&format!("{name}-{width}-{scheme}"));
        }
        assert_readable(&tab, name);
    };
    tab.go(web);
    look("welcome");
    tab.go(&format!("{web}/orders"));
    look("log-in-first");
    tab.go(&format!("{web}/login?return_to=/orders"));
    tab.click("button[value=deny]");
    look("denied");
    tab.go(&format!("{web}/nothing"));
    look("not-found");
    log_in(&tab, &environment);
    look("orders");
}

/// Fails unless the texts of the page contrast with their ground, at least 4.5 to 1 (WCAG 2.2, 1.4.3), in both schemes.
fn assert_readable(tab: &Tab<'_>, name: &str) {
    const CONTRASTS: &str = r"
        (() => {
            const parse = (color) => color.match(/[\d.]+/g).map(Number);
            const luminance = (color) => color.slice(0, 3)
                .map((value) => value / 255)
                .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
                .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0);
            const ground = (element) => {
                for (let at = element; at; at = at.parentElement) {
                    const color = parse(getComputedStyle(at).backgroundColor);
                    if (color.length === 3 || color[3] === 1) return color;
                }
                return [255, 255, 255];
            };
            const texts = [...document.querySelectorAll('body *')]
                .filter((element) => [...element.childNodes].some((node) => node.nodeType === 3));
            return texts.map((element) => {
                const pair = [parse(getComputedStyle(element).color), ground(element)].map(luminance);
                const [light, dark] = pair.sort((a, b) => b - a);
                return [element.textContent, (light + 0.05) / (dark + 0.05)];
            });
        })()
    ";
    for scheme in ["light", "dark"] {
        tab.resize(1100, scheme);
        let contrasts = tab.evaluate(CONTRASTS);
        let contrasts = contrasts.as_array().unwrap();
        assert!(contrasts.len() >= 3, "{name}: {contrasts:?}");
        for contrast in contrasts {
            assert!(
                contrast[1].as_f64().unwrap() >= 4.5,
                "{name} in {scheme}: {contrast}"
            );
        }
    }
}
