// The owner of everything below; known by an id that comes from a verified credential.

export type User = {
  id: string
  name: string | null
  language: string | null
  defaultPersonaId: string | null
  personaPrompt: string | null
  mainThreadId: string | null
  changeSeq: number
  createdAt: number
}
