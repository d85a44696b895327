//! What is between two slashes of a pattern.

use super::{PatternError, class, pattern_error::MAX_DEPTH};

/// A part of a segment.
#[derive(Debug, Clone)]
pub(super) enum Item {
    /// This character, in either case.
    Letter(char),
    /// `?`
    Any,
    /// `*`
    Star,
    /// `[…]`, as an expression.
    Class(String),
    /// `@(a|b)` and the like.
    Group(Repeat, Vec<Vec<Item>>),
}

/// How often one of the choices of an extended glob comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeat {
    /// `@(…)`
    Once,
    /// `?(…)`
    AtMostOnce,
    /// `*(…)`
    AnyNumber,
    /// `+(…)`
    AtLeastOnce,
    /// `!(…)`: anything but a choice.
    Not,
}

impl Repeat {
    fn of(letter: char) -> Option<Self> {
        Some(match letter {
            '@' => Self::Once,
            '?' => Self::AtMostOnce,
            '*' => Self::AnyNumber,
            '+' => Self::AtLeastOnce,
            '!' => Self::Not,
            _ => return None,
        })
    }

    fn letter(self) -> char {
        match self {
            Self::Once => '@',
            Self::AtMostOnce => '?',
            Self::AnyNumber => '*',
            Self::AtLeastOnce => '+',
            Self::Not => '!',
        }
    }
}

/// What is between two slashes.
#[derive(Debug, Clone)]
pub(super) struct Segment(pub(super) Vec<Item>);

impl Segment {
    /// Whether it has a `!(…)`.
    ///
    /// # Errors
    /// When what the `!(…)` stands for is not fixed by what is around it: only
    /// then "it fits with anything there, and does not fit with a choice there"
    /// says the same.
    pub(super) fn has_negation(&self) -> Result<bool, PatternError> {
        let is_not = |item: &&Item| matches!(item, Item::Group(Repeat::Not, _));
        let here = self.0.iter().filter(is_not).count();
        let beside_is_fixed = || {
            let beside = self.0.iter().filter(|item| !is_not(item));
            beside.map(width).all(|width| width.is_some())
        };
        match (here, nested_negations(&self.0)) {
            (0, 0) => Ok(false),
            (1, 0) if beside_is_fixed() => Ok(true),
            _ => Err(PatternError::Negation),
        }
    }
}

/// Negations within groups.
fn nested_negations(items: &[Item]) -> usize {
    let within = |items: &Vec<Item>| {
        let here = items
            .iter()
            .filter(|item| matches!(item, Item::Group(Repeat::Not, _)));
        here.count() + nested_negations(items)
    };
    let groups = items.iter().filter_map(|item| match item {
        Item::Group(_, choices) => Some(choices),
        _ => None,
    });
    groups.flatten().map(within).sum()
}

/// How many characters an item stands for, if that is a fixed number.
fn width(item: &Item) -> Option<usize> {
    match item {
        Item::Letter(_) | Item::Any | Item::Class(_) => Some(1),
        Item::Group(Repeat::Once, choices) => {
            let of = |items: &Vec<Item>| items.iter().map(width).sum::<Option<usize>>();
            let mut widths = choices.iter().map(of);
            let first = widths.next()??;
            widths.all(|width| width == Some(first)).then_some(first)
        }
        Item::Star | Item::Group(..) => None,
    }
}

enum Token {
    Item(Item),
    Open(Repeat),
    Bar,
    Close,
}

/// Reads a segment.
pub(super) fn parse(text: &str) -> Result<Segment, PatternError> {
    let tokens = tokens(&text.chars().collect::<Vec<_>>())?;
    let closes = closes(&tokens);
    let mut choices = choices(&tokens, &closes, 0..tokens.len(), 0)?;
    Ok(Segment(choices.pop().unwrap_or_default()))
}

fn tokens(text: &[char]) -> Result<Vec<Token>, PatternError> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&letter) = text.get(at) {
        let next = text.get(at + 1).copied();
        let (token, length) = match (letter, next) {
            ('\\', Some(escaped)) => (Token::Item(Item::Letter(escaped)), 2),
            ('[', _) => {
                let (class, length) = class::parse(&text[at..])?;
                (Token::Item(Item::Class(class)), length)
            }
            (_, Some('(')) if let Some(repeat) = Repeat::of(letter) => (Token::Open(repeat), 2),
            ('|', _) => (Token::Bar, 1),
            (')', _) => (Token::Close, 1),
            ('*', _) => (Token::Item(Item::Star), 1),
            ('?', _) => (Token::Item(Item::Any), 1),
            _ => (Token::Item(Item::Letter(letter)), 1),
        };
        tokens.push(token);
        at += length;
    }
    Ok(tokens)
}

/// For each token that opens a group, where it is closed.
fn closes(tokens: &[Token]) -> Vec<Option<usize>> {
    let mut closes = vec![None; tokens.len()];
    let mut open = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Open(_) => open.push(at),
            Token::Close => {
                if let Some(start) = open.pop() {
                    closes[start] = Some(at);
                }
            }
            Token::Item(_) | Token::Bar => {}
        }
    }
    closes
}

/// The choices of a group; at depth 0 the one that the segment is, in which
/// what belongs to no group is a letter.
fn choices(
    tokens: &[Token],
    closes: &[Option<usize>],
    range: std::ops::Range<usize>,
    depth: usize,
) -> Result<Vec<Vec<Item>>, PatternError> {
    if depth > MAX_DEPTH {
        return Err(PatternError::TooDeep);
    }
    let mut done = Vec::new();
    let mut items = Vec::new();
    let mut at = range.start;
    while at < range.end {
        match &tokens[at] {
            Token::Item(item) => items.push(item.clone()),
            Token::Open(repeat) => {
                if let Some(close) = closes[at] {
                    let inner = choices(tokens, closes, at + 1..close, depth + 1)?;
                    items.push(Item::Group(*repeat, inner));
                    at = close;
                } else {
                    items.extend([repeat.letter(), '('].map(Item::Letter));
                }
            }
            Token::Bar if depth > 0 => done.push(std::mem::take(&mut items)),
            Token::Bar => items.push(Item::Letter('|')),
            Token::Close => items.push(Item::Letter(')')),
        }
        at += 1;
    }
    done.push(items);
    Ok(done)
}
