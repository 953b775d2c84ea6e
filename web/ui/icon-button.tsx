// A button that shows a sign instead of words; its label is what a screen reader says and what the tooltip shows.

import type { ComponentProps } from 'react'
import { Tooltip } from './tooltip.tsx'

export type IconButtonProps = ComponentProps<'button'> & {
  label: string
  kind?: 'plain' | 'solid'
  size?: 'small' | 'usual'
}

export function IconButton({
  label,
  kind = 'plain',
  size = 'usual',
  type = 'button',
  className = '',
  ...rest
}: IconButtonProps) {
  return (
    <Tooltip text={label}>
      <button
        type={type}
        aria-label={label}
        className={`icon-button ${className}`}
        data-kind={kind}
        data-size={size}
        {...rest}
      />
    </Tooltip>
  )
}
