//! YAML text to a tree of values, bounded in size and depth.

use std::{collections::HashMap, sync::Arc};

use granit_parser::{Event, Parser, ScanError, Span};

use super::{
    MAX_DEPTH, MAX_NODES,
    node::{Node, Object, Value},
    scalar::resolve,
    secrets::find_secrets,
    source::{Place, Position, Source},
};

/// What to do with a key that occurs twice in one object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Duplicates {
    /// YAML forbids it (section 3.2.1.3).
    Refuse,
    /// JSON's last one wins, as in `JSON.parse`.
    LastWins,
}

/// Why a text is no configuration, and where.
pub(crate) struct Unreadable {
    pub(crate) place: Place,
    pub(crate) reason: String,
}

/// Parses one document. `None` is an empty one.
pub(crate) fn parse(
    source: &Arc<Source>,
    duplicates: Duplicates,
) -> Result<Option<Node>, Unreadable> {
    let options = granit_parser::options! {
        emit_comments: false,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
        simple_key_max_lookahead: 4096,
    };
    let mut builder = Builder::new(source, duplicates);
    for next in Parser::new_from_str_with_options(source.text(), options) {
        let (event, span) = next.map_err(|error| builder.scan_error(&error))?;
        builder.event(event, span)?;
    }
    if let Some(root) = &mut builder.root {
        source.mark_secrets(find_secrets(root));
    }
    Ok(builder.root)
}

/// A collection that is not finished yet.
enum Open {
    List(Vec<Node>),
    Object {
        object: Object,
        key: Option<(String, Place)>,
    },
}

struct Frame {
    open: Open,
    place: Place,
    anchor: usize,
    size: usize,
}

struct Builder<'s> {
    source: &'s Arc<Source>,
    duplicates: Duplicates,
    frames: Vec<Frame>,
    anchors: HashMap<usize, (Node, usize)>,
    documents: usize,
    nodes: usize,
    root: Option<Node>,
}

impl<'s> Builder<'s> {
    fn new(source: &'s Arc<Source>, duplicates: Duplicates) -> Self {
        Self {
            source,
            duplicates,
            frames: Vec::new(),
            anchors: HashMap::new(),
            documents: 0,
            nodes: 0,
            root: None,
        }
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), Unreadable> {
        match event {
            Event::DocumentStart(..) => self.document(span),
            Event::Scalar(text, style, anchor, tag) => {
                self.count(1, span)?;
                let value = resolve(&text, style, tag.as_deref());
                // A key is what was written, not what it means: `1:` is "1".
                let node = Node::new(value, self.place(span));
                self.node(node, Some(&text), anchor, 1)
            }
            Event::SequenceStart(_, anchor, _) => self.open(Open::List(Vec::new()), span, anchor),
            Event::MappingStart(_, anchor, _) => {
                let open = Open::Object {
                    object: Object::default(),
                    key: None,
                };
                self.open(open, span, anchor)
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
            Event::Alias(id) => self.alias(id, span),
            _ => Ok(()),
        }
    }

    fn document(&mut self, span: Span) -> Result<(), Unreadable> {
        self.documents += 1;
        if self.documents > 1 {
            return Err(self.unreadable(
                span,
                "a second YAML document starts here; a configuration file holds one",
            ));
        }
        Ok(())
    }

    fn open(&mut self, open: Open, span: Span, anchor: usize) -> Result<(), Unreadable> {
        if self.frames.len() >= MAX_DEPTH {
            return Err(self.unreadable(
                span,
                format!("values are nested more than {MAX_DEPTH} deep"),
            ));
        }
        self.count(1, span)?;
        let place = self.place(span);
        self.frames.push(Frame {
            open,
            place,
            anchor,
            size: 1,
        });
        Ok(())
    }

    fn close(&mut self, span: Span) -> Result<(), Unreadable> {
        let Some(frame) = self.frames.pop() else {
            return Err(self.unreadable(span, "a collection ends that never started"));
        };
        let value = match frame.open {
            Open::List(items) => Value::List(items),
            Open::Object { object, .. } => Value::Object(object),
        };
        self.node(
            Node::new(value, frame.place),
            None,
            frame.anchor,
            frame.size,
        )
    }

    fn alias(&mut self, id: usize, span: Span) -> Result<(), Unreadable> {
        let Some((node, size)) = self.anchors.get(&id).cloned() else {
            return Err(self.unreadable(span, "this alias stands inside the value it refers to"));
        };
        self.count(size, span)?;
        let text = node.scalar_text();
        self.node(node, text.as_deref(), 0, size)
    }

    /// Puts a finished value where it belongs. `text` is what it says as a key.
    fn node(
        &mut self,
        node: Node,
        text: Option<&str>,
        anchor: usize,
        size: usize,
    ) -> Result<(), Unreadable> {
        if anchor != 0 {
            self.anchors.insert(anchor, (node.clone(), size));
        }
        let Some(frame) = self.frames.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        frame.size = frame.size.saturating_add(size);
        match &mut frame.open {
            Open::List(items) => items.push(node),
            Open::Object { object, key } => match key.take() {
                None => *key = Some((key_text(&node, text), node.place)),
                Some((name, place)) => {
                    let is_second = object.entries.contains_key(&name);
                    if is_second && self.duplicates == Duplicates::Refuse {
                        let reason = format!("the key `{name}` occurs twice in this object");
                        return Err(Unreadable { place, reason });
                    }
                    object.insert(name, place, node);
                }
            },
        }
        Ok(())
    }

    /// Counts values, so that a few aliases cannot become a million values.
    fn count(&mut self, added: usize, span: Span) -> Result<(), Unreadable> {
        self.nodes = self.nodes.saturating_add(added);
        if self.nodes > MAX_NODES {
            return Err(self.unreadable(
                span,
                format!("there are more than {MAX_NODES} values, aliases counted in"),
            ));
        }
        Ok(())
    }

    fn place(&self, span: Span) -> Place {
        let bytes = span.byte_range().unwrap_or_default();
        Place::at(
            self.source,
            Position {
                line: span.start.line(),
                column: span.start.col() + 1,
                start: bytes.start,
                end: bytes.end,
            },
        )
    }

    fn unreadable(&self, span: Span, reason: impl Into<String>) -> Unreadable {
        Unreadable {
            place: self.place(span),
            reason: reason.into(),
        }
    }

    fn scan_error(&self, error: &ScanError) -> Unreadable {
        self.unreadable(
            Span::empty(*error.marker()),
            format!("this is not YAML: {}", error.info()),
        )
    }
}

/// What a key is called. Backstage writes out a collection that is a key;
/// nobody means that, so any name that no setting has will do.
fn key_text(node: &Node, text: Option<&str>) -> String {
    match (&node.value, text) {
        (Value::Null, _) => String::new(),
        (_, Some(text)) => text.to_owned(),
        (_, None) => "? (not a scalar)".to_owned(),
    }
}

#[cfg(test)]
mod tests;
