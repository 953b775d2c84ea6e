// The keys that work everywhere on the page.

import { useEffect } from 'react'
import { undoLatest } from './ui/toast.ts'

export type Keys = { onPalette: () => void; onNew: () => void }

export function useKeys({ onPalette, onNew }: Keys): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.isComposing || !(event.metaKey || event.ctrlKey)) return
      const key = event.key.toLowerCase()
      if (key === 'k' && !event.shiftKey) onPalette()
      else if (key === 'o' && event.shiftKey) onNew()
      // In a field the same keys take back what was typed.
      else if (!(key === 'z' && !event.shiftKey && !isField(event.target) && undoLatest())) return
      event.preventDefault()
    }
    window.addEventListener('keydown', press)
    return () => window.removeEventListener('keydown', press)
  }, [onPalette, onNew])
}

const isField = (target: EventTarget | null): boolean =>
  target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement
