-- Criteria catalogues of providers: every version as handed in, never changed. One is in force from its
-- first day until the next one's; points name the version they come from.
create table criteria_catalogue (
    provider_id text not null references provider (provider_id),
    catalogue text not null, -- its name
    version bigint not null,
    version_hash text not null, -- SHA-256 of the meaning
    valid_from text not null,
    catalogue_text text not null, -- TOML as handed in; it has passed the legal check
    stored_by text not null, -- a person of the provider
    stored_role text not null,
    stored_on text not null,
    primary key (provider_id, valid_from)
);
create unique index one_content_per_catalogue_version on criteria_catalogue
    (provider_id, catalogue, version);
