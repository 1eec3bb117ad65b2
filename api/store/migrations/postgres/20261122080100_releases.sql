-- Ledger of released tables. Rows are never changed or deleted: whoever asks for the same release
-- again gets the bytes of the first time, and a later release can be checked against all before.
create table release (
    content_sha256 text not null, -- of what a reader sees, as the release itself states it
    reference_date text not null, -- ISO 8601
    table_name text not null,
    policy_version text not null,
    bytes_sha256 text not null,
    bytes bytea not null, -- the release as JSON
    recorded_at text not null, -- ISO 8601, UTC
    primary key (content_sha256, reference_date)
);

create index release_by_table on release (table_name, reference_date);
