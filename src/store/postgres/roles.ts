// Who may come to the database as whom: the roles that a house needs, the SQL that makes them, and the refusal of a login that may more.

import { ThreadkeepError } from '../../core/errors.ts'
import type { Sql } from './pool.ts'

/** The schema names these, and a login is one of them, or belongs to it. */
export const roleNames = [
  'threadkeep_app',
  'threadkeep_upkeep',
  'threadkeep_report',
  'threadkeep_service',
] as const

export const rolesSql = (
  database = 'threadkeep',
): string => `-- As a superuser, once for a server. Choose passwords of your own.
CREATE ROLE threadkeep_owner LOGIN PASSWORD '…' NOSUPERUSER NOBYPASSRLS;    -- migrates, and does nothing else
CREATE ROLE threadkeep_app LOGIN PASSWORD '…' NOSUPERUSER NOBYPASSRLS;      -- the house itself: one user's rows at a time
CREATE ROLE threadkeep_upkeep LOGIN PASSWORD '…' NOSUPERUSER NOBYPASSRLS;   -- ends the runs of nodes that died, says who there is
CREATE ROLE threadkeep_report LOGIN PASSWORD '…' NOSUPERUSER NOBYPASSRLS;   -- reads everything, writes nothing
CREATE ROLE threadkeep_service LOGIN PASSWORD '…' NOSUPERUSER NOBYPASSRLS;  -- calls the functions of the schema pam
ALTER ROLE threadkeep_report SET default_transaction_read_only = on;
ALTER ROLE threadkeep_report SET log_statement = 'all';
CREATE DATABASE ${database} OWNER threadkeep_owner ENCODING 'UTF8' TEMPLATE template0;`

export const whoAmI: Sql = {
  name: 'who am I',
  text: `SELECT session_user::text,
    EXISTS (SELECT FROM pg_roles o WHERE o.rolsuper AND pg_has_role(session_user, o.oid, 'MEMBER')),
    EXISTS (SELECT FROM pg_roles o WHERE (o.rolbypassrls OR o.rolreplication OR o.rolcreaterole OR o.rolname IN ('pg_read_server_files',
      'pg_write_server_files', 'pg_execute_server_program')) AND pg_has_role(session_user, o.oid, 'MEMBER')),
    EXISTS (SELECT FROM pg_namespace n WHERE n.nspname = 'threadkeep' AND pg_has_role(session_user, n.nspowner, 'MEMBER')),
    EXISTS (SELECT FROM pg_roles o WHERE o.rolname IN ('threadkeep_upkeep', 'threadkeep_report', 'threadkeep_service')
      AND pg_has_role(session_user, o.oid, 'MEMBER'))`,
}

/** Row security holds only for a login that can do nothing about it. */
export function refuseMighty([name, superuser, bypasses, owns, belongs]: readonly unknown[]): void {
  const why =
    superuser === true ? 'is a superuser, or may become one'
    : bypasses === true ? 'may bypass row security, or make itself another'
    : owns === true ? 'owns the tables'
    : belongs === true ? 'may become a role that sees every user'
    : null // prettier-ignore
  if (why === null) return
  throw new ThreadkeepError(
    'store_refused',
    `The house would come to its database as ${String(name)}, who ${why}: nothing below the application would keep users apart.`,
    `Name another login in THREADKEEP_STORE. This makes the right ones:\n\n${rolesSql()}`,
  )
}

export const rolesMissing = (names: readonly string[]): ThreadkeepError =>
  new ThreadkeepError(
    'store_refused',
    `The server has no role ${names.join(', ')}.`,
    `Make the roles first:\n\n${rolesSql()}`,
  )
