-- Who may do what. One text for both engines, as 0001.

CREATE TABLE users (
    id UUID NOT NULL PRIMARY KEY,
    -- In lower case.
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    -- Argon2id in PHC's text form; NULL until one is set.
    password_hash TEXT,
    created_at BIGINT NOT NULL
);

CREATE TABLE members (
    org_id UUID NOT NULL REFERENCES organizations (id),
    user_id UUID NOT NULL REFERENCES users (id),
    role TEXT NOT NULL,
    disabled BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, user_id)
);
CREATE INDEX members_user ON members (user_id);

-- Browsers in which people are signed in.
CREATE TABLE sign_ins (
    id UUID NOT NULL PRIMARY KEY,
    -- SHA-256 of the cookie's value; the value itself is stored nowhere.
    token_hash BYTEA NOT NULL UNIQUE,
    user_id UUID NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    -- Written at most once an hour.
    last_used_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    user_agent TEXT NOT NULL,
    address TEXT NOT NULL
);
CREATE INDEX sign_ins_user ON sign_ins (user_id, id);
CREATE INDEX sign_ins_age ON sign_ins (expires_at);

-- Links that sign a person in once. A person has at most one.
CREATE TABLE sign_in_links (
    user_id UUID NOT NULL PRIMARY KEY REFERENCES users (id),
    token_hash BYTEA NOT NULL UNIQUE,
    -- Whether whoever uses it must set a password.
    sets_password BOOLEAN NOT NULL,
    expires_at BIGINT NOT NULL
);

-- What was changed of what is set up, and who did it.
CREATE TABLE audit_log (
    org_id UUID NOT NULL,
    id UUID NOT NULL,
    at BIGINT NOT NULL,
    -- user:ID, api_key:ID or cli, and how it was called then.
    actor TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    action TEXT NOT NULL,
    noun TEXT NOT NULL,
    noun_id UUID NOT NULL,
    -- JSON; NULL before a beginning and after an end.
    old_value TEXT,
    new_value TEXT,
    PRIMARY KEY (org_id, id)
);
CREATE INDEX audit_log_noun ON audit_log (org_id, noun_id, id);
CREATE INDEX audit_log_actor ON audit_log (org_id, actor, id);

-- Keys that were there before there were roles could do everything.
ALTER TABLE api_keys ADD COLUMN role TEXT NOT NULL DEFAULT 'owner';
