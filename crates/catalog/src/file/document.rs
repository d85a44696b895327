//! From a YAML document to an entity.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use stagedoor_identity::{DEFAULT_NAMESPACE, EntityRef, EntityRefDefaults};

use super::error::{FileCatalogError, Invalid, Place};
use super::names::{is_name, is_namespace};
use super::node::{Content, Node};
use crate::EntityMeta;

const API_VERSIONS: [&str; 2] = ["backstage.io/v1alpha1", "backstage.io/v1beta1"];
const KINDS: [&str; 3] = ["User", "Group", "Location"];
/// How many members or groups one entity may name.
const MAX_REFS: usize = 50_000;

/// What a document is to us.
pub(super) enum Document {
    /// A User or a Group.
    Entity(Box<FoundEntity>),
    /// Leads to more files.
    Location(FoundLocation),
    /// Of another kind.
    Other,
}

/// A User or Group as it stands in its file.
pub(super) struct FoundEntity {
    pub(super) entity_ref: EntityRef,
    pub(super) is_user: bool,
    /// The whole document, such that it can be read as an [`crate::Entity`].
    pub(super) body: Value,
    /// A User's `spec.memberOf`.
    pub(super) member_of: Vec<EntityRef>,
    /// A Group's `spec.members`.
    pub(super) members: Vec<EntityRef>,
    pub(super) place: Place,
}

/// A Location entity's `spec`.
pub(super) struct FoundLocation {
    /// `spec.type`; none means that of the file it stands in.
    pub(super) kind: Option<String>,
    pub(super) targets: Vec<(String, Place)>,
    /// `spec.presence: optional`.
    pub(super) optional: bool,
    pub(super) place: Place,
}

/// Reads documents of one file.
pub(super) struct Reader<'a> {
    pub(super) file: &'a Path,
}

type Read<T> = Result<T, FileCatalogError>;

