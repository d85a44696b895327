//! Where sessions are kept: a file for each Backstage, that its owner alone can
//! read.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use url::Url;

const ENDING: &str = "json";

/// A Backstage, and the file of its session.
#[derive(Debug)]
pub(super) struct Place {
    base_url: String,
    folder: PathBuf,
}

/// Why it is not known where.
#[derive(Debug, thiserror::Error)]
pub(super) enum PlaceError {
    #[error("--url {0}: that is no http:// or https:// address")]
    Url(Url),
    #[error(
        "you are not signed in anywhere: run stagedoor login --url https://…, with the address of your Backstage backend"
    )]
    Nowhere,
    #[error("you are signed in at several places: choose with --url\n  {}", .0.join("\n  "))]
    Several(Vec<String>),
    #[error("there is no folder to keep sessions in: set HOME or XDG_STATE_HOME")]
    NoFolder,
    #[error("the folder of sessions can't be read: {0}")]
    Folder(#[from] io::Error),
}

impl Place {
    /// The Backstage whose backend is at `url`.
    pub(super) fn of(url: &Url) -> Result<Self, PlaceError> {
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(PlaceError::Url(url.clone()));
        }
        let mut url = url.clone();
        url.set_query(None);
        url.set_fragment(None);
        let base_url = url.as_str().trim_end_matches('/');
        let base_url = base_url.strip_suffix("/api/auth").unwrap_or(base_url);
        Ok(Self {
            base_url: base_url.to_owned(),
            folder: folder()?,
        })
    }

    /// The one where somebody is signed in.
    pub(super) fn only() -> Result<Self, PlaceError> {
        let folder = folder()?;
        let mut known = known(&folder)?;
        match (known.pop(), known.is_empty()) {
            (Some(base_url), true) => Ok(Self { base_url, folder }),
            (None, _) => Err(PlaceError::Nowhere),
            (Some(last), false) => {
                known.push(last);
                known.sort();
                Err(PlaceError::Several(known))
            }
        }
    }

    pub(super) fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Whether what is sent there can be read on the way.
    pub(super) fn is_unencrypted(&self) -> bool {
        let url = Url::parse(&self.base_url).ok();
        let is_here =
            |url: &Url| matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        url.is_some_and(|url| url.scheme() == "http" && !is_here(&url))
    }

    /// The file of its session.
    pub(super) fn file(&self) -> PathBuf {
        let name = utf8_percent_encode(&self.base_url, NON_ALPHANUMERIC);
        self.folder.join(format!("{name}.{ENDING}"))
    }
}

/// The Backstages that a file in `folder` is of.
fn known(folder: &Path) -> io::Result<Vec<String>> {
    let files = match fs::read_dir(folder) {
        Ok(files) => files,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(vec![]),
        Err(error) => return Err(error),
    };
    let mut known = Vec::new();
    for file in files {
        let path = file?.path();
        if path.extension().is_some_and(|ending| ending == ENDING)
            && let Some(name) = path.file_stem().and_then(|name| name.to_str())
            && let Ok(url) = percent_decode_str(name).decode_utf8()
        {
            known.push(url.into_owned());
        }
    }
    Ok(known)
}

/// Where the system keeps what programs remember.
fn folder() -> Result<PathBuf, PlaceError> {
    let of = |name: &str| {
        let path = env::var_os(name).map(PathBuf::from);
        path.filter(|path| path.is_absolute())
    };
    let folder = of("XDG_STATE_HOME").or_else(|| match env::consts::OS {
        "windows" => of("LOCALAPPDATA"),
        "macos" => of("HOME").map(|home| home.join("Library/Application Support")),
        _ => of("HOME").map(|home| home.join(".local/state")),
    });
    let folder = folder.ok_or(PlaceError::NoFolder)?;
    Ok(folder.join("stagedoor").join("sessions"))
}
