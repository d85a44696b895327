//! Sessions and used flows, in whichever database.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::{
    FlowLedger, LeaseId, LeaseOutcome, LoggedOut, ProviderLogout, SessionFilter, SessionId,
    SessionOwner, SessionPlace, SessionRecord, SessionStore, SessionUpdate, StorageError,
    session_filter::Conditions,
    sql,
    statement::{
        Statement, Value,
        Value::{Bytes, Integer, Text, TextOrNull},
    },
};

/// How many sessions above the limit are ended at a time.
const ABOVE_LIMIT_BATCH: i64 = 500;

/// What each database does in its own way.
pub(crate) trait SessionDatabase: Send + Sync + 'static {
    /// `now, limit`. Rows that another node is deleting are left to it.
    const DELETE_EXPIRED_SESSIONS: &'static str;
    /// `now, limit`.
    const DELETE_EXPIRED_FLOWS: &'static str;

    /// What a row fulfils that fits and has not expired by `now`, said so that a
    /// list which begins with the newest need not look at all that fit.
    fn listed(filter: &SessionFilter, now: Timestamp) -> Conditions<'_>;

    /// Runs a statement that changes rows; how many it changed.
    fn run(
        &self,
        statement: Statement<'_>,
    ) -> impl Future<Output = Result<u64, StorageError>> + Send;

    /// Leases a session, with the values of [`sql::LEASE_SESSION`], and finds it.
    fn lease(
        &self,
        values: [Value<'_>; 4],
    ) -> impl Future<Output = Result<Option<SessionRecord>, StorageError>> + Send;

    /// Runs `first` and, if it changed a row, `second`, as one step; how many
    /// rows `second` changed.
    fn run_both(
        &self,
        first: Statement<'_>,
        second: Statement<'_>,
    ) -> impl Future<Output = Result<Option<u64>, StorageError>> + Send;

    /// Whether the last statement that was to change something failed.
    fn last_write_failed(&self) -> bool;

    /// The sessions that a statement finds.
    fn find(
        &self,
        statement: Statement<'_>,
    ) -> impl Future<Output = Result<Vec<SessionRecord>, StorageError>> + Send;

    /// The number in the column `rows` that a statement answers with.
    fn count(
        &self,
        statement: Statement<'_>,
    ) -> impl Future<Output = Result<u64, StorageError>> + Send;
}

#[async_trait]
impl<D: SessionDatabase> SessionStore for D {
    async fn insert_session(&self, session: &SessionRecord) -> Result<bool, StorageError> {
        let values = [
            Bytes(&session.id.0),
            Bytes(&session.secret_hash.0),
            Text(&session.provider),
            Text(&session.environment),
            Text(&session.subject),
            TextOrNull(session.provider_session.as_deref()),
            TextOrNull(session.user_entity_ref.as_deref()),
            Bytes(&session.sealed_tokens),
            Integer(session.created_at.as_millisecond()),
            Integer(session.refreshed_at.as_millisecond()),
            Integer(session.expires_at.as_millisecond()),
        ];
        let inserted = self.run(Statement::new(sql::INSERT_SESSION, values));
        Ok(inserted.await? == 1)
    }

    async fn session(
        &self,
        id: SessionId,
        now: Timestamp,
    ) -> Result<Option<SessionRecord>, StorageError> {
        let values = [Bytes(&id.0), Integer(now.as_millisecond())];
        let found = self.find(Statement::new(sql::SESSION, values));
        Ok(found.await?.pop())
    }

