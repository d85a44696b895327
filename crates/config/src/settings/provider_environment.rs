//! `auth.providers.<id>.<environment>`.

use jiff::SignedDuration;
use secrecy::SecretString;
use stagedoor_claims::ProfileClaims;
use url::Url;

use super::{
    AuthorizationRequest, ClaimsFrom, ClientAssertion, ClientCertificate, Display, Known, Logout,
    Paths, SignInSettings, TokenEndpointAuthMethod, TokenSignedResponseAlg,
    client_credentials::warn_of_missing_key,
    issuer::{read_issuer, warn_of_everybodys_email},
    profile::read_profile,
};
use crate::{
    document::Value,
    reading::{Field, Limits, Section},
};

/// One OpenID provider as one client of it sees it.
#[derive(Debug, Clone)]
pub struct ProviderEnvironment {
    /// `clientId`.
    pub client_id: String,
    /// `clientSecret`; there whenever the method to prove it needs one.
    pub client_secret: Option<SecretString>,
    /// `metadataUrl`: the issuer, or its `/.well-known/openid-configuration`.
    pub metadata_url: Url,
    /// `issuer`, ours: where it is another than `metadataUrl` implies. `{tenantid}`
    /// in it stands for the tenant of each token.
    pub issuer: Option<String>,
    /// `callbackUrl`: the redirect URI, if it is not the usual one.
    pub callback_url: Option<Url>,
    /// `tokenEndpointAuthMethod`.
    pub token_endpoint_auth_method: TokenEndpointAuthMethod,
    /// `clientAssertion`, ours.
    pub client_assertion: ClientAssertion,
    /// `clientCertificate`, ours.
    pub client_certificate: Option<ClientCertificate>,
    /// `tokenSignedResponseAlg`.
    pub token_signed_response_alg: TokenSignedResponseAlg,
    /// `userinfoSignedResponseAlg`, ours: for clients registered for signed
    /// userinfo.
    pub userinfo_signed_response_alg: Option<TokenSignedResponseAlg>,
    /// `claimsFrom`, ours.
    pub claims_from: ClaimsFrom,
    /// `additionalScopes`, and what the old `scope` asks for.
    pub additional_scopes: Vec<String>,
    /// `prompt`.
    pub prompt: Prompt,
    /// `timeout` of each call to the provider: 10 seconds unless it is set, at
    /// most 5 minutes.
    pub timeout: SignedDuration,
    /// `clockTolerance`, ours: how far the provider's clock may be off, 10
    /// seconds unless it is set, at most 5 minutes.
    pub clock_tolerance: SignedDuration,
    /// What else the authorization request carries, ours.
    pub authorization_request: AuthorizationRequest,
    /// `startUrlSearchParams`: what the authorization request carries besides.
    pub start_url_search_params: Vec<(String, String)>,
    /// `sessionDuration`: how long a session's cookies last.
    pub session_duration: Option<SignedDuration>,
    /// `logout`, ours.
    pub logout: Logout,
    /// `authorizationUrl`: instead of what discovery says.
    pub authorization_url: Option<Url>,
    /// `tokenUrl`: instead of what discovery says.
    pub token_url: Option<Url>,
    /// `profile` and `dangerouslyTrustUnverifiedEmail`, ours.
    pub profile: ProfileClaims,
    /// `signIn`.
    pub sign_in: SignInSettings,
    /// `display`, ours.
    pub display: Display,
}

/// `prompt`: what the provider asks the user (OpenID Connect Core 3.1.2.1).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Prompt {
    /// `none` is sent: Backstage's default.
    #[default]
    None,
    /// `auto`: nothing is sent, and the provider decides.
    Auto,
    /// This is sent, such as `login` or `select_account consent`.
    Value(String),
}

const KEYS: [&str; 31] = [
    "acrEssential",
    "acrValues",
    "additionalScopes",
    "authorizationUrl",
    "callbackUrl",
    "claimsFrom",
    "clientAssertion",
    "clientCertificate",
    "clientId",
    "clientSecret",
    "clockTolerance",
    "dangerouslyTrustUnverifiedEmail",
    "display",
    "issuer",
    "loginHint",
    "logout",
    "maxAge",
    "metadataUrl",
    "profile",
    "prompt",
    "pushedAuthorizationRequests",
    "responseMode",
    "sessionDuration",
    "signIn",
    "startUrlSearchParams",
    "timeout",
    "tokenEndpointAuthMethod",
    "tokenSignedResponseAlg",
    "tokenUrl",
    "uiLocales",
    "userinfoSignedResponseAlg",
];

/// Other names people give the metadata URL.
pub(super) const METADATA_HINTS: &[&str] = &[
    "issuer",
    "issuerUrl",
    "wellKnownUrl",
    "discoveryUrl",
    "metadata",
    "metadataUri",
];

