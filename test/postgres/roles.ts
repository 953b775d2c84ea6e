// The logins of a house on PostgreSQL, as the tests know them: they belong to the whole server, not to one database.
import { asSuper } from './super.ts'

/** Names and passwords; the server of the tests trusts everybody and asks for none. */
export const roles: Record<string, string> = {
  threadkeep_owner: 'owner',
  threadkeep_app: 'app',
  threadkeep_upkeep: 'upkeep',
  threadkeep_report: 'report',
  threadkeep_service: 'service',
}

/** Those that are not there yet; two may ask at once. */
export async function makeRoles(superUrl: string): Promise<void> {
  const makings = Object.entries(roles).map(
    ([name, password]) =>
      `if not exists (select from pg_roles where rolname = '${name}') then
         create role ${name} login nosuperuser nobypassrls password '${password}';
       end if;`,
  )
  await asSuper(superUrl, (client) =>
    client.query(`begin;
      select pg_advisory_xact_lock(hashtext('threadkeep test roles'));
      do $$ begin ${makings.join('\n')} end $$;
      commit`),
  )
}
