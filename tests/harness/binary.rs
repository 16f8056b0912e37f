use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

/// The oldest version the tests are run with.
const OLDEST: (u32, u32) = (2, 12);

const HOW_TO_GET_ONE: &str = "run `make nats-server` (it runs scripts/fetch-nats-server), \
     or put a nats-server of version 2.12 or newer on PATH, or name one in NATS_SERVER";

/// The nats-server to run: the one that `NATS_SERVER` names, the one in `.tools`, or the first
/// on `PATH`.
pub(super) fn nats_server() -> &'static Path {
    static FOUND: OnceLock<PathBuf> = OnceLock::new();
    FOUND.get_or_init(|| match find() {
        Ok(path) => path,
        Err(reason) => panic!("{reason}; {HOW_TO_GET_ONE}"),
    })
}

/// A nats-server that is older than any that a store takes.
pub(super) fn old_nats_server() -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.tools/old/nats-server");
    assert!(
        path.exists(),
        "there is no {}; run `make nats-server`, which fetches it",
        path.display()
    );
    path
}

fn find() -> Result<PathBuf, String> {
    if let Some(named) = env::var_os("NATS_SERVER") {
        return check(PathBuf::from(named));
    }
    let fetched = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.tools/nats-server");
    if fetched.exists() {
        return check(fetched);
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let mut candidates = env::split_paths(&path).map(|folder| folder.join("nats-server"));
    match candidates.find(|candidate| candidate.is_file()) {
        Some(installed) => check(installed),
        None => Err("there is no nats-server".to_owned()),
    }
}

fn check(path: PathBuf) -> Result<PathBuf, String> {
    let said = Command::new(&path).arg("--version").output();
    let said = said.map_err(|err| format!("{} does not run: {err}", path.display()))?;
    let said = String::from_utf8_lossy(&said.stdout).trim().to_owned();
    match version(&said) {
        Some(version) if version >= OLDEST => Ok(path),
        _ => Err(format!("{} is too old: `{said}`", path.display())),
    }
}

/// Reads `nats-server: v2.15.1`.
fn version(said: &str) -> Option<(u32, u32)> {
    let (_, version) = said.rsplit_once('v')?;
    let mut numbers = version.split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}
