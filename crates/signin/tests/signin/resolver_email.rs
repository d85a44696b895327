//! The resolvers that go by e-mail address, as Backstage's `commonSignInResolvers`.

use serde_json::json;
use stagedoor_signin::resolver::{
    ResolveError, SignInInfo, SignInResolver,
    built_in::{
        AllowedDomains, EmailLocalPartMatchingUserEntityName, EmailMatchingUserEntityProfileEmail,
    },
};

use crate::support::{House, info, user};

fn with_email(email: &str) -> SignInInfo {
    info(json!({"sub": "1", "email": email, "email_verified": true}))
}

fn domains(domains: &[&str]) -> AllowedDomains {
    AllowedDomains::new(Some(domains.iter().map(|d| (*d).to_owned()).collect()))
}

/// Who `email` is, or why nobody.
async fn resolve(
    house: &House,
    resolver: &impl SignInResolver,
    email: &str,
) -> Result<String, ResolveError> {
    let identity = resolver.resolve(&with_email(email), &house.context).await?;
    Ok(identity.user_entity_ref.to_string())
}

#[tokio::test]
async fn an_address_is_looked_up_as_it_is_and_then_without_its_tag() {
    let house = House::new().await;
    house.catalog.has(user("tagged", "ada+admin@example.com"));
    let resolver = EmailMatchingUserEntityProfileEmail::default();
    for (email, expected) in [
        ("ada@example.com", "user:default/ada"),
        ("ADA@Example.com", "user:default/ada"),
        ("ada+x@example.com", "user:default/ada"),
        ("ada+x+y@example.com", "user:default/ada"),
        ("ada+admin@example.com", "user:default/tagged"),
    ] {
        let found = resolve(&house, &resolver, email).await.unwrap();
        assert_eq!(found, expected, "{email}");
    }
    for nobody in [
        "bob@example.com",
        "ada@example.org",
        "ada+@example.com",
        "+x@example.com",
        "ada",
        "ada+x",
    ] {
        let error = resolve(&house, &resolver, nobody).await.unwrap_err();
        assert!(matches!(error, ResolveError::UserNotFound), "{nobody}");
    }
}

#[tokio::test]
async fn two_users_with_one_address_are_a_conflict() {
    let house = House::new().await;
    house.catalog.has(user("also-ada", "ada@example.com"));
    let resolver = EmailMatchingUserEntityProfileEmail {
        allow_without_catalog_user: true,
        ..Default::default()
    };
    for email in ["ada@example.com", "ada+x@example.com"] {
        let error = resolve(&house, &resolver, email).await.unwrap_err();
        assert!(matches!(error, ResolveError::SeveralUsers), "{email}");
        assert_eq!(
            error.to_string(),
            "User lookup resulted in multiple matches"
        );
    }
}

#[tokio::test]
async fn an_address_nobody_vouches_for_is_none() {
    let house = House::new().await;
    let unverified = info(json!({"sub": "1", "email": "ada@example.com"}));
    let by_email = EmailMatchingUserEntityProfileEmail::default();
    let by_local_part = EmailLocalPartMatchingUserEntityName::default();
    let resolvers: [&dyn SignInResolver; 2] = [&by_email, &by_local_part];
    for resolver in resolvers {
        let error = resolver
            .resolve(&unverified, &house.context)
            .await
            .unwrap_err();
        assert!(matches!(error, ResolveError::EmailMissing));
        assert_eq!(
            error.to_string(),
            "Login failed, user profile does not contain an email"
        );
        assert!(!error.lets_next_try());
    }
}

#[tokio::test]
async fn without_a_user_the_untagged_address_is_the_name_where_that_is_allowed() {
    let house = House::new().await;
    let resolver = EmailMatchingUserEntityProfileEmail {
        allow_without_catalog_user: true,
        ..Default::default()
    };
    let signed_in = resolver
        .resolve(&with_email("Bob+x@example.com"), &house.context)
        .await
        .unwrap();
    let bob = "user:default/bob@example.com";
    assert_eq!(signed_in.user_entity_ref.as_str(), bob);
    assert_eq!(signed_in.ownership_entity_refs.len(), 1);
    assert_eq!(signed_in.ownership_entity_refs[0].as_str(), bob);
    // Whoever is in the catalog is who they are there.
    let ada = resolve(&house, &resolver, "ada@example.com").await.unwrap();
    assert_eq!(ada, "user:default/ada");
}

