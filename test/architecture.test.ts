// The laws of the house: held against the real tree, and against planted trees to know that they can fail.
import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { importsOf } from './architecture/imports.ts'
import { functionsOf, shapeReport } from './architecture/shape.ts'
import { parse, type SourceFile } from './architecture/source.ts'
import { violations } from './architecture/violations.ts'

const root = path.resolve(import.meta.dirname, '..')

describe('the house', () => {
  const house = filesOf('{src,web,test,bench,scripts}/**/*.{ts,tsx,mjs,sql}')

  it('is not empty', () => {
    expect(house.map((file) => file.path)).toContain('test/architecture.test.ts')
  })

  it('keeps its laws', () => {
    expect(violations(house)).toEqual([])
  })

  it('says how long its files and functions are', () => {
    const report = shapeReport(house.map(parse))
    console.log(report)
    expect(report).toMatch(/files in src: median/)
  })
})

describe('who may import whom', () => {
  it.each([
    ['src/core/thread.ts', "import { z } from 'zod'"],
    ['src/chat/say.ts', "import type { Change } from '../core/change.ts'"],
    ['src/store/sqlite.ts', "import { DatabaseSync } from 'node:sqlite'"],
    ['src/store/sqlite.ts', "new Worker(new URL('./writer.ts', import.meta.url))"],
    ['src/model/openai.ts', "import { openai } from '@ai-sdk/openai'"],
    ['src/http/routes/messages.ts', "import { say } from '../../chat/say.ts'"],
    ['src/cli/start.ts', "import { threadkeep } from '../server.ts'"],
    ['src/cli/config.ts', "import { table } from '../config.ts'"],
    ['src/server.ts', "import { openStore } from './store/open.ts'"],
    ['src/knowledge/passage.ts', "import type { Source } from '../core/source.ts'"],
    ['web/chat/thread.tsx', "import { connect } from '../../src/client/client.ts'"],
    ['web/chat/thread.tsx', "import { useState } from 'react'"],
    ['web/chat/thread.tsx', "import { Button } from '../ui/button.tsx'"],
    ['web/chat/thread.tsx', "import { client } from '../house.ts'"],
    ['web/screens/conversation.tsx', "import { Thread } from '../chat/thread.tsx'"],
    ['web/app.tsx', "import { Conversation } from './screens/conversation.tsx'"],
    ['test/house.ts', "import { openStore } from '../src/store/open.ts'"],
    ['bench/run.ts', "import { writer } from '../src/store/writer.ts'"],
  ])('%s may %s', (path, code) => {
    expect(violations([planted(path, code)])).toEqual([])
  })

  it.each([
    ['src/core/thread.ts', "import fs from 'node:fs'"],
    ['src/core/thread.ts', "import { v7 } from 'uuid'"],
    ['src/core/thread.ts', "import { openStore } from '../store/open.ts'"],
    ['src/chat/say.ts', "import type { Store } from '../store/sqlite.ts'"],
    ['src/chat/say.ts', "export { commit } from '../store/commit.ts'"],
    ['src/chat/say.ts', "export * from '../store/commit.ts'"],
    ['src/chat/say.ts', "const store = await import('../store/commit.ts')"],
    ['src/chat/say.ts', "type Row = import('../store/rows.ts').Row"],
    ['src/chat/say.ts', "new Worker(new URL('../store/writer.ts', import.meta.url))"],
    ['src/chat/say.ts', "import { DatabaseSync } from 'node:sqlite'"],
    ['src/store/open.ts', "import { say } from '../chat/say.ts'"],
    ['src/store/open.ts', "import { config } from '../config.ts'"],
    ['src/identity/guest.ts', "import { openStore } from '../store/open.ts'"],
    ['src/personas/calm.ts', "import { z } from 'zod'"],
    ['src/http/app.ts', "import { openStore } from '../store/open.ts'"],
    ['src/client/client.ts', "import fs from 'node:fs'"],
    ['src/cli/start.ts', "import { openStore } from '../store/open.ts'"],
    ['src/http/app.ts', "import { threadkeep } from '../server.ts'"],
    ['src/server.ts', "import { start } from './cli/start.ts'"],
    ['src/server.ts', "import { openHouse } from '../test/house.ts'"],
    ['src/store/open.ts', "import { raw } from '../../bench/raw.ts'"],
    ['src/knowledge/passage.ts', "import { openStore } from '../store/open.ts'"],
    ['src/knowledge/passage.ts', "import pg from 'pg'"],
    ['web/chat/thread.tsx', "import { say } from '../../src/chat/say.ts'"],
    ['web/chat/thread.tsx', "import fs from 'node:fs'"],
    ['web/chat/thread.tsx', "import { Welcome } from '../screens/welcome.tsx'"],
    ['web/threads/palette.tsx', "import { Welcome } from '../screens/welcome.tsx'"],
    ['web/ui/button.tsx', "import { Face } from '../threads/face.tsx'"],
    ['web/ui/button.tsx', "import { client } from '../house.ts'"],
  ])('%s may not %s', (path, code) => {
    expect(violations([planted(path, code)])).toEqual([expect.stringContaining(`${path} imports`)])
  })

  it('takes no import from a comment or a text', () => {
    const code = "// import '../store/open.ts'\nconst words = `import x from '../store/open.ts'`"
    expect(importsOf(parse(planted('src/chat/say.ts', code)))).toEqual([])
  })
})

