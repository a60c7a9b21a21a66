//! Attacks with a body that does not arrive.

use std::thread;
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::evidence::AttackClass;
use crate::testing::attack::engine::RouteAttack;

/// More than any limit of time for a body.
const PATIENCE: Duration = Duration::from_hours(30);

impl RouteAttack<'_> {
    /// Sends the beginning of a body and waits for the response, on a clock that skips all waiting.
    pub(super) async fn slow_body(&mut self) {
        let class = AttackClass::SlowBody;
        if self.base.body.bytes.is_empty() || !self.reads_body() {
            return;
        }
        // the handler may have ended the former session
        let session = self.begin_session().await;
        if let Err(reason) = session.and_then(|()| Ok(self.budget.begin()?)) {
            self.not_covered(class, &reason);
            return;
        }
        let mut request = self.accepted();
        let half = request.body.bytes.len() / 2;
        request.body.bytes.truncate(half);
        request.body.stalls = true;
        request.headers.retain(|(name, _)| name != "content-length");
        let (router, (sender, receiver)) = (self.router.clone(), oneshot::channel());
        // the runtime of the test has its own clock
        let paused = thread::spawn(move || {
            let runtime = Builder::new_current_thread()
                .enable_all()
                .start_paused(true)
                .build();
            let within = async { timeout(PATIENCE, request.send(&router)).await };
            let outcome = runtime.ok().map(|runtime| runtime.block_on(within));
            // the test may have ended
            let _ = sender.send(outcome);
        });
        match receiver.await {
            // something before the guard reads the body, without a limit of time
            Ok(Some(Err(_))) => self.record_silence(class, "a body that ends in the middle"),
            // the handler locked its caller out
            Ok(Some(Ok(Some(outcome)))) if self.target.refuses_credential(&outcome) => {
                self.no_credential(class, outcome.status);
            }
            Ok(Some(Ok(Some(outcome)))) => {
                let refused = outcome.is_refused_with(&[408]);
                self.record(class, "a body that ends in the middle", &outcome, refused);
            }
            _ => self.not_covered(class, "the request could not be sent"),
        }
        let _ = paused.join();
    }
}
