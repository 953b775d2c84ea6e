// Where toasts appear: at the foot of the page, above everything, and in the ear of a screen reader.

import { useEffect, useState, useSyncExternalStore } from 'react'
import { dismiss, onToasts, type Toast, toastsNow } from './toast.ts'

export function Toaster() {
  const toasts = useSyncExternalStore(onToasts, toastsNow)
  return (
    <div
      className="toaster"
      role="status"
      aria-live="polite"
      popover="manual"
      // Shown anew with every toast, so that it lies above a dialog that was opened since.
      ref={(place) => {
        if (place?.matches(':popover-open')) place.hidePopover()
        place?.showPopover()
      }}
    >
      {toasts.map((toast) => (
        <ToastLine key={toast.id} toast={toast} />
      ))}
    </div>
  )
}

function ToastLine({ toast: { id, message, undo, shownMs } }: { toast: Toast }) {
  const [isHeld, setHeld] = useState(false)
  useEffect(() => {
    if (isHeld) return
    const timer = setTimeout(() => dismiss(id), shownMs)
    return () => clearTimeout(timer)
  }, [id, shownMs, isHeld])
  const take = () => {
    dismiss(id)
    undo?.()
  }
  return (
    <div
      className="toast"
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <p className="toast-words">{message}</p>
      {undo && (
        <button type="button" className="toast-button" onClick={take}>
          Undo
        </button>
      )}
    </div>
  )
}
