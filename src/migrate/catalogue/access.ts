/** Selects owners, privileges, roles and settings: who may run a statement, and as whom. */
export const accessLines = `
select format('owner of %s is %s', id, pg_get_userbyid(owner)) as line from owned
union all
select case when given then 'grant ' else 'revoke ' end || lower(string_agg(privilege_type, ', ' order by privilege_type)) || ' on ' || id
       || case when given then ' to ' else ' from ' end
       || case when grantee = 0 then 'public' when grantee = owner then 'its owner' else pg_get_userbyid(grantee)::text end
       || case when is_grantable then ' with grant option' else '' end
  from privileges group by id, owner, grantee, is_grantable, given
union all
select format('default privileges of %s%s on %s: %s to %s', pg_get_userbyid(d.defaclrole),
              coalesce(' in schema ' || quote_ident(n.nspname), ''),
              case d.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions'
                                   when 'T' then 'types' when 'n' then 'schemas' else 'large objects' end,
              lower(string_agg(a.privilege_type, ', ' order by a.privilege_type)),
              case when a.grantee = 0 then 'public' else pg_get_userbyid(a.grantee)::text end)
       || case when a.is_grantable then ' with grant option' else '' end
  from pg_default_acl d left join pg_namespace n on n.oid = d.defaclnamespace, aclexplode(d.defaclacl) a
 group by d.oid, d.defaclrole, d.defaclobjtype, n.nspname, a.grantee, a.is_grantable
union all
select format('role %I %s', r.rolname, attribute)
  from roles r, unnest(array[case when rolsuper then 'superuser' end, case when rolbypassrls then 'bypassrls' end,
                             case when rolcreaterole then 'createrole' end, case when not rolinherit then 'noinherit' end]) attribute
 where attribute is not null
union all
select format('member %I of role %s', r.rolname, pg_get_userbyid(m.roleid))
       || case when m.admin_option then ' with admin option' else '' end
       || case when (to_jsonb(m) ->> 'inherit_option')::bool then '' else ' without inherit' end
       || case when (to_jsonb(m) ->> 'set_option')::bool then '' else ' without set' end
  from roles r join pg_auth_members m on m.member = r.oid
union all
select format('setting %s%s%s is %s', split_part(s, '=', 1), coalesce(' of role ' || pg_get_userbyid(nullif(g.setrole, 0))::text, ''),
              case when g.setdatabase = 0 then '' else ' in this database' end,
              case when split_part(s, '=', 1) ~ '[.]' then 'of md5 ' || md5(s) else substr(s, strpos(s, '=') + 1) end)
  from pg_db_role_setting g, this_database d, unnest(g.setconfig) s
 where g.setdatabase = d.oid or g.setdatabase = 0 and g.setrole in (select oid from roles)
union all
select format('security label of %s on %s %s is %L', l.provider, i.type, i.identity, l.label)
  from pg_seclabel l, pg_identify_object(l.classoid, l.objoid, l.objsubid) i`;

/** Selects the owners and the privileges that differ from the default ones of their kind. */
export const accessSets = `
owned as (
  select kind || ' ' || id as id, relowner as owner, relacl as acl, case relkind when 'S' then 's' else 'r' end as kind from relations
  union all select kind || ' ' || id, proowner, proacl, 'f' from functions
  union all select 'type ' || id, typowner, typacl, 'T' from types
  union all select format('schema %I', nspname), nspowner, nspacl, 'n' from schemas
  union all select 'this database', datdba, datacl, 'd' from this_database
  union all select format('server %I', srvname), srvowner, srvacl, 'S' from pg_foreign_server
  union all select format('publication %I', pubname), pubowner, null, null from pg_publication
  union all select format('event trigger %I', evtname), evtowner, null, null from pg_event_trigger
), with_columns as (
  select id, owner, acl, acldefault(kind::"char", owner) as usual from owned where acl is not null
  union all
  select format('column %s.%I', t.id, a.attname), t.relowner, a.attacl, acldefault('c', t.relowner)
    from tables t join pg_attribute a on a.attrelid = t.oid and not a.attisdropped where a.attacl is not null
), privileges as (
  select *, true as given from (
    select id, owner, a.grantee, a.privilege_type, a.is_grantable from with_columns, aclexplode(acl) a
    except select id, owner, a.grantee, a.privilege_type, a.is_grantable from with_columns, aclexplode(usual) a) more
  union all
  select *, false from (
    select id, owner, a.grantee, a.privilege_type, a.is_grantable from with_columns, aclexplode(usual) a
    except select id, owner, a.grantee, a.privilege_type, a.is_grantable from with_columns, aclexplode(acl) a) less
)`;
