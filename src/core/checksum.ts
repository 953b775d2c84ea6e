// Which bytes are hashed for the checksum of a message and the chain of a thread; whoever has a hash function hashes them.

export type ByteLength = (text: string) => number

/** sha-256 over this text in UTF-8, first 16 bytes, is a message's checksum. Each field is preceded by its length in bytes. */
export function checksumText(
  role: string,
  stored: { text: string; parts: string | null },
  bytes: ByteLength,
): string {
  return field(role, bytes) + field(stored.parts ?? stored.text, bytes)
}

/** sha-256 over this text, first 16 bytes, is a message's link; the chain of a thread is all its links XORed, in any order. */
export function linkText(seq: number, id: string, checksumHex: string, bytes: ByteLength): string {
  return field(String(seq), bytes) + field(id, bytes) + field(checksumHex, bytes)
}

const field = (text: string, bytes: ByteLength) => `${bytes(text)}:${text}`

/** Adds a link to a chain, or takes it out again: XOR is its own inverse. */
export function xorInto(chain: Uint8Array, link: Uint8Array): void {
  for (let i = 0; i < 16; i++) chain[i] = (chain[i] ?? 0) ^ (link[i] ?? 0)
}
