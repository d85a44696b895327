//! Substitution and includes, in a tree.

use std::path::{Path, PathBuf};

use super::{
    store::{Store, display},
    template::{Substituted, substitute},
};
use crate::{
    document::{
        Absence, Duplicates, Entry, MAX_DEPTH, MAX_NODES, Node, Object, Place, Source, Value, parse,
    },
    environment::Environment,
    problem::{Problem, Report},
    text::trim_end,
};

const INCLUDE_KEYS: [&str; 3] = ["$file", "$env", "$include"];

/// What the paths in a tree are relative to, and which includes led there.
#[derive(Clone, Default)]
pub(super) struct Base {
    /// `None` where there is no file.
    pub(super) directory: Option<PathBuf>,
    /// `file#path.to.key` of every include we are inside of.
    trail: Vec<String>,
}

impl Base {
    pub(super) fn of_file(file: &Path) -> Self {
        Self {
            directory: file.parent().map(Path::to_owned),
            // A file that includes itself whole is a cycle, too.
            trail: vec![display(file)],
        }
    }

    /// For a text that is in no file: relative to the working directory.
    pub(super) fn in_memory(env: &Environment) -> Self {
        Self {
            directory: env.working_directory().map(Path::to_owned),
            trail: Vec::new(),
        }
    }
}

/// A value, or why there is none.
type Expanded = Result<Node, Absence>;

/// Walks one layer.
pub(super) struct Expander<'a> {
    env: &'a Environment,
    store: &'a mut Store,
    report: &'a Report,
    nodes: usize,
}

impl<'a> Expander<'a> {
    pub(super) fn new(env: &'a Environment, store: &'a mut Store, report: &'a Report) -> Self {
        Self {
            env,
            store,
            report,
            nodes: 0,
        }
    }

    /// A whole layer, whose root must still be an object in the end.
    pub(super) fn layer(&mut self, root: Node, base: &Base) -> Option<Node> {
        let place = root.place.clone();
        let root = self.expand(root, base, "", 0).ok()?;
        if !matches!(root.value, Value::Object(_)) {
            let message = format!("found {}, expected an object", root.type_name());
            self.report.unreadable(Problem::new(&place, "", message));
            return None;
        }
        Some(root)
    }

    fn expand(&mut self, node: Node, base: &Base, path: &str, depth: usize) -> Expanded {
        self.nodes += 1;
        if depth > MAX_DEPTH || self.nodes > MAX_NODES {
            let what = "the configuration is too large or too deep once its includes are read";
            return Err(self.fail(&node.place, path, what));
        }
        match &node.value {
            Value::Text(text) => self.substitute(text, &node),
            Value::Object(object) => match include_key(object) {
                Some(_) => self.include(node, base, path, depth),
                None => self.children(node, base, path, depth),
            },
            _ => self.children(node, base, path, depth),
        }
    }

    /// Expands what is inside, not the value itself.
    fn children(&mut self, mut node: Node, base: &Base, path: &str, depth: usize) -> Expanded {
        node.value = match node.value {
            Value::List(items) => {
                let mut kept = Vec::with_capacity(items.len());
                for (index, item) in items.into_iter().enumerate() {
                    let path = format!("{path}[{index}]");
                    kept.extend(self.expand(item, base, &path, depth + 1));
                }
                Value::List(kept)
            }
            Value::Object(object) => Value::Object(self.entries(object, base, path, depth)),
            scalar => scalar,
        };
        Ok(node)
    }

    fn entries(&mut self, object: Object, base: &Base, path: &str, depth: usize) -> Object {
        let mut kept = Object {
            absent: object.absent,
            ..Object::default()
        };
        for (key, Entry { key_place, node }) in object.entries {
            let path = join(path, &key);
            let place = node.place.clone();
            match self.expand(node, base, &path, depth + 1) {
                Ok(node) => kept.insert(key, key_place, node),
                Err(absence) => {
                    kept.absent.insert(key, (place, absence));
                }
            }
        }
        kept
    }

    fn substitute(&self, text: &str, node: &Node) -> Expanded {
        match substitute(text, self.env) {
            Substituted::Text {
                text,
                from_environment,
            } => Ok(Node {
                value: Value::Text(text),
                place: node.place.clone(),
                hidden: node.hidden || from_environment,
            }),
            Substituted::Unset { variable } => Err(Absence::Unset(format!(
                "its value is `${{{variable}}}` ({}) and {variable} is not set",
                node.place
            ))),
        }
    }

    fn include(&mut self, node: Node, base: &Base, path: &str, depth: usize) -> Expanded {
        let Value::Object(object) = &node.value else {
            return Ok(node);
        };
        let Some((key, entry)) = include_key(object) else {
            return Ok(node);
        };
        if object.entries.len() != 1 {
            let message = format!("`{key}` must be the only key of its object");
            return Err(self.fail(&entry.key_place, path, message));
        }
        let Value::Text(argument) = &entry.node.value else {
            let message = format!(
                "found {} after `{key}`, expected a string",
                entry.node.type_name()
            );
            return Err(self.fail(&entry.node.place, path, message));
        };
        let place = entry.node.place.clone();
        let argument = match substitute(argument, self.env) {
            Substituted::Text { text, .. } => text,
            Substituted::Unset { variable } => {
                let message = format!("`{key}` needs the variable {variable}, which is not set");
                return Err(self.fail(&place, path, message));
            }
        };
        match key {
            "$env" => self.variable(&argument, &node.place, &place),
            "$file" => self.file(&argument, base, &node.place, &place, path),
            _ => self.document(&argument, base, &place, path, depth),
        }
    }

