-- The roles and schemas of one database. Run by its superuser, before the
-- migrations, as often as wanted:
--   psql -v groups=... -v groups_owner=... -v campaigns=... -v campaigns_owner=...
--        -v analytics=... -v analytics_owner=... -v vio_backup=... -f roles.sql
-- where each variable is the password of the role of that name.
\set ON_ERROR_STOP on
set client_min_messages = warning;

create function pg_temp.ensure_role(name text, attributes text) returns void language plpgsql as $$
begin
  if not exists (select from pg_roles where rolname = name) then
    execute format('create role %I', name);
  end if;
  execute format('alter role %I %s', name, attributes);
end $$;

create function pg_temp.ensure_context(name text, connections int) returns void language plpgsql as $$
begin
  perform pg_temp.ensure_role(name || '_owner', 'login noinherit connection limit 5');
  perform pg_temp.ensure_role(name, format('login noinherit connection limit %s', connections));
  perform pg_temp.ensure_role(name || '_across', 'nologin');
  execute format('grant %I to %I with inherit false, set true', name || '_across', name);
  execute format('create schema if not exists %I authorization %I', name, name || '_owner');
  execute format('grant usage on schema %I to %I, %I', name, name, name || '_across');
  execute format('alter role %I set search_path = %I, public', name || '_owner', name);
  execute format('alter role %I set search_path = %I, public', name, name);
  execute format('alter role %I set statement_timeout = ''30s''', name);
  execute format('alter role %I set lock_timeout = ''5s''', name);
  execute format('alter role %I set idle_in_transaction_session_timeout = ''30s''', name);
end $$;

select pg_temp.ensure_context('groups', 100), pg_temp.ensure_context('campaigns', 100),
       pg_temp.ensure_context('analytics', 100)
\g /dev/null

-- Owns the search function of groups; may read the search text and nothing else.
select pg_temp.ensure_role('groups_search', 'nologin') \g /dev/null
grant groups_search to groups_owner with inherit false, set true;
grant usage on schema groups to groups_search;

-- For dumps and for loading benchmarks; used by no service.
select pg_temp.ensure_role('vio_backup', 'login bypassrls connection limit 3') \g /dev/null
grant pg_read_all_data to vio_backup;

select format('alter role %I password %L', role, password)
from (values ('groups', :'groups'), ('groups_owner', :'groups_owner'),
             ('campaigns', :'campaigns'), ('campaigns_owner', :'campaigns_owner'),
             ('analytics', :'analytics'), ('analytics_owner', :'analytics_owner'),
             ('vio_backup', :'vio_backup')) as given (role, password)
\gexec

create extension if not exists pg_trgm;
create extension if not exists btree_gin;
create extension if not exists btree_gist;
revoke create on schema public from public;
select format('revoke all on database %I from public', current_database()) \gexec
select format('grant connect, temporary on database %I to groups, groups_owner, campaigns, '
              'campaigns_owner, analytics, analytics_owner, vio_backup', current_database()) \gexec
