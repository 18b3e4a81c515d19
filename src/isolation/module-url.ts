import { isAbsolute } from 'node:path'
import { pathToFileURL } from 'node:url'
import { MisuseError } from '../core/misuse.ts'

/** The URL of a tool's module. @throws MisuseError for what is neither a URL nor an absolute path */
export function moduleUrl(module: string | URL): string {
  if (module instanceof URL) return module.href
  if (isAbsolute(module)) return pathToFileURL(module).href
  if (URL.canParse(module)) return new URL(module).href
  throw new MisuseError(
    'isolation.module',
    `a URL, e.g. new URL('./tool.js', import.meta.url), or an absolute path`,
    module,
  )
}
