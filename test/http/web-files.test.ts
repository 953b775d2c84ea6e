// The page and its files as they go out: found, packed, cached and guarded; and the doors left to the doors.

import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { webFiles } from '../../src/http/web-files.ts'

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'threadkeep-web-'))
const page = '<!doctype html><title>Threadkeep</title>'
fs.mkdirSync(path.join(folder, 'assets'))
fs.writeFileSync(path.join(folder, 'index.html'), page)
fs.writeFileSync(path.join(folder, 'assets/main-1a2b.js'), 'void 0')
fs.writeFileSync(path.join(folder, 'assets/main-1a2b.js.gz'), gzipSync('void 0'))
afterAll(() => fs.rmSync(folder, { recursive: true }))

const files = webFiles(folder)
const html = { accept: 'text/html,*/*' }

function get(address: string, headers: Record<string, string> = {}, method = 'GET') {
  return files?.(new Request(`http://house${address}`, { method, headers })) ?? null
}

describe('the page', () => {
  it.each(['/', '/index.html', '/t/01a1f902-d485-754e-afa5-ea714cd1a446', '/bin', '/nowhere'])(
    'is what a browser gets at %s',
    async (address) => {
      const response = await get(address, html)
      expect(response?.headers.get('content-type')).toBe('text/html; charset=utf-8')
      expect(await response?.text()).toBe(page)
    },
  )

  it.each([
    ['/v1/threads', html, 'GET'],
    ['/v1', html, 'GET'],
    ['/healthz', html, 'GET'],
    ['/openapi.json', html, 'GET'],
    ['/assets/gone-9f.js', html, 'GET'],
    ['/t/some', { accept: 'application/json' }, 'GET'],
    ['/t/some', html, 'POST'],
  ])('is not what is asked for by %s %j %s', (address, headers, method) => {
    expect(get(address, headers, method)).toBeNull()
  })

  it('is asked for anew each time, and sent only when it is another', async () => {
    const first = await get('/', html)
    const etag = first?.headers.get('etag') ?? ''
    expect(first?.headers.get('cache-control')).toBe('no-cache')
    expect((await get('/', { ...html, 'if-none-match': etag }))?.status).toBe(304)
    expect((await get('/', { ...html, 'if-none-match': '"another"' }))?.status).toBe(200)
  })

  it('may load nothing from elsewhere, run no script inside it and stand in no frame', async () => {
    const headers = (await get('/', html))?.headers
    const policy = headers?.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self';")
    expect(policy).toContain("img-src 'self' blob:;")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/unsafe|\*|https?:/)
    expect(headers?.get('x-content-type-options')).toBe('nosniff')
    expect(headers?.get('referrer-policy')).toBe('no-referrer')
  })

  it('has headers and no body for HEAD', async () => {
    const response = await get('/', html, 'HEAD')
    expect(response?.headers.get('content-length')).toBe(String(page.length))
    expect(await response?.text()).toBe('')
  })
})

describe('a file named after its content', () => {
  it('is kept by the browser for ever', async () => {
    const response = await get('/assets/main-1a2b.js')
    expect(response?.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect(response?.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    expect(await response?.text()).toBe('void 0')
  })

  it('goes out packed to whoever takes it so', async () => {
    const response = await get('/assets/main-1a2b.js', { 'accept-encoding': 'gzip, deflate, br' })
    expect(response?.headers.get('content-encoding')).toBe('gzip')
    expect(gunzipSync(new Uint8Array((await response?.arrayBuffer()) ?? [])).toString()).toBe('void 0')
    const plain = await get('/assets/main-1a2b.js', { 'accept-encoding': 'gzip;q=0' })
    expect(plain?.headers.get('content-encoding')).toBeNull()
  })
})

describe('the folder', () => {
  it.each(['/../package.json', '/%2e%2e/package.json', '/..%2fpackage.json', '/assets/../../index.html.gz'])(
    'is not left by %s',
    (address) => {
      expect(get(address)).toBeNull()
    },
  )

  it('without a page serves nothing', () => {
    expect(webFiles(path.join(folder, 'assets'))).toBeNull()
    expect(webFiles(path.join(folder, 'missing'))).toBeNull()
  })
})
