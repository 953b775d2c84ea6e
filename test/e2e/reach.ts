// What a person before this window cannot get at: words and things to press that run over a side, or lie under something.
import type { Locator, Page } from 'playwright-core'

/** Code and tables scroll sideways within themselves; what in an ellipsis or is for the ear alone does not run over. */
export const runsOver = (page: Page): Promise<string[]> =>
  page.evaluate(async (width) => {
    await new Promise((resolve) => setTimeout(resolve, 400))
    const isHeld = (element: Element): boolean => {
      if (element.matches('.code-body, .table-frame')) return true
      const { textOverflow, clipPath } = getComputedStyle(element)
      if (textOverflow === 'ellipsis' || clipPath !== 'none') return true
      return element.parentElement !== null && isHeld(element.parentElement)
    }
    const isOver = (element: Element): boolean => {
      const { left, right, height } = element.getBoundingClientRect()
      if (left === right || height === 0 || !element.checkVisibility()) return false
      return left < -1 || right > width + 1
    }
    const isCut = ({ scrollWidth, clientWidth }: Element): boolean => scrollWidth > clientWidth + 1
    const words = (element: Element) => `${element.className}: ${(element.textContent ?? '').slice(0, 40)}`
    const all = [...document.querySelectorAll('#root *')]
    const over = all.filter((element) => isOver(element) && !isHeld(element))
    const cut = all.filter((element) => element.matches('button, .button') && isCut(element))
    return [...over.map(words), ...cut.map((element) => `cut: ${words(element)}`)]
  }, widthOf(page))

/** In the window whole, with nothing above it; else its words. */
export const outOfReach = (place: Locator): Promise<string | null> =>
  place.evaluate((element, width) => {
    const { left, right, top, bottom } = element.getBoundingClientRect()
    const isInside = left >= -1 && top >= -1 && right <= width + 1 && bottom <= window.innerHeight + 1
    const hit = document.elementFromPoint((left + right) / 2, (top + bottom) / 2)
    const isOnTop = hit !== null && (element === hit || element.contains(hit) || hit.contains(element))
    if (isInside && isOnTop) return null
    const at = [left, top, right, bottom].map(Math.round).join(' ')
    return `${element.className} ${(element.textContent ?? '').slice(0, 30)} at ${at}`
  }, widthOf(place.page()))

/** Of the glass: what runs over it makes a phone's own idea of its window wider. */
const widthOf = (page: Page): number => page.viewportSize()?.width ?? 0
