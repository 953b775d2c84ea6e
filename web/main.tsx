// Where the page begins.

import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'

const root = document.querySelector('#root')
if (root) createRoot(root).render(<App />)

// Where it may not be kept here, the page opens as long as there is a network.
navigator.serviceWorker?.register('/worker.js').catch(() => undefined)
