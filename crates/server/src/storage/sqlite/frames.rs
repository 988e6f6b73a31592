//! Lets SQLite write a commit into its log at once.
//!
//! SQLite writes each page of a commit by two calls into the system, its frame's header and its content. Under the hot writer's
//! connection they gather in memory, and the end of the commit's last frame sends all of them to the file together.
//! The end is seen by the file format: that frame's header has a database size (<https://www.sqlite.org/fileformat2.html#walformat>).
//! SQLite tells others of the commit only after that write, so nobody looks for a frame that is still in memory.
//!
//! All of a transaction's pages are written by its commit: `cache_spill` is off. What a commit gathered that failed must be
//! dropped before the next: another connection may write there meanwhile.

#![allow(unsafe_code, reason = "SQLite's interface to its files is C")]

use std::ffi::{CStr, c_char, c_int, c_void};
use std::sync::OnceLock;

use rusqlite::{Connection, OpenFlags, ffi};

const VFS: &CStr = c"hookline";
const FRAME_HEADER_BYTES: usize = 24;
/// SQLite's files take no more in one call.
const WRITTEN_MAX: usize = 1 << 16;

/// A connection that writes its commits at once.
pub fn open(path: &std::path::Path) -> rusqlite::Result<Connection> {
    register();
    let connection = Connection::open_with_flags_and_vfs(path, OpenFlags::default(), VFS)?;
    connection.pragma_update(None, "cache_spill", false)?;
    Ok(connection)
}

/// Drops what a commit of this connection's has gathered and not written; after one that failed.
pub fn drop_unwritten(connection: &Connection) {
    if let Some(log) = log_of(connection) {
        // SAFETY: `open_file` opened it, and SQLite does not use it now, since the connection is not used.
        unsafe { of(log).drop_unwritten() }
    }
}

/// The log of a connection that `open` made, once it is open.
fn log_of(connection: &Connection) -> Option<File> {
    let mut file: File = std::ptr::null_mut();
    // SAFETY: the connection is open, and this only asks for a pointer to its journal, which is the log.
    unsafe {
        let (db, to) = (connection.handle(), (&raw mut file).cast());
        let code = ffi::sqlite3_file_control(db, c"main".as_ptr(), ffi::SQLITE_FCNTL_JOURNAL_POINTER, to);
        (code == ffi::SQLITE_OK && !file.is_null() && !(*file).pMethods.is_null()).then_some(file)
    }
}

type File = *mut ffi::sqlite3_file;
type Opens = unsafe extern "C" fn(*mut ffi::sqlite3_vfs, *const c_char, File, c_int, *mut c_int) -> c_int;

