//! What people and programs read.

use crate::house::House;

#[tokio::test(flavor = "multi_thread")]
async fn all_is_well() {
    let house = House::new().await;
    let before = listing(&house);
    let run = house.run(&[]).await;
    insta::assert_snapshot!(run.stdout);
    assert_eq!((run.exit_code, run.stderr.as_str()), (0, ""));
    assert_eq!(listing(&house), before, "a check changes nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn all_is_well_as_json() {
    let run = House::new().await.check().await;
    insta::assert_snapshot!(run.stdout);
    assert_eq!((run.exit_code, run.stderr.as_str()), (0, ""));
}

/// Much is wrong at once.
const BAD: &str = "
app: { baseUrl: 'https://portal.example.com' }
auth:
  environment: production
  session: { secret: hunter2 }
  providers:
    oidc:
      production:
        clientId: backstage
        clientSecret: client-hunter2
        metadataUrl: http://localhost:1/realms/main
        callbackUrl: https://auth.example.com/callback
";

#[tokio::test(flavor = "multi_thread")]
async fn much_is_wrong() {
    let run = House::with(BAD).await.run(&[]).await;
    insta::assert_snapshot!(run.stdout);
    assert_eq!((run.exit_code, run.stderr.as_str()), (1, ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn much_is_wrong_as_json() {
    let run = House::with(BAD).await.check().await;
    insta::assert_snapshot!(run.stdout);
    assert_eq!((run.exit_code, run.stderr.as_str()), (1, ""));
}

const MISTAKES: &str = "
auth:
  sesion: {}
  providers:
    oidc:
      development:
        prompt: 7
        metadataUrl: nowhere
";

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_are_told_as_serve_tells_them() {
    let run = House::with(MISTAKES).await.run(&[]).await;
    insta::assert_snapshot!(run.stderr);
    assert_eq!((run.exit_code, run.stdout.as_str()), (2, ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_are_told_as_json_too() {
    let run = House::with(MISTAKES).await.check().await;
    insta::assert_snapshot!(run.stdout);
    assert_eq!(run.exit_code, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn ascii_where_the_locale_has_no_utf_8() {
    let house = House::new().await.set("LC_ALL", "C");
    let run = house.run(&[]).await;
    assert!(run.stdout.is_ascii(), "{}", run.stdout);
    assert!(run.stdout.contains("  ok discovery"), "{}", run.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn colours_only_where_they_are_wanted() {
    let escape = '\u{1b}';
    let house = House::new().await;
    assert!(!house.run(&[]).await.stdout.contains(escape), "no terminal");
    let house = house.set("CLICOLOR_FORCE", "1");
    assert!(house.run(&[]).await.stdout.contains(escape), "forced");
    assert!(!house.check().await.stdout.contains(escape), "JSON");
    let house = House::new().await.set("NO_COLOR", "1");
    assert!(!house.run(&[]).await.stdout.contains(escape), "NO_COLOR");
}

fn listing(house: &House) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(house.path()).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}