    fn variable(&self, name: &str, whole: &Place, place: &Place) -> Expanded {
        match self.env.substitution(name) {
            Some(value) => Ok(hidden(value, whole)),
            None => Err(Absence::Unset(format!(
                "its value is `$env: {name}` ({place}) and {name} is not set"
            ))),
        }
    }

    fn file(
        &mut self,
        argument: &str,
        base: &Base,
        whole: &Place,
        place: &Place,
        path: &str,
    ) -> Expanded {
        let file = resolve(base, argument);
        match self.store.read(&file) {
            Ok(text) => Ok(hidden(trim_end(&text), whole)),
            Err(reason) => {
                let message = format!("the file `{}` {reason}", display(&file));
                Err(self.fail(place, path, message))
            }
        }
    }

    fn document(
        &mut self,
        argument: &str,
        base: &Base,
        place: &Place,
        path: &str,
        depth: usize,
    ) -> Expanded {
        let (file, key) = argument.split_once('#').unwrap_or((argument, ""));
        let duplicates = match Path::new(file).extension().and_then(|e| e.to_str()) {
            Some("json") => Duplicates::LastWins,
            Some("yaml" | "yml") => Duplicates::Refuse,
            _ => {
                let message = "found a file that is neither .yaml, .yml nor .json";
                return Err(self.fail(place, path, message));
            }
        };
        let file = resolve(base, file);
        let inner = self.enter(&file, key, base, place, path)?;
        let name = display(&file);
        let text = self
            .store
            .read(&file)
            .map_err(|reason| self.fail(place, path, format!("the file `{name}` {reason}")))?;
        let source = Source::new(name, text);
        let root = parse(&source, duplicates)
            .map_err(|unreadable| self.fail(&unreadable.place, path, unreadable.reason))?
            .unwrap_or_else(|| Node::new(Value::Null, Place::of(&source)));
        let node = self.select(root, key, place, path)?;
        match &node.value {
            Value::Text(text) => self.substitute(text, &node),
            // As in Backstage, an included value is not itself an include.
            _ => self.children(node, &inner, path, depth),
        }
    }

    /// Remembers the include, unless we are inside of it already.
    fn enter(
        &self,
        file: &Path,
        key: &str,
        base: &Base,
        place: &Place,
        path: &str,
    ) -> Result<Base, Absence> {
        let mut name = display(file);
        if !key.is_empty() {
            name = format!("{name}#{key}");
        }
        let mut trail = base.trail.clone();
        if let Some(start) = trail.iter().position(|step| *step == name) {
            let cycle = [&trail[start..], &[name]].concat().join(" → ");
            let message = format!("this include leads back to itself: {cycle}");
            return Err(self.fail(place, path, message));
        }
        trail.push(name);
        Ok(Base {
            directory: file.parent().map(Path::to_owned),
            trail,
        })
    }

    /// The value at a dotted key.
    fn select(&self, root: Node, key: &str, place: &Place, path: &str) -> Expanded {
        let mut node = root;
        let mut walked = String::new();
        for part in key.split('.').filter(|_| !key.is_empty()) {
            let source = node.place.source.name().to_owned();
            let Value::Object(mut object) = node.value else {
                let what = if walked.is_empty() {
                    format!("`{source}` is {}", node.type_name())
                } else {
                    format!("`{walked}` in `{source}` is {}", node.type_name())
                };
                return Err(self.fail(place, path, format!("{what}, expected an object")));
            };
            walked = join(&walked, part);
            match object.entries.swap_remove(part) {
                Some(entry) => node = entry.node,
                None if walked == key => {
                    return Err(Absence::Unset(format!(
                        "its value is an include ({place}) and `{source}` has no `{key}`"
                    )));
                }
                None => {
                    let message = format!("`{source}` has no `{walked}`");
                    return Err(self.fail(place, path, message));
                }
            }
        }
        Ok(node)
    }

    fn fail(&self, place: &Place, path: &str, message: impl Into<String>) -> Absence {
        self.report.error(Problem::new(place, path, message));
        Absence::Reported
    }
}

fn include_key(object: &Object) -> Option<(&'static str, &Entry)> {
    object.entries.iter().find_map(|(key, entry)| {
        let known = INCLUDE_KEYS.into_iter().find(|known| known == key)?;
        Some((known, entry))
    })
}

fn hidden(text: &str, place: &Place) -> Node {
    Node {
        value: Value::Text(text.to_owned()),
        place: place.clone(),
        hidden: true,
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

/// A path relative to the file it is written in.
fn resolve(base: &Base, path: &str) -> PathBuf {
    match &base.directory {
        Some(directory) => normal_path(&directory.join(path)),
        None => PathBuf::from(path),
    }
}

/// The path with its `.` and `..` taken out by its text alone, as `path.resolve`
/// of Node.js does.
pub(crate) fn normal_path(path: &Path) -> PathBuf {
    use std::path::Component;
    let mut normal = PathBuf::new();
    for component in path.components() {
        let last = normal.components().next_back();
        match (component, last) {
            (Component::CurDir, _) => {}
            (Component::ParentDir, Some(Component::Normal(_))) => {
                normal.pop();
            }
            (component, _) => normal.push(component),
        }
    }
    normal
}
