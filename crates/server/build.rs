//! Builds again when the dashboard was built: what it is made of has other names then, which cargo can't know.

use std::path::Path;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // A path that is not there would build again every time; until there is a `dist`, its folder shows when there is.
    let dashboard = ["../../dashboard/dist", "../../dashboard", "../../Makefile"];
    if let Some(watched) = dashboard.into_iter().find(|path| Path::new(path).exists()) {
        println!("cargo:rerun-if-changed={watched}");
    }
}
