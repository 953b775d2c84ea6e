// Said to somebody whom the house does not know any more, while what they said waits on this device: what there is to do.

import { useState, useSyncExternalStore } from 'react'
import { leftWords, onLeftWords } from '../left-words.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { toast } from '../ui/toast.ts'

export function SignedOut() {
  const left = useSyncExternalStore(onLeftWords, leftWords)
  const [above, setAbove] = useState<'nothing' | 'words' | 'question'>('nothing')
  if (left === null) return null
  const { texts, beginAnew } = left
  const words = texts.join('\n\n')
  const close = () => setAbove('nothing')
  const copy = async () => {
    if (await isCopied(words)) toast('Copied.')
    else setAbove('words')
  }
  return (
    <div className="banner" data-kind="warn">
      <p>
        <strong>{waiting(texts.length)}</strong> You are signed out here. What waits goes out by itself when
        you are signed in again.
      </p>
      <div className="banner-actions">
        {texts.length > 0 && (
          <Button size="small" onClick={() => void copy()}>
            Copy them
          </Button>
        )}
        <Button size="small" onClick={() => setAbove('question')}>
          Begin as somebody new
        </Button>
      </div>
      <Dialog title="What waits on this device" open={above === 'words'} onClose={close}>
        <p>This browser does not let the page copy. Select the words and copy them yourself.</p>
        <textarea className="banner-words" aria-label="The words" readOnly rows={8} value={words} />
        <div className="dialog-actions">
          <Button onClick={close}>Close</Button>
        </div>
      </Dialog>
      <Dialog title="Begin as somebody new?" open={above === 'question'} onClose={close}>
        <p>
          What waits here, and what you had begun to write, will be gone from this device. It is nowhere else.
          Your conversations stay in the house, for when you are signed in again.
        </p>
        <div className="dialog-actions">
          <Button onClick={close}>Keep it</Button>
          <Button
            kind="danger"
            onClick={() => {
              close()
              beginAnew()
            }}
          >
            Begin anew
          </Button>
        </div>
      </Dialog>
    </div>
  )
}

const waiting = (count: number): string => {
  if (count === 0) return 'No message waits on this device any more.'
  return count === 1 ? 'One message waits on this device.' : `${count} messages wait on this device.`
}

/** Not where the page came by plain http, or where the person forbids it. */
async function isCopied(words: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(words)
    return true
  } catch {
    return false
  }
}
