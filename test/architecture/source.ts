// One file as the laws see it: its path from the root of the repository, its text, and its syntax tree if it has one.
import { parseSync, Visitor, type ESTree, type VisitorObject } from 'vite'

export interface SourceFile {
  path: string
  text: string
}

export interface Source extends SourceFile {
  /** Undefined for SQL and for files that do not parse. */
  program: ESTree.Program | undefined
  /** The first syntax error, in words. */
  fault: string | undefined
}

export function parse(file: SourceFile): Source {
  if (!/\.[mc]?[jt]sx?$/.test(file.path)) return { ...file, program: undefined, fault: undefined }
  const { program, errors } = parseSync(file.path, file.text)
  const [first] = errors
  return first
    ? { ...file, program: undefined, fault: first.message }
    : { ...file, program, fault: undefined }
}

export function visit(source: Source, visitor: VisitorObject): void {
  if (source.program) new Visitor(visitor).visit(source.program)
}

/** src/store/sqlite.ts is in the room `store`; src/server.ts is a room of its own; web/chat/thread.tsx is in `web`. */
export function roomOf(path: string): string {
  const [top = '', second = ''] = path.split('/')
  return top === 'src' ? second : top
}

export function isHouse(path: string): boolean {
  return path.startsWith('src/') || path.startsWith('web/')
}
