//! A User found by e-mail among 100,000, in a catalog of files.
#![allow(clippy::unwrap_used, reason = "what fails here stops the benchmark")]

use std::fmt::Write as _;

use divan::{Bencher, black_box};
use stagedoor_catalog::{Catalog, EntityFilter, FileCatalog, FileLocation};

const USERS: u32 = 100_000;

fn main() {
    divan::main();
}

#[divan::bench]
fn look_up(bencher: Bencher<'_, '_>) {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("users.yaml");
    std::fs::write(&file, users()).unwrap();
    let catalog = FileCatalog::load(vec![FileLocation::new(file)]).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let mut next = 0;
    bencher
        .with_inputs(|| {
            next = (next + 7_919) % USERS;
            EntityFilter::all_of([("spec.profile.email", format!("U{next}@example.com"))])
        })
        .bench_local_values(|filter| {
            let found = runtime.block_on(catalog.entities_by_filter(black_box(&filter)));
            assert_eq!(found.unwrap().len(), 1);
        });
}

fn users() -> String {
    let mut yaml = String::new();
    for user in 0..USERS {
        let group = user / 50;
        write!(
            yaml,
            "---\napiVersion: backstage.io/v1alpha1\nkind: User\nmetadata:\n  name: u{user}\nspec:\n  \
             profile:\n    email: u{user}@example.com\n  memberOf: [g{group}]\n",
        )
        .unwrap();
    }
    yaml
}
