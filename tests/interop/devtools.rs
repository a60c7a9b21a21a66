//! Headless Chromium, driven over its protocol for developer tools: tabs that load pages, click, and report what they show.
//!
//! The messages are JSON that ends with a zero byte, on two pipes (`--remote-debugging-pipe`).

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// The time for each message of the browser. On an idle machine it takes less than a second.
const TIMEOUT: Duration = Duration::from_mins(1);

/// A running browser with a separate profile, which is removed on drop.
pub(crate) struct Chromium {
    child: Child,
    profile: PathBuf,
    input: RefCell<ChildStdin>,
    messages: Receiver<Value>,
    events: RefCell<VecDeque<Value>>,
    next_id: Cell<u64>,
}

/// A tab of the browser.
pub(crate) struct Tab<'a> {
    chromium: &'a Chromium,
    session: Value,
    requested: RefCell<Vec<String>>,
}

impl Chromium {
    pub(crate) fn start(program: &str) -> Self {
        static PROFILES: AtomicUsize = AtomicUsize::new(0);
        let number = PROFILES.fetch_add(1, Ordering::Relaxed);
        let name = format!("devtools-{}-{number}", std::process::id());
        let profile = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        // the program reads descriptor 3 and writes descriptor 4, which `Command` cannot pass
        let mut child = Command::new("sh")
            .args([
                "-c",
                r#"exec "$@" 3<&0 4>&1 0</dev/null 1>&2"#,
                "sh",
                program,
            ])
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--remote-debugging-pipe",
            ])
            .args([
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--hide-scrollbars",
            ])
            .arg(format!("--user-data-dir={}", profile.display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let input = child.stdin.take().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let (sender, messages) = channel();
        thread::spawn(move || {
            let mut message = Vec::new();
            while output
                .read_until(0, &mut message)
                .is_ok_and(|read| read > 0)
            {
                let text = message.strip_suffix(&[0]).unwrap_or(&message);
                let Ok(value) = serde_json::from_slice(text) else {
                    return;
                };
                if sender.send(value).is_err() {
                    return;
                }
                message.clear();
            }
        });
        Self {
            child,
            profile,
            input: RefCell::new(input),
            messages,
            events: RefCell::default(),
            next_id: Cell::new(1),
        }
    }

    /// Opens a tab. Tabs share their cookies.
    pub(crate) fn tab(&self) -> Tab<'_> {
        self.tab_of(&json!({ "url": "about:blank" }))
    }

    /// Opens a tab of another person: it has separate cookies.
    pub(crate) fn stranger(&self) -> Tab<'_> {
        let context = self.call(&Value::Null, "Target.createBrowserContext", &json!({}));
        let context = &context["browserContextId"];
        self.tab_of(&json!({ "url": "about:blank", "browserContextId": context }))
    }

    fn tab_of(&self, target: &Value) -> Tab<'_> {
        let target = self.call(&Value::Null, "Target.createTarget", target);
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let attached = self.call(&Value::Null, "Target.attachToTarget", &attach);
        let tab = Tab {
            chromium: self,
            session: attached["sessionId"].clone(),
            requested: RefCell::default(),
        };
        tab.call("Page.enable", &json!({}));
        tab.call("Network.enable", &json!({}));
        tab
    }

    /// Sends a command, and returns its result. Events before it are kept.
    ///
    /// # Panics
    ///
    /// Panics if the browser reports an error.
    fn call(&self, session: &Value, method: &str, parameters: &Value) -> Value {
        let id = self.next_id.replace(self.next_id.get() + 1);
        let mut command = json!({ "id": id, "method": method, "params": parameters });
        if !session.is_null() {
            command["sessionId"] = session.clone();
        }
        let mut bytes = command.to_string().into_bytes();
        bytes.push(0);
        self.input.borrow_mut().write_all(&bytes).unwrap();
        loop {
            let mut message = self.message();
            if message["id"] == id {
                let error = &message["error"];
                assert_eq!(*error, Value::Null, "{method} {parameters}");
                return message["result"].take();
            }
            self.events.borrow_mut().push_back(message);
        }
    }

    fn message(&self) -> Value {
        let message = self.messages.recv_timeout(TIMEOUT);
        message.expect("a message of the browser")
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // it ends its other processes itself, before the pipe closes
        let id = self.next_id.get();
        let close = json!({ "id": id, "method": "Browser.close" });
        let _ = write!(self.input.get_mut(), "{close}\0");
        while self.messages.recv_timeout(TIMEOUT).is_ok() {}
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.profile);
    }
}

