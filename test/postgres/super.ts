// One connection as the superuser, for as long as some work takes.
import { Client } from 'pg'

export async function asSuper<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client(url)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
