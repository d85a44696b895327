//! What was last issued for a user.

use serde_json::json;
use stagedoor_identity::EntityRef;

use crate::fixture::{Fixture, NOW, after};

on_every_database!(user_info_is_replaced, users_are_told_apart);

async fn user_info_is_replaced(fixture: Fixture) {
    let storage = fixture.open().await;
    let ada = EntityRef::new("user", "default", "ada");
    assert_eq!(storage.user_info(&ada).await.unwrap(), None);
    let first = json!({"claims": {"sub": "user:default/ada", "ent": ["group:default/a"]}});
    storage.put_user_info(&ada, &first, NOW).await.unwrap();
    assert_eq!(storage.user_info(&ada).await.unwrap(), Some(first));
    let second = json!({"claims": {"sub": "user:default/ada", "ent": [], "x": {"y": [1, null]}}});
    storage
        .put_user_info(&ada, &second, after(9))
        .await
        .unwrap();
    assert_eq!(storage.user_info(&ada).await.unwrap(), Some(second));
}

async fn users_are_told_apart(fixture: Fixture) {
    let storage = fixture.open().await;
    let ada = EntityRef::new("user", "default", "ada");
    let grace = EntityRef::new("user", "default", "grace");
    storage
        .put_user_info(&ada, &json!({"claims": 1}), NOW)
        .await
        .unwrap();
    assert_eq!(storage.user_info(&grace).await.unwrap(), None);
}
