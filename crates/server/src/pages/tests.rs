//! What the pages must hold whatever is written into them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use stagedoor_signin::Icon;

use super::script::encode_uri_component;
use super::*;

const HOSTILE: &str = "</script><script>alert('1')</script>\"'&<\u{2028}\u{2029}</title>${x}`\\";

fn way(title: &str) -> ProviderButton<'_> {
    ProviderButton {
        id: "keycloak",
        title,
        message: None,
        icon: None,
        go_url: "?go=keycloak&env=staging".to_owned(),
        available: true,
    }
}

fn look(title: &str) -> Look<'_> {
    Look {
        words: words::ENGLISH,
        title,
        logo: None,
        accent: None,
    }
}

fn page<'a>(providers: &'a [ProviderButton<'a>]) -> SignInPage<'a> {
    SignInPage {
        look: look("Acme Portal"),
        app_url: None,
        auth_url: "http://localhost:7007/api/auth",
        environment: "development",
        providers,
        dev: false,
        auto: false,
        redirect: false,
        support_url: None,
        failure: None,
        languages: Vec::new(),
    }
}

/// The script element's text, by which a browser computes the hash.
fn script_of(html: &str) -> &str {
    let start = html.find("<script>").unwrap() + "<script>".len();
    let end = start + html[start..].find("</script").unwrap();
    &html[start..end]
}

fn hash(script: &str) -> String {
    STANDARD.encode(Sha256::digest(script))
}

#[test]
fn a_button_is_a_link_that_says_what_it_does() {
    let html = sign_in_page(&page(&[way("Keycloak")])).unwrap();
    assert!(html.contains("Sign in using Keycloak"));
    assert!(html.contains("href=\"?go=keycloak&#38;env=staging\""));
    assert!(html.contains("<h1 id=\"sign-in\" tabindex=\"-1\">Sign in to Acme Portal</h1>"));
}

#[test]
fn a_message_from_configuration_replaces_or_explains_the_title() {
    let named = ProviderButton {
        message: Some("Continue with keycloak"),
        ..way("Keycloak")
    };
    let html = sign_in_page(&page(&[named])).unwrap();
    assert!(html.contains("<span class=\"label\">Continue with keycloak</span>"));

    let unnamed = ProviderButton {
        message: Some("With your company account"),
        ..way("Keycloak")
    };
    let html = sign_in_page(&page(&[unnamed])).unwrap();
    assert!(html.contains("<span class=\"label\">Keycloak <span class=\"hint\">With your company account</span></span>"));
}

#[test]
fn a_provider_that_is_down_is_still_a_link() {
    let down = ProviderButton {
        available: false,
        ..way("Keycloak")
    };
    let html = sign_in_page(&page(&[down])).unwrap();
    assert!(html.contains("aria-describedby=\"about-1\""));
    assert!(html.contains("Keycloak is not answering right now."));
}

#[test]
fn an_app_of_another_origin_gets_the_way_there_and_no_script() {
    let ways = [way("Keycloak")];
    let html = sign_in_page(&SignInPage {
        app_url: Some("https://portal.example"),
        ..page(&ways)
    })
    .unwrap();
    assert!(html.contains("href=\"https://portal.example\""));
    assert!(!html.contains("Sign in using"));
    assert!(!html.contains("<script"));
}

#[test]
fn no_text_breaks_out_of_the_sign_in_page() {
    let hostile = ProviderButton {
        id: HOSTILE,
        title: HOSTILE,
        message: Some(HOSTILE),
        icon: None,
        go_url: HOSTILE.to_owned(),
        available: false,
    };
    let providers = [hostile];
    for (app_url, code) in [
        (None, HOSTILE),
        (Some(HOSTILE), HOSTILE),
        (None, "user_not_found"),
    ] {
        let html = sign_in_page(&SignInPage {
            look: look(HOSTILE),
            app_url,
            auth_url: HOSTILE,
            environment: HOSTILE,
            providers: &providers,
            dev: true,
            auto: true,
            redirect: true,
            support_url: Some(HOSTILE),
            failure: Some(Failure {
                code: Some(code),
                request: Some(HOSTILE),
                via: Some(HOSTILE),
            }),
            languages: vec![LanguageLink {
                words: words::ENGLISH,
                href: HOSTILE.to_owned(),
            }],
        })
        .unwrap();
        assert!(!html.contains("<script>"), "{html}");
        assert!(!html.contains("alert('"), "{html}");
        assert_eq!(html.matches("</title>").count(), 1);
    }
}

#[test]
fn no_text_breaks_out_of_a_notice() {
    let html = notice_page(&NoticePage {
        look: look(HOSTILE),
        status: 404,
        title: HOSTILE,
        message: HOSTILE,
        code: Some(HOSTILE),
        request_id: Some(HOSTILE),
        action: Some((HOSTILE, HOSTILE)),
    })
    .unwrap();
    assert!(!html.contains("<script"), "{html}");
    assert!(!html.contains("alert('"), "{html}");
}

#[test]
fn a_notice_shows_only_what_it_is_given() {
    let html = notice_page(&NoticePage {
        look: look("Acme"),
        status: 404,
        title: "Not found",
        message: "There is no such page.",
        code: None,
        request_id: Some("r-1"),
        action: Some(("Go to sign-in", "/")),
    })
    .unwrap();
    assert!(html.contains("<bdi>r-1</bdi>"));
    assert!(html.contains("href=\"/\""));
    assert!(!html.contains(" · <bdi>"));
}

#[test]
fn a_long_error_is_cut() {
    let long = "é".repeat(10_000);
    let message = serde_json::json!({ "type": "authorization_response", "error": { "name": "Error", "message": long } });
    let page = frame_page(&look("Acme"), "http://localhost:3000", &message.to_string());
    assert_eq!(page.html.matches('é').count(), 300);
}

#[test]
fn the_frame_posts_the_message_and_its_hash_lets_it() {
    let message = r#"{"type":"authorization_response","response":{"profile":{}}}"#;
    let page = frame_page(&look("Acme"), "http://localhost:3000", message);
    let script = script_of(&page.html);
    assert_eq!(page.script_sha256_base64, hash(script));
    assert!(script.contains(&format!(
        "decodeURIComponent('{}')",
        encode_uri_component(message)
    )));
    assert!(script.contains("decodeURIComponent('http%3A%2F%2Flocalhost%3A3000')"));
    assert_eq!(
        page.html,
        frame_page(&look("Acme"), "http://localhost:3000", message).html,
        "the same message gives the same page"
    );
}

#[test]
fn no_claim_breaks_out_of_the_frame() {
    let message = serde_json::json!({ "type": "authorization_response", "error": { "name": HOSTILE, "message": HOSTILE } });
    let page = frame_page(&look(HOSTILE), HOSTILE, &message.to_string());
    assert_eq!(page.html.matches("<script").count(), 1);
    assert_eq!(page.html.matches("</script").count(), 1);
    let script = script_of(&page.html);
    assert_eq!(page.script_sha256_base64, hash(script));
    assert!(script.is_ascii());
    assert_eq!(
        script.matches('\'').count(),
        8,
        "only the script's own quotes"
    );
    assert!(page.html.contains("Signing in did not work"));
    assert!(page.html.contains("You can close this window."));
}

#[test]
fn the_repost_form_carries_every_field() {
    let fields = [
        ("code".to_owned(), "a&b\"c".to_owned()),
        (HOSTILE.to_owned(), HOSTILE.to_owned()),
        ("submit".to_owned(), String::new()),
    ];
    let page = repost_page(&look("Acme"), "/api/auth/keycloak/handler/frame", &fields);
    assert_eq!(page.script_sha256_base64, hash(script_of(&page.html)));
    assert_eq!(page.html.matches("<input type=\"hidden\"").count(), 3);
    assert_eq!(page.html.matches("<script").count(), 1);
    assert!(page.html.contains("name=\"code\" value=\"a&#38;b&#34;c\""));
    assert!(
        page.html
            .contains("method=\"post\" action=\"/api/auth/keycloak/handler/frame\"")
    );
    assert!(page.html.contains(">Continue</button>"));
}

#[test]
fn the_way_onward_can_not_be_broken_out_of() {
    let hostile = format!("https://portal.example.com/{HOSTILE}");
    let html = onward_page(&look("Acme"), &hostile);
    assert!(html.contains("content=\"0;url=https://portal.example.com/&#60;/script&#62;"));
    assert!(!html.contains("<script"));
    assert_eq!(
        html.matches('"').count(),
        onward_page(&look("Acme"), "x").matches('"').count()
    );
}

#[test]
fn everything_a_browser_loads_for_sign_in_is_under_30_kb() {
    let icons = ["keycloak", "okta", "entra", "google", "gitlab", "github"].map(Icon::BuiltIn);
    let titles = ["Keycloak", "Okta", "Entra ID", "Google", "GitLab", "GitHub"];
    let ways = titles
        .iter()
        .zip(&icons)
        .map(|(title, icon)| ProviderButton {
            icon: Some(icon),
            go_url: "?go=keycloak".to_owned(),
            ..way(title)
        });
    let ways: Vec<_> = ways.collect();
    for words in words::LANGUAGES {
        let languages = words::LANGUAGES.map(|words| LanguageLink {
            words,
            href: format!("?lang={}", words.tag),
        });
        let html = sign_in_page(&SignInPage {
            look: Look {
                words,
                accent: Some([0, 128, 96]),
                ..look("Acme Portal")
            },
            languages: languages.into(),
            ..page(&ways)
        })
        .unwrap();
        let files = assets().iter().map(|asset| asset.body.len()).sum::<usize>();
        let total = html.len() + files + accent_sheet([0, 128, 96]).css.len();
        eprintln!("{}: {total} bytes, {} of them HTML", words.tag, html.len());
        assert!(total < 30_000, "{}: {total} bytes", words.tag);
        for asset in assets() {
            assert!(html.contains(asset.name), "{} is not used", asset.name);
        }
    }
}

#[test]
fn pages_hold_no_inline_script_or_style() {
    let ways = [way("Keycloak")];
    let html = sign_in_page(&page(&ways)).unwrap();
    assert!(!html.contains("<script>") && !html.contains("<style") && !html.contains(" style="));
    assert!(!html.contains(" onclick=") && !html.contains("javascript:"));
}

#[test]
fn encoding_is_that_of_encode_uri_component_and_quotes() {
    assert_eq!(encode_uri_component("aZ09-_.!~*()"), "aZ09-_.!~*()");
    assert_eq!(
        encode_uri_component("'</é\u{2028}"),
        "%27%3C%2F%C3%A9%E2%80%A8"
    );
}