impl Reader<'_> {
    pub(super) fn read(&self, root: &Node) -> Read<Document> {
        if !matches!(root.content, Content::Map(_)) {
            return Err(self.invalid(root, Invalid::NotAnEntity));
        }
        let kind = self.required(root, "kind", root.get("kind"))?;
        let kind_text = self.text(kind, "kind")?;
        let known = KINDS
            .into_iter()
            .find(|known| known.eq_ignore_ascii_case(kind_text));
        let Some(expected) = known else {
            return Ok(Document::Other);
        };
        if expected != kind_text {
            let kind_text = kind_text.to_owned();
            let what = Invalid::Kind {
                kind: kind_text,
                expected,
            };
            return Err(self.invalid(kind, what));
        }
        self.check_api_version(root)?;
        if expected == "Location" {
            return self.location(root).map(Document::Location);
        }
        let entity = self.entity(root, expected)?;
        Ok(Document::Entity(Box::new(entity)))
    }

    fn entity(&self, root: &Node, kind: &str) -> Read<FoundEntity> {
        let metadata = self.metadata(root)?;
        let spec = root.get("spec");
        if let Some(spec) = spec {
            self.check_map(spec, "spec")?;
            self.check_profile(spec)?;
        }
        let namespace = metadata.namespace.as_deref().unwrap_or(DEFAULT_NAMESPACE);
        let refs = |field, of, of_kind| match spec.and_then(|spec| spec.get(of)) {
            Some(list) if kind != of_kind => self.refs(list, field, of_kind, namespace),
            _ => Ok(Vec::new()),
        };
        let member_of = refs("spec.memberOf", "memberOf", "Group")?;
        let members = refs("spec.members", "members", "User")?;
        Ok(FoundEntity {
            entity_ref: EntityRef::new(kind, namespace, &metadata.name),
            is_user: kind == "User",
            body: body(root),
            member_of,
            members,
            place: self.place(root),
        })
    }

    fn metadata(&self, root: &Node) -> Read<EntityMeta> {
        let metadata = self.required(root, "metadata", root.get("metadata"))?;
        self.check_map(metadata, "metadata")?;
        let name_node = self.required(metadata, "metadata.name", metadata.get("name"))?;
        let name = self.text(name_node, "metadata.name")?.to_owned();
        if !is_name(&name) {
            return Err(self.invalid(name_node, Invalid::Name { name }));
        }
        let namespace = match metadata.get("namespace") {
            Some(node) => Some(self.namespace(node)?),
            None => None,
        };
        let title = match metadata.get("title") {
            Some(node) => Some(self.text(node, "metadata.title")?.to_owned()),
            None => None,
        };
        Ok(EntityMeta {
            name,
            namespace,
            title,
            annotations: self.annotations(metadata)?,
        })
    }

    fn namespace(&self, node: &Node) -> Read<String> {
        let namespace = self.text(node, "metadata.namespace")?.to_owned();
        if is_namespace(&namespace) {
            return Ok(namespace);
        }
        Err(self.invalid(node, Invalid::Namespace { namespace }))
    }

    fn annotations(&self, metadata: &Node) -> Read<BTreeMap<String, String>> {
        let Some(annotations) = metadata.get("annotations") else {
            return Ok(BTreeMap::new());
        };
        let Content::Map(members) = &annotations.content else {
            return Err(self.wrong_type(annotations, "metadata.annotations", "a mapping"));
        };
        let text = |(name, value): &(String, Node)| {
            let text = self.text(value, &format!("metadata.annotations.{name}"))?;
            Ok((name.clone(), text.to_owned()))
        };
        members.iter().map(text).collect()
    }

    /// A profile that Backstage would refuse would also never match.
    fn check_profile(&self, spec: &Node) -> Read<()> {
        let Some(profile) = spec.get("profile") else {
            return Ok(());
        };
        self.check_map(profile, "spec.profile")?;
        for field in ["email", "displayName", "picture"] {
            if let Some(value) = profile.get(field) {
                self.text(value, &format!("spec.profile.{field}"))?;
            }
        }
        Ok(())
    }

    fn refs(
        &self,
        list: &Node,
        field: &'static str,
        kind: &str,
        namespace: &str,
    ) -> Read<Vec<EntityRef>> {
        let Content::List(items) = &list.content else {
            return Err(self.wrong_type(list, field, "a list of entity refs"));
        };
        if items.len() > MAX_REFS {
            return Err(FileCatalogError::TooMuch {
                file: self.file.to_owned(),
                what: "the refs of one entity",
                limit: MAX_REFS as u64,
            });
        }
        let defaults = EntityRefDefaults {
            kind: Some(kind),
            namespace: Some(namespace),
        };
        let entity_ref = |item: &Node| {
            EntityRef::parse_with(self.text(item, field)?, defaults)
                .map_err(|error| self.invalid(item, Invalid::Ref { field, error }))
        };
        items.iter().map(entity_ref).collect()
    }

    fn location(&self, root: &Node) -> Read<FoundLocation> {
        let spec = self.required(root, "spec", root.get("spec"))?;
        self.check_map(spec, "spec")?;
        let mut targets = Vec::new();
        if let Some(target) = spec.get("target") {
            targets.push((
                self.text(target, "spec.target")?.to_owned(),
                self.place(target),
            ));
        }
        if let Some(list) = spec.get("targets") {
            let Content::List(items) = &list.content else {
                return Err(self.wrong_type(list, "spec.targets", "a list of paths"));
            };
            for item in items {
                targets.push((
                    self.text(item, "spec.targets")?.to_owned(),
                    self.place(item),
                ));
            }
        }
        let kind = match spec.get("type") {
            Some(kind) => Some(self.text(kind, "spec.type")?.to_owned()),
            None => None,
        };
        Ok(FoundLocation {
            kind,
            targets,
            optional: spec.get("presence").and_then(Node::as_text) == Some("optional"),
            place: self.place(root),
        })
    }

    fn check_api_version(&self, root: &Node) -> Read<()> {
        let node = self.required(root, "apiVersion", root.get("apiVersion"))?;
        let version = self.text(node, "apiVersion")?;
        if API_VERSIONS.contains(&version) {
            return Ok(());
        }
        let version = version.to_owned();
        Err(self.invalid(node, Invalid::ApiVersion { version }))
    }

    fn required<'n>(
        &self,
        parent: &Node,
        field: &'static str,
        node: Option<&'n Node>,
    ) -> Read<&'n Node> {
        node.ok_or_else(|| self.invalid(parent, Invalid::Missing { field }))
    }

    fn text<'n>(&self, node: &'n Node, field: &str) -> Read<&'n str> {
        match node.as_text() {
            Some(text) if !text.is_empty() => Ok(text),
            Some(_) => Err(self.wrong_type(node, field, "a text that is not empty")),
            None => Err(self.wrong_type(node, field, "a text: put it in quotes")),
        }
    }

    fn check_map(&self, node: &Node, field: &str) -> Read<()> {
        match node.content {
            Content::Map(_) => Ok(()),
            _ => Err(self.wrong_type(node, field, "a mapping")),
        }
    }

    fn wrong_type(&self, node: &Node, field: &str, expected: &'static str) -> FileCatalogError {
        let field = field.to_owned();
        self.invalid(node, Invalid::Type { field, expected })
    }

    fn invalid(&self, node: &Node, what: Invalid) -> FileCatalogError {
        let place = self.place(node);
        FileCatalogError::Invalid { place, what }
    }

    fn place(&self, node: &Node) -> Place {
        Place {
            file: self.file.to_owned(),
            line: node.line,
            column: node.column,
        }
    }
}

/// Without what says nothing, and without relations, which follow from `spec`.
fn body(root: &Node) -> Value {
    let mut body = root.to_json();
    if let Some(root) = body.as_object_mut() {
        root.remove("relations");
        if let Some(metadata) = root.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.retain(|_, value| !value.is_null());
        }
    }
    body
}
