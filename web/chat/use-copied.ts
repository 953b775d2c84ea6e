// Puts words on the clipboard, and says so for a moment.

import { useEffect, useState } from 'react'
import { toast } from '../ui/toast.ts'

const shownMs = 2_000

export function useCopied(): [isCopied: boolean, copy: (text: string) => void] {
  const [isCopied, setCopied] = useState(false)
  useEffect(() => {
    if (!isCopied) return
    const timer = setTimeout(() => setCopied(false), shownMs)
    return () => clearTimeout(timer)
  }, [isCopied])
  const copy = (text: string) =>
    void navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      () => toast('This browser does not let the page copy. Select the words and copy them yourself.'),
    )
  return [isCopied, copy]
}
