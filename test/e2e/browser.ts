// A real Chromium for tests: TEST_CHROMIUM, else an installed one, else the headless shell that comes inside an npm package.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium } from 'playwright-core'

const installed = [
  process.env['TEST_CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/google-chrome',
]

export async function launchBrowser(): Promise<Browser> {
  // As root Chromium has no sandbox to enter; the unpacked one has none with the right owner either.
  const args = ['--no-sandbox']
  const isRoot = process.getuid?.() === 0
  const own = installed.find((file) => file && fs.existsSync(file))
  if (own) return chromium.launch({ executablePath: own, args: isRoot ? args : [] })
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return chromium.launch({ channel: 'chrome', args: isRoot ? args : [] })
  const folder = await unpacked()
  const executablePath = path.join(folder, 'chromium')
  return chromium.launch({ executablePath, args, env: { ...process.env, ...surroundings(folder) } })
}

/** A bare Debian has neither the fonts nor the libraries that a browser looks for: both come in the package. */
function surroundings(folder: string): Record<string, string> {
  const { stdout } = spawnSync('ldd', [path.join(folder, 'chromium')], { encoding: 'utf8' })
  const lacksLibraries = stdout === null || stdout.includes('not found')
  return {
    FONTCONFIG_FILE: path.join(folder, 'fonts.conf'),
    ...(lacksLibraries ? { LD_LIBRARY_PATH: path.join(folder, 'al2023/lib') } : {}),
  }
}

/** Unpacked once beside the packages, where nobody else may plant a program, and moved into place whole. */
async function unpacked(): Promise<string> {
  const home = path.resolve(path.dirname(fileURLToPath(import.meta.resolve('@sparticuz/chromium'))), '..')
  const { version } = JSON.parse(fs.readFileSync(path.join(home, 'package.json'), 'utf8')) as {
    version: string
  }
  const cache = path.resolve(home, '../../.cache')
  const folder = path.join(cache, `headless-chromium-${version}`)
  if (fs.existsSync(folder)) return folder
  fs.mkdirSync(cache, { recursive: true })
  const fresh = fs.mkdtempSync(`${folder}-`)
  await inflateInto(fresh, path.join(home, 'bin'))
  fs.writeFileSync(path.join(fresh, 'fonts.conf'), fontsIn(folder))
  moveIntoPlace(fresh, folder)
  return folder
}

/** The package inflates into the temporary folder: for that moment it is a private one. */
async function inflateInto(folder: string, packed: string): Promise<void> {
  const before = process.env['TMPDIR']
  process.env['TMPDIR'] = folder
  try {
    const { inflate } = await import('@sparticuz/chromium')
    const files = ['chromium.br', 'fonts.tar.br', 'swiftshader.tar.br', 'al2023.tar.br']
    await Promise.all(files.map((file) => inflate(path.join(packed, file))))
  } finally {
    if (before === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = before
  }
}

const fontsIn = (folder: string) =>
  `<?xml version="1.0"?><fontconfig><dir>${folder}/fonts</dir><dir>/usr/share/fonts</dir><cachedir>${folder}/fc-cache</cachedir></fontconfig>`

function moveIntoPlace(fresh: string, folder: string): void {
  try {
    fs.renameSync(fresh, folder)
  } catch (fault) {
    // Somebody else was first: theirs is as good.
    if (!fs.existsSync(folder)) throw fault
    fs.rmSync(fresh, { recursive: true, force: true })
  }
}
