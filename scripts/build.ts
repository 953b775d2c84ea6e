// Emits what is published: dist/ with JavaScript, declarations, the migrations beside the code that reads them, and the web app.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { buildWeb } from './web.ts'

const root = path.resolve(import.meta.dirname, '..')
const dist = path.join(root, 'dist')

fs.rmSync(dist, { recursive: true, force: true })
compile()
const migrations = copyMigrations()
const renamed = renameWorkers()
await buildWeb()
console.log(
  `built dist/: ${filesIn(dist, '.js').length - filesIn(path.join(dist, 'web'), '.js').length} modules, ${migrations} migrations, ${renamed} worker addresses, the web app`,
)

function compile(): void {
  const tsc = path.join(root, 'node_modules/typescript/bin/tsc')
  const args = [tsc, '-p', 'tsconfig.build.json']
  const ended = spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
  if (ended.status !== 0) throw new Error('tsc -p tsconfig.build.json failed: mend what it says above')
}

function copyMigrations(): number {
  const sources = filesIn(path.join(root, 'src'), '.sql')
  for (const source of sources) {
    const target = path.join(dist, path.relative(path.join(root, 'src'), source))
    fs.mkdirSync(path.dirname(target), { recursive: true })
    fs.copyFileSync(source, target)
  }
  return sources.length
}

/** tsc turns `./x.ts` into `./x.js` in imports, and leaves the address of a worker as it stands. */
function renameWorkers(): number {
  const address = /(new URL\((['"])\.{1,2}\/[^'"]+)\.ts\2, import\.meta\.url\)/g
  let renamed = 0
  for (const file of filesIn(dist, '.js')) {
    const before = fs.readFileSync(file, 'utf8')
    const after = before.replace(address, (_, start: string, quote: string) => {
      renamed++
      return `${start}.js${quote}, import.meta.url)`
    })
    if (after !== before) fs.writeFileSync(file, after)
  }
  return renamed
}

function filesIn(folder: string, extension: string): string[] {
  return fs.globSync(`**/*${extension}`, { cwd: folder }).map((file) => path.join(folder, file))
}
