//! From files and environment to one tree: read, substitute, include, merge.

mod app_config_variables;
mod expand;
mod files;
mod merge;
mod store;
mod template;

use std::path::PathBuf;

use crate::{
    document::{Duplicates, Node, Place, Source, Value, parse},
    environment::Environment,
    problem::{Problem, Report},
};

pub(crate) use expand::normal_path;
pub use files::ConfigFiles;

use expand::{Base, Expander};
use merge::{merge, without_nulls};
use store::Store;

/// The one tree that all layers make.
pub(crate) struct Merged {
    /// An object, even if every layer is empty.
    pub(crate) root: Node,
    /// The directories of the configuration files, in their order.
    pub(crate) directories: Vec<PathBuf>,
    /// Every file read, includes and `$file`s too.
    pub(crate) files: Vec<PathBuf>,
    /// Files looked for that were not there.
    pub(crate) missing: Vec<PathBuf>,
}

/// Reads and merges the layers, telling `report` what is wrong with them.
pub(crate) fn from_files(files: &ConfigFiles, env: &Environment, report: &Report) -> Merged {
    let mut store = Store::default();
    let mut layers = Vec::new();
    let mut directories = Vec::new();
    for file in files.resolve(env, &mut store, report) {
        let Some(source) = store.open(&file, report) else {
            continue;
        };
        let base = Base::of_file(&file);
        directories.extend(base.directory.clone());
        layers.extend(layer(&source, base, env, &mut store, report));
    }
    let first = layers.first().map(|node: &Node| node.place.source.clone());
    let origin = first.unwrap_or_else(|| Source::named(files.to_string()));
    finish(layers, &Place::of(&origin), env, directories, store, report)
}

/// Reads one text that is in no file, and the environment.
pub(crate) fn from_text(yaml: &str, env: &Environment, report: &Report) -> Merged {
    let mut store = Store::default();
    let source = Source::new("<inline>", yaml);
    let base = Base::in_memory(env);
    let layers = layer(&source, base, env, &mut store, report)
        .into_iter()
        .collect();
    finish(layers, &Place::of(&source), env, Vec::new(), store, report)
}

/// One source as a layer; `None` if it is empty or cannot be read.
fn layer(
    source: &std::sync::Arc<Source>,
    base: Base,
    env: &Environment,
    store: &mut Store,
    report: &Report,
) -> Option<Node> {
    let node = match parse(source, Duplicates::Refuse) {
        Ok(node) => node?,
        Err(unreadable) => {
            report.unreadable(Problem::new(&unreadable.place, "", unreadable.reason));
            return None;
        }
    };
    match node.value {
        Value::Null => None,
        Value::Object(_) => Expander::new(env, store, report).layer(node, &base),
        _ => {
            let message = format!("found {}, expected an object", node.type_name());
            report.unreadable(Problem::new(&node.place, "", message));
            None
        }
    }
}

fn finish(
    mut layers: Vec<Node>,
    origin: &Place,
    env: &Environment,
    directories: Vec<PathBuf>,
    store: Store,
    report: &Report,
) -> Merged {
    layers.extend(app_config_variables::layer(env, report));
    let empty = Node::new(Value::Object(Default::default()), origin.clone());
    let mut root = layers.into_iter().fold(empty, merge);
    // Whatever is wrong with the whole is told of the first file.
    root.place = origin.clone();
    let (files, missing) = store.into_files();
    Merged {
        root: without_nulls(root),
        directories,
        files,
        missing,
    }
}

#[cfg(test)]
mod tests;
