-- How a child is to be placed beside its brothers and sisters of the household.
alter table child add column siblings text not null default 'independent'
    check (siblings in ('independent', 'together_preferred', 'together_only'));
