// A folder as a tar stream, so that a backup can go through a pipe: plain ustar, one file after the other, the manifest last.

import { createReadStream, statSync } from 'node:fs'
import { basename, join } from 'node:path'

const block = 512

export async function* tarOf(
  folder: string,
  names: readonly string[],
  mtimeMs: number,
): AsyncGenerator<Buffer> {
  for (const name of names) {
    const path = join(folder, name)
    const { size } = statSync(path)
    yield header(`${basename(folder)}/${name}`, size, mtimeMs)
    for await (const piece of createReadStream(path)) yield piece as Buffer
    yield Buffer.alloc((block - (size % block)) % block)
  }
  yield Buffer.alloc(block * 2)
}

function header(name: string, size: number, mtimeMs: number): Buffer {
  const head = Buffer.alloc(block)
  head.write(name, 0, 100)
  octal(head, 0o600, 100, 8)
  octal(head, 0, 108, 8)
  octal(head, 0, 116, 8)
  putSize(head, size)
  octal(head, Math.floor(mtimeMs / 1000), 136, 12)
  head.write('0', 156)
  head.write('ustar\x0000', 257, 'latin1')
  head.fill(' ', 148, 156)
  const sum = head.reduce((total, byte) => total + byte, 0)
  head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return head
}

const octal = (head: Buffer, value: number, at: number, length: number): void =>
  void head.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1')

/** From 8 GiB on octal has no room: then as a number of bytes, as GNU and BSD tar read it. */
function putSize(head: Buffer, size: number): void {
  if (size < 8 ** 11) return octal(head, size, 124, 12)
  head.writeUInt32BE(0x80000000, 124)
  head.writeBigUInt64BE(BigInt(size), 128)
}
