// Who is asking, once a credential has been verified. Nothing in a body, query or header of the client's making becomes one.

export type Scope = 'read' | 'write' | 'admin'

export type Principal = {
  userId: string
  /** How they proved it; rules that differ by credential look here. */
  by: 'guest' | 'embedder'
  scopes: readonly Scope[]
}

/** The one port through which every kind of identity comes in. Null: no credential, or one that is not valid. */
export type Authenticate = (request: Request) => Promise<Principal | null>
