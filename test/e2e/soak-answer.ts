// A long answer with everything an answer is made of, a different one for each number and the same each time.

const blocksAnAnswer = 12
const subjects = [
  'The wall',
  'The rose',
  'A letter',
  'The winter',
  'Bread',
  'A boat',
  'The north',
  'Her sister',
]
const deeds = ['waits for', 'grows beside', 'forgets', 'answers', 'outlives', 'is kept from', 'leans on']

export function answerOf(number: number): string {
  const blocks = Array.from({ length: blocksAnAnswer }, (_, index) => blockOf(number, index))
  return `# Answer ${number}\n\n${blocks.join('\n\n')}\n\nEnd of answer ${number}.`
}

function blockOf(number: number, index: number): string {
  const seed = number * blocksAnAnswer + index
  const prose = `${sentences(seed, 12)}\n\n${sentences(seed + 5, 9)}`
  if (index % 4 === 1) return `${prose}\n\n${listOf(seed)}`
  if (index % 4 === 2) return `## Part ${index}\n\n${prose}\n\n${codeOf(seed)}`
  if (index % 4 === 3) return `${prose}\n\n${tableOf(seed)}\n\n> ${sentences(seed, 2)}`
  return prose
}

const sentences = (seed: number, count: number): string =>
  Array.from({ length: count }, (_, index) => sentence(seed * 31 + index * 7)).join(' ')

const sentence = (seed: number): string =>
  `${at(subjects, seed)} ${at(deeds, seed + Math.floor(seed / 13))} **${at(subjects, seed + 3).toLowerCase()}**, and \`${seed}\` times more.`

const listOf = (seed: number): string =>
  Array.from({ length: 6 }, (_, line) => `- ${sentence(seed + line)}`).join('\n')

const codeOf = (seed: number): string =>
  `\`\`\`ts\n${Array.from({ length: 8 }, (_, line) => `const wall${seed + line}: string = 'north ${line}' // ${at(deeds, line)}`).join('\n')}\n\`\`\``

const tableOf = (seed: number): string =>
  `| what | how often |\n|---|--:|\n${Array.from({ length: 5 }, (_, row) => `| ${at(subjects, seed + row)} | ${seed + row} |`).join('\n')}`

const at = (words: readonly string[], place: number): string => words[place % words.length] ?? ''

export const wordsAnAnswer = answerOf(1).split(/\s+/).length