describe('no drawers', () => {
  it.each([
    'src/core/message.ts',
    'src/store/migrations/0001-threads.sql',
    'test/house.ts',
    'src/core/v7.ts',
  ])('%s is a name', (path) => {
    expect(violations([planted(path)])).toEqual([])
  })

  it.each([
    'src/core/index.ts',
    'src/store/utils.ts',
    'src/helpers/clock.ts',
    'src/lib/clock.ts',
    'src/common/clock.ts',
    'src/core/types.ts',
    'test/misc.ts',
    'src/store/thread-manager.ts',
    'src/store/threadHead.ts',
    'src/store/Thread.ts',
    'src/store/thread_head.ts',
  ])('%s is not', (path) => {
    expect(violations([planted(path)])).toEqual([expect.stringContaining(path)])
  })

  it.each([
    'class ThreadManager {}',
    'interface ChatService {}',
    'const clockHelper = 1',
    'function pathUtil() {}',
  ])('%s is not', (code) => {
    expect(violations([planted('src/core/a.ts', code)])).toEqual([expect.stringContaining('fits everything')])
  })
})

describe('what a file says of itself', () => {
  it.each([
    ['src/core/a.ts', '// Says what a message is.\nexport const a = 1\n'],
    ['src/core/a.ts', '/**\n * Says what a message is.\n */\nexport const a = 1\n'],
    ['src/cli/a.ts', '#!/usr/bin/env node\n// Starts what the words ask for.\n'],
    ['src/store/migrations/0001-a.sql', '-- The first tables of all.\nCREATE TABLE a (b);\n'],
    ['test/house.ts', 'export const a = 1\n'],
  ])('%s may open with %j', (path, text) => {
    expect(violations([{ path, text }])).toEqual([])
  })

  it.each([
    ['src/core/a.ts', 'export const a = 1\n'],
    ['src/core/a.ts', '// message\nexport const a = 1\n'],
    ['src/core/a.ts', "import { z } from 'zod'\n// Says what a message is.\n"],
    ['src/store/migrations/0001-a.sql', 'CREATE TABLE a (b);\n'],
  ])('%s may not open with %j', (path, text) => {
    expect(violations([{ path, text }])).toEqual([expect.stringContaining('its first line')])
  })

  it('leaves nothing for later', () => {
    const file = planted('src/chat/say.ts', '// TODO: later')
    expect(violations([file])).toEqual([expect.stringContaining('open an issue')])
  })
})