    async fn lease_session(
        &self,
        id: SessionId,
        lease: LeaseId,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<LeaseOutcome, StorageError> {
        let values = [
            Bytes(&id.0),
            Integer(now.as_millisecond()),
            Bytes(&lease.0),
            Integer(until.as_millisecond()),
        ];
        let leased = self.lease(values);
        if let Some(session) = leased.await? {
            return Ok(LeaseOutcome::Acquired(Box::new(session)));
        }
        Ok(match self.session(id, now).await? {
            Some(session) => LeaseOutcome::Held(Box::new(session)),
            None => LeaseOutcome::Gone,
        })
    }

    async fn renew_lease(
        &self,
        id: SessionId,
        lease: LeaseId,
        until: Timestamp,
    ) -> Result<bool, StorageError> {
        let values = [
            Bytes(&id.0),
            Bytes(&lease.0),
            Integer(until.as_millisecond()),
        ];
        let renewed = self.run(Statement::new(sql::RENEW_LEASE, values));
        Ok(renewed.await? == 1)
    }

    async fn commit_refresh(
        &self,
        id: SessionId,
        lease: LeaseId,
        update: &SessionUpdate,
    ) -> Result<bool, StorageError> {
        let values = [
            Bytes(&id.0),
            Bytes(&lease.0),
            Bytes(&update.sealed_tokens),
            Integer(update.refreshed_at.as_millisecond()),
            Integer(update.expires_at.as_millisecond()),
        ];
        let who = [&update.subject, &update.provider_session];
        let statement = if who == [&None, &None] {
            Statement::new(sql::COMMIT_REFRESH, values)
        } else {
            let who = who.map(|text| TextOrNull(text.as_deref()));
            Statement::new(sql::COMMIT_REFRESH_OF, values.into_iter().chain(who))
        };
        Ok(self.run(statement).await? == 1)
    }

    async fn set_session_user(
        &self,
        id: SessionId,
        user_entity_ref: Option<&str>,
    ) -> Result<(), StorageError> {
        let values = [Bytes(&id.0), TextOrNull(user_entity_ref)];
        let set = self.run(Statement::new(sql::SET_SESSION_USER, values));
        set.await.map(drop)
    }

    async fn release_lease(&self, id: SessionId, lease: LeaseId) -> Result<(), StorageError> {
        let values = [Bytes(&id.0), Bytes(&lease.0)];
        let released = self.run(Statement::new(sql::RELEASE_LEASE, values));
        released.await.map(drop)
    }

    async fn delete_session(&self, id: SessionId) -> Result<bool, StorageError> {
        let deleted = self.run(Statement::new(sql::DELETE_SESSION, [Bytes(&id.0)]));
        Ok(deleted.await? == 1)
    }

    async fn sessions(
        &self,
        filter: &SessionFilter,
        now: Timestamp,
        after: Option<&SessionPlace>,
        limit: u32,
    ) -> Result<Vec<SessionRecord>, StorageError> {
        let mut conditions = D::listed(filter, now).after(after);
        let limit = conditions.value(Integer(limit.into()));
        let (conditions, values) = conditions.into_parts();
        let sql = format!(
            "{} WHERE {conditions} ORDER BY created_at DESC, id LIMIT ${limit}",
            sql::SELECT_SESSIONS
        );
        self.find(Statement::composed(sql, values).over_many())
            .await
    }

    async fn delete_sessions(
        &self,
        filter: &SessionFilter,
        now: Timestamp,
        limit: u32,
    ) -> Result<u64, StorageError> {
        let mut conditions = filter.conditions(now);
        let limit = conditions.value(Integer(limit.into()));
        let (conditions, values) = conditions.into_parts();
        let sql = format!(
            "DELETE FROM stagedoor_sessions WHERE id IN \
             (SELECT id FROM stagedoor_sessions WHERE {conditions} LIMIT ${limit})"
        );
        self.run(Statement::composed(sql, values).over_many()).await
    }

    async fn delete_least_used(
        &self,
        owner: SessionOwner<'_>,
        keep: SessionId,
        others: u32,
        now: Timestamp,
    ) -> Result<u64, StorageError> {
        let mut conditions = owner.conditions(now).and("id <>", Bytes(&keep.0));
        let batch = conditions.value(Integer(ABOVE_LIMIT_BATCH));
        let others = conditions.value(Integer(others.into()));
        let (conditions, values) = conditions.into_parts();
        let sql = format!(
            "DELETE FROM stagedoor_sessions WHERE id IN \
             (SELECT id FROM stagedoor_sessions WHERE {conditions} \
              ORDER BY refreshed_at DESC, created_at DESC, id LIMIT ${batch} OFFSET ${others})"
        );
        self.run(Statement::composed(sql, values)).await
    }

    async fn replace_sealed_tokens(
        &self,
        id: SessionId,
        before: &[u8],
        after: &[u8],
    ) -> Result<bool, StorageError> {
        let values = [Bytes(&id.0), Bytes(before), Bytes(after)];
        let replaced = self.run(Statement::new(sql::REPLACE_SEALED_TOKENS, values));
        Ok(replaced.await? == 1)
    }

    async fn delete_sessions_of_provider_session(
        &self,
        provider: &str,
        environment: &str,
        provider_session: &str,
    ) -> Result<u64, StorageError> {
        let values = [provider, environment, provider_session].map(Text);
        let sql = sql::DELETE_SESSIONS_OF_PROVIDER_SESSION;
        self.run(Statement::new(sql, values)).await
    }

    async fn delete_sessions_of_subject(
        &self,
        provider: &str,
        environment: &str,
        subject: &str,
    ) -> Result<u64, StorageError> {
        let values = [provider, environment, subject].map(Text);
        let sql = sql::DELETE_SESSIONS_OF_SUBJECT;
        self.run(Statement::new(sql, values)).await
    }

    async fn log_out_at_provider(
        &self,
        logout: &ProviderLogout,
    ) -> Result<Option<u64>, StorageError> {
        let until = logout.remember_until.as_millisecond();
        let message = Statement::new(sql::USE_FLOW, [Bytes(&logout.message), Integer(until)]);
        self.run_both(message, sessions_logged_out(logout)).await
    }

    async fn check(&self, now: Timestamp) -> Result<(), StorageError> {
        let nobody = [0; 16];
        if self.last_write_failed() {
            let values = [Bytes(&nobody), Integer(now.as_millisecond())];
            let written = self.run(Statement::new(sql::TRY_A_WRITE, values));
            return written.await.map(drop);
        }
        self.session(SessionId(nobody), now).await.map(drop)
    }

    async fn count_sessions(&self, now: Timestamp) -> Result<u64, StorageError> {
        let values = [Integer(now.as_millisecond())];
        self.count(Statement::new(sql::COUNT_SESSIONS, values).over_many())
            .await
    }

    async fn delete_expired(&self, now: Timestamp, limit: u32) -> Result<u64, StorageError> {
        let (now, limit) = (now.as_millisecond(), i64::from(limit));
        let values = [Integer(now), Integer(limit)];
        let sessions = self.run(Statement::new(D::DELETE_EXPIRED_SESSIONS, values).over_many());
        let sessions = sessions.await?;
        let rest = limit.saturating_sub_unsigned(sessions);
        let values = [Integer(now), Integer(rest)];
        let flows = self.run(Statement::new(D::DELETE_EXPIRED_FLOWS, values).over_many());
        Ok(sessions + flows.await?)
    }
}

#[async_trait]
impl<D: SessionDatabase> FlowLedger for D {
    async fn use_flow(&self, flow: [u8; 16], expires_at: Timestamp) -> Result<bool, StorageError> {
        let values = [Bytes(&flow), Integer(expires_at.as_millisecond())];
        let used = self.run(Statement::new(sql::USE_FLOW, values));
        Ok(used.await? == 1)
    }
}

fn sessions_logged_out(logout: &ProviderLogout) -> Statement<'_> {
    let at = [Text(&logout.provider), Text(&logout.environment)];
    match &logout.whose {
        LoggedOut::Subject(subject) => {
            let values = at.into_iter().chain([Text(subject)]);
            Statement::new(sql::DELETE_SESSIONS_OF_SUBJECT, values)
        }
        LoggedOut::Session {
            provider_session,
            subject,
        } => {
            let who = [Text(provider_session), TextOrNull(subject.as_deref())];
            let values = at.into_iter().chain(who);
            Statement::new(sql::DELETE_SESSIONS_LOGGED_OUT, values)
        }
    }
}
