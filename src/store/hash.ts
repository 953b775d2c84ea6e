// The hashes that core asks for, by the runtime's own sha-256.

import { hash } from 'node:crypto'
import { checksumText, linkText } from '../core/checksum.ts'
import type { Checksum } from '../core/prepared.ts'

const bytes = (text: string): number => Buffer.byteLength(text)

/** First 16 bytes, in hex. */
const sha16 = (text: string): string => hash('sha256', text, 'hex').slice(0, 32)

export const checksumOf: Checksum = (role, content) => sha16(checksumText(role, content, bytes))

export const linkOf = (seq: number, id: string, checksumHex: string): Uint8Array =>
  Buffer.from(sha16(linkText(seq, id, checksumHex, bytes)), 'hex')

export const fingerprint = (text: string): Uint8Array => Buffer.from(sha16(text), 'hex')
