// What a doctor finds: what it is, where, what that means for whoever owns the words, and what to do.

export const findingKinds = [
  'damaged_file', // SQLite itself says that pages cannot be read
  'damaged_index', // an index and its table disagree
  'loose_row', // a row names another that is not there
  'altered_schema', // tables or indexes are not those of this program
  'older_than_acknowledged', // commits that were acknowledged are missing
  'other_store', // the file is not the store of this folder
  'unreadable', // the examination could not go on
  'dangling_head',
  'orphan_parent',
  'missing_message', // a place in a thread without its row
  'message_count_drift',
  'last_seq_drift',
  'fork_count_drift',
  'chain_drift',
  'change_seq_drift',
  'dangling_main_thread',
  'altered_words', // the words of a message are not those of its checksum
  'came_another_way', // a row that nothing tells of which every writer of ours leaves behind
  'stuck_run', // nobody runs it, and nobody ended it
  'stuck_answer', // said to be under way, with no run under way
] as const
export type FindingKind = (typeof findingKinds)[number]

/** What can be made again from the words, and so may be mended. */
const derived: ReadonlySet<FindingKind> = new Set([
  'damaged_index', 'dangling_head', 'message_count_drift', 'last_seq_drift', 'fork_count_drift', 'chain_drift', 'change_seq_drift',
  'dangling_main_thread',
]) // prettier-ignore
export const isDerived = ({ kind }: Finding): boolean => derived.has(kind)

/** A thread with a row that came another way is left as it is: to count the row would say that it belongs there. */
export const isMendable = (found: readonly Finding[]): boolean =>
  found.some(isDerived) && !found.some(({ kind }) => kind === 'came_another_way')

export type Where = { user?: string; thread?: string; message?: string; run?: string }
export type Finding = { kind: FindingKind; where: Where; what: string; means: string; todo: string }

type Advice = Pick<Finding, 'means' | 'todo'>

const rebuild = 'threadkeep doctor --repair makes it again from the messages.'
const restore =
  'Restore a backup (threadkeep restore), or keep the file and read out what can be read: threadkeep doctor --salvage.'

const advice: Record<FindingKind, Advice> = {
  damaged_file: {
    means: 'Parts of the file are not what was written. What stands there may be unreadable.',
    todo: restore,
  },
  damaged_index: {
    means: 'A message may be looked for and not found, although its row is there.',
    todo: 'threadkeep doctor --repair builds the indexes again from the rows.',
  },
  loose_row: {
    means: 'A row belongs to something that is gone; it is not shown.',
    todo: restore,
  },
  altered_schema: {
    means: 'The file was changed by something else than Threadkeep, and is refused at start.',
    todo: 'threadkeep doctor --schema shows each difference.',
  },
  older_than_acknowledged: {
    means:
      'An old copy stands here, or its -wal file is missing: what was acknowledged after it is not in it.',
    todo: 'Put the newest files back. To go on with this one on purpose: threadkeep accept.',
  },
  other_store: {
    means: 'The data folder and the file do not belong together.',
    todo: 'Put the right file back. To take this one on purpose: threadkeep accept.',
  },
  unreadable: { means: 'What comes after this place was not examined.', todo: restore },
  dangling_head: {
    means: 'The thread opens at another place than where it was left. No message is lost by it.',
    todo: rebuild,
  },
  orphan_parent: {
    means: 'The message is there, and what it follows is not.',
    todo: restore,
  },
  missing_message: {
    means: 'A message was given this place, and its row is not there.',
    todo: restore,
  },
  message_count_drift: { means: 'Lists show a wrong number. No message is lost by it.', todo: rebuild },
  last_seq_drift: { means: 'The next message might be given a place that is taken.', todo: rebuild },
  fork_count_drift: {
    means: 'Branches may not be shown. No message is lost by it.',
    todo: rebuild,
  },
  chain_drift: {
    means:
      'The messages do not add up to what the thread says it holds: one may be missing, or the sum is wrong.',
    todo: `Compare with a backup first. If the messages are right, ${rebuild}`,
  },
  change_seq_drift: {
    means: 'Devices that keep a copy could miss a change.',
    todo: rebuild,
  },
  dangling_main_thread: {
    means: 'Who sends without naming a thread has none; a new one is made.',
    todo: 'threadkeep doctor --repair clears the name.',
  },
  altered_words: {
    means: 'These are not the words that were said. They are not shown to anybody.',
    todo: 'Restore a backup (threadkeep restore) to have the words back. Nothing here can know them.',
  },
  came_another_way: {
    means:
      'It was put in by other means than /v1 or pam.*, or what tells of it was lost. It may stand in the way of the next message, or be shown to nobody.',
    todo: 'Ask who wrote it. If it is to be kept, say it again (POST /v1, or pam.store_pam_message). Then take this row away, by the means by which it came. Nothing here touches it, nor the sums of its thread.',
  },
  stuck_run: {
    means: 'The answer seems to be under way, and nobody writes it.',
    todo: 'Start Threadkeep: it ends what its last process left open, and keeps the words that came.',
  },
  stuck_answer: {
    means: 'The answer seems to be under way for ever.',
    todo: 'Ask for another answer to its question. What came of it is in the log of its run, if that is there.',
  },
}

export const finding = (kind: FindingKind, what: string, where: Where = {}): Finding => ({
  kind,
  where,
  what,
  ...advice[kind],
})
