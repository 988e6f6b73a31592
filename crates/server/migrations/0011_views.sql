-- What people have set a page to, kept under a name.
CREATE TABLE saved_views (
    org_id UUID NOT NULL REFERENCES organizations (id),
    id UUID NOT NULL,
    -- Whose it is, also after they have left.
    user_id UUID NOT NULL REFERENCES users (id),
    name TEXT NOT NULL,
    -- Which page: calls, requests, reports.
    page TEXT NOT NULL,
    -- The query of the page's address.
    search TEXT NOT NULL,
    -- JSON, a list of names; NULL for those that the page shows by itself.
    shown_columns TEXT,
    -- Whether everybody in the organization sees it.
    shared BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, id)
);
CREATE INDEX saved_views_user ON saved_views (org_id, user_id);
