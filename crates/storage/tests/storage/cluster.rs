//! A PostgreSQL server of the tests' own, one for the whole test process.

use std::{
    env, fs,
    io::Read,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::OnceLock,
    time::{Duration, Instant},
};

/// The server lives in one directory, which also holds its socket. The shell
/// that runs it waits for its standard input to close, which happens when the
/// test process ends, in whatever way; then it stops the server and cleans up.
const KEEPER: &str = r#"
    directory=$1 bin=$2 as=
    trap '' INT TERM HUP
    if [ "$(id -u)" = 0 ]; then
        as="setpriv --reuid=postgres --regid=postgres --clear-groups"
        chown postgres "$directory"
    fi
    cd "$directory"
    if $as "$bin/initdb" --pgdata="$directory/data" --username=postgres --auth=trust \
        --encoding=UTF8 --locale=C --no-sync
    then
        $as "$bin/postgres" -D "$directory/data" -c listen_addresses= -c fsync=off \
            -c unix_socket_directories="$directory" -c max_connections=300 \
            -c log_line_prefix='%d ' &
        cat
        kill -INT $!
        wait $!
    fi
    cd /
    rm -rf "$directory"
"#;

/// The running server.
pub(crate) struct Cluster {
    /// Where its socket is: a host as far as clients are concerned.
    pub(crate) directory: PathBuf,
    _lifeline: ChildStdin,
}

impl Cluster {
    /// The server, started on first use. `None`, said aloud, where PostgreSQL
    /// is not installed; in CI that is a failure.
    pub(crate) fn get() -> Option<&'static Self> {
        static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
        let cluster = CLUSTER.get_or_init(|| installed().map(|bin| Self::start(&bin)));
        if cluster.is_none() {
            let ci = env::var("CI").is_ok_and(|ci| ci == "true");
            assert!(!ci, "PostgreSQL must be installed in CI");
            eprintln!("skipped: PostgreSQL is not installed");
        }
        cluster.as_ref()
    }

    fn start(bin: &Path) -> Self {
        let directory = tempfile::Builder::new().prefix("pg").tempdir().unwrap();
        let directory = directory.keep();
        let log = fs::File::create(directory.join("log")).unwrap();
        let mut keeper = Command::new("sh")
            .args(["-c", KEEPER, "keeper"])
            .args([&directory, bin])
            .stdin(Stdio::piped())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let lifeline = keeper.stdin.take().unwrap();
        wait_until_ready(&directory, bin, &mut keeper);
        Self {
            directory,
            _lifeline: lifeline,
        }
    }
}

fn wait_until_ready(directory: &Path, bin: &Path, keeper: &mut Child) {
    let deadline = Instant::now() + Duration::from_secs(60);
    let ready = || {
        Command::new(bin.join("pg_isready"))
            .args(["--quiet", "--host"])
            .arg(directory)
            .status()
            .is_ok_and(|status| status.success())
    };
    while !ready() {
        let over = keeper.try_wait().unwrap().is_some() || Instant::now() > deadline;
        assert!(!over, "PostgreSQL did not start: {}", log_of(directory));
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// What the server in `directory` has said: each message begins with the name
/// of the database it is about, and goes on in lines that begin with a tab.
pub(crate) fn log_of(directory: &Path) -> String {
    let mut text = String::new();
    if let Ok(mut log) = fs::File::open(directory.join("log")) {
        let _ = log.read_to_string(&mut text);
    }
    text
}

/// The directory of the newest server's programs.
fn installed() -> Option<PathBuf> {
    let debian = fs::read_dir("/usr/lib/postgresql").ok();
    let mut versions: Vec<_> = debian
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .collect();
    versions.sort();
    let on_path = env::var_os("PATH").unwrap_or_default();
    versions
        .into_iter()
        .rev()
        .chain(env::split_paths(&on_path))
        .find(|bin| bin.join("postgres").exists() && bin.join("initdb").exists())
}