/// A log's frames on their way to the file.
struct Gathered {
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
fn register() {
    SYSTEM.get_or_init(|| {
        // SAFETY: the default one is there after the first call and lives as long as the process; ours does too.
        unsafe {
            ffi::sqlite3_initialize();
            let system = *ffi::sqlite3_vfs_find(std::ptr::null());
            let file_bytes = (system.szOsFile as usize).next_multiple_of(align_of::<*mut Gathered>());
            let ours = ffi::sqlite3_vfs {
                zName: VFS.as_ptr(),
                szOsFile: (file_bytes + size_of::<*mut Gathered>()) as c_int,
                xOpen: Some(open_file),
                pNext: std::ptr::null_mut(),
                ..system
            };
            ffi::sqlite3_vfs_register(Box::leak(Box::new(ours)), 0);
            System { open: system.xOpen.expect("a system opens files"), file_bytes }
        }
    });
}

unsafe extern "C" fn open_file(
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
            let methods = ffi::sqlite3_io_methods { xClose: Some(close), xWrite: Some(write), ..*system };
            *place(file) = Box::into_raw(Box::new(Gathered { system, bytes: vec![], at: 0, ends: false }));
            // There as long as the process: a server opens one log.
            (*file).pMethods = Box::leak(Box::new(methods));
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
    fn drop_unwritten(&mut self) {
        self.bytes.clear();
        self.ends = false;
    }

    unsafe fn write_out(&mut self, file: File) -> c_int {
        let (data, amount) = (self.bytes.as_ptr().cast(), self.bytes.len() as c_int);
        // SAFETY: the system's own method on the system's own file, here and below.
        let code = unsafe { (self.system.xWrite.expect("there"))(file, data, amount, self.at) };
        // What could not be written is not tried again: SQLite hears of it and takes the transaction back.
        self.at += self.bytes.len() as i64;
        self.bytes.clear();
        code
    }
}

unsafe extern "C" fn write(file: File, data: *const c_void, amount: c_int, offset: i64) -> c_int {
    // SAFETY: `data` has `amount` bytes.
    let (gathered, data) =
        unsafe { (of(file), std::slice::from_raw_parts(data.cast::<u8>(), amount as usize)) };
    if offset != gathered.at + gathered.bytes.len() as i64 {
        gathered.drop_unwritten();
        gathered.at = offset;
    } else if gathered.bytes.len() + data.len() > WRITTEN_MAX {
        let code = unsafe { gathered.write_out(file) };
        if code != ffi::SQLITE_OK {
            return code;
        }
    }
    gathered.bytes.extend_from_slice(data);
    match database_size(data) {
        Some(size) => gathered.ends = size != 0,
        // The content of a commit's last frame; or the log's header, which comes before all frames.
        None if gathered.ends || offset == 0 => {
            gathered.ends = false;
            return unsafe { gathered.write_out(file) };
        }
        None => {}
    }
    ffi::SQLITE_OK
}

/// What a frame's header says, if this is one: 0 but in a commit's last.
fn database_size(data: &[u8]) -> Option<u32> {
    let header: &[u8; FRAME_HEADER_BYTES] = data.try_into().ok()?;
    Some(u32::from_be_bytes([header[4], header[5], header[6], header[7]]))
}

unsafe extern "C" fn close(file: File) -> c_int {
    unsafe {
        let gathered = Box::from_raw(*place(file));
        (gathered.system.xClose.expect("there"))(file)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    const ROWS: i64 = 3_000;
    const BYTES: usize = 3_000;

    fn hot(path: &Path) -> Connection {
        let connection = open(path).unwrap();
        connection.pragma_update(None, "journal_mode", "WAL").unwrap();
        connection.pragma_update(None, "synchronous", "NORMAL").unwrap();
        connection.pragma_update(None, "wal_autocheckpoint", 0).unwrap();
        // So few that a large transaction would go into the log before its commit.
        connection.pragma_update(None, "cache_size", 20).unwrap();
        connection
            .execute_batch("CREATE TABLE IF NOT EXISTS rows (id INTEGER PRIMARY KEY, said BLOB)")
            .unwrap();
        connection
    }

    fn fill(connection: &Connection, byte: u8) {
        let mut insert =
            connection.prepare("INSERT OR REPLACE INTO rows (id, said) VALUES (?1, ?2)").unwrap();
        for id in 0..ROWS {
            insert.execute((id, vec![byte; BYTES])).unwrap();
        }
    }

    /// How many rows another connection sees, and whether the file is whole.
    fn seen(path: &Path, byte: u8) -> (i64, String) {
        let other = Connection::open(path).unwrap();
        let rows = "SELECT COUNT(*) FROM rows WHERE said = ?1";
        let count = other.query_row(rows, [vec![byte; BYTES]], |row| row.get(0)).unwrap();
        (count, other.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap())
    }

    #[test]
    fn others_see_each_commit_whole_and_nothing_of_what_was_taken_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows.db");
        let connection = hot(&path);
        let whole = (ROWS, "ok".to_owned());
        for byte in 1..=4 {
            connection.execute_batch("BEGIN").unwrap();
            fill(&connection, byte);
            connection.execute_batch("COMMIT").unwrap();
            assert_eq!(seen(&path, byte), whole);
            connection.execute_batch("BEGIN").unwrap();
            fill(&connection, 100 + byte);
            connection.execute_batch("ROLLBACK; UPDATE rows SET said = said WHERE id = 7").unwrap();
            assert_eq!(seen(&path, byte), whole);
            // The log begins again in between.
            let mode = if byte == 2 { "RESTART" } else { "PASSIVE" };
            let busy: i64 = connection
                .query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |row| row.get(0))
                .unwrap();
            assert_eq!(busy, 0);
        }
        drop(connection);
        assert_eq!(seen(&path, 4), whole);
    }

