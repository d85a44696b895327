-- Lists of sessions begin with the newest sign-in.
CREATE INDEX stagedoor_sessions_newest ON stagedoor_sessions (created_at DESC, id);
