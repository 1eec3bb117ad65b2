-- Freed places, each the start or a link of a cascade (K40), and the suggestion lists kept.
create table freed_place (
    freed_place_id text not null primary key,
    facility_id text not null references facility (facility_id),
    care_type text not null,
    free_from text not null,
    cause text not null, -- offer_closed, contract_shortened
    cause_key text not null, -- the offer or contract
    freed_sequence bigint not null,
    outcome text, -- offered, nobody_waits; empty while it waits
    outcome_offer text,
    closed_sequence bigint
);
create index freed_place_waiting on freed_place (facility_id, outcome);

create table suggestion_list (
    list_id text not null primary key,
    facility_id text not null references facility (facility_id),
    care_type text not null,
    starts_on text not null,
    computed_from bigint not null,
    free_places bigint not null,
    list_rows text not null, -- JSON
    override_reason text, -- filled for a list put into another order by a person (K16)
    previous_list text, -- the list it was made of
    kept_sequence bigint not null
);
create index suggestion_list_by_facility on suggestion_list (facility_id, kept_sequence);
