// A list of things to do that opens from a button: arrows walk it, a letter jumps, Escape closes it and goes back to the button.

import {
  cloneElement,
  type KeyboardEvent,
  type ReactElement,
  type ReactNode,
  useId,
  useRef,
  useState,
} from 'react'
import { Check } from 'lucide-react'

export type MenuItem = {
  label: string
  icon?: ReactNode
  /** A second, quieter line. */
  note?: string
  /** Given: one of a choice, and whether it is the chosen one. */
  checked?: boolean
  shortcut?: string
  danger?: boolean
  onSelect: () => void
}

type TriggerProps = {
  onClick?: () => void
  'aria-haspopup'?: 'menu'
  'aria-expanded'?: boolean
  'aria-controls'?: string
  ref?: (button: HTMLButtonElement | null) => void
}

export function Menu({
  trigger,
  items,
  label,
}: {
  trigger: ReactElement<TriggerProps>
  items: readonly MenuItem[]
  /** What the list is called; left out, what the button is called. */
  label?: string
}) {
  const [isOpen, setOpen] = useState(false)
  const id = useId()
  const button = useRef<HTMLButtonElement>(null)
  const close = () => setOpen(false)
  return (
    <>
      {cloneElement(trigger, {
        ref: (element) => void (button.current = element),
        onClick: () => setOpen((open) => !open),
        'aria-haspopup': 'menu',
        'aria-expanded': isOpen,
        ...(isOpen ? { 'aria-controls': id } : {}),
      })}
      {isOpen && (
        <MenuList id={id} label={label ?? 'Menu'} button={button.current} items={items} onClose={close} />
      )}
    </>
  )
}

type MenuListProps = {
  id: string
  label: string
  button: HTMLElement | null
  items: readonly MenuItem[]
  onClose: () => void
}

function MenuList({ id, label, button, items, onClose }: MenuListProps) {
  const open = (menu: HTMLDivElement | null) => {
    if (!menu || menu.matches(':popover-open')) return
    menu.showPopover()
    place(menu, button)
    firstOf(menu)?.focus()
  }
  const select = (item: MenuItem) => {
    onClose()
    button?.focus()
    item.onSelect()
  }
  return (
    <div
      id={id}
      className="menu"
      role="menu"
      aria-label={label}
      tabIndex={-1}
      popover="auto"
      ref={open}
      onToggle={({ newState, currentTarget }) => {
        if (newState !== 'closed') return
        if (currentTarget.contains(document.activeElement)) button?.focus()
        onClose()
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape' || event.key === 'Tab') button?.focus()
        walk(event)
      }}
    >
      {items.map((item) => (
        <Item key={item.label} item={item} onSelect={() => select(item)} />
      ))}
    </div>
  )
}

function Item({ item, onSelect }: { item: MenuItem; onSelect: () => void }) {
  const { label, icon, note, checked, shortcut, danger } = item
  const choice =
    checked === undefined
      ? ({ role: 'menuitem' } as const)
      : ({ role: 'menuitemradio', 'aria-checked': checked } as const)
  return (
    <button
      type="button"
      className="menu-item"
      tabIndex={-1}
      data-danger={danger ? '' : undefined}
      onClick={onSelect}
      {...choice}
    >
      {icon && (
        <span className="menu-item-icon" aria-hidden="true">
          {icon}
        </span>
      )}
      <span className="menu-item-label">{label}</span>
      <span className="menu-item-end" aria-hidden="true">
        {checked ? <Check size={16} /> : shortcut}
      </span>
      {note && <span className="menu-item-note">{note}</span>}
    </button>
  )
}

const itemsOf = (menu: Element) => [...menu.querySelectorAll<HTMLElement>('.menu-item')]

const firstOf = (menu: Element) =>
  itemsOf(menu).find((item) => item.getAttribute('aria-checked') === 'true') ?? itemsOf(menu)[0]

function walk(event: KeyboardEvent<HTMLElement>): void {
  const items = itemsOf(event.currentTarget)
  const at = items.findIndex((item) => item === document.activeElement)
  const to = destination(event, items, at)
  if (!to) return
  event.preventDefault()
  to.focus()
}

function destination({ key }: KeyboardEvent, items: HTMLElement[], at: number): HTMLElement | undefined {
  if (key === 'ArrowDown') return items[(at + 1) % items.length]
  if (key === 'ArrowUp') return items.at(at <= 0 ? -1 : at - 1)
  if (key === 'Home') return items[0]
  if (key === 'End') return items.at(-1)
  if (key.length !== 1 || key === ' ') return undefined
  const later = [...items.slice(at + 1), ...items.slice(0, at + 1)]
  return later.find(({ textContent }) => textContent.toLowerCase().startsWith(key.toLowerCase()))
}

/** Under the button, with its end under the button's end, and inside the window. */
function place(menu: HTMLElement, button: HTMLElement | null): void {
  const at = button?.getBoundingClientRect() ?? new DOMRect()
  const { offsetWidth: width, offsetHeight: height } = menu
  const right = Math.min(at.right, window.innerWidth - 8)
  const below = at.bottom + 4
  const x =
    at.left + width + 8 < window.innerWidth && at.left < window.innerWidth / 2 ? at.left : right - width
  const y = below + height + 8 > window.innerHeight ? Math.max(8, at.top - height - 4) : below
  menu.style.setProperty('--x', `${Math.max(8, x)}px`)
  menu.style.setProperty('--y', `${y}px`)
}
