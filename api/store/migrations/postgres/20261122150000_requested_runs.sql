-- Long work that somebody asked for (a forecast, a scenario), and what came of it. Any process takes
-- the next one waiting; a process that gives no sign of life loses it to another.
-- state: waiting, running, finished, failed, cancelled.
create table requested_run (
    run_key text not null primary key,
    kind text not null,
    request bytea not null, -- JSON
    request_sha256 text not null,
    requested_by text not null,
    idempotency_key text, -- of the requester
    requested_at text not null, -- ISO 8601, UTC
    state text not null,
    attempts bigint not null,
    taken_by text, -- the process
    alive_at text, -- its last sign of life
    step text not null, -- what it is doing
    steps_done bigint not null,
    steps bigint not null, -- 0: not known
    cancel_asked bigint not null,
    ended_at text,
    problem_code text,
    problem text,
    result_sha256 text,
    result bytea null, -- JSON
    unique (requested_by, idempotency_key)
);
create index requested_run_next on requested_run (state, requested_at, run_key);
