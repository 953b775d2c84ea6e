// Every bound on what can be kept or asked for, each with the sentence that a person reads when they meet it.

const KiB = 1024
const MiB = 1024 * KiB

/** Named alone as well: a page that needs these needs not the sentences of all. */
export const titleCharsMax = 200
export const sourcesBytesMax = 64 * KiB

export const limits = {
  userIdChars: [255, 'A user id holds 1 to 255 characters.'],
  idChars: [128, 'An id holds 1 to 128 characters.'],
  externalKeyChars: [255, 'An external key holds 1 to 255 characters.'],
  messageBytes: [1 * MiB, 'A message holds at most 1 MiB. Send the long part as a file, or split it.'],
  parts: [64, 'A message holds at most 64 parts.'],
  titleChars: [titleCharsMax, 'A title holds at most 200 characters.'],
  nameChars: [200, 'A name holds at most 200 characters.'],
  languageChars: [35, 'A language tag holds at most 35 characters, like "en" or "pt-BR".'],
  personaIdChars: [50, 'A persona id holds at most 50 characters.'],
  personaPromptBytes: [4 * KiB, 'A persona prompt holds at most 4 KiB.'],
  tagChars: [64, 'A tag holds at most 64 characters.'],
  intentChars: [128, 'An intent holds at most 128 characters.'],
  originChars: [64, 'An origin holds at most 64 characters.'],
  modelChars: [128, 'The name of a model or provider holds at most 128 characters.'],
  contextBytes: [16 * KiB, 'The context of a thread holds at most 16 KiB of JSON.'],
  metadataBytes: [16 * KiB, 'Metadata holds at most 16 KiB of JSON.'],
  entitiesBytes: [16 * KiB, 'Entities hold at most 16 KiB of JSON.'],
  sourcesBytes: [sourcesBytesMax, 'Sources hold at most 64 KiB of JSON.'],
  markBytes: [4 * KiB, 'A mark on a message holds at most 4 KiB.'],
  draftBytes: [64 * KiB, 'A draft holds at most 64 KiB.'],
  usageBytes: [4 * KiB, 'A usage record holds at most 4 KiB of JSON.'],
  contextReceiptBytes: [256 * KiB, 'A context receipt holds at most 256 KiB of JSON.'],
  runEventsBytes: [2 * MiB, 'One batch of run events holds at most 2 MiB.'],
  runErrorBytes: [8 * KiB, 'The reason of a failed run holds at most 8 KiB.'],
  jsonDepth: [64, 'JSON may be nested at most 64 levels deep.'],
  changesPerCommit: [500, 'One commit holds at most 500 changes.'],
  pageRows: [200, 'A page holds 1 to 200 rows.'],
} as const satisfies Record<string, readonly [max: number, sentence: string]>

export type Limit = keyof typeof limits

export const limitMax = (limit: Limit): number => limits[limit][0]
export const limitSentence = (limit: Limit): string => limits[limit][1]

/** Commits that wait for the writer beyond this are turned away with "unavailable", so that a queue never grows without bound. */
export const commitsWaitingMax = 20_000
export const commitsPerBatchMax = 256
