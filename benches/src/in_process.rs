//! One repeated token without a socket: the time that a guard adds to a request.

use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;

use crate::contenders::Contender;
use crate::driver::Driver;
use crate::outcome::Outcome;
use crate::sample::{Samples, interleave};
use crate::scale::{BATCH, Scale, WARM_UP, batch};
use crate::tokens::requests;

struct Lane<'a> {
    router: Router,
    token: &'a str,
    batch: usize,
}

/// Measures each contender; returns the samples in their order.
pub(crate) fn measure(
    driver: &Driver,
    contenders: &[Contender],
    token: &str,
    scale: &Scale,
) -> Outcome<Vec<Samples>> {
    let mut lanes = Vec::new();
    for contender in contenders {
        lanes.push(Lane::calibrated(driver, contender, token)?);
    }
    interleave(scale.same_token_rounds, &mut lanes, |lane, _| {
        lane.run(driver, WARM_UP)?;
        Ok((lane.run(driver, lane.batch)?, lane.batch))
    })
}

impl<'a> Lane<'a> {
    fn calibrated(driver: &Driver, contender: &Contender, token: &'a str) -> Outcome<Self> {
        const PROBE: u32 = 32;
        let mut lane = Self {
            router: contender.router.clone(),
            token,
            batch: 0,
        };
        lane.run(driver, PROBE as usize)?;
        let each = lane.run(driver, PROBE as usize)? / PROBE;
        lane.batch = batch(BATCH, each, 8, 2_000);
        Ok(lane)
    }

    fn run(&mut self, driver: &Driver, count: usize) -> Outcome<Duration> {
        let requests = requests(std::iter::repeat_n(self.token, count))?;
        driver.batch(&mut self.router, requests, StatusCode::OK)
    }
}
