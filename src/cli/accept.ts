// threadkeep accept: takes a store that was put into the folder on purpose, after saying what is lost by it.

import { createInterface } from 'node:readline/promises'
import { parseArgs } from 'node:util'
import { inspectAcceptance } from '../server.ts'

export async function accept(words: string[]): Promise<number> {
  const { values } = parseArgs({ args: words, options: { yes: { type: 'boolean' } } })
  using found = await inspectAcceptance()
  if (!found.offer) {
    console.log('The store is the one that this data folder expects. There is nothing to accept.')
    return 0
  }
  console.log(found.offer.found)
  if (!values.yes && !(await agreed())) {
    console.log('Nothing was changed.')
    return 1
  }
  found.offer.accept()
  console.log('Accepted.')
  return 0
}

async function agreed(): Promise<boolean> {
  if (!process.stdin.isTTY) {
    console.log('Say --yes to accept it without being asked.')
    return false
  }
  using terminal = createInterface({ input: process.stdin, output: process.stdout })
  return /^y(es)?$/i.test(await terminal.question('Accept it? [y/N] '))
}
