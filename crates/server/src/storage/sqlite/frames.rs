//! Lets SQLite write a commit into its log at once.
//!
//! SQLite writes each page of a commit by two calls into the system, its frame's header and its content. Under the hot writer's
//! connection they gather in memory, and the end of the commit's last frame sends all of them to the file together.
//! The end is seen by the file format: that frame's header has a database size (<https://www.sqlite.org/fileformat2.html#walformat>).
//! SQLite tells others of the commit only after that write, so nobody looks for a frame that is still in memory.

#![allow(unsafe_code, reason = "SQLite's interface to its files is C")]

use std::ffi::{CStr, c_char, c_int, c_void};
use std::sync::OnceLock;

use rusqlite::ffi;

/// What the connection is opened with.
pub const VFS: &CStr = c"hookline";
const FRAME_HEADER_BYTES: usize = 24;
/// Of frames whose commit has not come: a transaction that outgrew SQLite's cache.
const GATHERED_MAX: usize = 4 << 20;
/// SQLite's files take no more in one call.
const WRITTEN_MAX: usize = 1 << 16;

type File = *mut ffi::sqlite3_file;
type Opens = unsafe extern "C" fn(*mut ffi::sqlite3_vfs, *const c_char, File, c_int, *mut c_int) -> c_int;

/// A log's frames on their way to the file.
struct Gathered {
    /// In place of the system's, which they call.
    methods: ffi::sqlite3_io_methods,
    system: &'static ffi::sqlite3_io_methods,
    bytes: Vec<u8>,
    /// Where in the file they begin.
    at: i64,
    /// The header of a commit's last frame is among them; its content comes next.
    ends: bool,
}

/// How the system opens a file, and what room it needs for one.
struct System {
    open: Opens,
    file_bytes: usize,
}

static SYSTEM: OnceLock<System> = OnceLock::new();

/// Makes it known to SQLite, on top of what files are opened with by default.
pub fn register() {
    SYSTEM.get_or_init(|| {
        // SAFETY: the default one is there after the first call and lives as long as the process; ours does too.
        unsafe {
            ffi::sqlite3_initialize();
            let system = *ffi::sqlite3_vfs_find(std::ptr::null());
            let file_bytes = (system.szOsFile as usize).next_multiple_of(align_of::<*mut Gathered>());
            let ours = ffi::sqlite3_vfs {
                zName: VFS.as_ptr(),
                szOsFile: (file_bytes + size_of::<*mut Gathered>()) as c_int,
                xOpen: Some(open),
                pNext: std::ptr::null_mut(),
                ..system
            };
            ffi::sqlite3_vfs_register(Box::leak(Box::new(ours)), 0);
            System { open: system.xOpen.expect("a system opens files"), file_bytes }
        }
    });
}

unsafe extern "C" fn open(
    vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    file: File,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    let system = SYSTEM.get().expect("set before this is called");
    // SAFETY: SQLite calls this as it would the system's, with a file that has room for one pointer more.
    unsafe {
        let code = (system.open)(vfs, name, file, flags, out);
        if code == ffi::SQLITE_OK && flags & ffi::SQLITE_OPEN_WAL != 0 {
            let system = &*(*file).pMethods;
            let methods = ffi::sqlite3_io_methods {
                xClose: Some(close),
                xRead: Some(read),
                xWrite: Some(write),
                xTruncate: Some(truncate),
                xSync: Some(sync),
                xFileSize: Some(file_size),
                ..*system
            };
            let gathered = Gathered { methods, system, bytes: vec![], at: 0, ends: false };
            let gathered = Box::into_raw(Box::new(gathered));
            *place(file) = gathered;
            (*file).pMethods = &raw const (*gathered).methods;
        }
        code
    }
}

/// Behind what the system keeps of a file.
unsafe fn place(file: File) -> *mut *mut Gathered {
    let system = SYSTEM.get().expect("set before a file is opened");
    // SAFETY: `szOsFile` has room for it.
    unsafe { file.cast::<u8>().add(system.file_bytes).cast() }
}

/// SAFETY of what calls this: SQLite uses a file from one thread at a time, and not after it has closed it.
unsafe fn of<'a>(file: File) -> &'a mut Gathered {
    unsafe { &mut **place(file) }
}

impl Gathered {
    unsafe fn write_out(&mut self, file: File) -> c_int {
        let mut code = ffi::SQLITE_OK;
        for part in self.bytes.chunks(WRITTEN_MAX) {
            // SAFETY: the system's own method on the system's own file, here and below.
            code = unsafe {
                let write = self.system.xWrite.expect("there");
                write(file, part.as_ptr().cast(), part.len() as c_int, self.at)
            };
            if code != ffi::SQLITE_OK {
                break;
            }
            self.at += part.len() as i64;
        }
        // What could not be written is not tried again: SQLite hears of it and takes the transaction back.
        self.bytes.clear();
        self.ends = false;
        code
    }
}

unsafe extern "C" fn write(file: File, data: *const c_void, amount: c_int, offset: i64) -> c_int {
    unsafe {
        let gathered = of(file);
        if offset != gathered.at + gathered.bytes.len() as i64 {
            let code = gathered.write_out(file);
            if code != ffi::SQLITE_OK {
                return code;
            }
        }
        if gathered.bytes.is_empty() {
            gathered.at = offset;
        }
        let data = std::slice::from_raw_parts(data.cast::<u8>(), amount as usize);
        gathered.bytes.extend_from_slice(data);
        let is_over = if let Some(size) = database_size(data) {
            gathered.ends = size != 0;
            false
        } else {
            gathered.ends || gathered.bytes.len() >= GATHERED_MAX
        };
        if is_over { gathered.write_out(file) } else { ffi::SQLITE_OK }
    }
}

/// What a frame's header says, if this is one: 0 but in a commit's last.
fn database_size(data: &[u8]) -> Option<u32> {
    let header: &[u8; FRAME_HEADER_BYTES] = data.try_into().ok()?;
    Some(u32::from_be_bytes([header[4], header[5], header[6], header[7]]))
}

unsafe extern "C" fn read(file: File, into: *mut c_void, amount: c_int, offset: i64) -> c_int {
    unsafe { after_writing(file, |system| (system.xRead.expect("there"))(file, into, amount, offset)) }
}

unsafe extern "C" fn truncate(file: File, length: i64) -> c_int {
    unsafe { after_writing(file, |system| (system.xTruncate.expect("there"))(file, length)) }
}

unsafe extern "C" fn sync(file: File, flags: c_int) -> c_int {
    unsafe { after_writing(file, |system| (system.xSync.expect("there"))(file, flags)) }
}

unsafe extern "C" fn file_size(file: File, size: *mut i64) -> c_int {
    unsafe { after_writing(file, |system| (system.xFileSize.expect("there"))(file, size)) }
}

unsafe fn after_writing(file: File, then: impl FnOnce(&ffi::sqlite3_io_methods) -> c_int) -> c_int {
    unsafe {
        let gathered = of(file);
        let code = gathered.write_out(file);
        if code == ffi::SQLITE_OK { then(gathered.system) } else { code }
    }
}

unsafe extern "C" fn close(file: File) -> c_int {
    unsafe {
        let gathered = Box::from_raw(*place(file));
        // Frames of a transaction that was taken back may be left; nobody needs them.
        (gathered.system.xClose.expect("there"))(file)
    }
}
