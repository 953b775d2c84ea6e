// The writer in this thread, on a real file: what becomes of each commit of a batch, and of the file, when one stumbles or the disk does.
import { mkdirSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { assert, must } from '../../src/core/assert.ts'
import type { Change, Commit } from '../../src/core/change.ts'
import { prepareCommit } from '../../src/core/prepared.ts'
import { checksumOf } from '../../src/store/hash.ts'
import { migrationsOf } from '../../src/store/migrations.ts'
import { openWriting } from '../../src/store/sqlite/connection.ts'
import { migrate } from '../../src/store/sqlite/migrate.ts'
import { type Settled, Writer } from '../../src/store/sqlite/writer.ts'
import { Home } from '../crash/home.ts'
import { inspect } from '../crash/inspection.ts'
import { created, progressed, said, started } from './commits.ts'

let desk: Desk
beforeEach(() => {
  desk = new Desk()
})
afterEach(() => {
  desk[Symbol.dispose]()
})

describe('a bad commit in a batch', () => {
  it.each<[string, Change[], string]>([
    ['into a thread that is not there', [said('nowhere', 'lost')], 'missing'],
    ['after a message that is not there', [said('t', 'lost', { parentId: 'nobody' })], 'missing'],
    ['whose second change is bad', [said('t', 'lost'), said('t', 'lost', { parentId: 'nobody' })], 'missing'],
    ['for a run that is not there', [progressed({ runId: 'nobody', epoch: 1 }, 0)], 'missing'],
    ['for a thread that is there with other content', [created('t', { title: 'other' })], 'conflict'],
    [
      'that says two things under one id',
      [said('t', 'lost', { id: 'x' }), said('t', 'also lost', { id: 'x' })],
      'conflict',
    ],
  ])('fails alone: %s', (_, bad, result) => {
    expect(desk.results([say('one')], [...bad], [say('two')])).toEqual(['kept', result, 'kept'])
    expect(desk.words()).toEqual(['one', 'two'])
  })

  it('that the engine itself refuses fails alone, and the others are kept one by one', () => {
    desk.poison('poison')
    expect(desk.results([say('one')], [say('poison')], [say('two')])).toEqual(['kept', 'internal', 'kept'])
    expect(desk.words()).toEqual(['one', 'two'])
    expect(desk.results([say('three')])).toEqual(['kept'])
  })

  it('whose last write is refused by the engine leaves nothing of its first', () => {
    desk.poison('poison')
    const bad = [say('before'), say('poison')]
    expect(desk.results([say('one')], bad, [say('two')])).toEqual(['kept', 'internal', 'kept'])
    expect(desk.words()).toEqual(['one', 'two'])
  })

  it('leaves no user behind who was made for it', () => {
    desk.commit({ user: 'stranger', at: 1, changes: [said('nowhere', 'lost')] }, by('ann', say('one')))
    expect(desk.rows(`SELECT * FROM users WHERE id = 'stranger'`)).toEqual([])
  })
})

describe('an id that is there already', () => {
  it('twice in one batch with the same content is kept once and found once', () => {
    const [first, second] = desk.keep([say('same', 'x')], [say('same', 'x')])
    expect([first?.result, second?.result]).toEqual(['kept', 'replayed'])
    expect(second?.receipt.seq).toBe(first?.receipt.seq)
    expect(desk.words()).toEqual(['same'])
  })

  it('twice in one batch with other content is kept once and refused once', () => {
    expect(desk.results([say('one', 'x')], [say('two')], [say('other', 'x')])).toEqual([
      'kept',
      'kept',
      'conflict',
    ])
    expect(desk.words()).toEqual(['one', 'two'])
  })

  it('from an earlier batch is found, and its neighbours are kept', () => {
    const [first] = desk.keep([say('one', 'x')])
    const [, again] = desk.keep([say('before')], [say('one', 'x')], [say('after')])
    expect(again).toMatchObject({ result: 'replayed', receipt: { seq: first?.receipt.seq } })
    expect(desk.words()).toEqual(['one', 'before', 'after'])
  })

  it('in the second message of a commit refuses the whole commit', () => {
    desk.keep([say('one', 'x')])
    const bad = [say('first of two'), say('other', 'x')]
    expect(desk.results([say('before')], bad, [say('after')])).toEqual(['kept', 'conflict', 'kept'])
    expect(desk.words()).toEqual(['one', 'before', 'after'])
  })

  it('in the second message, said by a neighbour of the same batch, refuses the later commit', () => {
    const bad = [say('first of two'), say('other', 'x')]
    expect(desk.results([say('one', 'x')], bad, [say('after')])).toEqual(['kept', 'conflict', 'kept'])
    expect(desk.words()).toEqual(['one', 'after'])
  })

  it('is found again by a writer that has just been opened', () => {
    desk.keep([say('one', 'x')])
    desk.reopen()
    expect(desk.results([say('one', 'x')], [say('other', 'x')], [say('two')])).toEqual([
      'replayed',
      'conflict',
      'kept',
    ])
    expect(desk.words()).toEqual(['one', 'two'])
  })
})

describe('the commit number', () => {
  it('goes up by one a batch, in the file and in every receipt', () => {
    const before = desk.commitNumber()
    const kept = desk.keep([say('one')], [say('two')])
    expect(desk.commitNumber()).toBe(before + 1)
    expect(new Set(kept.map(({ receipt }) => receipt.position)).size).toBe(1)
    expect(kept[0]?.receipt.position).toMatch(new RegExp(`^[0-9a-f]{8}-${before + 1}$`))
    expect(desk.came.at(-1)).toBe(before + 1)
  })

  it.each<[string, Change[]]>([
    ['replays', [said('t', 'one', { id: 'x' })]],
    ['refusals', [said('nowhere', 'lost')]],
    [
      'commits of a persona for a message that is not there',
      [said('t', 'lost', { role: 'assistant', parentId: 'nobody', personaId: 'p' })],
    ],
  ])('stands still for a batch of nothing but %s', (_, changes) => {
    desk.keep([say('one', 'x')])
    const before = desk.commitNumber()
    desk.commit(by('ann', ...changes), by('ann', ...changes))
    expect(desk.commitNumber()).toBe(before)
    expect(desk.came.at(-1)).toBe(before)
  })

  it('stands still for an empty batch', () => {
    const before = desk.commitNumber()
    expect(desk.writer.commit([])).toEqual({ settled: [], commitNumber: before })
  })

  it('is told only once the batch can be read by others', () => {
    desk.onCame = () => expect(desk.words()).toContain('one')
    desk.keep([say('one')])
    expect(desk.came.at(-1)).toBe(desk.commitNumber())
  })
})

describe('a full disk', () => {
  it('is told to every commit of the batch, and nothing of it is there', () => {
    desk.keep([say('before')])
    desk.fill()
    expect(desk.results([say('small')], [say('x'.repeat(200_000))], [say('too')])).toEqual(
      all('storage_full', 3),
    )
    expect(desk.words()).toEqual(['before'])
  })

  it('leaves reading and repeating as they were', () => {
    desk.keep([say('before', 'x')])
    desk.fill()
    expect(desk.results([say('x'.repeat(200_000))])).toEqual(['storage_full'])
    expect(desk.results([say('before', 'x')])).toEqual(['replayed'])
  })

  it('is over when there is room again: the same commits are kept, each once', () => {
    const wanted = [[say('small', 'a')], [say('x'.repeat(200_000), 'b')], [say('too', 'c')]]
    desk.fill()
    expect(desk.results(...wanted)).toEqual(all('storage_full', 3))
    desk.empty()
    expect(desk.results(...wanted)).toEqual(all('kept', 3))
    expect(desk.words().map((words) => words.length)).toEqual([5, 200_000, 3])
  })

  it('in a batch that also stumbles over a bad commit is still told as what it is', () => {
    desk.keep([say('one', 'x')])
    desk.fill()
    expect(desk.results([say('one', 'x')], [say('x'.repeat(200_000))])).toContain('storage_full')
    desk.empty()
    expect(desk.results([say('one', 'x')], [say('two')])).toEqual(['replayed', 'kept'])
  })

  it('does not keep the writer from closing', () => {
    desk.keep([say('one')])
    desk.fill()
    desk.reopen()
    expect(desk.words()).toEqual(['one'])
  })

  it('names no new persona that is not there afterwards', () => {
    desk.fill()
    const change = said('t', 'x'.repeat(200_000), { role: 'assistant', personaId: 'new', model: 'm' })
    expect(desk.results([change])).toEqual(['storage_full'])
    desk.empty()
    expect(desk.results([change])).toEqual(['kept'])
    expect(desk.rows('SELECT p.id FROM personas p JOIN messages m ON m.persona = p.key')).toEqual([
      { id: 'new' },
    ])
  })
})

describe('a commit whose answer was lost on the way back from the disk', () => {
  it('is told as a fault, is there all the same, and is found by a retry', () => {
    desk.loseAnswers = 1
    expect(desk.results([say('one', 'x')])).toEqual(['unavailable'])
    expect(desk.words()).toEqual(['one'])
    expect(desk.results([say('one', 'x')])).toEqual(['replayed'])
  })

  it('does not give its commit number to the next batch', () => {
    const before = desk.commitNumber()
    desk.loseAnswers = 1
    desk.commit(by('ann', say('one')))
    const [next] = desk.keep([say('two')])
    expect(desk.commitNumber()).toBe(before + 2)
    expect(next?.receipt.position).toMatch(new RegExp(`-${before + 2}$`))
  })

  it('is answered as kept or found when only the card beside it could not be written', () => {
    let times = 0
    desk.onCame = () => {
      if (times++ === 0) throw new Error('the card cannot be written')
    }
    expect(desk.results([say('one')], [say('two')])).toEqual(['replayed', 'replayed'])
    expect(desk.words()).toEqual(['one', 'two'])
  })
})

describe('a file that another program holds', () => {
  it('is waited for once, and told to every commit of the batch, the bad one too', () => {
    using _ = desk.held()
    const began = performance.now()
    const batch = [[say('one')], [said('nowhere', 'lost')], [say('two')]]
    expect(desk.results(...batch)).toEqual(all('unavailable', 3))
    expect(performance.now() - began).toBeLessThan(2 * desk.patienceMs)
  })

  it('is said to be that, and takes the same commits when it is let go', () => {
    {
      using _ = desk.held()
      expect(desk.commit(by('ann', say('one', 'x')))).toMatchObject([
        { fault: { message: expect.stringMatching(/Another program holds/) as string } },
      ])
    }
    expect(desk.results([say('one', 'x')])).toEqual(['kept'])
    expect(desk.words()).toEqual(['one'])
  })

  it('keeps no log of a run from being dropped later', () => {
    using _ = desk.held()
    expect(desk.writer.dropRunLogs(1)).toBe(0)
  })
})

describe('a batch that cannot even be taken back', () => {
  it('leaves nothing of itself, and the writer goes on with a new connection', () => {
    desk.poison('poison')
    desk.loseRollbacks = 2
    expect(desk.results([say('one')], [say('poison')], [say('two')])).toEqual(['kept', 'internal', 'kept'])
    expect(desk.words()).toEqual(['one', 'two'])
  })
})

describe('two writers on one file', () => {
  it('cannot overwrite each other: whose memory is behind looks again', () => {
    using other = desk.second()
    for (const n of [1, 2, 3]) {
      expect(desk.results([say(`mine ${n}`)])).toEqual(['kept'])
      expect(other.results([say(`theirs ${n}`)])).toEqual(['kept'])
    }
    expect(desk.words()).toEqual(['mine 1', 'theirs 1', 'mine 2', 'theirs 2', 'mine 3', 'theirs 3'])
  })
})

describe('what one batch does to one thread', () => {
  it('is written in the order of the batch, whoever sent it', () => {
    const commits = ['one', 'two', 'three', 'four'].map((words) => [say(words)])
    expect(desk.keep(...commits).map(({ receipt }) => receipt.seq)).toEqual([1, 2, 3, 4])
    expect(desk.words()).toEqual(['one', 'two', 'three', 'four'])
  })

  it('goes on in the next batch where the last one ended, also after a batch that failed', () => {
    desk.keep([say('one')])
    desk.loseAnswers = 1
    desk.commit(by('ann', say('two')))
    desk.fill()
    desk.commit(by('ann', say('x'.repeat(200_000))))
    desk.empty()
    expect(desk.keep([say('three')])[0]?.receipt).toMatchObject({ seq: 3 })
  })

  it('may open a thread, speak in it and start a run in it', () => {
    const open = [created('new'), said('new', 'hello', { id: 'q' })]
    const [, run] = desk.keep(open, [started('new', 'q', { runId: 'r' })])
    expect(run?.run).toMatchObject({ runId: 'r', attempt: 1, replySeq: 2 })
  })

  it('of two users is apart, though they use the same ids', () => {
    const forBoth = ['ann', 'bob'].map((user) => by(user, created('same'), said('same', user, { id: 'x' })))
    expect(desk.commit(...forBoth).map(resultOf)).toEqual(['kept', 'kept'])
    expect(desk.rows(`SELECT text FROM messages WHERE id = 'x' ORDER BY user`)).toEqual([
      { text: 'ann' },
      { text: 'bob' },
    ])
  })
})

const say = (words: string, id?: string): Change => said('t', words, id === undefined ? {} : { id })
const by = (user: string, ...changes: Change[]): Commit => ({ user, at: 1, changes })
const all = (result: string, count: number): string[] => Array.from({ length: count }, () => result)
const resultOf = (settled: Settled): string => ('fault' in settled ? settled.fault.code : settled.result)

/** A writer at work in a file of its own, where ann has the thread `t`; and the ways to put it to the test. */
class Desk implements Disposable {
  readonly home: Home
  readonly came: number[] = []
  readonly #owner: boolean
  onCame: (commitNumber: number) => void = () => {}
  /** So many commits reach the disk, and their answers do not come back. */
  loseAnswers = 0
  /** So many times the engine refuses to take back what was begun. */
  loseRollbacks = 0
  /** How long it waits for another program. */
  readonly patienceMs = 400
  #full = false
  #poison: string | null = null
  #db: DatabaseSync | null = null
  #writer: Writer

  constructor(home?: Home) {
    this.#owner = home === undefined
    this.home = home ?? new Home()
    if (this.#owner) this.#found()
    this.#writer = this.#open()
    if (this.#owner) this.keep([created('t')])
  }

  get writer(): Writer {
    return this.#writer
  }

  second(): Desk {
    return new Desk(this.home)
  }

  reopen(): void {
    this.#writer.close()
    this.#writer = this.#open()
  }

  commit(...commits: Commit[]): Settled[] {
    const prepared = commits.map((commit) => {
      const verdict = prepareCommit(commit, checksumOf)
      return 'prepared' in verdict ? verdict.prepared : expect.fail(JSON.stringify(verdict))
    })
    return this.#writer.commit(prepared).settled
  }

  /** Each list of changes is a commit of ann's. */
  results(...commits: Change[][]): string[] {
    return this.commit(...commits.map((changes) => by('ann', ...changes))).map(resultOf)
  }

  keep(...commits: Change[][]) {
    const settled = this.commit(...commits.map((changes) => by('ann', ...changes)))
    return settled.map((one) => ('receipt' in one ? one : expect.fail(JSON.stringify(one))))
  }

  /** The file may not grow any more: what SQLite says of that is what it says of a full disk. */
  fill(): void {
    this.#full = true
    this.#limit()
  }

  empty(): void {
    this.#full = false
    this.#limit()
  }

  /** From now on the engine itself refuses a message of these words. */
  poison(words: string): void {
    this.#poison = words
    this.#limit()
  }

  /** From now on another connection has the only right to write. */
  held(): Disposable {
    must(this.#db, 'the writer is connected').exec(`PRAGMA busy_timeout = ${this.patienceMs}`)
    const other = new DatabaseSync(this.home.file)
    other.exec('BEGIN IMMEDIATE')
    return { [Symbol.dispose]: () => other.close() }
  }

  words(): string[] {
    return this.rows('SELECT text FROM messages WHERE thread = 1 ORDER BY seq').map((row) =>
      String(row['text']),
    )
  }

  commitNumber(): number {
    return Number(this.rows(`SELECT value FROM meta WHERE name = 'commit_number'`)[0]?.['value'])
  }

  rows(sql: string): Record<string, unknown>[] {
    using db = new DatabaseSync(this.home.file, { readOnly: true })
    return db
      .prepare(sql)
      .all()
      .map((row) => ({ ...row }))
  }

  [Symbol.dispose](): void {
    this.empty()
    this.#writer.close()
    if (!this.#owner) return
    const { faults } = inspect(this.home.file)
    this.home[Symbol.dispose]()
    assert(faults.length === 0, `the file is sound after the test: ${faults.join('; ')}`)
  }

  #found(): void {
    mkdirSync(this.home.folder)
    using db = openWriting(this.home.file, 'FULL')
    migrate(db, migrationsOf('sqlite'), this.home.snapshots)
  }

  #open(): Writer {
    const came = (commitNumber: number) => {
      this.came.push(commitNumber)
      this.onCame(commitNumber)
    }
    return new Writer({ open: () => this.#connect(), durability: 'disk', came })
  }

  #connect(): DatabaseSync {
    this.#db = openWriting(this.home.file, 'FULL')
    this.#limit()
    return this.#loseAnswersOf(this.#db)
  }

  #limit(): void {
    const db = must(this.#db, 'the writer is connected')
    db.exec(`PRAGMA max_page_count = ${this.#full ? 1 : 1_000_000}`)
    if (this.#poison === null) return
    db.exec(`CREATE TEMP TRIGGER IF NOT EXISTS poison BEFORE INSERT ON main.messages WHEN NEW.text = '${this.#poison}'
      BEGIN SELECT RAISE(ABORT, 'this one is poison'); END`)
  }

  #loseAnswersOf(db: DatabaseSync): DatabaseSync {
    const prepare = db.prepare.bind(db)
    db.prepare = (sql, options) => {
      const statement = prepare(sql, options)
      const run = statement.run.bind(statement)
      if (sql === 'COMMIT') statement.run = () => this.#answerOf(run())
      if (sql === 'ROLLBACK') statement.run = () => (this.#refuseRollback(), run())
      return statement
    }
    return db
  }

  #answerOf<T>(done: T): T {
    if (this.loseAnswers-- > 0) throw Object.assign(new Error('disk I/O error'), { errcode: 10 })
    return done
  }

  #refuseRollback(): void {
    if (this.loseRollbacks-- > 0)
      throw Object.assign(new Error('database disk image is malformed'), { errcode: 11 })
  }
}
