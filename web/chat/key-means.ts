// What a key means in the composer.

export type KeyPressed = Pick<
  KeyboardEvent,
  'key' | 'shiftKey' | 'metaKey' | 'ctrlKey' | 'altKey' | 'isComposing' | 'keyCode'
>
export type ComposerMood = { isEmpty: boolean; isRunning: boolean; isMending: boolean; isTouch: boolean }

/** Null: the key is for the text. While signs are being put together (keyCode 229 in browsers that do not say so) every key is. */
export function keyMeans(pressed: KeyPressed, mood: ComposerMood): 'send' | 'stop' | 'mend' | 'leave' | null {
  const { key, shiftKey, metaKey, ctrlKey, altKey, isComposing, keyCode } = pressed
  const { isEmpty, isRunning, isMending, isTouch } = mood
  if (isComposing || keyCode === 229) return null
  if (key === 'Enter' && (metaKey || ctrlKey)) return 'send'
  if (key === 'Enter') return shiftKey || altKey || isTouch ? null : 'send'
  if (key === 'Escape' && isMending) return 'leave'
  if (key === 'Escape') return isRunning ? 'stop' : null
  if (key === 'ArrowUp' && isEmpty && !isMending && !shiftKey && !altKey && !metaKey && !ctrlKey)
    return 'mend'
  return null
}
