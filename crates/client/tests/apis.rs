//! API refs, factories, and who builds what (contract §13).
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::{
    sync::{
        Arc, Barrier,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use stagedoor_client::api::{
    ApiError, ApiFactory, ApiFactoryRegistry, ApiRef, ApiResolver, ApiScope,
};

const A: ApiRef<String> = ApiRef::new("test.a");
const B: ApiRef<String> = ApiRef::new("test.b");
const C: ApiRef<String> = ApiRef::new("test.c");

fn text(api: ApiRef<String>, text: &str) -> ApiFactory {
    ApiFactory::instance(api, Arc::new(text.to_owned()))
}

fn joined(api: ApiRef<String>, dep: ApiRef<String>) -> ApiFactory {
    ApiFactory::new(api, (dep,), |(dep,)| Arc::new(format!("<{dep}>")))
}

fn resolver(factories: Vec<ApiFactory>) -> Result<ApiResolver, ApiError> {
    let mut registry = ApiFactoryRegistry::default();
    for factory in factories {
        registry.register(ApiScope::App, factory)?;
    }
    ApiResolver::new(registry)
}

#[test]
fn a_stronger_scope_replaces_whatever_the_order() {
    let mut registry = ApiFactoryRegistry::default();
    let mut register = |scope, says| registry.register(scope, text(A, says)).unwrap();
    assert!(register(ApiScope::Default, "default"));
    assert!(!register(ApiScope::Default, "default again"));
    assert!(register(ApiScope::Static, "static"));
    assert!(!register(ApiScope::App, "app"));
    assert!(!register(ApiScope::Static, "static again"));
    let apis = ApiResolver::new(registry).unwrap();
    assert_eq!(*apis.get(&A).unwrap(), "static");
}

#[test]
fn dependencies_are_built_first_and_shared() {
    let apis = resolver(vec![joined(C, B), joined(B, A), text(A, "a")]).unwrap();
    assert_eq!(*apis.get(&C).unwrap(), "<<a>>");
    assert!(Arc::ptr_eq(&apis.get(&B).unwrap(), &apis.get(&B).unwrap()));
}

#[test]
fn a_missing_dependency_is_named_with_the_way_to_it() {
    let error = resolver(vec![joined(B, A), joined(C, B)]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "No API factory available for dependency apiRef{test.a} of dependent apiRef{test.b}: \
         test.c → test.b → test.a"
    );
}

#[test]
fn a_circle_is_named() {
    let error = resolver(vec![joined(A, B), joined(B, C), joined(C, A)]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "Circular dependency of api factory for apiRef{test.a}: test.a → test.b → test.c → test.a"
    );
    let error = resolver(vec![joined(A, A)]).unwrap_err();
    assert!(error.to_string().ends_with("test.a → test.a"), "{error}");
}

#[test]
fn a_circle_that_a_stronger_scope_breaks_is_none() {
    let mut registry = ApiFactoryRegistry::default();
    for factory in [joined(A, B), joined(B, A)] {
        registry.register(ApiScope::Default, factory).unwrap();
    }
    registry.register(ApiScope::App, text(B, "b")).unwrap();
    assert_eq!(*ApiResolver::new(registry).unwrap().get(&A).unwrap(), "<b>");
}

#[test]
fn one_id_has_one_interface() {
    const NUMBER: ApiRef<u32> = ApiRef::new("test.a");
    let apis = resolver(vec![text(A, "a")]).unwrap();
    let error = apis.get(&NUMBER).unwrap_err();
    assert!(matches!(error, ApiError::WrongInterface { .. }), "{error}");
    let needs_number = ApiFactory::new(B, (NUMBER,), |(n,)| Arc::new(n.to_string()));
    let error = resolver(vec![text(A, "a"), needs_number]).unwrap_err();
    assert!(matches!(error, ApiError::WrongInterface { .. }), "{error}");
}

#[test]
fn what_is_not_registered_and_what_is_no_id_is_said() {
    let error = resolver(vec![]).unwrap().get(&A).unwrap_err();
    assert_eq!(
        error.to_string(),
        "No implementation available for apiRef{test.a}"
    );
    let error = resolver(vec![text(ApiRef::named("Not an id"), "")]).unwrap_err();
    assert!(matches!(error, ApiError::InvalidId { .. }), "{error}");
}

#[test]
fn a_factory_runs_once_however_many_ask_at_the_same_time() {
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = runs.clone();
    let factory = ApiFactory::new(A, (), move |()| {
        counted.fetch_add(1, Ordering::SeqCst);
        Arc::new("built".to_owned())
    });
    let apis = resolver(vec![factory]).unwrap();
    assert_eq!(runs.load(Ordering::SeqCst), 0, "built before anyone asked");
    let together = Barrier::new(8);
    let instances: Vec<_> = thread::scope(|scope| {
        let ask = || {
            together.wait();
            apis.get(&A).unwrap()
        };
        let asking: Vec<_> = (0..8).map(|_| scope.spawn(ask)).collect();
        asking
            .into_iter()
            .map(|asked| asked.join().unwrap())
            .collect()
    });
    assert_eq!(runs.load(Ordering::SeqCst), 1);
    assert!(instances.iter().all(|one| Arc::ptr_eq(one, &instances[0])));
}

#[test]
fn a_factory_that_failed_is_asked_again() {
    let runs = AtomicUsize::new(0);
    let factory =
        ApiFactory::fallible(A, (), move |()| match runs.fetch_add(1, Ordering::SeqCst) {
            0 => Err("not yet".into()),
            _ => Ok(Arc::new("built".to_owned())),
        });
    let apis = resolver(vec![factory]).unwrap();
    let error = apis.get(&A).unwrap_err();
    assert_eq!(
        error.to_string(),
        "apiRef{test.a} could not be built: not yet"
    );
    assert_eq!(*apis.get(&A).unwrap(), "built");
}
