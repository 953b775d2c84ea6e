// Where a new day begins.

import { memo } from 'react'
import { dayOf, dayWords } from './day.ts'

export const DayDivider = memo(function DayDivider({ moment }: { moment: string }) {
  return (
    <div className="day-divider">
      <time dateTime={dayOf(moment)}>{dayWords(moment, Date.now())}</time>
    </div>
  )
})
