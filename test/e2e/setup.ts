// The page is built once, before the first file asks for it: two builds at the same time take each other's files away.
import { buildWebIfStale } from '../../scripts/web.ts'

export async function setup(): Promise<void> {
  await buildWebIfStale()
}
