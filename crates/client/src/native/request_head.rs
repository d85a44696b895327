//! As much of HTTP as one redirect needs (RFC 9112).

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

/// Longer heads are refused: a browser's may have cookies of other programs on
/// this machine.
const MAX_HEAD: usize = 64 * 1024;

/// The target of a `GET`, once its head has come. `None` for anything else.
pub(super) async fn read_target(
    stream: &mut (impl AsyncRead + Unpin),
) -> io::Result<Option<String>> {
    let mut head = Vec::new();
    let mut part = [0; 4096];
    loop {
        let read = stream.read(&mut part).await?;
        head.extend_from_slice(&part[..read]);
        if head.windows(4).any(|end| end == b"\r\n\r\n") {
            return Ok(target(&head).map(str::to_owned));
        }
        if read == 0 || head.len() > MAX_HEAD {
            return Ok(None);
        }
    }
}

fn target(head: &[u8]) -> Option<&str> {
    let line = head.split(|byte| *byte == b'\r').next()?;
    let mut words = std::str::from_utf8(line).ok()?.split(' ');
    match (words.next(), words.next(), words.next(), words.next()) {
        (Some("GET"), Some(target), Some("HTTP/1.1" | "HTTP/1.0"), None)
            if target.starts_with('/') =>
        {
            Some(target)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_target_of_a_get_is_read_and_nothing_else() {
        let read = async |head: &str| read_target(&mut head.as_bytes()).await.unwrap();
        let ok = read("GET /callback?code=a HTTP/1.1\r\nHost: x\r\n\r\n").await;
        assert_eq!(ok.as_deref(), Some("/callback?code=a"));
        for bad in [
            "",
            "GET / HTTP/1.1",
            "POST / HTTP/1.1\r\n\r\n",
            "GET http://evil.test/ HTTP/1.1\r\n\r\n",
            "GET /a b HTTP/1.1\r\n\r\n",
            "GET / HTTP/2\r\n\r\n",
            "\r\n\r\n",
        ] {
            assert_eq!(read(bad).await, None, "{bad:?}");
        }
        let long = format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(2 * MAX_HEAD));
        assert_eq!(read(&long).await, None);
    }
}
