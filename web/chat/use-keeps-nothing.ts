// Whether this house forgets everything at its end, as its receipts or the house itself say.

import { useEffect, useState } from 'react'
import type { Receipt } from '../../src/client/client.ts'
import { keepsNothing } from '../house.ts'

let asked: Promise<boolean> | null = null

export function useKeepsNothing(durability: Receipt['durability'] | null): boolean {
  const [said, setSaid] = useState(false)
  useEffect(() => {
    // A house that is away is asked again by the next thread; until then the receipts say it.
    asked ??= keepsNothing().catch(() => {
      asked = null
      return false
    })
    void asked.then(setSaid)
  }, [])
  return durability === null ? said : durability === 'none'
}
