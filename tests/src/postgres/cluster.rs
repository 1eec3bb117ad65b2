//! Finding, starting, sharing and stopping the cluster.

use std::ffi::OsString;
use std::fs::{File, OpenOptions, Permissions};
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// The superuser of the cluster.
const USER: &str = "placewright";

/// What a commit waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Not for the disk.
    Relaxed,
    /// For the disk, as in production.
    Full,
}

/// Why there is no PostgreSQL.
#[derive(Debug, Clone)]
pub struct Unavailable(String);

impl std::fmt::Display for Unavailable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unavailable {}

fn unavailable(what: &str, reason: impl std::fmt::Display) -> Unavailable {
    Unavailable(format!("{what}: {reason}"))
}

/// A running cluster, used by this process until it ends.
#[derive(Debug)]
pub(crate) struct Cluster {
    programs: PathBuf,
    port: u16,
    /// Locked and shared while this process lives: what the watchdog waits for.
    _in_use: File,
}

/// The cluster of this process: the first call finds or starts it.
pub(super) fn shared(durability: Durability) -> Result<&'static Cluster, Unavailable> {
    static RELAXED: OnceLock<Result<Cluster, Unavailable>> = OnceLock::new();
    static FULL: OnceLock<Result<Cluster, Unavailable>> = OnceLock::new();
    let cell = match durability {
        Durability::Relaxed => &RELAXED,
        Durability::Full => &FULL,
    };
    cell.get_or_init(|| find_or_start(durability))
        .as_ref()
        .map_err(Clone::clone)
}

/// The places of a cluster. The lock files stay when the cluster goes, so that all processes lock the same.
struct Places {
    folder: PathBuf,
    starting: PathBuf,
    users: PathBuf,
}

impl Places {
    fn of(user: u32, durability: Durability) -> Self {
        let kind = match durability {
            Durability::Relaxed => "tests",
            Durability::Full => "benches",
        };
        let name = format!("placewright-postgres-{kind}-{user}");
        let at = |end: &str| std::env::temp_dir().join(format!("{name}{end}"));
        Self {
            folder: at(""),
            starting: at(".starting"),
            users: at(".users"),
        }
    }
}

fn find_or_start(durability: Durability) -> Result<Cluster, Unavailable> {
    let programs = programs()?;
    let user = std::fs::metadata("/proc/self")
        .map_err(|error| unavailable("the user of this process cannot be found", error))?
        .uid();
    let places = Places::of(user, durability);
    // One process at a time looks and starts; released when it has found or started a cluster.
    let starting = lock_file(&places.starting, user)?;
    starting
        .lock()
        .map_err(|error| unavailable("the start of PostgreSQL cannot be locked", error))?;
    // Waits here while a watchdog takes an unused cluster down.
    let in_use = lock_file(&places.users, user)?;
    in_use
        .lock_shared()
        .map_err(|error| unavailable("the use of PostgreSQL cannot be locked", error))?;
    let running = std::fs::read_to_string(places.folder.join("port"))
        .ok()
        .and_then(|port| port.trim().parse().ok())
        .filter(|port| query(&programs, *port, "select 1").is_ok());
    let port = match running {
        Some(port) => port,
        None => start(&programs, &places, user == 0, durability)?,
    };
    Ok(Cluster {
        programs,
        port,
        _in_use: in_use,
    })
}

/// The folder with the programs of PostgreSQL: from PATH, or the newest of a Debian installation.
fn programs() -> Result<PathBuf, Unavailable> {
    let complete = |folder: &PathBuf| {
        ["initdb", "pg_ctl", "postgres", "psql"]
            .iter()
            .all(|program| folder.join(program).is_file())
    };
    let path = std::env::var_os("PATH").unwrap_or_default();
    if let Some(found) = std::env::split_paths(&path).find(complete) {
        return Ok(found);
    }
    let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .filter(|(_, folder)| complete(folder))
        .collect();
    versions.sort();
    versions.pop().map(|(_, folder)| folder).ok_or_else(|| {
        Unavailable(
            "PostgreSQL was found neither in PATH nor under /usr/lib/postgresql; install its server"
                .to_owned(),
        )
    })
}

/// Opens a lock file and makes sure that nobody else owns it.
fn lock_file(path: &Path, user: u32) -> Result<File, Unavailable> {
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .mode(0o600)
        .open(path)
        .map_err(|error| unavailable(&format!("{} cannot be opened", path.display()), error))?;
    let owner = file
        .metadata()
        .map_err(|error| unavailable(&format!("{} cannot be read", path.display()), error))?
        .uid();
    if owner == user {
        Ok(file)
    } else {
        Err(Unavailable(format!(
            "{} belongs to user {owner}",
            path.display()
        )))
    }
}

/// A program of PostgreSQL; it refuses to run its server as root, so then as the user `postgres`.
fn as_server(is_root: bool, program: &Path) -> Command {
    if is_root {
        let mut command = Command::new("runuser");
        command
            .args(["-u", "postgres", "--"])
            .arg(program)
            .env("PATH", path_with_the_administrators_programs());
        command
    } else {
        Command::new(program)
    }
}

/// PATH with the folders of `runuser` and `setsid`, which the path of a plain shell may lack.
fn path_with_the_administrators_programs() -> OsString {
    let mut path = std::env::var_os("PATH").unwrap_or_default();
    path.push(":/usr/sbin:/sbin");
    path
}