#[tokio::test]
async fn a_name_can_not_reach_another_kind_or_namespace() {
    let house = House::new().await;
    let mut admin = user("admin", "admin@example.com");
    admin.metadata.namespace = Some("ops".to_owned());
    house.catalog.has(admin);
    let by_email = EmailMatchingUserEntityProfileEmail {
        allow_without_catalog_user: true,
        ..Default::default()
    };
    let by_local_part = EmailLocalPartMatchingUserEntityName {
        allow_without_catalog_user: true,
        ..Default::default()
    };
    for email in [
        "ops/admin@example.com",
        "user:ops/admin@example.com",
        "group:admins@example.com",
        "@example.com",
        "a\u{0}b@example.com",
    ] {
        for resolver in [&by_email as &dyn SignInResolver, &by_local_part] {
            let outcome = resolver.resolve(&with_email(email), &house.context).await;
            let error = outcome.unwrap_err();
            assert!(matches!(error, ResolveError::UserNotFound), "{email}");
        }
    }
}

/// What can't be a name can still be an address in the catalog.
#[tokio::test]
async fn an_address_that_makes_no_name_is_looked_up_all_the_same() {
    let house = House::new().await;
    house.catalog.has(user("desk", "desk/3@example.com"));
    let resolver = EmailMatchingUserEntityProfileEmail {
        allow_without_catalog_user: true,
        ..Default::default()
    };
    let found = resolve(&house, &resolver, "desk/3+x@example.com").await;
    assert_eq!(found.unwrap(), "user:default/desk");
}

#[tokio::test]
async fn the_local_part_is_the_user_s_name() {
    let house = House::new().await;
    let resolver = EmailLocalPartMatchingUserEntityName::default();
    for email in ["ada@example.com", "Ada@elsewhere.org"] {
        let found = resolve(&house, &resolver, email).await.unwrap();
        assert_eq!(found, "user:default/ada");
    }
    for nobody in ["bob@example.com", "ada+x@example.com"] {
        let error = resolve(&house, &resolver, nobody).await.unwrap_err();
        assert!(matches!(error, ResolveError::UserNotFound), "{nobody}");
    }
    let allowing = EmailLocalPartMatchingUserEntityName {
        allow_without_catalog_user: true,
        ..Default::default()
    };
    let bob = resolve(&house, &allowing, "Bob@example.com").await.unwrap();
    assert_eq!(bob, "user:default/bob");
}

#[tokio::test]
async fn other_domains_are_refused_and_end_the_sign_in() {
    let house = House::new().await;
    for (allowed, email, fits) in [
        (&["example.com"][..], "ada@example.com", true),
        (&["example.org", "example.com"], "ada@EXAMPLE.com", true),
        (&["example.com"], "ada@sub.example.com", false),
        (&["example.com"], "ada@example.com.evil.org", false),
        (&["example.com"], "ada@evil.org@example.com", false),
        (&["evil.org"], "ada@example.com", false),
        (&[""], "ada@example.com", false),
        (&[], "ada@example.com", false),
    ] {
        let by_email = EmailMatchingUserEntityProfileEmail {
            allowed_domains: domains(allowed),
            allow_without_catalog_user: true,
        };
        let by_local_part = EmailLocalPartMatchingUserEntityName {
            allowed_domains: domains(allowed),
            allow_without_catalog_user: true,
        };
        for resolver in [&by_email as &dyn SignInResolver, &by_local_part] {
            match resolver.resolve(&with_email(email), &house.context).await {
                Ok(found) => {
                    assert!(fits, "{email} of {allowed:?}");
                    assert_eq!(found.user_entity_ref.as_str(), "user:default/ada");
                }
                Err(error) => {
                    assert!(!fits, "{email} of {allowed:?}");
                    assert!(matches!(error, ResolveError::NotAllowed(_)));
                    assert!(!error.lets_next_try());
                }
            }
        }
    }
}

#[tokio::test]
async fn a_catalog_that_is_down_is_not_a_user_that_is_missing() {
    let house = House::new().await;
    house.catalog.is_away(true);
    let by_email = EmailMatchingUserEntityProfileEmail {
        allow_without_catalog_user: true,
        ..Default::default()
    };
    let by_local_part = EmailLocalPartMatchingUserEntityName {
        allow_without_catalog_user: true,
        ..Default::default()
    };
    for resolver in [&by_email as &dyn SignInResolver, &by_local_part] {
        let outcome = resolver
            .resolve(&with_email("ada@example.com"), &house.context)
            .await;
        assert!(matches!(outcome, Err(ResolveError::Catalog(_))));
    }
}
