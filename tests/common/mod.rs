//! What several tests share.
#![allow(dead_code, reason = "each test takes what it needs")]

#[cfg(target_arch = "wasm32")]
pub mod browser;
pub mod journal_contract;

use std::future::Future;
use std::pin::Pin;
use std::task::Poll;

/// Runs futures beside one another until all are done; answers what they answered, in order.
pub async fn all<T>(futures: Vec<Pin<Box<dyn Future<Output = T> + '_>>>) -> Vec<T> {
    let mut running: Vec<_> = futures.into_iter().map(|future| (future, None)).collect();
    std::future::poll_fn(|context| {
        for (future, done) in &mut running {
            if done.is_none()
                && let Poll::Ready(answer) = future.as_mut().poll(context)
            {
                *done = Some(answer);
            }
        }
        if running.iter().all(|(_, done)| done.is_some()) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    running.into_iter().filter_map(|(_, done)| done).collect()
}
