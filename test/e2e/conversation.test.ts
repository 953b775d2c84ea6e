// The conversation as a person meets it: in a real browser, before a real house, with a model that does what it is told.
import { describe, expect, it } from 'vitest'
import { ModelError } from '../../src/core/model.ts'
import { atGate, end, hang, says, type Script } from '../../src/model/scripted.ts'
import { deafTab } from './deafen.ts'
import { openPage } from './open-page.ts'
import { lastWords } from './page-house.ts'

const aboutIt: Script = (request) => says(`About: ${lastWords(request)}`)

describe('a conversation', () => {
  it('goes from the first visit to the first answer, and says when it is on disk', async () => {
    await using visit = await openPage({ script: [says('Roses grow ', 'by the wall.')] })
    await visit.say('What grows?')
    await visit.answer('Roses grow by the wall.')
    await visit.own('What grows?').getByText('on disk').waitFor()
    expect(visit.page.url()).toMatch(/\/t\/|thread/)
  })

  it('goes on with the same answer after a reload in its middle', async () => {
    await using visit = await openPage({ script: [['Roses ', 'grow ', atGate, 'by the wall.', end()]] })
    await visit.say('What grows?')
    await visit.answer('Roses grow')
    await visit.page.reload()
    await visit.answer('Roses grow')
    await visit.page.getByRole('button', { name: 'being written' }).waitFor()
    visit.house.model.gate.next()
    await visit.answer('Roses grow by the wall.')
    expect(await visit.answers()).toEqual(['Roses grow by the wall.'])
    expect(await visit.kept()).toBe(2)
  })

  it('stops by Escape and by the button, and keeps the words', async () => {
    await using visit = await openPage({
      script: [
        ['Roses grow', hang],
        ['Lilies too', hang],
      ],
    })
    await visit.say('What grows?')
    await visit.answer('Roses grow')
    await visit.page.keyboard.press('Escape')
    await visit.page.getByText('stopped', { exact: true }).waitFor()
    await visit.say('And?')
    await visit.answer('Lilies too')
    await visit.page.getByRole('button', { name: 'Stop the answer' }).click()
    await expect.poll(() => visit.page.getByText('stopped', { exact: true }).count()).toBe(2)
  })

  it('keeps the first version when one edits, and goes between the two', async () => {
    await using visit = await openPage({ script: aboutIt })
    await visit.say('Roses')
    await visit.answer('About: Roses')
    await visit.box.press('ArrowUp')
    await visit.page.getByRole('textbox').last().fill('Lilies')
    await visit.box.press('Enter')
    await visit.answer('About: Lilies')
    await visit.page.getByRole('group', { name: 'version 2 of 2' }).waitFor()
    await visit.page.getByRole('button', { name: 'Earlier version' }).click()
    await visit.answer('About: Roses')
    await visit.page.getByText('You are reading another branch.').waitFor()
    await visit.page.getByRole('button', { name: 'Back', exact: true }).click()
    await visit.answer('About: Lilies')
    expect(await visit.words()).toEqual(['Lilies'])
  })

  it('moves the head only when one stays in a branch', async () => {
    await using visit = await openPage({ script: aboutIt })
    await visit.say('Roses')
    await visit.answer('About: Roses')
    await visit.edit('Lilies')
    await visit.answer('About: Lilies')
    await visit.page.getByRole('button', { name: 'Earlier version' }).click()
    await visit.answer('About: Roses')
    await visit.page.reload()
    await visit.answer('About: Lilies')
    await visit.page.getByRole('button', { name: 'Earlier version' }).click()
    await visit.page.getByRole('button', { name: 'Continue here' }).click()
    await visit.page.getByText('You are reading another branch.').waitFor({ state: 'detached' })
    await visit.page.reload()
    await visit.answer('About: Roses')
    expect(await visit.words()).toEqual(['Roses'])
  })

  it('answers again beside the first answer, as another persona too', async () => {
    await using visit = await openPage({ script: (_, call) => says(`Answer ${call}`) })
    await visit.say('What grows?')
    await visit.answer('Answer 1')
    await visit.page.getByRole('button', { name: 'Answer again' }).click()
    await visit.page.getByRole('group', { name: 'answer 2 of 2' }).waitFor()
    await visit.page.getByRole('button', { name: 'More' }).last().click()
    await visit.page.getByRole('menuitem', { name: 'Answer again as Kavya' }).click()
    await visit.page.getByRole('article', { name: 'Kavya' }).waitFor()
    await visit.page.getByRole('group', { name: 'answer 3 of 3' }).waitFor()
    expect(await visit.kept()).toBe(4)
  })

  it('tries a failed answer again, and says why it failed', async () => {
    await using visit = await openPage({
      script: (_, call) =>
        call === 1 ? ['Roses', new ModelError('cut', 'The model went away.')] : says('Roses grow.'),
    })
    await visit.say('What grows?')
    await visit.page.getByText('failed', { exact: true }).waitFor()
    await visit.page.getByText('The model went away.').waitFor()
    await visit.page.getByRole('button', { name: 'Try again' }).click()
    await visit.answer('Roses grow.')
    expect(await visit.answers()).toEqual(['Roses grow.'])
  })

  it('deletes with a way back', async () => {
    await using visit = await openPage({ script: [says('Roses.')] })
    await visit.say('My secret')
    await visit.answer('Roses.')
    await visit.own('My secret').hover()
    await visit.own('My secret').getByRole('button', { name: 'More' }).click()
    await visit.page.getByRole('menuitem', { name: 'Delete' }).click()
    await visit.page.getByText('You deleted what you said here.').waitFor()
    expect(await visit.page.getByText('My secret').count()).toBe(0)
    await visit.page.getByRole('button', { name: 'Undo' }).click()
    await visit.own('My secret').waitFor()
  })

  it('keeps what one has begun to write over a reload', async () => {
    await using visit = await openPage({ script: [says('Roses.')] })
    await visit.say('What grows?')
    await visit.answer('Roses.')
    await visit.box.fill('And in win')
    await visit.page.reload()
    await expect.poll(() => visit.box.inputValue()).toBe('And in win')
  })

  it('keeps an unfinished edit over a reload too', async () => {
    await using visit = await openPage({ script: [says('Roses.')] })
    await visit.say('What grows?')
    await visit.answer('Roses.')
    await visit.box.press('ArrowUp')
    await visit.box.fill('What grows by the')
    await visit.page.reload()
    await visit.answer('Roses.')
    await visit.box.press('ArrowUp')
    expect(await visit.box.inputValue()).toBe('What grows by the')
  })

  it('says that nothing is kept where nothing is', async () => {
    await using visit = await openPage({ script: [says('Roses.')], store: 'memory:' })
    await visit.say('What grows?')
    await visit.own('What grows?').getByText('not kept').waitFor()
    expect(await visit.page.getByText('on disk').count()).toBe(0)
  })

  it('draws only the last block anew for a word that comes', async () => {
    const words = Array.from({ length: 200 }, (_, index) => `word${index} `)
    await using visit = await openPage({
      script: [['# Roses\n\nThey grow.\n\n- by\n- the wall\n\n', 'And ', atGate, ...words, end()]],
    })
    await visit.say('What grows?')
    await visit.answer('And')
    await visit.page.locator('.answer .markdown').evaluate((answer) => {
      const drawn: string[] = []
      Object.assign(window, { drawn })
      const note = ({ target }: MutationRecord) => {
        const place = [...answer.children].findIndex((block) => block.contains(target))
        if (place >= 0) drawn.push(answer.children[place]?.textContent.slice(0, 4) ?? '')
      }
      new MutationObserver((records) => records.forEach(note)).observe(answer, {
        subtree: true,
        childList: true,
        characterData: true,
      })
    })
    visit.house.model.gate.next()
    await visit.answer('word199')
    const drawn = await visit.page.evaluate(() => (window as unknown as { drawn: string[] }).drawn)
    expect(new Set(drawn)).toEqual(new Set(['And ']))
  })

  it('takes the next thought while an answer is given', async () => {
    await using visit = await openPage({ script: [['Roses', atGate, ' grow.', end()], says('Lilies.')] })
    await visit.say('What grows?')
    await visit.answer('Roses')
    await visit.say('And what else?')
    await visit.own('And what else?').getByText('on disk').waitFor()
    visit.house.model.gate.open()
    await visit.answer('Lilies.')
    expect(await visit.answers()).toEqual(['Roses grow.', 'Lilies.'])
  })
})

