-- Scenarios of planners. A scenario is a line of versions: none is ever changed or removed.
create table scenario (
    scenario_key text not null primary key,
    parent text references scenario (scenario_key), -- the scenario it was made from
    newest bigint not null -- number of its newest version
);
create table scenario_version (
    scenario_key text not null references scenario (scenario_key),
    version bigint not null, -- from 1, without gaps
    name text not null,
    scenario_text text not null, -- TOML; it has passed the check of its form
    text_sha256 text not null,
    stored_by text not null,
    stored_role text not null,
    stored_at text not null, -- ISO 8601, UTC
    idempotency_key text, -- of the account
    request_sha256 text,
    primary key (scenario_key, version),
    unique (stored_by, idempotency_key)
);
-- What a run of a version came to. The same version and state give the same bytes, which are kept once.
create table scenario_content (
    sha256 text not null primary key,
    bytes blob not null -- JSON; counts of children only as released
);
create table scenario_result (
    run_key text not null primary key,
    scenario_key text not null,
    version bigint not null,
    state_sequence bigint not null, -- the change up to which the state was looked at
    content_sha256 text not null references scenario_content (sha256),
    confidential_sha256 text not null,
    confidential blob not null, -- JSON; exact counts of children, for the mediation office
    finished_at text not null,
    foreign key (scenario_key, version) references scenario_version (scenario_key, version)
);
create index scenario_result_newest on scenario_result (scenario_key, version, finished_at);
