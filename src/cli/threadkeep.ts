#!/usr/bin/env node
// The command line: finds the command and says in words what went wrong. Each command is a file beside this one.

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

const help = `threadkeep <command>

  start                 open the store and say where it is
  config                every setting, its value and where that came from  [--json | --markdown]
  doctor --schema       every table, column and index: expected and found  [--json]
  doctor                what is wrong with the store, in words             [--repair] [--json] [--salvage <bad file> <new folder>]
  backup <folder | ->   a copy of one moment, also while the house runs    [--keep <n>] [--json]
  verify-backup <dir>   restore a backup on trial and read all of it       [--json]
  restore <backup>      put a backup in the place of the store             [--to <folder>] [--accept-older] [--json]
  dump                  the store as plain SQL
  verify                try a running house from outside: say, hear, cut, resume, read back, forget
                          [--url <address>] [--token <t>] [--guests <file>] [--timeout <s>] [--json]
  verify --restart      the same of a house of its own that is killed in mid-answer  [--data <folder>] [--json]
  accept                take a store that was put there on purpose          [--yes]
  migrate               PostgreSQL: bring the tables up to date, as THREADKEEP_STORE_OWNER  [--json]
  roles                 PostgreSQL: the SQL that makes the logins and the database  [--database <name>]
  move                  take a whole store to another engine: --from <store> --to <store>  [--json]
  help, version

Settings come from the environment or a .env file; see "threadkeep config".`

if (major < 24 || (major === 24 && minor < 15)) {
  console.error(
    `Threadkeep needs Node 24.15 or newer, and this is ${process.version}. In a clone, use npm start or bin/threadkeep.`,
  )
  process.exitCode = 1
} else {
  await run(process.argv.slice(2))
}

async function run([command = 'help', ...words]: string[]): Promise<void> {
  try {
    process.exitCode = await commandNamed(command, words)
  } catch (fault) {
    if (fault instanceof TypeError && 'code' in fault && String(fault.code).startsWith('ERR_PARSE_ARGS')) {
      console.error(`threadkeep ${command}: ${fault.message}\n\n${help}`)
      process.exitCode = 2
      return
    }
    const hint = fault instanceof Error && 'hint' in fault ? `\n${String(fault.hint)}` : ''
    const known = fault instanceof Error && fault.name === 'ThreadkeepError'
    console.error(known ? `${fault.message}${hint}` : fault)
    process.exitCode = 1
  }
}

async function commandNamed(command: string, words: string[]): Promise<number> {
  switch (command) {
    case 'start':
      return (await import('./start.ts')).start()
    case 'config':
      return (await import('./config.ts')).config(words)
    case 'doctor':
      return (await import('./doctor.ts')).doctor(words)
    case 'backup':
      return (await import('./backup.ts')).backup(words)
    case 'verify-backup':
      return (await import('./verify-backup.ts')).verifyBackup(words)
    case 'restore':
      return (await import('./restore.ts')).restore(words)
    case 'verify':
      return (await import('./verify.ts')).verify(words)
    case 'dump':
      return (await import('./dump.ts')).dump(words)
    case 'accept':
      return (await import('./accept.ts')).accept(words)
    case 'migrate':
      return (await import('./migrate.ts')).migrate(words)
    case 'roles':
      return (await import('./roles.ts')).roles(words)
    case 'move':
      return (await import('./move.ts')).move(words)
    case 'version':
    case '--version':
      return (await import('./version.ts')).version()
    case 'help':
    case '--help':
      console.log(help)
      return 0
    default:
      console.error(`There is no command "${command}".\n\n${help}`)
      return 2
  }
}
