-- Providers, facilities and their places. revision grows with every change and is what writers
-- lock; it is also the entity tag of the API.
create table provider (
    provider_id text not null primary key,
    name text not null,
    kind text not null,
    legal_regime text not null,
    participates_from text not null,
    participates_to text,
    revision bigint not null default 1
);

create table rollout_step (
    provider_id text not null references provider (provider_id),
    care_type text not null,
    valid_from text not null,
    stage text not null,
    primary key (provider_id, care_type, valid_from)
);

create table import_deadline (
    provider_id text not null references provider (provider_id),
    care_type text not null,
    deadline text, -- empty where rows were taken in before a date was set
    imported_rows bigint not null default 0, -- rows of imports that were taken in
    last_import_on text,
    primary key (provider_id, care_type)
);

create table attestation (
    provider_id text not null references provider (provider_id),
    month text not null, -- YYYY-MM
    attested_on text not null,
    primary key (provider_id, month)
);

create table facility (
    facility_id text not null primary key,
    provider_id text not null references provider (provider_id),
    name text not null,
    kind text not null,
    area text not null,
    latitude text not null, -- decimal degrees, the shortest text that gives the number back
    longitude text not null,
    opens_on text not null,
    closes_on text,
    in_needs_plan bigint not null,
    room_groups bigint not null,
    opening_hour text not null, -- decimal hours
    closing_hour text not null,
    closing_days bigint not null,
    revision bigint not null default 1
);
create index facility_by_provider on facility (provider_id);

create table licence (
    facility_id text not null references facility (facility_id),
    valid_from text not null,
    valid_to text,
    reference text, -- of the proof, or of the notice that ended it
    primary key (facility_id, valid_from)
);

create table capacity (
    facility_id text not null references facility (facility_id),
    care_type text not null,
    valid_from text not null,
    valid_to text,
    licensed bigint not null,
    planned bigint not null,
    staffed bigint not null check (staffed <= licensed),
    primary key (facility_id, care_type, valid_from)
);

create table blocked_place (
    facility_id text not null references facility (facility_id),
    care_type text not null,
    valid_from text not null,
    valid_to text,
    places bigint not null check (places >= 0),
    primary key (facility_id, care_type, valid_from)
);
