// What a user gets: the package as it is published, the examples on it, and programs in another language against those.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createClient } from '../../src/client/client.ts'
import { Package, plainEnv, root } from './package.ts'
import { Program } from './program.ts'

const run = promisify(execFile)
const published = new Package()

beforeAll(async () => {
  await published.install()
  published.link('express', '@types/express', '@types/node')
}, 180_000)
afterAll(() => published[Symbol.dispose]())

describe('the package', () => {
  it('is small, and says how small', () => {
    const { tarballBytes, ownBytes, installedBytes, packages } = published
    const kB = (bytes: number) => `${Math.round(bytes / 1000)} kB`
    console.log(
      `tarball ${kB(tarballBytes)}; installed ${kB(ownBytes)}, with all it needs ${kB(installedBytes)} in ${packages} packages`,
    )
    expect(tarballBytes).toBeLessThan(2_500_000)
    expect(packages).toBeGreaterThan(5)
  })

  it('holds types, migrations and the command, and no tests', () => {
    expect(published.has('dist/store/migrations/*.sql')).toBeGreaterThan(0)
    const page = published.has('dist/web/**/*.js')
    expect(page).toBeGreaterThan(5)
    expect(published.has('dist/**/*.d.ts')).toBe(published.has('dist/**/*.js') - page)
    expect(published.has('dist/cli/threadkeep.js')).toBe(1)
    expect(published.has('{src,test,bench,scripts}')).toBe(0)
  })

  it('keeps what a program with it inside says, and answers', async () => {
    const file = published.take('examples/embedded/first-message.ts')
    const data = join(published.folder, 'data')
    const { stdout } = await run(process.execPath, [file], {
      cwd: published.folder,
      env: { ...plainEnv, THREADKEEP_DATA: data },
    })
    const lines = stdout.trimEnd().split('\n')
    expect(lines[0]).toBe('kept: disk, number 1')
    expect(lines.slice(1, -2).join('')).not.toBe('')
    expect(lines.at(-2)).toBe('complete')
    expect(lines.at(-1)).toMatch(/^not_found: There is no thread "not-there" here\. Check/)
  })

  it('has types that hold for the examples', () => {
    const files = ['embedded/first-message.ts', 'express/server.ts', 'hono/server.ts', 'next/route.ts']
    const taken = files.map((file) => published.take(`examples/${file}`))
    expect(published.check(taken, { types: ['node'] })).toBe('')
  })

  it('has a client for pages too: its types ask for a browser and nothing of Node', () => {
    const file = published.take('examples/browser/page.ts')
    const lib = ['esnext', 'dom', 'dom.iterable', 'dom.asynciterable']
    expect(published.check([file], { types: [], lib })).toBe('')
    expect(published.check([file], { types: [], lib: ['esnext'] })).toContain(
      "Cannot find name 'AbortSignal'",
    )
  })
})

describe('the client in it', () => {
  it('needs no other package and no Node, so that a page can load it', () => {
    const { modules, others } = graphOf(
      join(published.folder, 'node_modules/threadkeep/dist/client/client.js'),
    )
    expect(others).toEqual([])
    const bytes = modules.reduce((sum, file) => sum + readFileSync(file).length, 0)
    console.log(
      `threadkeep/client: ${modules.length} modules of ${Math.round(bytes / 1000)} kB, not minified`,
    )
    expect(modules.length).toBeGreaterThan(10)
  })
})

describe('a house mounted under a path', () => {
  it.each([
    ['Express, after express.json()', () => [published.take('examples/express/server.ts')]],
    ['Hono', () => [published.take('examples/hono/server.ts')]],
    ['Next', () => [join(root, 'test/examples/next-host.ts'), published.take('examples/next/route.ts')]],
  ])('of %s takes a message, answers it, and leaves the other paths alone', async (_, words) => {
    await using program = await Program.start(...words())
    const url = `${program.url}/keep`
    expect(await (await fetch(`${url}/healthz`)).json()).toMatchObject({
      version: expect.any(String) as string,
    })
    const { token } = await createClient({ url }).guest()
    const client = createClient({ url, token: token ?? null })
    const { id } = await client.threads.byKey('a/b', { title: 'Žluté růže 🌹' })
    const answer = client.send(id, { text: `Yellow roses: ${'🌹'.repeat(10_000)}` })
    expect((await answer.kept).receipt).toMatchObject({ durability: 'disk', result: 'kept' })
    expect(await answer.finished).toMatchObject({ status: 'complete', role: 'assistant' })
    const { messages } = await client.messages.page(id)
    expect(messages.map(({ text }) => text)).toEqual([`Yellow roses: ${'🌹'.repeat(10_000)}`, answer.text])
    expect(await client.threads.patch(id, { pinned: true })).toMatchObject({
      pinned: true,
      title: 'Žluté růže 🌹',
    })
    await expect(client.threads.get('nobody')).rejects.toMatchObject({
      code: 'not_found',
      details: { status: 404 },
    })
    expect(await (await fetch(program.url)).text()).toContain('My app.')
    expect(await program.end()).toBe(0)
  })
})

describe('programs in Python', () => {
  it('keep what they say, against the house of an Express app', async () => {
    await using program = await Program.start(published.take('examples/express/server.ts'))
    const file = join(root, 'examples/python/test_examples.py')
    const env = { ...plainEnv, THREADKEEP_URL: `${program.url}/keep`, PYTHONDONTWRITEBYTECODE: '1' }
    const { stderr } = await run('python3', [file], { env })
    console.log(stderr.split('\n').slice(-4).join(' '))
    expect(stderr).toMatch(/Ran 1\d tests in .*\n\nOK\n$/)
  }, 60_000)
})

/** Every module that one leads to, and what is imported that is no module beside them. */
function graphOf(entry: string): { modules: string[]; others: string[] } {
  const modules = [entry]
  const others: string[] = []
  for (const file of modules)
    for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(/^(?:import|export) .*from '(.*)'/gm)) {
      const target = join(dirname(file), name)
      if (!name.startsWith('.')) others.push(name)
      else if (!modules.includes(target)) modules.push(target)
    }
  return { modules, others }
}
