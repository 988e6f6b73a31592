//! How much a script may use. The engine keeps to these itself; the system holds it to them.

use std::io;
use std::os::fd::{FromRawFd, OwnedFd, RawFd};
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What a script may allocate.
pub const SCRIPT_MEMORY_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Of calls within calls.
pub const SCRIPT_STACK_BYTES_MAX: usize = 512 * 1024;
/// What a script gives back, as JSON.
pub const RESULT_BYTES_MAX: usize = 64 * 1024;
/// Of what a script threw.
pub const THROWN_CHARS_MAX: usize = 500;

/// A script with its input, as it goes to the process.
pub(super) const REQUEST_BYTES_MAX: usize = 4 * 1024 * 1024;
/// A result, or a failure with its message.
pub(super) const ANSWER_BYTES_MAX: usize = RESULT_BYTES_MAX + 16 * 1024;
/// A call waits no longer for a process: for one that is free, and for its start.
pub(super) const WAIT_FOR_PROCESS: Duration = Duration::from_secs(2);
/// After its time a script can still say so itself, and its process lives on; then it is killed.
pub(super) const GRACE: Duration = Duration::from_millis(50);

/// More than the engine's own limit, since what it frees does not all go back to the system.
const ADDRESS_SPACE_BYTES: u64 = 4 * SCRIPT_MEMORY_BYTES_MAX as u64;
/// Standard input, output and error, and no more.
const FILES_MAX: u64 = 3;

/// Limits that this process and what it may start can't raise again.
pub(super) fn hold_process() -> io::Result<()> {
    close_inherited()?;
    hold(Resource::As, address_space_bytes()? + ADDRESS_SPACE_BYTES)?;
    hold(Resource::Nofile, FILES_MAX)?;
    hold(Resource::Fsize, 0)?;
    hold(Resource::Nproc, 0)?;
    hold(Resource::Core, 0)
}

/// Ends this process if it computes for longer: a server that was killed itself kills nobody.
pub(super) fn hold_time(timeout: Duration) -> io::Result<()> {
    let used = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime).tv_sec;
    let used = u64::try_from(used).unwrap_or(0);
    // Both are rounded up: this is the last resort.
    let seconds = used + timeout.as_secs() + 2;
    let maximum = getrlimit(Resource::Cpu).maximum;
    let current = Some(maximum.map_or(seconds, |maximum| maximum.min(seconds)));
    Ok(setrlimit(Resource::Cpu, Rlimit { current, maximum })?)
}

/// Whoever started the server may have left it files that it hands on without knowing of them.
fn close_inherited() -> io::Result<()> {
    let open = std::fs::read_dir("/proc/self/fd")?
        .map(|entry| entry?.file_name().to_string_lossy().parse::<RawFd>().map_err(io::Error::other))
        .collect::<io::Result<Vec<_>>>()?;
    // The folder itself was among them, and is closed by now.
    let inherited =
        |file: &&RawFd| **file > 2 && std::fs::exists(format!("/proc/self/fd/{file}")).unwrap_or(false);
    for file in open.iter().filter(inherited) {
        #[expect(unsafe_code, reason = "only here is it known that nobody else will close the file")]
        // SAFETY: it is open, and this process has one thread, which has opened nothing yet.
        drop(unsafe { OwnedFd::from_raw_fd(*file) });
    }
    Ok(())
}

fn hold(resource: Resource, most: u64) -> io::Result<()> {
    let most = getrlimit(resource).maximum.map_or(most, |maximum| maximum.min(most));
    Ok(setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?)
}

/// What is taken already, by the program itself.
fn address_space_bytes() -> io::Result<u64> {
    let pages = std::fs::read_to_string("/proc/self/statm")?;
    let pages = pages.split(' ').next().and_then(|pages| pages.parse::<u64>().ok());
    let pages = pages.ok_or_else(|| io::Error::other("/proc/self/statm has no number"))?;
    Ok(pages * rustix::param::page_size() as u64)
}
