//! Patterns as regular expressions, which are matched in linear time.

use regex::Regex;

use super::{
    PatternError,
    letter::{CHARACTER, push_letter},
    segment::{Item, Repeat, Segment},
};

/// What fits: the one expression, and not the other.
#[derive(Debug, Clone)]
pub(super) struct Fit {
    fits: Regex,
    except: Option<Regex>,
}

impl Fit {
    /// What fits `fits`.
    pub(super) fn of(fits: Regex) -> Self {
        Self { fits, except: None }
    }

    pub(super) fn matches(&self, origin: &str) -> bool {
        let excepted = || self.except.as_ref().is_some_and(|it| it.is_match(origin));
        self.fits.is_match(origin) && !excepted()
    }
}

/// What a `!(…)` is written as.
#[derive(Clone, Copy)]
enum Negation {
    /// Anything.
    Open,
    /// One of its choices.
    Chosen,
}

/// The expression for one alternative without a `!(…)`.
pub(super) fn plain(scheme: &Segment, authority: &Segment) -> String {
    written(scheme, authority, [Negation::Open; 2])
}

/// One alternative with a `!(…)` in either segment or both. Those stand where
/// their surroundings put them ([`Segment::has_negation`]): it fits if it does
/// with anything there, and with none of the choices.
pub(super) fn with_negation(scheme: &Segment, authority: &Segment) -> Result<Fit, PatternError> {
    let mut exceptions = Vec::new();
    if scheme.has_negation()? {
        let chosen = [Negation::Chosen, Negation::Open];
        exceptions.push(written(scheme, authority, chosen));
    }
    if authority.has_negation()? {
        let chosen = [Negation::Open, Negation::Chosen];
        exceptions.push(written(scheme, authority, chosen));
    }
    Ok(Fit {
        fits: Regex::new(&any_of(&[plain(scheme, authority)]))?,
        except: Some(Regex::new(&any_of(&exceptions))?),
    })
}

/// The whole text is one of `expressions`, in upper or lower case.
pub(super) fn any_of(expressions: &[String]) -> String {
    format!(r"(?i)\A(?:{})\z", expressions.join("|"))
}

fn written(scheme: &Segment, authority: &Segment, negations: [Negation; 2]) -> String {
    let mut out = String::new();
    push_items(&mut out, &scheme.0, negations[0]);
    out.push_str("//");
    push_items(&mut out, &authority.0, negations[1]);
    out
}

fn push_items(out: &mut String, items: &[Item], negation: Negation) {
    for item in items {
        match (item, negation) {
            (Item::Letter(letter), _) => push_letter(out, *letter),
            (Item::Any, _) => out.push_str(CHARACTER),
            (Item::Class(class), _) => out.push_str(class),
            (Item::Star, _) | (Item::Group(Repeat::Not, _), Negation::Open) => {
                out.push_str(CHARACTER);
                out.push('*');
            }
            (Item::Group(repeat, choices), _) => {
                push_choices(out, choices, negation);
                out.push_str(match repeat {
                    Repeat::Once | Repeat::Not => "",
                    Repeat::AtMostOnce => "?",
                    Repeat::AnyNumber => "*",
                    Repeat::AtLeastOnce => "+",
                });
            }
        }
    }
}

fn push_choices(out: &mut String, choices: &[Vec<Item>], negation: Negation) {
    out.push_str("(?:");
    for (nth, choice) in choices.iter().enumerate() {
        if nth > 0 {
            out.push('|');
        }
        push_items(out, choice, negation);
    }
    out.push(')');
}
