// What a finding means and what to do about it, where that is another thing in a database than in a file.

import type { Finding, FindingKind } from '../doctor/finding.ts'

const restore =
  'Restore the database to a moment before it (point-in-time recovery, or a base backup) beside this one, and compare: docs/postgres.md.'
const pages = 'pg_amcheck says whether pages or indexes are damaged.'

const words: Partial<Record<FindingKind, Partial<Pick<Finding, 'means' | 'todo'>>>> = {
  loose_row: { todo: `A constraint was switched off, or a page is damaged. ${pages} ${restore}` },
  altered_schema: {
    means:
      'The tables were changed by something else than Threadkeep. Users may not be kept apart as they should be.',
  },
  older_than_acknowledged: {
    means:
      'An older copy stands here, or another server took over: what was acknowledged last may not be in it.',
    todo: 'Put the right state back. To go on with this one on purpose: threadkeep accept.',
  },
  other_store: {
    means: 'The data folder and the database do not belong together.',
    todo: 'Point THREADKEEP_STORE to the right database. To take this one on purpose: threadkeep accept.',
  },
  unreadable: {
    means: 'What comes after this place of this user was not examined.',
    todo: `${pages} ${restore}`,
  },
  orphan_parent: { todo: restore },
  missing_message: { todo: restore },
  altered_words: { todo: `${restore} Nothing here can know the words.` },
  stuck_run: {
    todo: 'Start a node with THREADKEEP_STORE_UPKEEP: it ends what others left open, and keeps the words that came.',
  },
}

export const forDatabase = (found: Finding): Finding => ({ ...found, ...words[found.kind] })