impl ProviderEnvironment {
    pub(super) fn read(section: &Section<'_>, known: &Known, paths: &Paths) -> Option<Self> {
        section.warn_of_typos(&KEYS, &["clientId", "clientSecret", "metadataUrl", "scope"]);
        let method = choice(
            section,
            "tokenEndpointAuthMethod",
            &TokenEndpointAuthMethod::NAMES,
        );
        let algorithm = choice(
            section,
            "tokenSignedResponseAlg",
            &TokenSignedResponseAlg::NAMES,
        );
        let client_id = section.required("clientId", &[]);
        let client_id = client_id.and_then(|field| field.string());
        let metadata_url = section.required("metadataUrl", METADATA_HINTS);
        let metadata_url = metadata_url.and_then(|field| field.url());
        let url = |key| section.get(key).and_then(|field| field.url());
        let client_assertion = ClientAssertion::read(section);
        warn_of_missing_key(section, method, &client_assertion);
        let profile = read_profile(section);
        if profile.trust_unverified_email {
            warn_of_everybodys_email(section);
        }
        Some(Self {
            client_secret: client_secret(section, method, algorithm),
            issuer: read_issuer(section),
            callback_url: url("callbackUrl"),
            client_assertion,
            client_certificate: ClientCertificate::read(section),
            userinfo_signed_response_alg: section
                .get("userinfoSignedResponseAlg")
                .and_then(|field| field.choice(TokenSignedResponseAlg::ASYMMETRIC)),
            claims_from: choice(section, "claimsFrom", &ClaimsFrom::NAMES).unwrap_or_default(),
            additional_scopes: scopes(section),
            prompt: Prompt::from(section.get("prompt").and_then(|field| field.string())),
            timeout: bounded(section, "timeout", 300),
            clock_tolerance: clock_tolerance(section),
            authorization_request: AuthorizationRequest::read(section),
            start_url_search_params: search_params(section),
            session_duration: session_duration(section),
            logout: Logout::read(section),
            authorization_url: url("authorizationUrl"),
            token_url: url("tokenUrl"),
            profile,
            sign_in: SignInSettings::read(section, known),
            display: Display::read(section, paths),
            // Last, so that every mistake is told of, and not the first alone.
            client_id: client_id?,
            metadata_url: metadata_url?,
            token_endpoint_auth_method: method?,
            token_signed_response_alg: algorithm?,
        })
    }
}

impl From<Option<String>> for Prompt {
    fn from(prompt: Option<String>) -> Self {
        match prompt.as_deref() {
            None | Some("none") => Self::None,
            Some("auto") => Self::Auto,
            Some(value) => Self::Value(value.to_owned()),
        }
    }
}

/// The usual where nothing is said; `None` where what is said is a mistake.
fn choice<T: Copy + Default>(section: &Section<'_>, key: &str, choices: &[(&str, T)]) -> Option<T> {
    let field = section.get(key);
    field.map_or(Some(T::default()), |field| field.choice(choices))
}

fn client_secret(
    section: &Section<'_>,
    method: Option<TokenEndpointAuthMethod>,
    algorithm: Option<TokenSignedResponseAlg>,
) -> Option<SecretString> {
    // A method that is a mistake of its own tells nothing, so the default counts.
    let needed = method.unwrap_or_default().needs_secret()
        || algorithm.is_some_and(TokenSignedResponseAlg::is_symmetric);
    let field = if needed {
        section.required("clientSecret", &["secret"])
    } else {
        section.get("clientSecret")
    };
    field?.secret()
}

/// `additionalScopes` and the old `scope`, each once.
fn scopes(section: &Section<'_>) -> Vec<String> {
    let old = section.get("scope");
    if let Some(field) = &old {
        field.warn(
            field
                .problem("`scope` is what this setting was called before, and Backstage refuses it")
                .with_help("call it `additionalScopes`"),
        );
    }
    let fields = section.get("additionalScopes").into_iter().chain(old);
    let mut scopes: Vec<String> = Vec::new();
    for field in fields.filter(|field| field.as_text() != Some("")) {
        for item in field.string_or_strings().unwrap_or_default() {
            for scope in item.split(|c: char| c.is_whitespace() || matches!(c, '|' | ',')) {
                if !scope.is_empty() && !scopes.iter().any(|known| known == scope) {
                    scopes.push(scope.to_owned());
                }
            }
        }
    }
    scopes
}

/// A duration of 10 seconds unless it is set to one from 1 ms to `most` seconds.
fn bounded(section: &Section<'_>, key: &str, most: i64) -> SignedDuration {
    let default = SignedDuration::from_secs(10);
    let limits = Limits {
        default: Some(default),
        least: SignedDuration::from_millis(1),
        most: SignedDuration::from_secs(most),
    };
    section
        .get(key)
        .and_then(|field| field.duration_within(&limits))
        .unwrap_or(default)
}

/// Our own key, so what is out of bounds is a mistake. None at all is allowed.
fn clock_tolerance(section: &Section<'_>) -> SignedDuration {
    let default = SignedDuration::from_secs(10);
    let Some(field) = section.get("clockTolerance") else {
        return default;
    };
    let Some(duration) = field.duration() else {
        return default;
    };
    if duration.is_negative() || duration > SignedDuration::from_mins(5) {
        let message = format!("found a duration of {duration:#}, expected one from 0s to 5m");
        field.error::<()>(field.problem(message));
    }
    duration
}

fn session_duration(section: &Section<'_>) -> Option<SignedDuration> {
    let field = section.get("sessionDuration")?;
    // Browsers keep no cookie longer than 400 days; 1000 is Backstage's default.
    let most = SignedDuration::from_hours(1000 * 24);
    field.duration_within(&Limits {
        default: Some(most),
        least: SignedDuration::from_secs(1),
        most,
    })
}

/// Strings as they are; numbers, booleans and lists as `openid-client` sends them.
fn search_params(section: &Section<'_>) -> Vec<(String, String)> {
    let Some(params) = section.optional_section("startUrlSearchParams") else {
        return Vec::new();
    };
    let read = |field: Field<'_>| -> Vec<(String, String)> {
        let pair = |value| (field.key.to_owned(), value);
        match &field.node.value {
            Value::List(items) if field.key == "resource" => items
                .iter()
                .filter_map(|item| item.scalar_text())
                .map(pair)
                .collect(),
            Value::Object(_) if field.key == "claims" => {
                vec![pair(field.node.to_json().to_string())]
            }
            _ => match field.node.scalar_text() {
                Some(text) => vec![pair(text)],
                None => field.wrong("a string").unwrap_or_default(),
            },
        }
    };
    params.fields().flat_map(read).collect()
}
