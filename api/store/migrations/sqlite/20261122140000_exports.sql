-- What an export of single records was for, and what went out.
alter table access_entry add column purpose text;
alter table access_entry add column content_sha256 text;
alter table access_entry add column persons bigint;
alter table access_entry add column records bigint;
