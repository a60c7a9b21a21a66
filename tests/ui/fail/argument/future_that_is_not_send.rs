//! A handler may run on any thread.

use palisade::prelude::*;

#[secured(authenticated)]
async fn create() {
    let kept = std::rc::Rc::new(());
    std::future::ready(()).await;
    drop(kept);
}

fn main() {}
