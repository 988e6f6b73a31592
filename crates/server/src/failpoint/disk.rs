//! A disk that loses what was not synced, under SQLite.
//!
//! Writes go through, and what stood there at the last sync is remembered. When the power goes, each sector that was written
//! since is what it was or what it became, by chance, and the file is as long as it was or as it became. Nobody reads them while
//! that is done: a process whose power is gone sees nothing of it. What a real disk does within a sector, and to a folder's
//! entries, is not played.

#![allow(unsafe_code, reason = "SQLite's interface to its files is C")]

use std::collections::{BTreeMap, HashMap};
use std::ffi::{CStr, c_char, c_int, c_void};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{LazyLock, Mutex, MutexGuard, Once, OnceLock, PoisonError};

use rusqlite::ffi;

use super::Failpoint;

const SECTOR: usize = 512;
const SECTOR_BYTES: i64 = 512;

type Opens = unsafe extern "C" fn(
    *mut ffi::sqlite3_vfs,
    *const c_char,
    *mut ffi::sqlite3_file,
    c_int,
    *mut c_int,
) -> c_int;

/// What a file had at its last sync, where it was written since.
struct Unsynced {
    length: i64,
    sectors: BTreeMap<i64, [u8; SECTOR]>,
}

/// One of SQLite's open files.
#[derive(Clone)]
struct Open {
    path: PathBuf,
    is_log: bool,
    methods: &'static ffi::sqlite3_io_methods,
}

#[derive(Default)]
struct Disk {
    /// By the address of SQLite's structure.
    open: HashMap<usize, Open>,
    unsynced: HashMap<PathBuf, Unsynced>,
    /// The methods that stand in for those at an address.
    patched: HashMap<usize, &'static ffi::sqlite3_io_methods>,
}

static DISK: LazyLock<Mutex<Disk>> = LazyLock::new(Mutex::default);
/// How the system opens a file.
static SYSTEM: OnceLock<Opens> = OnceLock::new();
/// The seed, if the power is to go and not only the process.
static POWER_SEED: LazyLock<Option<u64>> =
    LazyLock::new(|| std::env::var("HOOKLINE_TEST_POWER_LOSS").ok()?.parse().ok());

/// Syncs of the log until one fails, if one is to fail.
static SYNCS_LEFT: LazyLock<Option<AtomicU64>> =
    LazyLock::new(|| std::env::var("HOOKLINE_TEST_SYNC_FAILS").ok()?.parse().ok().map(AtomicU64::new));

/// The control that must be found out: commits are answered without a sync.
static SYNCS_RARELY: LazyLock<bool> =
    LazyLock::new(|| std::env::var_os("HOOKLINE_TEST_SYNC_RARELY").is_some());

fn disk() -> MutexGuard<'static, Disk> {
    DISK.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes it what SQLite opens files with.
pub fn register() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: the default one is there after this call and lives as long as the process; ours does too.
        unsafe {
            ffi::sqlite3_initialize();
            let system = *ffi::sqlite3_vfs_find(std::ptr::null());
            let ours = Box::leak(Box::new(system));
            let _ = SYSTEM.set(system.xOpen.expect("a system opens files"));
            ours.zName = c"torture".as_ptr();
            ours.xOpen = Some(open);
            ffi::sqlite3_vfs_register(ours, 1);
        }
    });
}

unsafe extern "C" fn open(
    vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: SQLite calls this as it would the system's; a file that was opened has its methods and its name.
    unsafe {
        let system = SYSTEM.get().expect("set before this is called");
        let code = system(vfs, name, file, flags, out);
        let is_log = flags & ffi::SQLITE_OPEN_WAL != 0;
        let is_kept = is_log || flags & ffi::SQLITE_OPEN_MAIN_DB != 0;
        if code != ffi::SQLITE_OK || !is_kept || name.is_null() || (*file).pMethods.is_null() {
            return code;
        }
        let methods = &*(*file).pMethods;
        let path = PathBuf::from(CStr::from_ptr(name).to_string_lossy().into_owned());
        let mut disk = disk();
        disk.open.insert(file.addr(), Open { path, is_log, methods });
        let patched = disk.patched.entry((*file).pMethods.addr()).or_insert_with(|| patch(methods));
        (*file).pMethods = &raw const **patched;
        code
    }
}

fn patch(methods: &ffi::sqlite3_io_methods) -> &'static ffi::sqlite3_io_methods {
    Box::leak(Box::new(ffi::sqlite3_io_methods {
        xClose: Some(close),
        xRead: Some(read),
        xWrite: Some(write),
        xTruncate: Some(truncate),
        xSync: Some(sync),
        ..*methods
    }))
}

fn of(file: *mut ffi::sqlite3_file) -> Open {
    disk().open[&file.addr()].clone()
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    let open = disk().open.remove(&file.addr()).expect("closed once");
    // SAFETY: the system's own method on the system's own file, here and below.
    unsafe { (open.methods.xClose.expect("there"))(file) }
}

