-- Children under pseudonyms, what they apply for, what they are offered and what was agreed. The child's
-- row is locked before anything below it is read for a decision.
create table child (
    child_id text not null primary key,
    household_id text not null,
    birth_date text not null,
    sex text not null,
    area text not null,
    municipality bigint not null,
    single_custodian bigint not null,
    custodians_working bigint not null,
    inclusion_place bigint not null,
    school_class bigint,
    consent_version text, -- consent to automatic withdrawal (K39); all four or none
    consent_channel text,
    consent_given_on text,
    consent_given_by text,
    revision bigint not null default 1
);

create table application (
    application_id text not null primary key,
    child_id text not null references child (child_id),
    facility_id text not null references facility (facility_id),
    care_type text not null,
    wish_rank bigint not null,
    wished_start text not null,
    daily_quarters bigint not null, -- quarter hours of care a day
    applied_on text not null,
    channel text not null,
    entered_by text, -- filled when staff entered it
    entered_role text,
    notice_given_on text,
    mandate text,
    paper_applied_on text, -- day on paper, where it differs
    transfer_from text, -- the contract the child keeps until this one becomes a contract
    catalogue_version text,
    state text not null check (state in ('open', 'contracted', 'withdrawn')),
    closed_on text,
    withdrawal_cause text,
    contract_id text -- the contract it became, or that withdrew it
);
create index application_by_child on application (child_id);
create index application_by_facility on application (facility_id, state);

create table criterion_points (
    application_id text not null references application (application_id),
    criterion text not null,
    points bigint not null,
    primary key (application_id, criterion)
);

create table offer (
    offer_id text not null primary key,
    application_id text not null references application (application_id),
    child_id text not null references child (child_id),
    facility_id text not null references facility (facility_id),
    care_type text not null, -- of the place at the start of the stay
    starts_on text not null,
    ends_on text not null,
    daily_quarters bigint not null,
    offered_on text not null,
    reply_by text not null,
    offered_by text not null, -- a person (P10)
    offered_role text not null,
    override_reason text,
    offer_order bigint not null, -- 1, 2, ... within the application
    state text not null,
    confirmed_on text,
    conflict_contract text, -- a contract that came in beside the confirmed offer (K38)
    closed_on text,
    contract_id text, -- the contract it became, or that declined it
    revoke_reason text
);
create index offer_by_application on offer (application_id);
create index offer_by_child on offer (child_id);
create index offer_by_facility on offer (facility_id, state);
create index offer_by_reply on offer (state, reply_by);
-- The database's own guards behind the rules of the engine.
create unique index one_holding_offer_per_application on offer (application_id)
    where state in ('open', 'confirmed');
create unique index one_confirmed_offer_per_child on offer (child_id)
    where state = 'confirmed' and conflict_contract is null;

create table contract (
    contract_id text not null primary key,
    child_id text not null references child (child_id),
    facility_id text not null references facility (facility_id),
    provider_id text not null references provider (provider_id),
    first_record text not null, -- offer, import, continuation
    offer_id text,
    provider_key text, -- the provider's key of an imported contract
    continues text, -- the contract it continues
    end_cause text
);
create index contract_by_child on contract (child_id);
create index contract_by_facility on contract (facility_id);
create unique index contract_by_provider_key on contract (provider_id, provider_key)
    where provider_key is not null;

create table contract_version (
    contract_id text not null references contract (contract_id),
    version bigint not null,
    care_type text not null,
    daily_quarters bigint not null,
    days_per_week bigint not null,
    lunch bigint not null,
    valid_from text not null,
    valid_to text not null, -- before valid_from: cancelled before it began
    recorded_from text not null,
    recorded_to text, -- empty for the current version
    primary key (contract_id, version)
);
create unique index one_current_version on contract_version (contract_id) where recorded_to is null;
