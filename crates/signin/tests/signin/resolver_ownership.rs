//! What a user owns through, and how one is found (contract §11).

use std::collections::BTreeMap;

use stagedoor_catalog::EntityFilter;
use stagedoor_identity::EntityRef;
use stagedoor_signin::resolver::{CatalogUserQuery, ResolveError};

use crate::support::{House, group_members, user};

#[tokio::test]
async fn ownership_is_oneself_and_one_s_groups_each_once() {
    let house = House::new().await;
    let ada = group_members(
        user("Ada", "ada@example.com"),
        &[
            ("memberOf", "group:default/engines"),
            ("memberOf", "group:default/engines"),
            ("memberOf", "group:Default/Countesses"),
            ("memberOf", "team:default/no-group"),
            ("memberOf", "GROUP:default/not-as-backstage"),
            ("memberOf", "group:"),
            ("ownerOf", "group:default/not-a-member"),
            ("ownerOf", "component:default/engine"),
        ],
    );
    let refs: Vec<_> = house
        .context
        .resolve_ownership_entity_refs(&ada)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        refs,
        [
            "user:default/ada",
            "group:default/engines",
            "group:default/countesses"
        ]
    );
}

#[tokio::test]
async fn a_user_is_found_by_ref_annotations_or_filter() {
    let house = House::new().await;
    let mut grace = user("grace", "grace@example.com");
    let annotations = &mut grace.metadata.annotations;
    annotations.insert("example.com/id".to_owned(), "1".to_owned());
    annotations.insert("example.com/site".to_owned(), "navy".to_owned());
    house.catalog.has(grace);
    let mut group = user("navy", "grace@example.com");
    group.kind = "Group".to_owned();
    house.catalog.has(group);

    let both = [("example.com/id", "1"), ("example.com/site", "navy")];
    let other = [("example.com/id", "1"), ("example.com/site", "army")];
    let annotations = |pairs: [(&str, &str); 2]| {
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        CatalogUserQuery::Annotations(BTreeMap::from(pairs))
    };
    let email = EntityFilter::all_of([("spec.profile.email", "grace@example.com")]);
    for query in [
        CatalogUserQuery::EntityRef(EntityRef::parse("user:Grace").unwrap()),
        annotations(both),
        // A filter without a kind is about users.
        CatalogUserQuery::Filter(email),
    ] {
        let found = house.context.find_catalog_user(&query).await.unwrap();
        assert_eq!(found.entity_ref().as_str(), "user:default/grace");
    }
    let outcome = house.context.find_catalog_user(&annotations(other)).await;
    assert!(matches!(outcome, Err(ResolveError::UserNotFound)));
}

#[tokio::test]
async fn a_fallback_is_for_users_that_are_missing_and_for_nothing_else() {
    let house = House::new().await;
    let fallback = || Some(EntityRef::new("user", "default", "fallback"));
    let sign_in = async |email: &str| {
        let filter = EntityFilter::all_of([("spec.profile.email", email)]);
        house
            .context
            .sign_in_with_catalog_user(&CatalogUserQuery::Filter(filter), fallback())
            .await
    };
    let missing = sign_in("bob@example.com").await.unwrap();
    assert_eq!(missing.user_entity_ref.as_str(), "user:default/fallback");
    let there = sign_in("ada@example.com").await.unwrap();
    assert_eq!(there.user_entity_ref.as_str(), "user:default/ada");
    house.catalog.has(user("ada2", "ada@example.com"));
    let several = sign_in("ada@example.com").await;
    assert!(matches!(several, Err(ResolveError::SeveralUsers)));
    house.catalog.is_away(true);
    let away = sign_in("bob@example.com").await;
    assert!(matches!(away, Err(ResolveError::Catalog(_))));
}
