//! Statements of scenarios.

use crate::session::statements;

statements! {
    INSERT = "insert into scenario (scenario_key, parent, newest) values ($1, $2, 1) \
        on conflict do nothing";
    RAISE = "update scenario set newest = newest + 1 where scenario_key = $1 and newest = $2";
    SELECT_NEWEST_NUMBER = "select newest from scenario where scenario_key = $1";
    INSERT_VERSION = "insert into scenario_version (scenario_key, version, name, scenario_text, \
        text_sha256, stored_by, stored_role, stored_at, idempotency_key, request_sha256) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    SELECT_BY_KEY = "select v.scenario_key, v.version, v.name, s.parent, v.text_sha256, \
        v.stored_by, v.stored_role, v.stored_at, v.request_sha256 from scenario_version v \
        join scenario s on s.scenario_key = v.scenario_key \
        where v.stored_by = $1 and v.idempotency_key = $2";
    SELECT_NEWEST = "select v.scenario_key, v.version, v.name, s.parent, v.text_sha256, \
        v.stored_by, v.stored_role, v.stored_at, v.scenario_text from scenario s \
        join scenario_version v on v.scenario_key = s.scenario_key and v.version = s.newest \
        where s.scenario_key = $1";
    SELECT_VERSION = "select v.scenario_key, v.version, v.name, s.parent, v.text_sha256, \
        v.stored_by, v.stored_role, v.stored_at, v.scenario_text from scenario s \
        join scenario_version v on v.scenario_key = s.scenario_key \
        where s.scenario_key = $1 and v.version = $2";
    SELECT_PAGE = "select v.scenario_key, v.version, v.name, s.parent, v.text_sha256, \
        v.stored_by, v.stored_role, v.stored_at from scenario s \
        join scenario_version v on v.scenario_key = s.scenario_key and v.version = s.newest \
        where s.scenario_key > $1 order by s.scenario_key limit $2";
    SELECT_VERSIONS = "select v.scenario_key, v.version, v.name, s.parent, v.text_sha256, \
        v.stored_by, v.stored_role, v.stored_at from scenario s \
        join scenario_version v on v.scenario_key = s.scenario_key \
        where s.scenario_key = $1 and v.version > $2 order by v.version limit $3";
    INSERT_CONTENT = "insert into scenario_content (sha256, bytes) values ($1, $2) \
        on conflict do nothing";
    INSERT_RESULT = "insert into scenario_result (run_key, scenario_key, version, state_sequence, \
        content_sha256, confidential_sha256, confidential, finished_at) \
        values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing";
    SELECT_RESULT = "select r.run_key, r.scenario_key, r.version, r.state_sequence, \
        r.content_sha256, r.finished_at, c.bytes, r.confidential_sha256, r.confidential \
        from scenario_result r join scenario_content c on c.sha256 = r.content_sha256 \
        where r.scenario_key = $1 and r.version = $2 \
        order by r.finished_at desc, r.run_key desc limit 1";
    SELECT_NEWEST_RESULT = "select r.run_key, r.scenario_key, r.version, r.state_sequence, \
        r.content_sha256, r.finished_at, c.bytes, r.confidential_sha256, r.confidential \
        from scenario_result r join scenario_content c on c.sha256 = r.content_sha256 \
        where r.scenario_key = $1 \
        order by r.version desc, r.finished_at desc, r.run_key desc limit 1";
}
