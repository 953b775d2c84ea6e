// Makes one backup after the other until it is killed; told that it has begun.
import { join } from 'node:path'
import { makeBackup } from '../../src/upkeep/backup.ts'

const [file = '', folder = '', shelf = ''] = process.argv.slice(2)
console.log('begun')
for (;;) await makeBackup({ file, identity: join(folder, 'identity.db') }, shelf)
