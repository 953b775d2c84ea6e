// What a store holds of one thread and of one user, row by row, in a shape that belongs to no engine: ids as text, bytes as hex.

export const columns = {
  users: [
    'id', 'tenant_id', 'name', 'language', 'default_persona_id', 'persona_prompt', 'main_thread_id', 'change_seq', 'created_at',
  ],
  threads: [
    'id', 'title', 'titled_by', 'default_persona_id', 'head_id', 'external_key', 'context', 'metadata', 'message_count', 'last_seq',
    'fork_count', 'chain', 'created_as', 'change_seq', 'created_at', 'updated_at', 'archived_at', 'pinned_at', 'binned_at', 'keep_until',
  ],
  messages: [
    'seq', 'id', 'parent', 'role', 'status', 'placed', 'text', 'parts', 'persona_id', 'persona_version', 'provider', 'model', 'run_id',
    'session_id', 'origin', 'usage', 'tag', 'intent', 'confidence', 'entities', 'sources', 'metadata', 'format', 'checksum', 'change_seq',
    'created_at', 'finished_at', 'deleted_at',
  ],
  runs: [
    'id', 'message', 'reply', 'attempt', 'status', 'owner', 'epoch', 'lease_until', 'stop_at', 'context_receipt', 'error', 'started_at',
    'ended_at',
  ],
  run_events: ['run_id', 'ordinal', 'position', 'events'],
  marks: ['seq', 'mark', 'value', 'marked_at'],
  bin: [
    'seq', 'deleted_at', 'status', 'text', 'parts', 'tag', 'intent', 'entities', 'sources', 'metadata',
  ],
  external_refs: ['provider', 'external_id'],
  places: ['read_seq', 'draft', 'draft_at', 'change_seq'],
  changes: ['change_seq', 'thread_id', 'kind', 'message'],
  persona_versions: ['persona_id', 'version', 'definition'],
} as const // prettier-ignore

export type Table = keyof typeof columns
/** In the order in which they may be written: a row comes after those that it names. */
export const tablesOfThread = [
  'runs',
  'messages',
  'run_events',
  'marks',
  'bin',
  'external_refs',
  'places',
] as const satisfies Table[]
export type TableOfThread = (typeof tablesOfThread)[number]

export type MovedCell = string | number | null
export type MovedRow = readonly MovedCell[]

/** Where a thread stands: its row, and how many rows it has in every table. Two that read the same hold the same. */
export type ThreadStanding = { id: string; row: MovedRow; counts: Record<TableOfThread, number> }

/** One store that is moved from. */
export interface Origin {
  readonly name: string
  users(): AsyncIterable<string>
  user(user: string): Promise<MovedRow | null>
  /** In the order of their creation. */
  threads(user: string): Promise<ThreadStanding[]>
  /** A bounded piece at a time. */
  rows(user: string, threadId: string, table: TableOfThread): AsyncIterable<MovedRow[]>
  changes(user: string): AsyncIterable<MovedRow[]>
  changesCount(user: string): Promise<number>
  personaVersions(): Promise<MovedRow[]>
}

/** One store that is moved to; each of these is all or nothing. */
export interface Destination extends Origin {
  putUser(user: MovedRow): Promise<void>
  /** In place of whatever was there under this id. */
  putThread(user: string, thread: ThreadStanding, pieces: AsyncIterable<Piece>): Promise<void>
  putChanges(user: string, pieces: AsyncIterable<MovedRow[]>): Promise<void>
  putPersonaVersions(rows: MovedRow[]): Promise<void>
  removeThread(user: string, threadId: string): Promise<void>
}

export type Piece = { table: TableOfThread; rows: MovedRow[] }

export const sameStanding = (a: ThreadStanding | undefined, b: ThreadStanding): boolean =>
  a !== undefined && JSON.stringify([a.row, a.counts]) === JSON.stringify([b.row, b.counts])
