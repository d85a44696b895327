//! The state and the cookie of a flow, sealed and opened.
#![allow(clippy::unwrap_used, reason = "what fails here stops the benchmark")]

use divan::{Bencher, black_box};
use stagedoor_signin::bench::Flow;

fn main() {
    divan::main();
}

fn flow() -> Flow {
    Flow::new("https://backstage.example.com/catalog".parse().unwrap()).unwrap()
}

#[divan::bench]
fn seal(bencher: Bencher<'_, '_>) {
    let flow = flow();
    bencher.bench(|| black_box(&flow).seal().unwrap());
}

#[divan::bench]
fn open(bencher: Bencher<'_, '_>) {
    let flow = flow();
    let sealed = flow.seal().unwrap();
    bencher.bench(|| flow.open(black_box(&sealed)).unwrap());
}
