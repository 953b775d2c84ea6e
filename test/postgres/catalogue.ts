// What the catalogue of a database must say for users to be kept apart, whoever sends the SQL: each breach as a line of words.
import type { Client } from 'pg'

/** Everything of ours is in one of these; what else is in public belongs to somebody else, and may not be there in a house. */
export const ourSchemas = ['threadkeep', 'pam', 'companion', 'marketing', 'public']

/** They belong to the house and to no user. */
const ofNobody = ['threadkeep.meta', 'threadkeep.persona_versions']

/**
 * Beside a user's own rows: analysts read all, the runs of nodes that died are found and their logs dropped, and PAM's own backend
 * learns whose the one conversation is of which it holds the random name.
 */
const wideOpen = [
  'threadkeep_service: r external_refs',
  'threadkeep_report: r',
  'threadkeep_upkeep: r users',
  'threadkeep_upkeep: r threads',
  'threadkeep_upkeep: r runs',
  'threadkeep_upkeep: r run_events',
  'threadkeep_upkeep: d run_events',
  'threadkeep_upkeep: r bin',
]

const tables = `
  SELECT c.oid, format('%s.%s', n.nspname, c.relname) AS name, c.relname, c.relkind, c.relrowsecurity, c.relforcerowsecurity, c.relacl,
    c.reloptions, pg_get_userbyid(c.relowner) AS owner,
    (SELECT attname FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped
      AND (attname = 'user_id' OR (c.relname = 'users' AND attname = 'id'))) AS user_column
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = ANY ($1) AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = c.oid AND deptype = 'e')`

