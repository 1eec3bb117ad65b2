-- The two logs. Both are append-only and hash-chained: an entry's hash covers its fields and the hash
-- before it. A writer holds the head's row until it commits, so sequence numbers have no gaps and
-- no entry becomes visible before an earlier one: a reader's cursor never misses any.
-- All dates are ISO 8601 text and all numbers bigint, so that both databases keep the same
-- bytes and share their statements.
create table log_head (
    log text not null primary key, -- changes, access
    sequence bigint not null,
    hash text not null
);
insert into log_head (log, sequence, hash) values
    ('changes', 0, '0000000000000000000000000000000000000000000000000000000000000000'),
    ('access', 0, '0000000000000000000000000000000000000000000000000000000000000000');

-- What was changed, by whom. facts holds keys, states and dates of the procedure, nothing else
-- about a child.
create table change_entry (
    sequence bigint not null primary key,
    recorded_at text not null,
    decided_on text not null,
    transaction_name text not null,
    correlation_id text not null,
    actor_id text not null,
    actor_role text not null,
    mandate text, -- reference of the mandate when staff act for custodians (K53)
    kind text not null, -- for example application.withdrawn
    subject text not null, -- key of what changed
    child_id text,
    facility_id text,
    provider_id text,
    facts text not null, -- JSON
    previous_hash text not null,
    hash text not null
);
create index change_entry_by_child on change_entry (child_id, sequence);
create index change_entry_by_correlation on change_entry (correlation_id, sequence);

-- Outgoing events, one per change, in its transaction. audience says whose feed it belongs to:
-- provider (contracts only, K34), portal, city.
create table event (
    sequence bigint not null primary key references change_entry (sequence),
    event_type text not null,
    audience text not null,
    provider_id text,
    subject text not null,
    occurred_at text not null,
    facts text not null -- JSON
);
create index event_by_audience on event (audience, provider_id, sequence);

-- Who read what about persons, and what was refused to whom.
create table access_entry (
    sequence bigint not null primary key,
    recorded_at text not null,
    correlation_id text not null,
    actor_id text not null,
    actor_role text not null,
    provider_id text, -- scope of the actor
    action text not null, -- read, refused, exported
    resource text not null, -- the route, without keys
    subject text, -- key read, if one
    status bigint not null,
    previous_hash text not null,
    hash text not null
);

-- Answers of repeated requests: the same key and request give the changes of the first time.
create table idempotency (
    actor_id text not null,
    idempotency_key text not null,
    request_sha256 text not null,
    first_sequence bigint not null,
    last_sequence bigint not null,
    recorded_at text not null,
    primary key (actor_id, idempotency_key)
);

-- Work to be done after a commit, for example one cascade per freed place.
create table job (
    job_id text not null primary key,
    kind text not null,
    facility_id text,
    payload text not null, -- JSON
    created_sequence bigint not null,
    state text not null check (state in ('waiting', 'running', 'done')),
    taken_at text, -- a job taken long ago and not done is taken again
    finished_at text
);
create index job_waiting on job (state, created_sequence);

-- Tokens by their hash; the token itself is never kept.
create table access_token (
    token_sha256 text not null primary key,
    actor_id text not null,
    role text not null,
    provider_id text,
    issued_at text not null,
    expires_at text not null,
    revoked_at text
);
