//! Arguments, configuration, then the command.

use std::process::ExitCode;

use clap::Parser;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // The allocator asks for pages of 2 MB, which made 14 of an idle server's 35 MB. Where the system can't be
    // told, it only takes more.
    let _ = rustix::thread::disable_transparent_huge_pages(true);
    hookline::cli::run(hookline::cli::Cli::parse())
}
