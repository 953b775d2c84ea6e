// A question that has to be answered or put away before anything else: Escape and a press beside it put it away.

import { type ReactNode, useId } from 'react'

export type DialogProps = {
  title: string
  open: boolean
  onClose: () => void
  className?: string
  children: ReactNode
}

export function Dialog({ open, ...rest }: DialogProps) {
  return open ? <OpenDialog {...rest} /> : null
}

function OpenDialog({ title, onClose, className = '', children }: Omit<DialogProps, 'open'>) {
  const titleId = useId()
  return (
    <dialog
      className={`dialog ${className}`}
      aria-labelledby={titleId}
      ref={openModal}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onPointerDown={({ target, currentTarget }) => target === currentTarget && onClose()}
    >
      <h2 id={titleId} className="dialog-title">
        {title}
      </h2>
      {children}
    </dialog>
  )
}

/** Closed before it is taken away, so that the focus goes back to where it came from. */
export function openModal(dialog: HTMLDialogElement): () => void {
  if (!dialog.open) dialog.showModal()
  return () => dialog.close()
}
