//! What the browser shows when it is done.

/// Title and text of the last page.
pub(super) struct Said<'a> {
    pub(super) status: &'static str,
    pub(super) title: &'a str,
    pub(super) text: &'a str,
}

/// A whole answer, after which the connection is closed. Both texts are ours:
/// nothing that came in the address is shown.
pub(super) fn answer(said: &Said<'_>) -> String {
    let Said {
        status,
        title,
        text,
    } = said;
    let html = format!(
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; margin: 0; min-height: 100vh; display: grid; place-items: center; }}
main {{ padding: 2rem; text-align: center; }}
h1 {{ font-size: 1.5rem; margin: 0 0 .5rem; }}
p {{ margin: 0; opacity: .75; }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p>{text}</p>
</main>
</body>
</html>
"#
    );
    format!(
        "HTTP/1.1 {status}\r\n\
         Content-Type: text/html; charset=utf-8\r\n\
         Content-Length: {length}\r\n\
         Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'\r\n\
         Referrer-Policy: no-referrer\r\n\
         X-Content-Type-Options: nosniff\r\n\
         Cache-Control: no-store\r\n\
         Connection: close\r\n\r\n{html}",
        length = html.len()
    )
}
