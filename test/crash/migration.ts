// A process that migrates a store and is killed between two statements of the migration.
//
//   node test/crash/migration.ts <file> <snapshots> <after how many statements>
import { openWriting } from '../../src/store/sqlite/connection.ts'
import { migrate } from '../../src/store/sqlite/migrate.ts'
import { migrationsOf } from '../../src/store/migrations.ts'
import { secondMigration, secondStatements } from './second-migration.ts'

const [file = '', snapshots = '', after = '0'] = process.argv.slice(2)
const db = openWriting(file, 'FULL')
db.function('die', () => Number(process.kill(process.pid, 'SIGKILL')))
const statements = secondStatements.toSpliced(Number(after), 0, 'SELECT die()')
migrate(db, [...migrationsOf('sqlite'), secondMigration(statements)], snapshots)
