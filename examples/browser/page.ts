// A page that talks to the house it came from: the cookie is the credential, and a cut line is taken up again.
import { createClient } from 'threadkeep/client'

const client = createClient({ url: '', onUnauthenticated: becomeGuest })

async function becomeGuest(): Promise<boolean> {
  await client.guest({ cookie: true })
  return true
}

export async function say(text: string, list: HTMLElement): Promise<void> {
  const { id } = await client.threads.main()
  const line = list.appendChild(document.createElement('p'))
  const answer = client.send(id, { text })
  for await (const _ of answer) line.textContent = answer.text
  line.dataset['status'] = (await answer.finished).status
}