/** Of each, $1 is the list of our schemas, and a row is a breach. */
const breaches = {
  'has no column for its user': `
    SELECT name FROM (${tables}) t WHERE relkind IN ('r', 'p') AND user_column IS NULL AND name <> ALL ('{${ofNobody.join(',')}}')`,
  'has no row security': `SELECT name FROM (${tables}) t WHERE user_column IS NOT NULL AND relkind IN ('r', 'p') AND NOT relrowsecurity`,
  'does not force row security on its owner': `
    SELECT name FROM (${tables}) t WHERE user_column IS NOT NULL AND relkind IN ('r', 'p') AND NOT relforcerowsecurity`,
  'has no policy for threadkeep_app': `
    SELECT name FROM (${tables}) t WHERE user_column IS NOT NULL AND relkind IN ('r', 'p') AND NOT EXISTS (
      SELECT FROM pg_policy p WHERE p.polrelid = t.oid AND p.polcmd = '*' AND 'threadkeep_app'::regrole::oid = ANY (p.polroles)
        AND pg_get_expr(p.polqual, p.polrelid) LIKE '%' || user_column || '%user_of_context()%')`,
  'has a policy for everybody': `
    SELECT format('%s of %s', p.polname, t.name) FROM pg_policy p JOIN (${tables}) t ON t.oid = p.polrelid WHERE 0 = ANY (p.polroles)`,
  'has a policy that asks for no user': `
    SELECT DISTINCT format('%s: %s %s', role, p.polcmd, t.relname) FROM pg_policy p JOIN (${tables}) t ON t.oid = p.polrelid,
      LATERAL (SELECT r::regrole::text AS role FROM unnest(p.polroles) AS r) AS roles
    WHERE coalesce(pg_get_expr(p.polqual, p.polrelid), '') || coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '') NOT LIKE '%user_of_context()%'
      AND format('%s: %s %s', role, p.polcmd, t.relname) <> ALL ('{"${wideOpen.join('","')}"}')
      AND format('%s: %s', role, p.polcmd) <> ALL ('{"${wideOpen.join('","')}"}')`,
  'gives a role more than its rows': `
    SELECT DISTINCT format('%s to %s on %s', a.privilege_type, a.grantee::regrole, t.name) FROM (${tables}) t, aclexplode(t.relacl) a
    WHERE a.grantee::regrole::text <> t.owner AND a.privilege_type NOT IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')`,
  'may be passed on': `
    SELECT DISTINCT format('%s by %s on %s', a.privilege_type, a.grantee::regrole, t.name) FROM (${tables}) t, aclexplode(t.relacl) a
    WHERE a.is_grantable AND a.grantee::regrole::text <> t.owner`,
  'is open to everybody': `
    SELECT t.name FROM (${tables}) t, aclexplode(t.relacl) a WHERE a.grantee = 0
    UNION SELECT format('%s.%s', t.name, attname) FROM (${tables}) t JOIN pg_attribute ON attrelid = t.oid, aclexplode(attacl) a WHERE a.grantee = 0
    UNION SELECT format('schema %s', nspname) FROM pg_namespace, aclexplode(nspacl) a
      WHERE a.grantee = 0 AND nspname = ANY ($1) AND (nspname <> 'public' OR a.privilege_type <> 'USAGE')
    UNION SELECT p.oid::regprocedure::text FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
      WHERE a.grantee = 0 AND p.pronamespace = ANY (SELECT oid FROM pg_namespace WHERE nspname = ANY ($1))
        AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = p.oid AND deptype = 'e')
    UNION SELECT format('default of %s', defaclnamespace::regnamespace) FROM pg_default_acl, aclexplode(defaclacl) a WHERE a.grantee = 0`,
  'runs as its owner': `
    SELECT oid::regprocedure::text FROM pg_proc
    WHERE prosecdef AND pronamespace = ANY (SELECT oid FROM pg_namespace WHERE nspname = ANY ($1))`,
  'is a view with its owner’s eyes': `
    SELECT name FROM (${tables}) t WHERE relkind = 'v' AND NOT coalesce(reloptions, '{}') && '{security_invoker=true,security_invoker=on}'`,
  'keeps rows beyond row security': `SELECT name FROM (${tables}) t WHERE relkind IN ('m', 'f')`,
  'is a sequence': `SELECT name FROM (${tables}) t WHERE relkind = 'S'`,
  'is a trigger': `
    SELECT format('%s of %s', tgname, t.name) FROM pg_trigger JOIN (${tables}) t ON t.oid = tgrelid WHERE NOT tgisinternal
    UNION SELECT evtname FROM pg_event_trigger`,
  'is a rule': `
    SELECT format('%s of %s', rulename, t.name) FROM pg_rewrite JOIN (${tables}) t ON t.oid = ev_class WHERE rulename <> '_RETURN'`,
  'belongs to another than the owner': `
    SELECT name FROM (${tables}) t WHERE owner <> 'threadkeep_owner'
    UNION SELECT oid::regprocedure::text FROM pg_proc WHERE proowner <> 'threadkeep_owner'::regrole
      AND pronamespace = ANY (SELECT oid FROM pg_namespace WHERE nspname = ANY ($1) AND nspname <> 'public')
    UNION SELECT nspname FROM pg_namespace WHERE nspname = ANY ($1) AND nspname <> 'public' AND nspowner <> 'threadkeep_owner'::regrole`,
  'lets a role of the house make things': `
    SELECT format('%s in %s', rolname, nspname) FROM pg_roles, pg_namespace
    WHERE rolname LIKE 'threadkeep\\_%' AND rolname <> 'threadkeep_owner' AND nspname = ANY ($1) AND has_schema_privilege(pg_roles.oid, pg_namespace.oid, 'CREATE')`,
  'is a role above its laws': `
    SELECT rolname::text FROM pg_roles WHERE rolname LIKE 'threadkeep\\_%' AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)
      AND $1::text[] IS NOT NULL
    UNION SELECT format('%s as %s', member::regrole, roleid::regrole) FROM pg_auth_members WHERE member::regrole::text LIKE 'threadkeep\\_%'`,
}

/** None, in a house that can be trusted. */
export async function breachesIn(client: Client): Promise<string[]> {
  const found: string[] = []
  for (const [breach, text] of Object.entries(breaches)) {
    const { rows } = await client.query<[string]>({ text, values: [ourSchemas], rowMode: 'array' })
    found.push(...rows.map(([what]) => `${what} ${breach}`))
  }
  return found.toSorted()
}

/** Every table that holds something of a user's, with the column that names the user. */
export async function userTables(client: Client): Promise<{ name: string; column: string }[]> {
  const { rows } = await client.query<{ name: string; column: string }>(
    `SELECT name, user_column AS column FROM (${tables}) t WHERE user_column IS NOT NULL AND relkind IN ('r', 'p') ORDER BY name`,
    [ourSchemas],
  )
  return rows
}
