//! A report for people.

use std::{borrow::Cow, fmt::Write as _};

use anstyle::{AnsiColor, Style};
use textwrap::{Options, WordSeparator, core::display_width};

use super::{
    Admitted, Finding, Level, Part, Report, SignIn, Told,
    sign_in_admission::{ToldCondition, ToldGroups},
};

/// How the table may look.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    /// Whether `✓` and `✗` can be shown.
    pub(crate) unicode: bool,
    /// Where lines are broken, in columns; `None` is nowhere.
    pub(crate) width: Option<usize>,
}

/// Narrower texts can't be read.
const NARROWEST_TEXT: usize = 30;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// One line of a section: a mark, a name, what there is to say.
struct Row<'a> {
    mark: &'static str,
    style: Style,
    name: &'a str,
    text: Cow<'a, str>,
    more: Vec<String>,
}

/// The table, with colours; who shows it takes them out where they don't
/// belong.
pub(crate) fn render(report: &Report, look: Look) -> String {
    let mut table = String::new();
    for section in &report.sections {
        let rows = section.findings.iter().map(|finding| look.finding(finding));
        look.section(&mut table, &section.subject, rows.collect());
    }
    for sign_in in &report.sign_ins {
        let title = format!("sign-in, {}", sign_in.subject);
        look.section(&mut table, &title, look.sign_in(sign_in));
    }
    let _ = writeln!(table, "{}", summary(report));
    table
}

fn summary(report: &Report) -> String {
    let counted = |level, one: &str| match report.count(level) {
        0 => None,
        1 => Some(format!("1 {one}")),
        count => Some(format!("{count} {one}s")),
    };
    let counted: Vec<_> = [
        counted(Level::Failure, "failure"),
        counted(Level::Warning, "warning"),
    ]
    .into_iter()
    .flatten()
    .collect();
    if counted.is_empty() {
        "All is well.".to_owned()
    } else {
        format!("{}.", counted.join(", "))
    }
}

impl Look {
    fn level(self, level: Level) -> (&'static str, Style) {
        match (level, self.unicode) {
            (Level::Ok, true) => ("✓", AnsiColor::Green.on_default()),
            (Level::Ok, false) => ("ok", AnsiColor::Green.on_default()),
            (Level::Warning, true) => ("!", AnsiColor::Yellow.on_default().bold()),
            (Level::Warning, false) => ("! ", AnsiColor::Yellow.on_default().bold()),
            (Level::Failure, true) => ("✗", AnsiColor::Red.on_default().bold()),
            (Level::Failure, false) => ("X ", AnsiColor::Red.on_default().bold()),
        }
    }

    fn passed(self) -> (&'static str, Style) {
        (if self.unicode { "-" } else { "- " }, DIM)
    }

    fn todo(self, todo: &str) -> String {
        let arrow = if self.unicode { "→" } else { "->" };
        format!("{arrow} {todo}")
    }

