// Days and hours as people say them, in the language and the time zone of the page.

type Moment = string | number

const zoned = (options: Intl.DateTimeFormatOptions, language?: string) =>
  new Intl.DateTimeFormat(language, options)

const dayParts = { year: 'numeric', month: '2-digit', day: '2-digit' } as const
const formats = new Map<string, Intl.DateTimeFormat>()

/** Making a format costs more than using it a thousand times. */
function formatOf(name: string, options: Intl.DateTimeFormatOptions, language?: string): Intl.DateTimeFormat {
  const key = `${name} ${language ?? ''} ${options.timeZone ?? ''}`
  const format = formats.get(key) ?? zoned(options, language)
  formats.set(key, format)
  return format
}

/** The day as a name that sorts: 2026-11-20. */
export function dayOf(moment: Moment, timeZone?: string): string {
  const format = formatOf('day', { ...dayParts, ...(timeZone ? { timeZone } : {}) }, 'en-CA')
  return format.format(new Date(moment))
}

/** Today, Yesterday, then the weekday and the date; the year only when it is another. */
export function dayWords(moment: Moment, now: Moment, language?: string): string {
  const day = dayOf(moment)
  if (day === dayOf(now)) return 'Today'
  if (day === dayOf(new Date(now).getTime() - 86_400_000)) return 'Yesterday'
  const isThisYear = day.slice(0, 4) === dayOf(now).slice(0, 4)
  const usual = { weekday: 'long', day: 'numeric', month: 'long' } as const
  const format = isThisYear
    ? formatOf('date', usual, language)
    : formatOf('old', { ...usual, year: 'numeric' }, language)
  return format.format(new Date(moment))
}

export const timeWords = (moment: Moment, language?: string): string =>
  formatOf('time', { hour: 'numeric', minute: '2-digit' }, language).format(new Date(moment))

export const fullWords = (moment: Moment, language?: string): string =>
  formatOf('full', { dateStyle: 'full', timeStyle: 'medium' }, language).format(new Date(moment))
