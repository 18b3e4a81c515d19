import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'

/** The server's response time, in milliseconds, similar to an API on the network. */
const LATENCY_MS = 300

let address: Promise<string> | undefined

/** A server of this example's own on 127.0.0.1, started on first use; it ends with the process. */
export function packageServer(root: string): Promise<string> {
  return (address ??= start(root))
}

function start(root: string): Promise<string> {
  const server = createServer((request, response) => {
    void answer(root, decodeURIComponent(request.url?.slice(1) ?? '')).then((body) => {
      if (body === undefined) response.writeHead(404).end()
      else response.setHeader('content-type', 'application/json').end(JSON.stringify(body))
    })
  })
  server.unref()
  return new Promise((resolve, reject) => {
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const bound = server.address()
      resolve(`http://127.0.0.1:${typeof bound === 'object' ? bound?.port : ''}`)
    })
  })
}

async function answer(root: string, name: string): Promise<object | undefined> {
  await setTimeout(LATENCY_MS)
  return /^(@[\w.-]+\/)?[\w.-]+$/.test(name) ? describe(root, name).catch(() => undefined) : undefined
}

async function describe(root: string, name: string): Promise<object> {
  const manifest = JSON.parse(await readFile(join(root, 'node_modules', name, 'package.json'), 'utf8')) as Manifest
  return {
    name,
    version: manifest.version,
    license: manifest.license,
    dependencies: Object.keys(manifest.dependencies ?? {}),
  }
}

interface Manifest {
  readonly version: string
  readonly license?: string
  readonly dependencies?: Readonly<Record<string, string>>
}
