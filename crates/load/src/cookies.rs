//! What one person's browser keeps: of one site, so by name alone.

use http::HeaderMap;
use http::header::SET_COOKIE;

/// Cookies by name.
#[derive(Debug, Default, Clone)]
pub(crate) struct Cookies(Vec<(String, String)>);

impl Cookies {
    /// The `Cookie` header.
    pub(crate) fn header(&self) -> String {
        let pairs: Vec<String> = self
            .0
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("; ")
    }

    /// Takes in what an answer sets and removes.
    pub(crate) fn store(&mut self, headers: &HeaderMap) {
        for line in headers.get_all(SET_COOKIE) {
            if let Ok(line) = line.to_str() {
                self.store_line(line);
            }
        }
    }

    fn store_line(&mut self, line: &str) {
        let mut parts = line.split(';').map(str::trim);
        let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else {
            return;
        };
        self.0.retain(|(kept, _)| kept != name);
        let removed = parts.any(|attribute| attribute.eq_ignore_ascii_case("max-age=0"));
        if !removed {
            self.0.push((name.to_owned(), value.to_owned()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_replaced_and_removed() {
        let mut cookies = Cookies::default();
        cookies.store_line("a=1; Path=/; HttpOnly");
        cookies.store_line("b=2; Max-Age=600");
        cookies.store_line("a=3; Path=/");
        assert_eq!(cookies.header(), "b=2; a=3");
        cookies.store_line("b=; Max-Age=0; Path=/");
        assert_eq!(cookies.header(), "a=3");
    }
}
