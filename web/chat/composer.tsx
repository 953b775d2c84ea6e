// Where the next thing is said: it grows with its words, keeps them, and never waits for anybody.

import { ArrowUp, Square, X } from 'lucide-react'
import { type KeyboardEvent, memo, useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { Message } from '../../src/client/client.ts'
import { IconButton } from '../ui/icon-button.tsx'
import { isTouch } from '../ui/touch.ts'
import { draftOf, dropDraft, keepDraft, onDraft, writeDrafts } from './draft.ts'
import { keyMeans } from './key-means.ts'
import type { ThreadVerbs } from './use-thread.ts'

type ComposerProps = {
  threadId: string
  isRunning: boolean
  isReady: boolean
  lastOwn: Message | undefined
  /** A message that is being said otherwise. */
  mending: Message | null
  /** It has not gone out yet: there is no first version to keep. */
  isMendingUnsent: boolean
  onMend: (message: Message) => void
  onMended: () => void
  verbs: ThreadVerbs
}

export const Composer = memo(function Composer(props: ComposerProps) {
  const { threadId, isRunning, isReady, lastOwn, mending, isMendingUnsent, onMend, onMended, verbs } = props
  const box = useRef<HTMLTextAreaElement>(null)
  const [text, setText, setShown] = useWords(props)
  const isEmpty = text.trim() === ''
  useLayoutEffect(() => {
    const element = box.current
    if (mending) element?.setSelectionRange(element.value.length, element.value.length)
    // On a phone the keyboard would come up unasked, over the faces.
    if (mending || !isTouch) element?.focus({ preventScroll: true })
  }, [mending])
  const [isDue, setDue] = useState(false)
  // Until the message is safe on this device its words stay the draft.
  const say = async () => {
    writeDrafts()
    setShown('')
    if (await verbs.say(text)) return dropDraft(threadId, text)
    const since = draftOf(threadId)
    keepDraft(threadId, since === text || since === '' ? text : `${text}\n${since}`)
    setShown(draftOf(threadId))
  }
  const mend = async (message: Message) => {
    if (!(await verbs.edit(message, text))) return
    dropDraft(mendedKey(message.id), text)
    onMended()
  }
  const send = () => {
    if (isEmpty) return
    setDue(!isReady)
    if (!isReady) return
    void (mending ? mend(mending) : say())
    box.current?.focus({ preventScroll: true })
  }
  // Sent before the page knew who is here: it goes as soon as that is known.
  useEffect(() => {
    if (isDue && isReady) send()
  })
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    const meant = keyMeans(event.nativeEvent, {
      isEmpty: text === '',
      isRunning,
      isMending: mending !== null,
      isTouch,
    })
    if (meant === null || (meant === 'mend' && !lastOwn)) return
    event.preventDefault()
    if (meant === 'send') send()
    if (meant === 'stop') verbs.stop()
    if (meant === 'leave') onMended()
    if (meant === 'mend' && lastOwn) onMend(lastOwn)
  }
  return (
    <form
      className="composer"
      data-mending={mending ? '' : undefined}
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      {mending && (
        <p className="composer-mending">
          {isMendingUnsent
            ? 'You are changing what has not gone out yet.'
            : 'You are saying this otherwise; what you said first is kept beside it.'}
          <IconButton label="Leave it as it was" size="small" onClick={onMended}>
            <X size={15} />
          </IconButton>
        </p>
      )}
      <div className="composer-box" data-words={text.slice(-growsCharsMax)}>
        <textarea
          ref={box}
          className="composer-text"
          aria-label={mending ? 'Your message, said otherwise' : 'Your message'}
          placeholder="Write a message"
          dir="auto"
          rows={1}
          value={text}
          enterKeyHint={isTouch ? 'enter' : 'send'}
          onChange={({ target }) => setText(target.value)}
          onKeyDown={onKeyDown}
        />
        {isRunning && (
          <IconButton label="Stop the answer" className="composer-stop" onClick={verbs.stop}>
            <Square size={14} fill="currentColor" />
          </IconButton>
        )}
        <button
          type="submit"
          className="icon-button composer-send"
          data-kind="solid"
          aria-label="Send"
          disabled={isEmpty}
        >
          <ArrowUp size={18} aria-hidden="true" />
        </button>
      </div>
    </form>
  )
})

/** Where the page has to be told how high a text is, its end is enough: it never grows beyond 40 % of the window. */
const growsCharsMax = 4_000

/** A mended message that was left unfinished is found again where it was begun. */
const mendedKey = (messageId: string): string => `mended.${messageId}`

/** So long after the last key somebody is taken to be writing still. */
const typingMs = 2_000

/** The words, how they are changed, and how the draft is drawn anew without writing it down. */
type Words = [string, (text: string) => void, (text: string) => void]

/** The draft of the thread, or the words that are being mended; leaving these brings the draft back. */
function useWords({ threadId, mending }: ComposerProps): Words {
  const [draft, setDraft] = useState(() => draftOf(threadId))
  const typed = useRef({ at: -Infinity, text: '' })
  useEffect(
    () =>
      onDraft(threadId, (text) => {
        // Whoever writes here now is not written over: their words are the last ones.
        if (performance.now() - typed.current.at > typingMs) setDraft(text)
        else keepDraft(threadId, typed.current.text)
      }),
    [threadId],
  )
  const [mended, setMended] = useState('')
  const mendingId = mending?.id ?? null
  const [knownId, setKnownId] = useState(mendingId)
  if (knownId !== mendingId) {
    setKnownId(mendingId)
    setMended(mending ? draftOf(mendedKey(mending.id)) || mending.text : '')
  }
  useEffect(() => () => writeDrafts(), [])
  const draw = (text: string) => {
    typed.current = { at: -Infinity, text }
    setDraft(text)
  }
  const mend = (text: string) => {
    setMended(text)
    if (mendingId !== null) keepDraft(mendedKey(mendingId), text)
  }
  if (mending) return [knownId === mendingId ? mended : mending.text, mend, draw]
  const change = (text: string) => {
    typed.current = { at: performance.now(), text }
    setDraft(text)
    keepDraft(threadId, text)
  }
  return [draft, change, draw]
}
