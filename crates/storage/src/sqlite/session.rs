//! Sessions and used flows.

use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::{query, sqlite::Sqlite};
use stagedoor_identity::EntityRef;

use super::SqliteStorage;
use crate::{
    FlowLedger, LeaseId, LeaseOutcome, LoggedOut, ProviderLogout, SessionId, SessionRecord,
    SessionStore, SessionUpdate, StorageError, row, sql,
};

const DELETE_EXPIRED_SESSIONS: &str = "DELETE FROM stagedoor_sessions WHERE id IN \
     (SELECT id FROM stagedoor_sessions WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";

const DELETE_EXPIRED_FLOWS: &str = "DELETE FROM stagedoor_used_flows WHERE flow IN \
     (SELECT flow FROM stagedoor_used_flows WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";

#[async_trait]
impl SessionStore for SqliteStorage {
    async fn insert_session(&self, session: &SessionRecord) -> Result<bool, StorageError> {
        let query = query(sql::INSERT_SESSION)
            .bind(&session.id.0[..])
            .bind(&session.secret_hash.0[..])
            .bind(&session.provider)
            .bind(&session.environment)
            .bind(&session.subject)
            .bind(&session.provider_session)
            .bind(&session.user_entity_ref)
            .bind(&session.sealed_tokens)
            .bind(session.created_at.as_millisecond())
            .bind(session.refreshed_at.as_millisecond())
            .bind(session.expires_at.as_millisecond());
        Ok(self.change(query).await? == 1)
    }

    async fn session(
        &self,
        id: SessionId,
        now: Timestamp,
    ) -> Result<Option<SessionRecord>, StorageError> {
        let query = query(sql::SESSION)
            .bind(&id.0[..])
            .bind(now.as_millisecond());
        self.read(query)
            .await?
            .as_ref()
            .map(row::session)
            .transpose()
    }

    async fn lease_session(
        &self,
        id: SessionId,
        lease: LeaseId,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<LeaseOutcome, StorageError> {
        let query = query(sql::LEASE_SESSION)
            .bind(&id.0[..])
            .bind(now.as_millisecond())
            .bind(&lease.0[..])
            .bind(until.as_millisecond());
        if let Some(row) = self.change_returning(query).await? {
            return Ok(LeaseOutcome::Acquired(Box::new(row::session(&row)?)));
        }
        Ok(match self.session(id, now).await? {
            Some(session) => LeaseOutcome::Held(Box::new(session)),
            None => LeaseOutcome::Gone,
        })
    }

    async fn commit_refresh(
        &self,
        id: SessionId,
        lease: LeaseId,
        update: &SessionUpdate,
    ) -> Result<bool, StorageError> {
        let query = query(sql::COMMIT_REFRESH)
            .bind(&id.0[..])
            .bind(&lease.0[..])
            .bind(&update.subject)
            .bind(&update.provider_session)
            .bind(&update.sealed_tokens)
            .bind(update.refreshed_at.as_millisecond())
            .bind(update.expires_at.as_millisecond());
        Ok(self.change(query).await? == 1)
    }

    async fn set_session_user(
        &self,
        id: SessionId,
        user_entity_ref: Option<&str>,
    ) -> Result<(), StorageError> {
        let query = query(sql::SET_SESSION_USER)
            .bind(&id.0[..])
            .bind(user_entity_ref);
        self.change(query).await.map(drop)
    }

    async fn release_lease(&self, id: SessionId, lease: LeaseId) -> Result<(), StorageError> {
        let query = query(sql::RELEASE_LEASE).bind(&id.0[..]).bind(&lease.0[..]);
        self.change(query).await.map(drop)
    }

    async fn delete_session(&self, id: SessionId) -> Result<bool, StorageError> {
        let query = query(sql::DELETE_SESSION).bind(&id.0[..]);
        Ok(self.change(query).await? == 1)
    }

    async fn sessions_of_user(
        &self,
        user: &EntityRef,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<SessionRecord>, StorageError> {
        let query = query(sql::SESSIONS_OF_USER)
            .bind(user.as_str())
            .bind(now.as_millisecond())
            .bind(i64::from(limit));
        self.read_all(query)
            .await?
            .iter()
            .map(row::session)
            .collect()
    }

    async fn delete_sessions_of_provider_session(
        &self,
        provider: &str,
        environment: &str,
        provider_session: &str,
    ) -> Result<u64, StorageError> {
        let query = query(sql::DELETE_SESSIONS_OF_PROVIDER_SESSION)
            .bind(provider)
            .bind(environment)
            .bind(provider_session);
        self.change(query).await
    }

    async fn delete_sessions_of_subject(
        &self,
        provider: &str,
        environment: &str,
        subject: &str,
    ) -> Result<u64, StorageError> {
        let query = query(sql::DELETE_SESSIONS_OF_SUBJECT)
            .bind(provider)
            .bind(environment)
            .bind(subject);
        self.change(query).await
    }

    async fn log_out_at_provider(
        &self,
        logout: &ProviderLogout,
    ) -> Result<Option<u64>, StorageError> {
        let work = async {
            let mut transaction = self.writer.begin_with("BEGIN IMMEDIATE").await?;
            let message = query(sql::USE_FLOW)
                .bind(&logout.message[..])
                .bind(logout.remember_until.as_millisecond());
            let used = message.execute(&mut *transaction).await?;
            if used.rows_affected() == 0 {
                return Ok(None);
            }
            let ended = sessions_logged_out(logout)
                .execute(&mut *transaction)
                .await?;
            transaction.commit().await?;
            Ok(Some(ended.rows_affected()))
        };
        work.await.map_err(StorageError::of_query)
    }

    async fn delete_expired(&self, now: Timestamp, limit: u32) -> Result<u64, StorageError> {
        let now = now.as_millisecond();
        let sessions = query(DELETE_EXPIRED_SESSIONS)
            .bind(now)
            .bind(i64::from(limit));
        let sessions = self.change(sessions).await?;
        let rest = i64::from(limit).saturating_sub_unsigned(sessions);
        let flows = query(DELETE_EXPIRED_FLOWS).bind(now).bind(rest);
        Ok(sessions + self.change(flows).await?)
    }
}

#[async_trait]
impl FlowLedger for SqliteStorage {
    async fn use_flow(&self, flow: [u8; 16], expires_at: Timestamp) -> Result<bool, StorageError> {
        let query = query(sql::USE_FLOW)
            .bind(&flow[..])
            .bind(expires_at.as_millisecond());
        Ok(self.change(query).await? == 1)
    }
}

fn sessions_logged_out(logout: &ProviderLogout) -> row::Query<'_, Sqlite> {
    let statement = match logout.whose {
        LoggedOut::Subject(_) => sql::DELETE_SESSIONS_OF_SUBJECT,
        LoggedOut::Session { .. } => sql::DELETE_SESSIONS_LOGGED_OUT,
    };
    let query = query(statement)
        .bind(&logout.provider)
        .bind(&logout.environment);
    match &logout.whose {
        LoggedOut::Subject(subject) => query.bind(subject),
        LoggedOut::Session {
            provider_session,
            subject,
        } => query.bind(provider_session).bind(subject),
    }
}
