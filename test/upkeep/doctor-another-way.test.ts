// Rows that somebody wrote into the file by hand: each is named, with why it is known, and not repaired into the sums of its thread.
import { describe, expect, it } from 'vitest'
import { checksumOf } from '../../src/store/hash.ts'
import { repairStore } from '../../src/store/sqlite/doctor-repair.ts'
import { edit, examined, filledHome, kindsOf } from './kept.ts'

type Row = { seq?: number; checksum?: string; changeSeq?: string; text?: string; parts?: string }

const byHand = ({
  seq = 9,
  checksum = 'NULL',
  changeSeq = '0',
  text = 'by hand',
  parts = 'NULL',
}: Row = {}) => `
  INSERT INTO messages (user, thread, seq, id, parent, role, status, placed, text, parts, checksum, change_seq, created_at)
  VALUES (1, 1, ${seq}, 'hand-${seq}', 8, 0, 1, 0, '${text}', ${parts}, ${checksum}, ${changeSeq}, 0)`

const right = `x'${checksumOf('user', { text: 'by hand', parts: null })}'`
const ofThread = '(SELECT change_seq FROM threads WHERE user = 1 AND key = 1)'

describe('a message that was written into the file by hand', () => {
  it.each([
    ['as a beginner does it', byHand(), /change_seq is 0.*last_seq is 8.*no checksum/],
    ['with its checksum', byHand({ checksum: right }), /change_seq is 0.*chain .* without it/],
    [
      'with the change_seq of its thread',
      byHand({ changeSeq: ofThread, checksum: right }),
      /last_seq is 8.*chain/,
    ],
    ['in no form of ours', byHand({ parts: `'[ ]'` }), /not in the form/],
  ])('is named, and it alone: %s', async (_, planted, why) => {
    using home = await filledHome()
    edit(home.file, planted)
    expect(examined(home).findings).toMatchObject([
      {
        kind: 'came_another_way',
        where: { user: 'ann', thread: 't1', message: 'hand-9' },
        what: expect.stringMatching(why) as string,
      },
    ])
  })

  it('is not repaired into the sums of its thread', async () => {
    using home = await filledHome()
    edit(
      home.file,
      byHand({ checksum: right }),
      'UPDATE threads SET message_count = 99 WHERE user = 1 AND key = 1',
    )
    const { after } = await repairStore(home.file, home.folder)
    expect(kindsOf(after)).toEqual(['came_another_way', 'message_count_drift'])
  })
})