/// Runs a program to its end.
fn finish(what: &str, command: &mut Command) -> Result<(), Unavailable> {
    let output = command
        .stdin(Stdio::null())
        .current_dir("/")
        .output()
        .map_err(|error| unavailable(what, error))?;
    if output.status.success() {
        return Ok(());
    }
    Err(unavailable(
        what,
        format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        ),
    ))
}

/// Runs one statement.
fn query(programs: &Path, port: u16, statement: &str) -> Result<(), Unavailable> {
    finish(
        &format!("PostgreSQL on port {port} refused `{statement}`"),
        Command::new(programs.join("psql"))
            .args(["-X", "-q", "-w", "-h", "127.0.0.1", "-U", USER])
            .args(["-d", "postgres", "-v", "ON_ERROR_STOP=1"])
            .args(["-p", &port.to_string(), "-c", statement])
            .env("PGCONNECT_TIMEOUT", "20"),
    )
}

/// Makes a new cluster, starts it and its watchdog; gives its port.
fn start(
    programs: &Path,
    places: &Places,
    is_root: bool,
    durability: Durability,
) -> Result<u16, Unavailable> {
    let data = places.folder.join("data");
    let io = |error: std::io::Error| unavailable("the folder of PostgreSQL cannot be made", error);
    if places.folder.exists() {
        // What a crash of the machine or of the server left behind; there may be nothing to stop.
        drop(finish(
            "an old cluster cannot be stopped",
            as_server(is_root, &programs.join("pg_ctl"))
                .args(["stop", "-m", "immediate", "-D"])
                .arg(&data),
        ));
        std::fs::remove_dir_all(&places.folder).map_err(io)?;
    }
    std::fs::create_dir(&places.folder).map_err(io)?;
    // The user postgres must get through to its own folder, nobody else needs to.
    let mode = Permissions::from_mode(if is_root { 0o711 } else { 0o700 });
    std::fs::set_permissions(&places.folder, mode).map_err(io)?;
    std::fs::create_dir(&data).map_err(io)?;
    if is_root {
        finish(
            "the folder of PostgreSQL cannot be given to the user postgres",
            Command::new("chown").arg("postgres").arg(&data),
        )?;
    }
    finish(
        "PostgreSQL cannot make a cluster",
        as_server(is_root, &programs.join("initdb"))
            .args(["-A", "trust", "-U", USER, "-E", "UTF8", "--no-locale"])
            .args(["--no-sync", "-D"])
            .arg(&data),
    )?;
    let port = run_server(programs, &data, is_root, durability)?;
    std::fs::write(places.folder.join("port"), port.to_string()).map_err(io)?;
    watch(programs, places, is_root)?;
    Ok(port)
}

/// Starts the server on a free port; another process may take the port first, so it is tried again.
fn run_server(
    programs: &Path,
    data: &Path,
    is_root: bool,
    durability: Durability,
) -> Result<u16, Unavailable> {
    let commits = match durability {
        Durability::Relaxed => "-c fsync=off -c synchronous_commit=off -c full_page_writes=off",
        Durability::Full => "-c fsync=on -c synchronous_commit=on",
    };
    let mut last = Unavailable("no free port was found".to_owned());
    for _ in 0..5 {
        let port = TcpListener::bind(("127.0.0.1", 0))
            .and_then(|listener| listener.local_addr())
            .map_err(|error| unavailable("there is no free port on loopback", error))?
            .port();
        let options = format!(
            "-c port={port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
             -c max_connections=300 -c shared_buffers=128MB {commits}"
        );
        let started = finish(
            "PostgreSQL cannot be started",
            as_server(is_root, &programs.join("pg_ctl"))
                .args(["start", "-w", "-s", "-o", &options, "-D"])
                .arg(data)
                .arg("-l")
                .arg(data.join("server.log")),
        );
        match started {
            Ok(()) => return Ok(port),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Leaves a process behind that takes the cluster down when nobody has used it for a while.
///
/// It stands in a session of its own, so that it outlives the test processes, also killed ones.
fn watch(programs: &Path, places: &Places, is_root: bool) -> Result<(), Unavailable> {
    const WATCH: &str = r#"
        while sleep 20 && [ -d "$1" ]; do
            flock -n -x "$2" sh -c '"$@"; rm -rf "$0"' "$1" ${4:+runuser -u "$4" --} \
                "$3" stop -s -m immediate -D "$1/data"
        done"#;
    Command::new("setsid")
        .args(["sh", "-c", WATCH, "watch"])
        .arg(&places.folder)
        .arg(&places.users)
        .arg(programs.join("pg_ctl"))
        .arg(if is_root { "postgres" } else { "" })
        .current_dir("/")
        .env("PATH", path_with_the_administrators_programs())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| unavailable("the watchdog of PostgreSQL cannot be started", error))?;
    Ok(())
}

impl Cluster {
    /// Runs one statement as its superuser.
    pub(super) fn run(&self, statement: &str) -> Result<(), Unavailable> {
        query(&self.programs, self.port, statement)
    }

    /// Where a database of it is.
    pub(super) fn url_of(&self, database: &str) -> String {
        format!("postgres://{USER}@127.0.0.1:{}/{database}", self.port)
    }
}
