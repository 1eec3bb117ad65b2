-- What the gate has to remember of every release: which sets of children, their exact counts, and what was
-- said of each. CONFIDENTIAL: only the service reads this table; no view, export or backup for others
-- may hold it. Rows are never changed or deleted: a release that is forgotten can be undone by a later
-- one. Numbers grow from 1 without gaps; two releases decided on at the same time would both want the
-- same number, and the second one has to be decided on again.
create table ledger_release (
    release_number bigint not null primary key,
    population text not null, -- which children are counted, for example children_in_care
    reference_date text not null, -- ISO 8601
    revision bigint not null, -- 0 is the first account of the date, corrections count from 1
    table_name text not null,
    content_sha256 text not null, -- of what a reader sees: the row of release with the same date
    stated_sha256 text not null,
    stated bytea not null, -- the opaque form of disclosure::StatedRelease, exact counts included
    recorded_at text not null, -- ISO 8601, UTC
    unique (population, reference_date, revision, table_name)
);
