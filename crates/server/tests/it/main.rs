//! Stories through the front door: the real binary, on both engines.

mod access;
mod administration;
mod api;
mod by_hand;
mod calls;
mod caps;
mod concurrent;
mod crash;
mod expiry;
mod faults;
mod histories;
mod organization;
mod outgoing;
mod places;
mod preconversion;
mod rehearsals;
mod reports;
mod routing;
mod routing_outside;
mod routing_setup;
mod rtb;
mod scripts;
mod secrets;
mod silent;
mod simulate;
mod spec;
mod sums;
mod together;
#[cfg(feature = "failpoints")]
mod torture;
mod traces;
mod traffic;
mod unmatched;
mod wire;
mod world;

/// Makes a test for each engine of an `async fn story(engine: Engine)`.
macro_rules! on_both_engines {
    ($($(#[$meta:meta])* $story:ident;)*) => {$(
        $(#[$meta])*
        mod $story {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                super::$story($crate::world::Engine::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                super::$story($crate::world::Engine::Postgres).await;
            }
        }
    )*};
}
pub(crate) use on_both_engines;
