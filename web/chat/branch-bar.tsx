// Says that this is not what the thread shows, with the two ways on from here.

import { GitBranch } from 'lucide-react'
import { Button } from '../ui/button.tsx'

export function BranchBar({ onStay, onBack }: { onStay: () => void; onBack: () => void }) {
  return (
    <div className="quiet-line" role="status">
      <GitBranch size={16} aria-hidden="true" />
      <p>You are reading another branch. The conversation itself has not changed.</p>
      <span className="quiet-line-actions">
        <Button size="small" onClick={onBack}>
          Back
        </Button>
        <Button size="small" kind="solid" onClick={onStay}>
          Continue here
        </Button>
      </span>
    </div>
  )
}