describe('what a room may touch', () => {
  it.each([
    ['src/core/a.ts', 'const day = (ms: number) => new Date(ms)'],
    ['src/core/a.ts', 'const words = "Date.now is a clock"'],
    ['src/chat/say.ts', 'const now = Date.now()'],
    ['src/config.ts', "const port = process.env['PORT']"],
    ['test/house.ts', 'const ci = process.env.CI'],
    ['src/store/page.ts', 'const page = "SELECT id FROM threads"'],
    ['src/identity/guest.ts', 'const guest = "SELECT id FROM guests"'],
    ['src/cli/start.ts', 'const hint = "Select a thread from the list, then update it"'],
  ])('%s may have %s', (path, code) => {
    expect(violations([planted(path, code)])).toEqual([])
  })

  it.each([
    ['src/core/a.ts', 'const now = Date.now()', 'Date.now'],
    ['src/core/a.ts', 'const now = new Date()', 'new Date()'],
    ['src/core/a.ts', 'const dice = Math.random()', 'Math.random'],
    ['src/core/a.ts', 'const id = crypto.randomUUID()', 'crypto'],
    ['src/core/a.ts', 'setTimeout(() => 1, 5)', 'setTimeout'],
    ['src/server.ts', 'const port = process.env.PORT', 'process.env'],
    ['src/server.ts', "const port = process['env'].PORT", 'process.env'],
    ['src/server.ts', 'const { env } = process', 'process.env'],
    ['src/cli/start.ts', "import { env } from 'node:process'", 'reads env'],
    ['src/http/app.ts', 'const page = "SELECT id FROM threads"', 'holds SQL'],
    ['src/chat/say.ts', 'const page = (a: string) => `\n select id from ${a} where x = 1`', 'holds SQL'],
    ['src/server.ts', "const row = 'INSERT INTO threads VALUES (1)'", 'holds SQL'],
  ])('%s may not have %s', (path, code, words) => {
    expect(violations([planted(path, code)])).toEqual([expect.stringContaining(words)])
  })
})

describe('how long a thought may be', () => {
  it('counts the lines of every kind of function, by its name', () => {
    const code =
      'function a() {\n}\nconst b = () =>\n\n 1\nclass C {\n  d() {}\n  e = () => 1\n}\nf({ g: () => 1, h() {} })'
    const found = functionsOf(parse({ path: 'a.ts', text: code }))
    expect(found.map(({ name, lines }) => `${name} ${lines}`)).toEqual([
      'a.ts:1 a 2',
      'a.ts:3 b 3',
      'a.ts:7 d 1',
      'a.ts:8 e 1',
      'a.ts:10 g 1',
      'a.ts:10 h 1',
    ])
  })

  it.each([
    ['a file of 401 lines', '// A line.\n'.repeat(400), 'src/core/a.ts has 401 lines'],
    ['a function of 81 lines', `function a() {${'\n'.repeat(80)}}`, 'src/core/a.ts:2 a has 81 lines'],
  ])('refuses %s', (_, code, words) => {
    expect(violations([planted('src/core/a.ts', code)])).toEqual([expect.stringContaining(words)])
  })

  it('reports the longest first, with the middle of them all', () => {
    const codes = { 'src/a.ts': '', 'src/b.ts': 'const c = () => 1\n\n1', 'src/d.ts': '1\n1' }
    const report = shapeReport(Object.entries(codes).map(([path, code]) => parse(planted(path, code))))
    expect(report.split('\n')).toEqual([
      '3 files in src: median 3 lines, p95 4; the longest',
      '    4  src/b.ts',
      '    3  src/d.ts',
      '    1  src/a.ts',
      '1 functions in src: median 1 lines, p95 1; the longest',
      '    1  src/b.ts:2 c',
    ])
  })
})

it('says which file does not parse', () => {
  expect(violations([planted('src/core/a.ts', 'const = 1')])).toEqual([
    expect.stringContaining('does not parse'),
  ])
})

/** A lawful file but for the code it is given. */
function planted(path: string, code = ''): SourceFile {
  const mark = path.endsWith('.sql') ? '--' : '//'
  return { path, text: `${mark} Says what it is for.\n${code}` }
}

function filesOf(pattern: string): SourceFile[] {
  return fs
    .globSync(pattern, { cwd: root })
    .map((file) => file.split(path.sep).join('/'))
    .toSorted()
    .map((file) => ({ path: file, text: fs.readFileSync(path.join(root, file), 'utf8') }))
}
