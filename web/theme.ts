// Light, dark, or as the system has it: a choice of this browser.

import { useSyncExternalStore } from 'react'

export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

/** public/theme.js reads the same before the first paint. */
const key = 'threadkeep.theme'
const listeners = new Set<() => void>()

export const useTheme = (): Theme => useSyncExternalStore(onTheme, themeNow)

export function setTheme(theme: Theme): void {
  if (theme === 'system') localStorage.removeItem(key)
  else localStorage.setItem(key, theme)
  draw()
}

function themeNow(): Theme {
  const kept = localStorage.getItem(key)
  return themes.find((theme) => theme === kept) ?? 'system'
}

function draw(): void {
  const theme = themeNow()
  if (theme === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = theme
  for (const listener of listeners) listener()
}

function onTheme(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

// Chosen in another tab.
window.addEventListener('storage', (event) => event.key === key && draw())
