#!/usr/bin/env node
// The command line: finds the command and says in words what went wrong. Each command is a file beside this one.

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

const help = `threadkeep <command>

  start                 open the store and say where it is
  config                every setting, its value and where that came from  [--json | --markdown]
  doctor --schema       every table, column and index: expected and found  [--json]
  accept                take a store that was put there on purpose          [--yes]
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
    case 'accept':
      return (await import('./accept.ts')).accept(words)
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
