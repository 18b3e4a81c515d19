import { pathToFileURL } from 'node:url'

/** The URL of a tool's module, given as an absolute path or a `file:` URL. */
export function moduleUrl(module: string | URL): string {
  return String(module).startsWith('file:') ? String(module) : pathToFileURL(String(module)).href
}
