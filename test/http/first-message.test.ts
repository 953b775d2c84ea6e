// The first minute: a guest says something, is answered, and finds both again.
import { expect, it } from 'vitest'
import { openHouse, usualAnswer } from '../house.ts'

it('keeps a message and its answer, and shows both', async () => {
  await using house = await openHouse()
  const ann = await house.guest()
  const threadId = await ann.thread()
  const said = await ann.ask(threadId, 'Which roses?')
  expect(said.status).toBe(201)
  expect(said.body).toMatchObject({
    message: { text: 'Which roses?', role: 'user' },
    reply: { text: usualAnswer, status: 'complete' },
    run: { status: 'complete' },
    receipt: { result: 'kept', durability: 'none' },
  })
  expect((await ann.messages(threadId)).map(({ text }) => text)).toEqual(['Which roses?', usualAnswer])
})
