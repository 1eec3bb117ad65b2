//! Statements of requested runs.

use crate::session::statements;

statements! {
    INSERT = "insert into requested_run \
        (run_key, kind, request, request_sha256, requested_by, idempotency_key, requested_at, \
        state, attempts, step, steps_done, steps, cancel_asked) \
        values ($1, $2, $3, $4, $5, $6, $7, 'waiting', 0, '', 0, 0, 0) on conflict do nothing";
    SELECT = "select run_key, kind, request_sha256, requested_by, requested_at, state, attempts, \
        taken_by, step, steps_done, steps, cancel_asked, ended_at, problem_code, problem, \
        result_sha256 from requested_run where run_key = $1";
    SELECT_BY_KEY = "select run_key, kind, request_sha256, requested_by, requested_at, state, \
        attempts, taken_by, step, steps_done, steps, cancel_asked, ended_at, problem_code, \
        problem, result_sha256 from requested_run where requested_by = $1 and idempotency_key = $2";
    SELECT_NEWEST = "select run_key, kind, request_sha256, requested_by, requested_at, state, \
        attempts, taken_by, step, steps_done, steps, cancel_asked, ended_at, problem_code, \
        problem, result_sha256 from requested_run order by requested_at desc, run_key desc limit $1";
    SELECT_REQUEST = "select request_sha256, request from requested_run where run_key = $1";
    SELECT_RESULT = "select result_sha256, result from requested_run \
        where run_key = $1 and state = 'finished'";
    TAKE = "update requested_run set state = 'running', taken_by = $1, alive_at = $2, \
        attempts = attempts + 1, step = '', steps_done = 0, steps = 0 where run_key = (\
        select run_key from requested_run where state = 'waiting' \
        or (state = 'running' and alive_at < $3) order by requested_at, run_key limit 1) \
        returning run_key";
    BEAT = "update requested_run set alive_at = $3, step = $4, steps_done = $5, steps = $6 \
        where run_key = $1 and state = 'running' and taken_by = $2 returning cancel_asked";
    FINISH = "update requested_run set state = 'finished', ended_at = $3, result_sha256 = $4, \
        result = $5 where run_key = $1 and state = 'running' and taken_by = $2";
    FAIL = "update requested_run set state = 'failed', ended_at = $3, problem_code = $4, \
        problem = $5 where run_key = $1 and state = 'running' and taken_by = $2";
    STOP = "update requested_run set state = 'cancelled', ended_at = $3 \
        where run_key = $1 and state = 'running' and taken_by = $2";
    CANCEL_WAITING = "update requested_run set state = 'cancelled', cancel_asked = 1, \
        ended_at = $2 where run_key = $1 and state = 'waiting'";
    ASK_TO_CANCEL = "update requested_run set cancel_asked = 1 \
        where run_key = $1 and state = 'running'";
    FORGET = "delete from requested_run \
        where state in ('finished', 'failed', 'cancelled') and ended_at < $1";
}

/// PostgreSQL passes over runs that another process is taking this moment.
pub(crate) const TAKE_OF_POSTGRES: &str = "update requested_run set state = 'running', \
    taken_by = $1, alive_at = $2, attempts = attempts + 1, step = '', steps_done = 0, steps = 0 \
    where run_key = (select run_key from requested_run where state = 'waiting' \
    or (state = 'running' and alive_at < $3) order by requested_at, run_key limit 1 \
    for update skip locked) returning run_key";
