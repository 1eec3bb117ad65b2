//! Statements that change rows.

use crate::session::statements;

statements! {
    // Providers.
    END_PARTICIPATION = "update provider set participates_to = $2 where provider_id = $1";
    SET_ROLLOUT = "insert into rollout_step (provider_id, care_type, valid_from, stage) \
        values ($1, $2, $3, $4) \
        on conflict (provider_id, care_type, valid_from) do update set stage = excluded.stage";
    SET_IMPORT_DEADLINE = "insert into import_deadline (provider_id, care_type, deadline) \
        values ($1, $2, $3) \
        on conflict (provider_id, care_type) do update set deadline = excluded.deadline";
    COUNT_IMPORTED = "insert into import_deadline \
        (provider_id, care_type, imported_rows, last_import_on) values ($1, $2, $3, $4) \
        on conflict (provider_id, care_type) do update set \
        imported_rows = import_deadline.imported_rows + excluded.imported_rows, \
        last_import_on = excluded.last_import_on";
    ATTEST = "insert into attestation (provider_id, month, attested_on) values ($1, $2, $3) \
        on conflict (provider_id, month) do update set attested_on = excluded.attested_on";
    STORE_CATALOGUE = "insert into criteria_catalogue (provider_id, catalogue, version, \
        version_hash, valid_from, catalogue_text, stored_by, stored_role, stored_on) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    // Facilities.
    CLOSE_FACILITY = "update facility set closes_on = $2 where facility_id = $1";
    SET_NEEDS_PLAN = "update facility set in_needs_plan = $2 where facility_id = $1";
    DROP_LICENCES_FROM =
        "delete from licence where facility_id = $1 and valid_from >= $2";
    END_LICENCES = "update licence set valid_to = $2, reference = $3 \
        where facility_id = $1 and (valid_to is null or valid_to > $2)";
    DROP_CAPACITIES_FROM = "delete from capacity \
        where facility_id = $1 and care_type = $2 and valid_from >= $3";
    END_CAPACITIES = "update capacity set valid_to = $3 \
        where facility_id = $1 and care_type = $2 and (valid_to is null or valid_to > $3)";
    DROP_BLOCKED = "delete from blocked_place \
        where facility_id = $1 and care_type = $2 and valid_from = $3";
    // Children.
    MOVE_CHILD = "update child set area = $2, municipality = $3 where child_id = $1";
    SET_CONSENT = "update child set consent_version = $2, consent_channel = $3, \
        consent_given_on = $4, consent_given_by = $5 where child_id = $1";
    // Applications.
    WITHDRAW_APPLICATION = "update application set state = 'withdrawn', closed_on = $2, \
        withdrawal_cause = $3, contract_id = $4 where application_id = $1";
    RANK_APPLICATION = "update application set wish_rank = $2 where application_id = $1";
    SCORE_APPLICATION = "update application set catalogue_version = $2 where application_id = $1";
    DROP_POINTS = "delete from criterion_points where application_id = $1";
    MAKE_TRANSFER = "update application set transfer_from = $2 where application_id = $1";
    CONTRACT_APPLICATION = "update application set state = 'contracted', closed_on = $2, \
        contract_id = $3 where application_id = $1";
    // Offers.
    CONFIRM_OFFER = "update offer set state = 'confirmed', confirmed_on = $2 where offer_id = $1";
    FLAG_OFFER = "update offer set conflict_contract = $2 where offer_id = $1";
    CLOSE_OFFER = "update offer set state = $2, closed_on = $3, contract_id = $4, \
        revoke_reason = $5 where offer_id = $1";
    // Contracts.
    CLOSE_VERSION = "update contract_version set recorded_to = $2 \
        where contract_id = $1 and recorded_to is null";
    SET_CONTRACT_END = "update contract set end_cause = $2 where contract_id = $1";
    // Freed places.
    CLOSE_FREED_PLACE = "update freed_place set outcome = $2, outcome_offer = $3, \
        closed_sequence = $4 where freed_place_id = $1 and outcome is null";
}
