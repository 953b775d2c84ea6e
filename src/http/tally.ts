// What the doors count about themselves, as the text that scrapers read.

export class Tally {
  readonly #answers = new Map<string, number>()
  #streams = 0

  answered(status: number): void {
    const family = `${Math.floor(status / 100)}xx`
    this.#answers.set(family, (this.#answers.get(family) ?? 0) + 1)
  }

  async stream(follow: () => Promise<void>): Promise<void> {
    this.#streams++
    try {
      await follow()
    } finally {
      this.#streams--
    }
  }

  /** In the text format of Prometheus. */
  text(gauges: Record<string, number>): string {
    const answers = [...this.#answers].map(
      ([family, count]) => `threadkeep_http_answers_total{status="${family}"} ${count}`,
    )
    const measured = Object.entries({ ...gauges, open_streams: this.#streams }).map(
      ([name, value]) => `# TYPE threadkeep_${name} ${typeOf(name)}\nthreadkeep_${name} ${value}`,
    )
    return ['# TYPE threadkeep_http_answers_total counter', ...answers, ...measured, ''].join('\n')
  }
}

const typeOf = (name: string) => (name.endsWith('_total') ? 'counter' : 'gauge')
