// How the web app is built from web/ into dist/web, and served while it is being written.
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { knownPersonas } from './src/personas/known.ts'

/** What GET /v1/personas says, so that the first visit need not wait for it. */
const builtInPersonas = knownPersonas().map(({ version, definition }) => {
  const { id, name, aliases, description, hue, greeting } = definition
  return { id, name, aliases, description, hue, greeting, version }
})

export default defineConfig({
  root: 'web',
  plugins: [react()],
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
