//! The provider's own cookies.

use axum::http::{HeaderMap, HeaderValue, header};

/// How this provider writes cookies. Browsers share cookies between the ports
/// of a host, so the port is in every name.
#[derive(Debug, Clone)]
pub(crate) struct CookieStyle {
    pub(crate) port: u16,
    pub(crate) base_path: String,
    pub(crate) secure: bool,
}

impl CookieStyle {
    /// The cookie of a browser that is signed in.
    pub(crate) fn session(&self) -> CookieName {
        CookieName {
            name: format!("demo-idp-{}-session", self.port),
            path: self.path("/"),
        }
    }

    /// The cookie of one form that waits to be sent: one per form, so that
    /// tabs don't disturb each other.
    pub(crate) fn form(&self, id: &str, path: &str) -> CookieName {
        CookieName {
            name: format!("demo-idp-{}-form-{id}", self.port),
            path: self.path(path),
        }
    }

    /// `Set-Cookie` that keeps `value` for as long as the browser runs.
    pub(crate) fn set(&self, cookie: &CookieName, value: &str) -> Option<HeaderValue> {
        self.write(cookie, value, "")
    }

    /// `Set-Cookie` that removes the cookie.
    pub(crate) fn remove(&self, cookie: &CookieName) -> Option<HeaderValue> {
        self.write(cookie, "", "; Max-Age=0")
    }

    fn write(&self, cookie: &CookieName, value: &str, more: &str) -> Option<HeaderValue> {
        let CookieName { name, path } = cookie;
        let secure = if self.secure { "; Secure" } else { "" };
        let text = format!("{name}={value}; Path={path}; HttpOnly; SameSite=Lax{secure}{more}");
        HeaderValue::from_str(&text).ok()
    }

    fn path(&self, path: &str) -> String {
        format!("{}{path}", self.base_path)
    }
}

/// A cookie's name and path.
#[derive(Debug, Clone)]
pub(crate) struct CookieName {
    name: String,
    path: String,
}

impl CookieName {
    /// The value the browser sent.
    pub(crate) fn read<'h>(&self, headers: &'h HeaderMap) -> Option<&'h str> {
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(name, _)| *name == self.name)
            .map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_its_cookie_among_others() {
        let style = CookieStyle {
            port: 1,
            base_path: String::new(),
            secure: false,
        };
        let cookie = style.session();
        let mut headers = HeaderMap::new();
        assert_eq!(cookie.read(&headers), None);
        headers.append("cookie", "x; demo-idp-1-sessions=no; a=b".parse().unwrap());
        headers.append("cookie", "demo-idp-1-session=yes=1".parse().unwrap());
        assert_eq!(cookie.read(&headers), Some("yes=1"));
        let set = style.set(&cookie, "v").unwrap();
        assert_eq!(set, "demo-idp-1-session=v; Path=/; HttpOnly; SameSite=Lax");
    }
}