    #[test]
    fn a_commit_of_any_size_is_written_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows.db");
        let connection = hot(&path);
        let other = Connection::open(&path).unwrap();
        for rows in 1..80_i64 {
            connection.execute_batch("BEGIN; DELETE FROM rows").unwrap();
            for id in 0..rows {
                connection.execute("INSERT INTO rows (id, said) VALUES (?1, zeroblob(4000))", [id]).unwrap();
            }
            connection.execute_batch("COMMIT").unwrap();
            let seen: i64 =
                other.query_row("SELECT SUM(length(said)) FROM rows", [], |row| row.get(0)).unwrap();
            assert_eq!(seen, rows * 4_000);
        }
        assert_eq!(seen(&path, 1), (0, "ok".to_owned()));
    }

    #[test]
    fn what_a_failed_commit_gathered_is_not_written_over_anothers() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows.db");
        let connection = hot(&path);
        connection.execute("INSERT INTO rows (id, said) VALUES (1, x'00')", []).unwrap();
        let page: u32 = connection.query_row("PRAGMA page_size", [], |row| row.get(0)).unwrap();
        // One frame, as if the commit had failed after it.
        let log = log_of(&connection).unwrap();
        // SAFETY: as in `drop_unwritten` and `write`.
        unsafe {
            let end = of(log).at;
            let (header, content) = ([0_u8; FRAME_HEADER_BYTES], vec![0_u8; page as usize]);
            write(log, header.as_ptr().cast(), header.len() as c_int, end);
            write(log, content.as_ptr().cast(), content.len() as c_int, end + header.len() as i64);
        }
        drop_unwritten(&connection);
        // As long as that.
        Connection::open(&path).unwrap().execute("UPDATE rows SET said = x'07' WHERE id = 1", []).unwrap();
        connection.execute("INSERT INTO rows (id, said) VALUES (2, x'07')", []).unwrap();
        let other = Connection::open(&path).unwrap();
        let sevens = "SELECT COUNT(*) FROM rows WHERE said = x'07'";
        assert_eq!(other.query_row(sevens, [], |row| row.get::<_, i64>(0)).unwrap(), 2);
        assert_eq!(seen(&path, 7).1, "ok");
    }

    #[test]
    fn a_copy_of_the_files_as_they_are_has_every_commit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows.db");
        let connection = hot(&path);
        for id in 0..50 {
            connection.execute("INSERT INTO rows (id, said) VALUES (?1, x'00')", [id]).unwrap();
            let copy = folder.path().join(format!("copy-{id}.db"));
            std::fs::copy(&path, &copy).unwrap();
            std::fs::copy(folder.path().join("rows.db-wal"), folder.path().join(format!("copy-{id}.db-wal")))
                .unwrap();
            let rows: i64 = Connection::open(&copy)
                .unwrap()
                .query_row("SELECT COUNT(*) FROM rows", [], |row| row.get(0))
                .unwrap();
            assert_eq!(rows, id + 1, "a commit is in the file when it is told of");
        }
    }

    #[test]
    fn a_frame_of_a_commits_end_is_told_by_its_header() {
        let mut header = [0; FRAME_HEADER_BYTES];
        assert_eq!(database_size(&header), Some(0));
        header[7] = 9;
        assert_eq!(database_size(&header), Some(9));
        assert_eq!(database_size(&[0; 4_096]), None);
        assert_eq!(database_size(&[0; 32]), None, "the log's own header");
    }
}
