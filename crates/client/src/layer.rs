//! Puts a fresh Backstage token on requests, as Backstage's
//! `IdentityAuthInjectorFetchMiddleware` does.
//!
//! It works with every service of `http` requests, and with `reqwest`, whose
//! client is one of its own requests:
//!
//! ```
//! use std::sync::Arc;
//! use stagedoor_client::{auth::OAuth2, layer::BackstageTokenLayer};
//! use tower_layer::Layer;
//!
//! # fn f(session: OAuth2) -> Result<(), url::ParseError> {
//! let backend = "https://backstage.example.com".parse()?;
//! let client = BackstageTokenLayer::new(Arc::new(session), [backend]).layer(reqwest::Client::new());
//! # Ok(())
//! # }
//! ```

use std::{
    fmt, mem,
    sync::Arc,
    task::{Context, Poll},
};

use futures_util::future::BoxFuture;
use http::{HeaderMap, HeaderValue, header::AUTHORIZATION};
use tower_layer::Layer;
use tower_service::Service;
use url::Url;

use crate::auth::{AuthError, BackstageIdentityApi};

/// Puts a Backstage token on requests to addresses below some prefixes.
///
/// Requests to anywhere else, and those that have an `Authorization` already,
/// pass as they are; so do all while nobody is signed in.
#[derive(Clone)]
pub struct BackstageTokenLayer(Arc<Shared>);

struct Shared {
    identity: Arc<dyn BackstageIdentityApi>,
    prefixes: Vec<Url>,
}

impl BackstageTokenLayer {
    /// Tokens of `identity` for requests below `prefixes`, mostly
    /// `backend.baseUrl` alone. A token for anyone else would be theirs.
    #[must_use]
    pub fn new(
        identity: Arc<dyn BackstageIdentityApi>,
        prefixes: impl IntoIterator<Item = Url>,
    ) -> Self {
        let prefixes = prefixes.into_iter().collect();
        Self(Arc::new(Shared { identity, prefixes }))
    }
}

impl fmt::Debug for BackstageTokenLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BackstageTokenLayer")
            .field("prefixes", &self.0.prefixes)
            .finish_non_exhaustive()
    }
}

impl<S> Layer<S> for BackstageTokenLayer {
    type Service = WithBackstageToken<S>;

    fn layer(&self, inner: S) -> Self::Service {
        WithBackstageToken {
            inner,
            shared: self.0.clone(),
        }
    }
}

/// A service whose requests bring a Backstage token.
#[derive(Clone)]
pub struct WithBackstageToken<S> {
    inner: S,
    shared: Arc<Shared>,
}

impl<S> fmt::Debug for WithBackstageToken<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WithBackstageToken")
            .field("prefixes", &self.shared.prefixes)
            .finish_non_exhaustive()
    }
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SendError<E> {
    /// There is a session, and no fresh token of it.
    #[error(transparent)]
    Auth(AuthError),
    /// The service's own error.
    #[error(transparent)]
    Service(E),
}

/// A request whose address is known and whose headers can be set.
pub trait Request: Send + 'static {
    /// Where it goes, as far as that is known.
    fn address(&self) -> Option<Url>;
    /// Its headers.
    fn headers_mut(&mut self) -> &mut HeaderMap;
}

impl<B: Send + 'static> Request for http::Request<B> {
    fn address(&self) -> Option<Url> {
        Url::parse(&self.uri().to_string()).ok()
    }

    fn headers_mut(&mut self) -> &mut HeaderMap {
        http::Request::headers_mut(self)
    }
}

impl Request for reqwest::Request {
    fn address(&self) -> Option<Url> {
        Some(self.url().clone())
    }

    fn headers_mut(&mut self) -> &mut HeaderMap {
        reqwest::Request::headers_mut(self)
    }
}

impl<S, R> Service<R> for WithBackstageToken<S>
where
    R: Request,
    S: Service<R> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = S::Response;
    type Error = SendError<S::Error>;
    type Future = BoxFuture<'static, Result<S::Response, Self::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context).map_err(SendError::Service)
    }

    fn call(&mut self, mut request: R) -> Self::Future {
        // The one that is ready goes along, a clone waits for the next call.
        let next = self.inner.clone();
        let mut inner = mem::replace(&mut self.inner, next);
        let shared = self.shared.clone();
        Box::pin(async move {
            shared
                .authorize(&mut request)
                .await
                .map_err(SendError::Auth)?;
            inner.call(request).await.map_err(SendError::Service)
        })
    }
}

impl Shared {
    async fn authorize(&self, request: &mut impl Request) -> Result<(), AuthError> {
        let allowed = request
            .address()
            .is_some_and(|url| self.prefixes.iter().any(|prefix| is_below(&url, prefix)));
        if !allowed || request.headers_mut().contains_key(AUTHORIZATION) {
            return Ok(());
        }
        if let Some(identity) = self.identity.get_optional_backstage_identity().await? {
            let value = format!("Bearer {}", identity.token.expose());
            let not_a_header = |_| AuthError::Answer("the token is no header value".to_owned());
            let mut value = HeaderValue::try_from(value).map_err(not_a_header)?;
            value.set_sensitive(true);
            request.headers_mut().insert(AUTHORIZATION, value);
        }
        Ok(())
    }
}

/// Whether `url` is `prefix` or below it, segment by segment.
fn is_below(url: &Url, prefix: &Url) -> bool {
    let path = prefix.path().trim_end_matches('/');
    let below = url.path().strip_prefix(path);
    url.scheme() == prefix.scheme()
        && url.host() == prefix.host()
        && url.port_or_known_default() == prefix.port_or_known_default()
        && below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_go_below_the_prefix_only() {
        let is_below = |url: &str| {
            let prefix = Url::parse("https://backstage.example.com/base/").unwrap();
            is_below(&Url::parse(url).unwrap(), &prefix)
        };
        assert!(is_below("https://backstage.example.com/base"));
        assert!(is_below(
            "https://backstage.example.com:443/base/api/catalog?x"
        ));
        for elsewhere in [
            "http://backstage.example.com/base/",
            "https://backstage.example.com:8443/base/",
            "https://backstage.example.com.evil.test/base/",
            "https://evil.test/base/",
            "https://backstage.example.com/based",
            "https://backstage.example.com/base/../other",
            "https://user@evil.test/https://backstage.example.com/base/",
        ] {
            assert!(!is_below(elsewhere), "{elsewhere}");
        }
    }
}
