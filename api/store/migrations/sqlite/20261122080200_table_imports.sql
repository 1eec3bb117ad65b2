-- Contents of imported tables, by their hash: the same content is kept once.
create table table_content (
    sha256 text not null primary key,
    bytes blob not null
);

-- Imports in order. The newest import of a name is its current snapshot; older ones stay, so that
-- an old run can be repeated.
create table table_import (
    import_number bigint not null primary key,
    table_name text not null,
    sha256 text not null references table_content (sha256),
    row_count bigint not null check (row_count >= 0),
    imported_at text not null -- ISO 8601, UTC
);

create index table_import_by_name on table_import (table_name, import_number);