describe('two tabs', () => {
  it('show the same conversation', async () => {
    await using visit = await openPage({ script: [says('Roses.'), says('Lilies.')] })
    await visit.say('One')
    await visit.answer('Roses.')
    const other = await visit.tab()
    await other.answer('Roses.')
    await other.say('Two')
    await visit.own('Two').waitFor()
    await visit.answer('Lilies.')
    expect(await visit.words()).toEqual(await other.words())
  })

  it('that do not hear of each other lose nothing: what was said at a stale place is one click away', async () => {
    await using visit = await openPage({ script: aboutIt })
    await visit.say('One')
    await visit.answer('About: One')
    const deaf = await deafTab(visit, 'About: One')
    await visit.say('Two')
    await visit.answer('About: Two')
    await deaf.box.fill('Three')
    await deaf.box.press('Enter')
    await deaf.page.getByText('Somebody said something else here meanwhile').waitFor()
    await deaf.answer('About: Two')
    await deaf.page.getByRole('button', { name: 'Put it after the latest' }).click()
    await deaf.page.getByText('Somebody said something else here').waitFor({ state: 'detached' })
    await deaf.answer('About: Three')
    expect(await deaf.words()).toEqual(['One', 'Two', 'Three'])
    await visit.own('Three').waitFor()
  })

  it('go to where a stale message stands', async () => {
    await using visit = await openPage({ script: aboutIt })
    await visit.say('One')
    await visit.answer('About: One')
    const deaf = await deafTab(visit, 'About: One')
    await visit.say('Two')
    await visit.answer('About: Two')
    await deaf.box.fill('Three')
    await deaf.box.press('Enter')
    await deaf.page.getByRole('button', { name: 'Go there' }).click()
    await deaf.answer('About: Three')
    expect(await deaf.words()).toEqual(['One', 'Three'])
  })
})

