//! Builds again when the dashboard was built: what it is made of has other names then, which cargo can't know.

use std::path::Path;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // A path that is not there would build again every time.
    for watched in ["../../dashboard/dist", "../../dashboard"] {
        if Path::new(watched).exists() {
            println!("cargo:rerun-if-changed={watched}");
            return;
        }
    }
}
