//! The parts, and what each costs.

use std::time::Duration;

use futures_util::future::try_join_all;
use tokio::sync::Mutex;

use crate::{
    Failure, cpu,
    provider::{Client, Provider},
    row::Rows,
    tokens::{IdTokenKey, TokenKey},
};

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Signatures,
    Verification,
    Exchanges,
    Row,
    All,
}

impl Part {
    pub(crate) const ALL: [Self; 5] = [
        Self::Signatures,
        Self::Verification,
        Self::Exchanges,
        Self::Row,
        Self::All,
    ];

    pub(crate) const fn describe(self) -> &'static str {
        match self {
            Self::Signatures => "two ES256 signatures",
            Self::Verification => "one RS256 verification",
            Self::Exchanges => "two exchanges with the provider (token, userinfo)",
            Self::Row => "one row read and written (SQLite, write-ahead log)",
            Self::All => "the floor: all of it in one loop",
        }
    }
}

/// Everything that the parts need.
pub(crate) struct Floor {
    client: Client,
    id_tokens: IdTokenKey,
    tokens: TokenKey,
    rows: Rows,
    lanes: Vec<Lane>,
}

/// One of those that go on at the same time.
struct Lane {
    number: usize,
    refresh_token: Mutex<String>,
    id_token: String,
}

impl Floor {
    /// With a grant for each of `at_once` lanes.
    pub(crate) async fn new(provider: &Provider, at_once: usize) -> Result<Self, Failure> {
        let client = Client::of(provider)?;
        let id_tokens = IdTokenKey::of(&client.keys().await?)?;
        let mut lanes = Vec::new();
        for number in 0..at_once {
            let first = client.sign_in(number).await?;
            lanes.push(Lane {
                number,
                refresh_token: Mutex::new(first.refresh_token),
                id_token: first.id_token,
            });
        }
        Ok(Self {
            client,
            id_tokens,
            tokens: TokenKey::generate()?,
            rows: Rows::new()?,
            lanes,
        })
    }

    /// The CPU time that one round of `part` takes.
    pub(crate) async fn cost(&self, part: Part, rounds: usize) -> Result<Duration, Failure> {
        let each = rounds.div_ceil(self.lanes.len());
        self.rounds(part, each.div_ceil(8)).await?;
        let before = cpu::spent();
        self.rounds(part, each).await?;
        let spent = cpu::spent().saturating_sub(before);
        Ok(spent / u32::try_from(each * self.lanes.len())?)
    }

    async fn rounds(&self, part: Part, each: usize) -> Result<(), Failure> {
        let lanes = self.lanes.iter().map(|lane| async move {
            for _ in 0..each {
                self.round(part, lane).await?;
            }
            Ok::<_, Failure>(())
        });
        try_join_all(lanes).await.map(drop)
    }

    async fn round(&self, part: Part, lane: &Lane) -> Result<(), Failure> {
        match part {
            Part::Signatures => self.tokens.sign_two()?,
            Part::Verification => self.id_tokens.verify(&lane.id_token)?,
            Part::Exchanges => self.exchange(lane).await.map(drop)?,
            Part::Row => self.rows.read_and_write(lane.number)?,
            Part::All => {
                let id_token = self.exchange(lane).await?;
                self.id_tokens.verify(&id_token)?;
                self.rows.read_and_write(lane.number)?;
                self.tokens.sign_two()?;
            }
        }
        Ok(())
    }

    async fn exchange(&self, lane: &Lane) -> Result<String, Failure> {
        let mut refresh_token = lane.refresh_token.lock().await;
        let answer = self.client.refresh(&refresh_token).await?;
        *refresh_token = answer.refresh_token;
        self.client.userinfo(&answer.access_token).await?;
        Ok(answer.id_token)
    }
}
