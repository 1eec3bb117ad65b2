-- Runs of the engine. The four columns after the id identify a run: the same four give the same
-- result bytes, so they are recorded once. The id is derived from them (see RunId).
-- seed is text: an unsigned number of 64 bits does not fit a bigint.
create table run (
    run_id text not null primary key,
    input_sha256 text not null,
    policy_version text not null,
    seed text not null,
    engine_version text not null,
    recorded_at text not null, -- ISO 8601, UTC
    unique (input_sha256, policy_version, seed, engine_version)
);
