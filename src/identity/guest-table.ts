// What is asked of the place where guests are kept, apart from what they say. A token is never in it, only its hash.

export interface GuestTable extends Disposable {
  /** Kept for good when it resolves. */
  insert(hash: Uint8Array, userId: string, at: number): Promise<void>
  find(hash: Uint8Array): Promise<GuestRow | null>
  see(hash: Uint8Array, at: number): Promise<void>
  /** In the order of their hashes, beyond one of them. */
  after(hash: Uint8Array, limit: number): Promise<Guest[]>
  /** One that was made elsewhere; false when it was here already. */
  take(guest: Guest): Promise<boolean>
}

export type Guest = { hash: Uint8Array; userId: string; createdAt: number; lastSeenAt: number }

export type GuestRow = { userId: string; lastSeenAt: number }
