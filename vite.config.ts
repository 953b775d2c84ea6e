// How the web app is built from web/ into dist/web, and served while it is being written.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'
import { knownPersonas } from './src/personas/known.ts'

/** What GET /v1/personas says, so that the first visit need not wait for it. */
const builtInPersonas = knownPersonas().map(({ definition }) => {
  const { id, name, aliases, description, hue, greeting } = definition
  return { id, name, aliases, description, hue, greeting }
})

/** The worker is told what the page needs to open. The colours of code are kept when they were asked for once. */
function pageWorker(): Plugin {
  const unread = "page = { build: 'none', files: [] }"
  const isOfColours = /\/(shiki|@shikijs)\/|\/colours\.ts$/
  return {
    name: 'page-worker',
    apply: 'build',
    generateBundle(_, bundle) {
      const needed = Object.values(bundle).filter(
        (one) => one.type === 'asset' || !one.moduleIds.some((id) => isOfColours.test(id)),
      )
      const names = needed.map(({ fileName }) => fileName).filter((name) => name.startsWith('assets/'))
      const files = ['theme.js', 'icon.svg', ...names].map((name) => `/${name}`)
      const read = (name: string) => readFileSync(path.join(import.meta.dirname, 'web', name), 'utf8')
      const source = read('worker.js')
      const all = [source, read('index.html'), read('public/theme.js'), ...files].join()
      const build = createHash('sha256').update(all).digest('hex').slice(0, 12)
      if (!source.includes(unread)) this.error('web/worker.js has no place for the files of the page')
      const told = source.replace(unread, `page = ${JSON.stringify({ build, files })}`)
      this.emitFile({ type: 'asset', fileName: 'worker.js', source: told })
    },
  }
}

/** The grammars of code have much in common too, and none of that is for the first visit. */
const isOfPage = (id: string): boolean => !/shiki/.test(id)

export default defineConfig({
  root: 'web',
  plugins: [react(), pageWorker()],
  define: { builtInPersonas: JSON.stringify(builtInPersonas) },
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    // Says to scripts/web-size.ts which file loads which.
    manifest: true,
    target: 'es2024',
    // The page may load nothing that is not a file of this house, so nothing is put into it as data.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // What several parts of the page need is one file: many small ones are packed less well.
      output: { codeSplitting: { groups: [{ name: 'shared', test: isOfPage, minShareCount: 2 }] } },
    },
    reportCompressedSize: false,
    // The grammars for code are large, and each is loaded only when code in its language is shown.
    chunkSizeWarningLimit: 1024,
  },
  server: {
    port: 4401,
    proxy: Object.fromEntries(
      ['/v1', '/readyz', '/healthz'].map((path) => [
        path,
        { target: process.env['THREADKEEP_URL'] ?? 'http://127.0.0.1:4400', changeOrigin: true },
      ]),
    ),
  },
})
