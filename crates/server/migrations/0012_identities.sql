-- Who a person is at an OpenID Connect provider: bound at their first sign-in by it.
CREATE TABLE identities (
    issuer TEXT NOT NULL,
    -- The provider's own name of the person, which never changes and is never given again.
    subject TEXT NOT NULL,
    user_id UUID NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (issuer, subject),
    UNIQUE (user_id, issuer)
);