unsafe extern "C" fn read(
    file: *mut ffi::sqlite3_file,
    data: *mut c_void,
    amount: c_int,
    offset: i64,
) -> c_int {
    let open = of(file);
    // The power's loss keeps it: what was just lost would be answered as damage.
    let _disk = disk();
    // SAFETY: as above.
    unsafe { (open.methods.xRead.expect("there"))(file, data, amount, offset) }
}

unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    data: *const c_void,
    amount: c_int,
    offset: i64,
) -> c_int {
    let open = of(file);
    if open.is_log {
        Failpoint::LogWrite.reach()
    } else {
        Failpoint::DatabaseWrite.reach()
    }
    let mut disk = disk();
    remember(&mut disk, &open, file, offset, amount);
    // SAFETY: as above.
    unsafe { (open.methods.xWrite.expect("there"))(file, data, amount, offset) }
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, length: i64) -> c_int {
    let open = of(file);
    let mut disk = disk();
    // Taken to be on disk at once: it happens only to a log whose content is in the database file.
    if let Some(unsynced) = disk.unsynced.get_mut(&open.path) {
        unsynced.length = unsynced.length.min(length);
        unsynced.sectors.split_off(&(length / SECTOR_BYTES));
    }
    // SAFETY: as above.
    unsafe { (open.methods.xTruncate.expect("there"))(file, length) }
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, flags: c_int) -> c_int {
    let open = of(file);
    if open.is_log {
        Failpoint::LogSync.reach()
    } else {
        Failpoint::DatabaseSync.reach()
    }
    if open.is_log && is_to_fail() {
        return ffi::SQLITE_IOERR_FSYNC;
    }
    if POWER_SEED.is_none() {
        // SAFETY: as above.
        return unsafe { (open.methods.xSync.expect("there"))(file, flags) };
    }
    // Synced for this disk; the machine's own stays on.
    disk().unsynced.remove(&open.path);
    ffi::SQLITE_OK
}

/// A sync of the log that does not come from SQLite; `None` if the machine's disk is to do it.
pub fn sync_log(path: &Path) -> Option<std::io::Result<()>> {
    if *SYNCS_RARELY {
        return Some(Ok(()));
    }
    if is_to_fail() {
        return Some(Err(std::io::Error::other("it was to fail")));
    }
    POWER_SEED.map(|_| {
        disk().unsynced.remove(path);
        Ok(())
    })
}

fn is_to_fail() -> bool {
    SYNCS_LEFT.as_ref().is_some_and(|left| left.fetch_sub(1, Ordering::Relaxed) == 1)
}

/// Keeps what the sectors of this write had at the last sync.
fn remember(disk: &mut Disk, open: &Open, file: *mut ffi::sqlite3_file, offset: i64, amount: c_int) {
    if POWER_SEED.is_none() {
        return;
    }
    let unsynced = disk.unsynced.entry(open.path.clone()).or_insert_with(|| {
        let mut length = 0;
        // SAFETY: as above.
        unsafe { (open.methods.xFileSize.expect("there"))(file, &raw mut length) };
        Unsynced { length, sectors: BTreeMap::new() }
    });
    for sector in offset / SECTOR_BYTES..=(offset + i64::from(amount) - 1) / SECTOR_BYTES {
        unsynced.sectors.entry(sector).or_insert_with(|| {
            let mut old = [0; SECTOR];
            let (to, amount) = (old.as_mut_ptr().cast(), SECTOR as c_int);
            // SAFETY: as above; what is beyond the file's end is read as zeros.
            unsafe { (open.methods.xRead.expect("there"))(file, to, amount, sector * SECTOR_BYTES) };
            old
        });
    }
}

/// The power goes: nothing is written, and so nothing is answered, after this.
pub(super) fn lose_power() {
    let Some(seed) = *POWER_SEED else { return };
    let disk = disk();
    let mut chance = seed;
    for (path, unsynced) in &disk.unsynced {
        forget(path, unsynced, &mut chance).expect("the file of a torture run can be written");
    }
    std::mem::forget(disk);
}

fn forget(path: &Path, unsynced: &Unsynced, chance: &mut u64) -> std::io::Result<()> {
    let file = std::fs::File::options().write(true).open(path)?;
    let length = file.metadata()?.len();
    // In one of four all is lost.
    let is_all = flip(chance) && flip(chance);
    for (sector, old) in &unsynced.sectors {
        if is_all || flip(chance) {
            file.write_all_at(old, sector.unsigned_abs() * SECTOR as u64)?;
        }
    }
    let is_short = is_all || flip(chance);
    file.set_len(if is_short { unsynced.length.unsigned_abs().min(length) } else { length })
}

/// A coin; xorshift, so that a seed gives the same loss again.
fn flip(chance: &mut u64) -> bool {
    *chance |= 1;
    *chance ^= *chance << 13;
    *chance ^= *chance >> 7;
    *chance ^= *chance << 17;
    *chance >> 63 == 1
}
