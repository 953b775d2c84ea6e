// The storage of this browser as promises: a database that is opened once, and one request or transaction of it.

/** Opened when it is first needed, and again after a newer page has asked for it to be closed. */
export function databaseOf(
  name: string,
  version: number,
  make: (database: IDBDatabase) => void,
): () => Promise<IDBDatabase> {
  let opened: Promise<IDBDatabase> | null = null
  const open = async () => {
    const request = indexedDB.open(name, version)
    request.addEventListener('upgradeneeded', () => make(request.result))
    const database = await done(request)
    const forget = () => {
      database.close()
      opened = null
    }
    database.addEventListener('versionchange', forget)
    database.addEventListener('close', forget)
    return database
  }
  return () =>
    (opened ??= open().catch((fault: unknown) => {
      opened = null
      throw fault
    }))
}

export function done<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(request.error ?? new DOMException('It failed.')))
  })
}

/** Over when all of it is written down, and not before. */
export function completed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.addEventListener('complete', () => resolve())
    const fail = () => reject(transaction.error ?? new DOMException('It was given up.'))
    transaction.addEventListener('abort', fail)
  })
}
