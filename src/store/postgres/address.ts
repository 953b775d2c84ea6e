// A database as it is named to people: never with a password, and with the setting by which it was given.

import { DatabaseError } from 'pg'
import { ThreadkeepError } from '../../core/errors.ts'

export type Address = {
  /** The setting that named it. */
  setting: '--from' | '--to' | 'THREADKEEP_STORE' | 'THREADKEEP_STORE_OWNER' | 'THREADKEEP_STORE_UPKEEP'
  url: string
}

/** As it stands where it is not percent-encoded as it should be: the driver takes it so, too. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

export function hostAndDatabase(url: string): { host: string; database: string } {
  const { hostname, port, pathname, searchParams } = new URL(url)
  const host = (hostname === '' ? searchParams.get('host') : decoded(hostname)) ?? 'localhost'
  return { host: port === '' ? host : `${host}:${port}`, database: decoded(pathname.slice(1)) }
}

export const placeOf = (url: string): string => Object.values(hostAndDatabase(url)).join('/')

const loginOf = (url: string): string =>
  decoded(new URL(url).username) || (new URL(url).searchParams.get('user') ?? 'its default login')

/** What goes wrong before the house is open is told with what was tried, where and as whom. */
export async function tried<T>({ setting, url }: Address, what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (fault) {
    const where = `${setting} (${placeOf(url)}, as ${loginOf(url)})`
    if (fault instanceof ThreadkeepError && fault.code === 'unavailable')
      throw new ThreadkeepError(
        'unavailable',
        `${what} at ${where} failed. ${fault.message}`,
        `Check that the server runs and takes connections from here, and the login, password and database named in ${setting}.`,
        undefined,
        fault,
      )
    if (fault instanceof DatabaseError)
      throw new ThreadkeepError(
        'store_refused',
        `${what} at ${where} failed. The server says: ${fault.message}.`,
        '`threadkeep roles` prints the SQL that makes the logins with what they need. Nothing was changed.',
        undefined,
        fault,
      )
    if (fault instanceof Error && 'syscall' in fault)
      throw new ThreadkeepError(
        'config',
        `${what} at ${where} failed. ${fault.message}.`,
        `Check the files that ${setting} names: sslrootcert, sslcert, sslkey.`,
        undefined,
        fault,
      )
    throw fault
  }
}