describe('without a network', () => {
  it('keeps what is said on this device, and sends it once when the network is back', async () => {
    await using visit = await openPage({ script: [says('Roses.'), says('Lilies.')] })
    await visit.say('One')
    await visit.answer('Roses.')
    await visit.context.setOffline(true)
    await visit.say('In a tunnel')
    await visit.own('In a tunnel').getByText('on this device').waitFor()
    await visit.context.setOffline(false)
    await visit.own('In a tunnel').getByText('on disk').waitFor({ timeout: 15_000 })
    await visit.answer('Lilies.')
    expect(await visit.kept()).toBe(4)
  })

  it('sends after a reload what could not be sent before it, under the same id', async () => {
    await using visit = await openPage({ script: [says('Roses.'), says('Lilies.')] })
    await visit.say('One')
    await visit.answer('Roses.')
    await visit.page.route('**/v1/threads/*/messages', (route) =>
      route.request().method() === 'POST' ? route.abort() : route.continue(),
    )
    await visit.say('Two')
    await visit.own('Two').getByText('on this device').waitFor()
    await visit.page.reload()
    await visit.own('Two').getByText('on this device').waitFor()
    await visit.page.unrouteAll({ behavior: 'ignoreErrors' })
    await visit.own('Two').getByText('on disk').waitFor({ timeout: 15_000 })
    await visit.answer('Lilies.')
    expect(await visit.words()).toEqual(['One', 'Two'])
    expect(await visit.kept()).toBe(4)
  })

  it('says nothing twice when the house kept it and the receipt was lost', async () => {
    await using visit = await openPage({ script: [says('Roses.'), says('Lilies.')] })
    await visit.say('One')
    await visit.answer('Roses.')
    let lost = 0
    await visit.page.route('**/v1/threads/*/messages', async (route) => {
      if (route.request().method() !== 'POST' || lost++ > 0) return route.continue()
      await route.fetch()
      return route.abort()
    })
    await visit.say('Two')
    await visit.answer('Lilies.')
    expect(await visit.kept()).toBe(4)
  })
})
