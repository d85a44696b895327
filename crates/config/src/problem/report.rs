//! Gathering problems, so that all are told at once.

use std::{
    cell::{Cell, RefCell},
    collections::HashSet,
};

use super::{ConfigWarning, Problem};

/// No more than this many problems are kept; a hostile file could cause any number.
const MAX_PROBLEMS: usize = 200;

/// The problems found so far.
#[derive(Default)]
pub(crate) struct Report {
    problems: RefCell<Vec<Problem>>,
    warnings: RefCell<Vec<ConfigWarning>>,
    unreadable: Cell<bool>,
}

impl Report {
    pub(crate) fn error(&self, problem: Problem) {
        push(&self.problems, problem);
    }

    /// A whole layer cannot be read, so nobody knows what it would have said.
    pub(crate) fn unreadable(&self, problem: Problem) {
        self.unreadable.set(true);
        self.error(problem);
    }

    pub(crate) fn has_unreadable(&self) -> bool {
        self.unreadable.get()
    }

    pub(crate) fn warn(&self, warning: ConfigWarning) {
        push(&self.warnings, warning);
    }

    pub(crate) fn has_errors(&self) -> bool {
        !self.problems.borrow().is_empty()
    }

    /// Problems and warnings, each in the order of the files and their lines.
    pub(crate) fn finish(self) -> (Vec<Problem>, Vec<ConfigWarning>) {
        (
            sorted(self.problems.into_inner()),
            sorted(self.warnings.into_inner()),
        )
    }
}

fn sorted(mut problems: Vec<Problem>) -> Vec<Problem> {
    let mut files: Vec<String> = problems.iter().map(|p| p.file.clone()).collect();
    let mut seen = HashSet::new();
    files.retain(|file| seen.insert(file.clone()));
    problems.sort_by_key(|problem| {
        let file = files.iter().position(|file| *file == problem.file);
        (file, problem.line, problem.column)
    });
    problems
}

fn push(list: &RefCell<Vec<Problem>>, problem: Problem) {
    let mut list = list.borrow_mut();
    if list.len() < MAX_PROBLEMS {
        list.push(problem);
    }
}
