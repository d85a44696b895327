use super::*;

fn origins(extra: &[&str]) -> AllowedOrigins {
    let app = Origin::of(&Url::parse("http://localhost:3000/app").unwrap()).unwrap();
    let extra = extra.iter().map(|p| OriginPattern::parse(p).unwrap());
    AllowedOrigins::new(app, extra.collect())
}

#[test]
fn the_app_is_allowed_whatever_its_path_or_case() {
    let origins = origins(&[]);
    for same in ["http://localhost:3000", "HTTP://LOCALHOST:3000/x?y#z"] {
        assert_eq!(
            origins.check(same).unwrap().as_str(),
            "http://localhost:3000"
        );
    }
}

#[test]
fn look_alikes_are_refused() {
    let origins = origins(&["https://*.example.com"]);
    for other in [
        "http://localhost:3001",
        "https://localhost:3000",
        "http://localhost:3000.evil.com",
        "http://localhost:3000@evil.com",
        "http://evil.com\\@localhost:3000",
        "http://localhost.:3000",
        "https://example.com.evil.com",
        "https://evil.com/.example.com",
        "https://evil.com#.example.com",
        "https://example.com",
        "data:text/html,x",
        "javascript:alert(1)",
        "blob:https://evil.com/x",
    ] {
        assert!(origins.check(other).is_err(), "{other}");
    }
}

#[test]
fn patterns_match_as_minimatch_does() {
    let origins = origins(&[
        "https://*.Example.com",
        "http://127.0.0.1:{3000,3001}",
        "https://pr-**.dev",
    ]);
    for fits in [
        "https://a.example.com",
        "https://a.b.example.com",
        "http://127.0.0.1:3001",
        "https://pr-12.dev",
    ] {
        assert!(origins.check(fits).is_ok(), "{fits}");
    }
}

#[test]
fn a_redirect_needs_a_plain_web_url_on_an_allowed_origin() {
    let origins = origins(&[]);
    assert!(
        origins
            .check_redirect(Some("http://localhost:3000/catalog?x=1#y"))
            .is_ok()
    );
    assert!(matches!(
        origins.check_redirect(None),
        Err(SignInError::RedirectUrlMissing)
    ));
    assert!(matches!(
        origins.check_redirect(Some("/x")),
        Err(SignInError::RedirectUrlUnparsable)
    ));
    for bad in [
        "javascript:alert(1)//localhost:3000",
        "http://user:pw@localhost:3000/",
        "http://evil.com/http://localhost:3000",
        "ftp://localhost:3000/",
    ] {
        assert!(
            matches!(
                origins.check_redirect(Some(bad)),
                Err(SignInError::RedirectUrlNotAllowed)
            ),
            "{bad}"
        );
    }
}