    fn finding(self, finding: &Finding) -> Row<'_> {
        let (mark, style) = self.level(finding.level);
        Row {
            mark,
            style,
            name: finding.check,
            text: finding.what.as_str().into(),
            more: finding.todo.iter().map(|todo| self.todo(todo)).collect(),
        }
    }

    fn sign_in(self, sign_in: &SignIn) -> Vec<Row<'_>> {
        let mut rows = self.admitted(sign_in);
        let attempts = sign_in.attempts.iter();
        rows.extend(attempts.map(|told| self.told(told, sign_in)));
        if !sign_in.succeeds {
            let (mark, style) = self.level(sign_in.level);
            rows.push(Row {
                mark,
                style,
                name: "user",
                text: "nobody: this sign-in would be refused".into(),
                more: Vec::new(),
            });
        }
        rows
    }

    /// What comes before the resolvers.
    fn admitted(self, sign_in: &SignIn) -> Vec<Row<'_>> {
        let Admitted {
            profile,
            profile_todo,
            conditions,
            groups,
        } = &sign_in.admitted;
        let known = [&profile.email, &profile.display_name, &profile.picture];
        let known: Vec<_> = known.into_iter().flatten().map(String::as_str).collect();
        let (mark, style) = match profile.email {
            Some(_) => self.level(Level::Ok),
            None => self.passed(),
        };
        let mut rows = vec![Row {
            mark,
            style,
            name: "profile",
            text: match known.as_slice() {
                [] => "nothing that may be believed".into(),
                known => known.join(", ").into(),
            },
            more: profile_todo.iter().map(|todo| self.todo(todo)).collect(),
        }];
        let conditions = conditions.iter();
        rows.extend(conditions.map(|condition| self.condition(condition, sign_in.level)));
        rows.extend(self.groups(groups));
        rows
    }

    fn condition(self, condition: &ToldCondition, unmet: Level) -> Row<'_> {
        let level = if condition.is_met { Level::Ok } else { unmet };
        let (mark, style) = self.level(level);
        Row {
            mark,
            style,
            name: &condition.key,
            text: condition.demand.as_str().into(),
            more: condition.instead.iter().map(|it| self.todo(it)).collect(),
        }
    }

    fn groups(self, groups: &ToldGroups) -> Option<Row<'_>> {
        if groups.refs.is_empty() && groups.left_out.is_empty() {
            return None;
        }
        let refs: Vec<_> = groups.refs.iter().map(|it| it.as_str()).collect();
        let (mark, style) = self.level(Level::Ok);
        let left_out = groups.left_out.iter();
        Some(Row {
            mark,
            style,
            name: "groupClaims",
            text: match refs.as_slice() {
                [] => "no group".into(),
                refs => refs.join(", ").into(),
            },
            more: left_out.map(|it| format!("without {it}")).collect(),
        })
    }

    fn told<'a>(self, told: &'a Told, sign_in: &'a SignIn) -> Row<'a> {
        let mut more: Vec<_> = told
            .look_ups
            .iter()
            .map(|look_up| format!("asked for {look_up}"))
            .collect();
        let ((mark, style), text) = match told.outcome {
            Part::Resolved => {
                more.push(format!("owns through {}", sign_in.ownership.join(", ")));
                let user = sign_in.user.as_deref().unwrap_or_default();
                (self.level(Level::Ok), user)
            }
            Part::Passed => (self.passed(), told.reason.as_deref().unwrap_or_default()),
            Part::Refused => (
                self.level(sign_in.level),
                told.reason.as_deref().unwrap_or_default(),
            ),
            Part::NotAsked => (self.passed(), "not asked"),
        };
        more.extend(told.todo.iter().map(|todo| self.todo(todo)));
        Row {
            mark,
            style,
            name: &told.resolver,
            text: text.into(),
            more,
        }
    }

    fn section(self, table: &mut String, title: &str, rows: Vec<Row<'_>>) {
        let names = rows.iter().map(|row| display_width(row.name));
        let name_width = names.max().unwrap_or(0);
        let _ = writeln!(table, "{BOLD}{title}{BOLD:#}");
        for row in rows {
            self.row(table, &row, name_width);
        }
        table.push('\n');
    }

    fn row(self, table: &mut String, row: &Row<'_>, name_width: usize) {
        let Row {
            mark, style, name, ..
        } = row;
        let padding = " ".repeat(name_width - display_width(name));
        let indent = " ".repeat(2 + display_width(mark) + 1 + name_width + 2);
        let _ = write!(table, "  {style}{mark}{style:#} {name}{padding}  ");
        let texts = std::iter::once(&*row.text).chain(row.more.iter().map(String::as_str));
        let mut first = true;
        for line in texts.flat_map(|text| self.lines(text, indent.len())) {
            if !first {
                table.push_str(&indent);
            }
            first = false;
            let _ = writeln!(table, "{line}");
        }
    }

    fn lines(self, text: &str, indent: usize) -> Vec<String> {
        let lines = text.lines().map(|line| line.replace(char::is_control, " "));
        let Some(width) = self.width else {
            return lines.collect();
        };
        // A URL stays in one piece, so that it can be copied.
        let options = Options::new(width.saturating_sub(indent).max(NARROWEST_TEXT))
            .word_separator(WordSeparator::AsciiSpace)
            .break_words(false);
        lines
            .flat_map(|line| {
                let wrapped = textwrap::wrap(&line, &options);
                let owned = wrapped.into_iter().map(std::borrow::Cow::into_owned);
                owned.collect::<Vec<_>>()
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Section;

    fn report() -> Report {
        Report {
            sections: vec![Section::new(
                "auth.providers.oidc.development",
                [
                    Finding::ok("discovery", "issuer https://id.example.com"),
                    Finding::warning("PKCE", "the provider does not say", "turn it on"),
                    Finding::failure(
                        "algorithm",
                        "RS256 is expected,\nand the provider signs ID tokens with\u{1b}[31m ES256 only",
                        "set tokenSignedResponseAlg: ES256",
                    ),
                ],
            )],
            sign_ins: Vec::new(),
        }
    }

    fn plain(look: Look) -> String {
        anstream::adapter::strip_str(&render(&report(), look)).to_string()
    }

    #[test]
    fn long_lines_are_broken_below_their_beginning() {
        let look = Look {
            unicode: true,
            width: Some(50),
        };
        insta::assert_snapshot!(plain(look), @r"
        auth.providers.oidc.development
          ✓ discovery  issuer https://id.example.com
          ! PKCE       the provider does not say
                       → turn it on
          ✗ algorithm  RS256 is expected,
                       and the provider signs ID tokens
                       with [31m ES256 only
                       → set tokenSignedResponseAlg: ES256

        1 failure, 1 warning.
        ");
    }

    #[test]
    fn ascii_where_nothing_else_can_be_shown() {
        let look = Look {
            unicode: false,
            width: None,
        };
        let table = plain(look);
        assert!(table.is_ascii());
        insta::assert_snapshot!(table, @r"
        auth.providers.oidc.development
          ok discovery  issuer https://id.example.com
          !  PKCE       the provider does not say
                        -> turn it on
          X  algorithm  RS256 is expected,
                        and the provider signs ID tokens with [31m ES256 only
                        -> set tokenSignedResponseAlg: ES256

        1 failure, 1 warning.
        ");
    }

    #[test]
    fn what_others_say_can_not_steer_the_terminal() {
        let look = Look {
            unicode: true,
            width: None,
        };
        let table = render(&report(), look);
        assert!(!table.contains("\u{1b}[31m ES256"));
    }
}
