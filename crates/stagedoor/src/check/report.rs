//! All that a check found, and what it means.

use serde_json::{Value, json};
use stagedoor_config::{ConfigErrors, ConfigWarning, Problem};

use super::{Finding, Level, Section, sign_in::SignIn};

/// All that was found.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) sections: Vec<Section>,
    pub(crate) sign_ins: Vec<SignIn>,
}

/// What a report comes to: the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// All good, or warnings only.
    Fine,
    /// Something would fail.
    WouldFail,
    /// The configuration has mistakes: the server would not start.
    Mistaken,
}

impl Verdict {
    /// As the process answers it.
    pub(crate) fn exit_code(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::WouldFail => 1,
            Self::Mistaken => 2,
        }
    }
}

impl Report {
    fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.sections.iter().flat_map(|section| &section.findings)
    }

    pub(crate) fn verdict(&self) -> Verdict {
        if self.findings().any(|finding| finding.is_mistake) {
            Verdict::Mistaken
        } else if self.count(Level::Failure) > 0 {
            Verdict::WouldFail
        } else {
            Verdict::Fine
        }
    }

    /// How many findings and sign-ins there are of `level`.
    pub(crate) fn count(&self, level: Level) -> usize {
        let findings = self.findings().map(|finding| finding.level);
        let sign_ins = self.sign_ins.iter().map(|sign_in| sign_in.level);
        findings.chain(sign_ins).filter(|l| *l == level).count()
    }

    pub(crate) fn to_json(&self) -> Value {
        let findings: Vec<_> = self
            .sections
            .iter()
            .flat_map(|section| {
                section.findings.iter().map(|finding| {
                    json!({
                        "subject": section.subject,
                        "check": finding.check,
                        "level": finding.level,
                        "what": finding.what,
                        "todo": finding.todo,
                    })
                })
            })
            .collect();
        document(self.verdict(), &[], &findings, &json!(self.sign_ins))
    }
}

/// What there is to say when the configuration can't even be read.
pub(crate) fn mistakes_json(errors: &ConfigErrors) -> Value {
    let findings: Vec<_> = errors
        .warnings()
        .iter()
        .map(|warning| {
            let finding = of_warning(warning);
            json!({
                "subject": "configuration",
                "check": finding.check,
                "level": finding.level,
                "what": finding.what,
                "todo": finding.todo,
            })
        })
        .collect();
    document(Verdict::Mistaken, errors.problems(), &findings, &json!([]))
}

/// A warning about the configuration.
pub(super) fn of_warning(warning: &ConfigWarning) -> Finding {
    Finding {
        check: "reading",
        level: Level::Warning,
        what: warning.to_string(),
        todo: None,
        is_mistake: false,
    }
}

fn document(verdict: Verdict, problems: &[Problem], findings: &[Value], sign_ins: &Value) -> Value {
    json!({
        "exitCode": verdict.exit_code(),
        "problems": problems,
        "findings": findings,
        "signIns": sign_ins,
    })
}
