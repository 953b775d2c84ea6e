// A read that is a transaction by itself: one statement that first sets its user, and then looks for what is that user's.

/** Never more than this one user. It is forgotten with the transaction, which is the statement. */
const me = `WITH me AS MATERIALIZED (SELECT set_config('threadkeep.user_id', $1, true) AS user_id)`

/** Nothing of these tables is looked at before there is a row of `me`: they are searched for its user, behind a limit that holds them there. */
export const byItself = (text: string): string =>
  behindMe(`SELECT asked.* FROM me CROSS JOIN LATERAL (${text} OFFSET 0) AS asked`)

const behindMe = (text: string) => `${me} ${text.replaceAll('$1', 'me.user_id')}`

type PageParts = {
  /** The columns of a message, as `m`. */
  said: string
  /** Of which thread these are, and whose. */
  thread: string
  head: string
  /** The least seq that may be on the page as low, and the greatest as high; the thread is `t`. */
  window: string
}

/**
 * Where a thread stands and a page of its messages, with the one before them, whose id the first one names. Only where nothing was ever
 * branched is the page a stretch of seqs; of another thread it says where that stands. What is there once comes with the last row.
 */
export function pageByItself({ said, thread, head, window }: PageParts): string {
  const once = (columns: readonly string[]) =>
    columns.map((column) => `CASE WHEN m.seq < w.high THEN NULL ELSE ${column} END`).join(', ')
  const marks = `(
    SELECT json_agg(json_build_array(k.seq, k.mark, k.value)) FROM threadkeep.marks k
    WHERE k.user_id = $1 AND k.thread_id = $2 AND k.seq BETWEEN w.low AND w.high)`
  const facts = ['t.head_id', 't.head_seq', 't.last_seq', 't.fork_count', 't.born', 'w.low', 'w.high', marks]
  return behindMe(`
    SELECT ${said}, ${once(facts)} FROM me
    CROSS JOIN LATERAL (
      SELECT t.head_id, ${head} AS head_seq, t.last_seq, t.fork_count, t.born FROM threadkeep.threads t
      WHERE t.user_id = $1 AND ${thread}) t
    CROSS JOIN LATERAL (${window} OFFSET 0) w
    LEFT JOIN LATERAL (
      SELECT m.* FROM threadkeep.messages m
      WHERE m.user_id = $1 AND m.thread_id = $2 AND m.seq BETWEEN w.low - 1 AND w.high AND t.fork_count = 0 ORDER BY m.seq) m ON true`)
}
