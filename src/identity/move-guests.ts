// Takes guests over from another house, so that their tokens open the new one too.

import type { GuestTable } from './guest-table.ts'

const pieceRows = 500

export async function moveGuests(
  from: GuestTable,
  to: GuestTable,
): Promise<{ guests: number; taken: number }> {
  const report = { guests: 0, taken: 0 }
  for (let after = new Uint8Array(0); ;) {
    const guests = await from.after(after, pieceRows)
    for (const guest of guests) if (await to.take(guest)) report.taken++
    report.guests += guests.length
    const last = guests.at(-1)
    if (!last) return report
    after = Uint8Array.from(last.hash)
  }
}
