// A button with words: plain for most, solid for the one thing to do here, danger for what takes something away.

import type { ComponentProps } from 'react'

export type ButtonProps = ComponentProps<'button'> & {
  kind?: 'plain' | 'solid' | 'danger'
  size?: 'small' | 'usual'
}

export function Button({
  kind = 'plain',
  size = 'usual',
  type = 'button',
  className = '',
  ...rest
}: ButtonProps) {
  return <button type={type} className={`button ${className}`} data-kind={kind} data-size={size} {...rest} />
}
