import { columnType, firing, foreignOptions, notOfExtension } from './sets.ts';

/** Selects schemas, extensions, functions, types and other objects that are not part of a table. */
export const codeLines = `
select format('schema %I', nspname) as line from schemas where nspname <> 'public'
union all
select format('extension %I version %s in schema %I', extname, extversion, nspname)
  from pg_extension e join pg_namespace n on n.oid = e.extnamespace where extname <> 'plpgsql'
union all
select format('function %s %s', id, pg_get_functiondef(oid)) from functions where prokind <> 'a'
union all
select format('aggregate %s of %s with %s', f.id, format_type(a.aggtranstype, null), a.aggtransfn::regprocedure)
       || coalesce(' final ' || nullif(a.aggfinalfn, 0)::regprocedure, '') || coalesce(' initial ' || quote_literal(a.agginitval), '')
       || case when f.prosecdef then ' security definer' else '' end
  from functions f join pg_aggregate a on a.aggfnoid = f.oid
union all
select format('type %s enum (%s)', t.id, (select string_agg(quote_literal(e.enumlabel), ', ' order by e.enumsortorder)
         from pg_enum e where e.enumtypid = t.oid)) from types t where t.typtype = 'e'
union all
select format('type %s domain %s', t.id, format_type(t.typbasetype, t.typtypmod))
       || case when t.typcollation <> b.typcollation then ' collate ' || t.typcollation::regcollation else '' end
       || case when t.typnotnull then ' not null' else '' end || coalesce(' default ' || t.typdefault, '')
       || coalesce((select string_agg(' ' || pg_get_constraintdef(c.oid), '' order by c.conname)
                      from pg_constraint c where c.contypid = t.oid and c.contype = 'c'), '')
  from types t join pg_type b on b.oid = t.typbasetype where t.typtype = 'd'
union all
select format('type %s composite (%s)', t.id, (select string_agg(format('%I %s', a.attname, ${columnType('a')}), ', ' order by a.attnum)
         from pg_attribute a where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped))
  from types t where t.typtype = 'c'
union all
select format('type %s range of %s', t.id, format_type(r.rngsubtype, null)) || coalesce(' collate ' || nullif(r.rngcollation, 0)::regcollation, '')
       || coalesce(' canonical ' || nullif(r.rngcanonical::oid, 0)::regprocedure, '')
  from types t join pg_range r on r.rngtypid = t.oid
union all
select format('type %s base with %s and %s', t.id, t.typinput, t.typoutput) from types t where t.typtype = 'b'
union all
select format('collation %I.%I %s', s.nspname, c.collname,
              to_jsonb(c) - '{oid,collname,collnamespace,collowner,collversion}'::text[])
  from pg_collation c join schemas s on s.oid = c.collnamespace where ${notOfExtension('c.oid', 'pg_collation')}
union all
select format('operator %I.%s (%s, %s) %s', s.nspname, o.oprname, format_type(nullif(o.oprleft, 0), null),
              format_type(nullif(o.oprright, 0), null), o.oprcode)
  from pg_operator o join schemas s on s.oid = o.oprnamespace where ${notOfExtension('o.oid', 'pg_operator')}
union all
select format('cast (%s as %s) %s', format_type(c.castsource, null), format_type(c.casttarget, null), c.castmethod)
       || coalesce(' with ' || nullif(c.castfunc, 0)::regprocedure, '')
       || case c.castcontext when 'a' then ' as assignment' when 'i' then ' as implicit' else '' end
  from pg_cast c where c.oid >= 16384 and ${notOfExtension('c.oid', 'pg_cast')}
union all
select format('operator class %I.%I for %s using %I', s.nspname, c.opcname, format_type(c.opcintype, null), a.amname)
       || case when c.opcdefault then ' default' else '' end
  from pg_opclass c join schemas s on s.oid = c.opcnamespace join pg_am a on a.oid = c.opcmethod
 where ${notOfExtension('c.oid', 'pg_opclass')}
union all
select format('text search configuration %I.%I parser %s mapping %s', s.nspname, c.cfgname, c.cfgparser,
              (select string_agg(m.maptokentype || ' ' || m.mapdict::regdictionary, ', ' order by m.maptokentype, m.mapseqno)
                 from pg_ts_config_map m where m.mapcfg = c.oid))
  from pg_ts_config c join schemas s on s.oid = c.cfgnamespace where ${notOfExtension('c.oid', 'pg_ts_config')}
union all
select format('text search dictionary %I.%I template %s (%s)', s.nspname, d.dictname, d.dicttemplate, d.dictinitoption)
  from pg_ts_dict d join schemas s on s.oid = d.dictnamespace where ${notOfExtension('d.oid', 'pg_ts_dict')}
union all
select format('event trigger %I on %s tags (%s) %s', evtname, evtevent, array_to_string(evttags, ', '), evtfoid::regprocedure)
       || ${firing('evtenabled')}
  from pg_event_trigger t where ${notOfExtension('t.oid', 'pg_event_trigger')}
union all
select format('publication %I of %s for %s', pubname,
              case when puballtables then 'all tables'
                   else coalesce((select string_agg(t.prrelid::regclass::text, ', ' order by 1)
                                    from (select prrelid from pg_publication_rel where prpubid = p.oid) t), 'no table') end,
              concat_ws(', ', case when pubinsert then 'insert' end, case when pubupdate then 'update' end,
                              case when pubdelete then 'delete' end, case when pubtruncate then 'truncate' end))
  from pg_publication p
union all
select format('server %I', s.srvname) || ${foreignOptions('s.srvoptions')} from pg_foreign_server s
 where ${notOfExtension('s.oid', 'pg_foreign_server')}
union all
select format('user mapping of %I for %s', srvname, usename) from pg_user_mappings`;
