// Catches what breaks while the page is drawn, so that one broken screen is not a white page.

import { Component, type ReactNode } from 'react'
import { Trouble } from './trouble.tsx'

type Props = { children: ReactNode }

/** React knows no other way to do this than a class. */
export class TroubleBoundary extends Component<Props, { fault: Error | null }> {
  override state = { fault: null as Error | null }

  static getDerivedStateFromError(fault: unknown): { fault: Error } {
    return { fault: fault instanceof Error ? fault : new Error(String(fault)) }
  }

  override render(): ReactNode {
    const { fault } = this.state
    if (!fault) return this.props.children
    // A part of the page that was not loaded can only be loaded by loading the page.
    return <Trouble title="This page broke" fault={fault} onRetry={() => location.reload()} />
  }
}
