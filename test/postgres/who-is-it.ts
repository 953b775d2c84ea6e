// A sign-in for tests of several nodes: the credential is the name, and every node knows it.
export async function whoIsIt({ headers }: Request): Promise<{ userId: string } | null> {
  const [, userId] = /^Bearer (\w+)$/.exec(headers.get('authorization') ?? '') ?? []
  return userId === undefined ? null : { userId }
}