impl Tab<'_> {
    fn call(&self, method: &str, parameters: &Value) -> Value {
        self.chromium.call(&self.session, method, parameters)
    }

    /// Loads a page, as if its address was typed.
    pub(crate) fn go(&self, url: &str) {
        self.navigate(|| {
            let started = self.call("Page.navigate", &json!({ "url": url }));
            assert_eq!(started["errorText"], Value::Null, "{url}");
        });
    }

    /// Clicks an element that leads to another page.
    pub(crate) fn click(&self, selector: &str) {
        self.navigate(|| {
            self.evaluate(&format!(
                "document.querySelector({}).click()",
                json!(selector)
            ));
        });
    }

    pub(crate) fn reload(&self) {
        self.navigate(|| {
            self.call("Page.reload", &json!({}));
        });
    }

    /// Presses the back button (-1) or the forward button (1).
    pub(crate) fn history(&self, offset: i64) {
        let history = self.call("Page.getNavigationHistory", &json!({}));
        let index = history["currentIndex"].as_i64().unwrap() + offset;
        let entry = &history["entries"][usize::try_from(index).unwrap()]["id"];
        self.navigate(|| {
            self.call("Page.navigateToHistoryEntry", &json!({ "entryId": entry }));
        });
        let arrived = self.call("Page.getNavigationHistory", &json!({}));
        assert_eq!(arrived["currentIndex"], index, "{arrived}");
    }

    /// Waits until an action has led to a page that has loaded.
    ///
    /// The browser itself reports the end: what a script in the page sees can be of the page before or of one that
    /// navigates at once.
    pub(crate) fn navigate(&self, action: impl FnOnce()) {
        self.requested.borrow_mut().clear();
        self.chromium
            .events
            .borrow_mut()
            .retain(|event| event["sessionId"] != self.session);
        action();
        // the frame of the tab, from a page on until another one follows it
        let mut arrived = None;
        loop {
            let event = self.event();
            let parameters = &event["params"];
            let is_of_tab = arrived.as_ref() == Some(&parameters["frameId"]);
            match event["method"].as_str() {
                Some("Network.requestWillBeSent") => {
                    let url = parameters["request"]["url"].as_str().unwrap();
                    self.requested.borrow_mut().push(url.to_owned());
                }
                Some("Page.frameNavigated") if parameters["frame"]["parentId"].is_null() => {
                    // a page of the history that was kept whole has loaded before
                    if parameters["type"] == "BackForwardCacheRestore" {
                        return;
                    }
                    arrived = Some(parameters["frame"]["id"].clone());
                }
                Some("Page.frameRequestedNavigation" | "Page.frameStartedNavigating")
                    if is_of_tab =>
                {
                    arrived = None;
                }
                Some("Page.frameStoppedLoading") if is_of_tab => return,
                _ => {}
            }
        }
    }

    /// Returns the next event of this tab.
    fn event(&self) -> Value {
        let mut events = self.chromium.events.borrow_mut();
        let position = events
            .iter()
            .position(|event| event["sessionId"] == self.session);
        if let Some(event) = position.and_then(|position| events.remove(position)) {
            return event;
        }
        loop {
            let message = self.chromium.message();
            if message["sessionId"] == self.session {
                return message;
            }
            events.push_back(message);
        }
    }

    /// Evaluates an expression in the page, after its promise.
    pub(crate) fn evaluate(&self, expression: &str) -> Value {
        let parameters = json!({
            "expression": expression,
            "awaitPromise": true,
            "returnByValue": true,
            "userGesture": true,
        });
        let mut result = self.call("Runtime.evaluate", &parameters);
        let exception = &result["exceptionDetails"];
        assert_eq!(*exception, Value::Null, "{expression}");
        result["result"]["value"].take()
    }

    fn string(&self, expression: &str) -> String {
        let value = self.evaluate(expression);
        value.as_str().expect("a string").to_owned()
    }

    pub(crate) fn url(&self) -> String {
        self.string("location.href")
    }

    /// Returns the text that the page shows.
    pub(crate) fn text(&self) -> String {
        self.string("document.body.innerText")
    }

    pub(crate) fn html(&self) -> String {
        self.string("document.documentElement.outerHTML")
    }

    /// Returns the status of the response from which the page comes.
    pub(crate) fn status(&self) -> u64 {
        let status = "performance.getEntriesByType('navigation')[0].responseStatus";
        self.evaluate(status).as_u64().unwrap()
    }

    /// Returns the requests of the last navigation, with all redirects.
    pub(crate) fn requested(&self) -> Vec<String> {
        self.requested.borrow().clone()
    }

    /// Returns the cookies of a URL whose names begin with a prefix, as the browser keeps them.
    pub(crate) fn cookies(&self, url: &str, prefix: &str) -> Vec<Value> {
        let mut cookies = self.call("Network.getCookies", &json!({ "urls": [url] }));
        let Value::Array(mut cookies) = cookies["cookies"].take() else {
            panic!("no list of cookies");
        };
        cookies.retain(|cookie| cookie["name"].as_str().unwrap().starts_with(prefix));
        cookies
    }

    pub(crate) fn delete_cookie(&self, url: &str, name: &Value) {
        self.call(
            "Network.deleteCookies",
            &json!({ "url": url, "name": name }),
        );
    }

    /// Sets the width of the window, and the preferred color scheme.
    pub(crate) fn resize(&self, width: u32, scheme: &str) {
        let metrics = json!({
            "width": width, "height": 760, "deviceScaleFactor": 1, "mobile": width < 500,
        });
        self.call("Emulation.setDeviceMetricsOverride", &metrics);
        self.emulate_media("screen", scheme);
    }

    /// Shows the page on a screen or as it is printed (`print`), for a reader who prefers a color scheme.
    pub(crate) fn emulate_media(&self, media: &str, scheme: &str) {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        let media = json!({ "media": media, "features": features });
        self.call("Emulation.setEmulatedMedia", &media);
    }

    /// Writes what the tab shows to a file in the target directory.
    pub(crate) fn screenshot(&self, name: &str) {
        let image = self.call("Page.captureScreenshot", &json!({ "format": "png" }));
        let image = STANDARD.decode(image["data"].as_str().unwrap()).unwrap();
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("screenshots");
        fs::create_dir_all(&directory).unwrap();
        fs::write(directory.join(format!("{name}.png")), image).unwrap();
    }
}
