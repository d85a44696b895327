//! Interfaces by name, and what builds them (contract §13).
//!
//! An [`ApiRef`] names an interface, an [`ApiFactory`] builds it out of others,
//! and an [`ApiResolver`] builds each once, when it is first asked for.
//!
//! ```
//! use std::sync::Arc;
//! use stagedoor_client::api::{ApiFactory, ApiFactoryRegistry, ApiRef, ApiResolver, ApiScope};
//!
//! trait Greeting: Send + Sync {
//!     fn greet(&self) -> String;
//! }
//! struct Hello(Arc<String>);
//! impl Greeting for Hello {
//!     fn greet(&self) -> String {
//!         format!("Hello, {}", self.0)
//!     }
//! }
//!
//! const NAME: ApiRef<String> = ApiRef::new("app.name");
//! const GREETING: ApiRef<dyn Greeting> = ApiRef::new("app.greeting");
//!
//! let mut factories = ApiFactoryRegistry::default();
//! factories.register(ApiScope::Default, ApiFactory::new(NAME, (), |()| Arc::new("Ada".to_owned())))?;
//! factories.register(
//!     ApiScope::App,
//!     ApiFactory::new(GREETING, (NAME,), |(name,)| Arc::new(Hello(name))),
//! )?;
//! let apis = ApiResolver::new(factories)?;
//! assert_eq!(apis.get(&GREETING)?.greet(), "Hello, Ada");
//! # Ok::<(), stagedoor_client::api::ApiError>(())
//! ```

mod api_ref;
mod deps;
mod error;
mod factory;
mod graph;
mod registry;
mod resolver;

pub use api_ref::ApiRef;
pub use deps::ApiDeps;
pub use error::{ApiError, BoxError, Chain};
pub use factory::ApiFactory;
pub use registry::{ApiFactoryRegistry, ApiScope};
pub use resolver::ApiResolver;
