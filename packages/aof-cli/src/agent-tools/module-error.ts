import process from 'node:process'
import type { Place } from '../agent-file/source.ts'
import { oneLine } from '../text.ts'
import { placeInModule } from './module-place.ts'

/** The reason why a module could not be loaded, and the remedy. */
export interface LoadFault {
  readonly message: string
  readonly fix?: string
  /** The place in the module, or in an imported module, if known. */
  readonly at?: Place
}

/**
 * Describes the error of an `import()` in words.
 *
 * @param module the user's name of the module
 * @param path its path
 */
export function describeLoadError(error: unknown, module: string, path: string): LoadFault {
  const { code, said } = readError(error)
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION' && /\.[cm]?ts$/.test(path)) return noTypeStripping(module)
  if (code === 'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING') {
    return {
      message: `${module} is TypeScript below a folder node_modules, where Node does not read it`,
      fix: 'point to a file of your own, or to JavaScript',
    }
  }
  if (code === 'ERR_MODULE_NOT_FOUND') return notFound(module, said)
  const at = placeInModule(error, path)
  const what = error instanceof SyntaxError ? 'is not valid' : 'failed while it was loaded'
  return { message: `${module} ${what}: ${said}`, ...syntaxFix(code), ...(at !== undefined && { at }) }
}

function noTypeStripping(module: string): LoadFault {
  return {
    message: `${module} is TypeScript, which this Node (${process.version}) does not read by itself`,
    fix: 'use Node 22.18 or later, or give JavaScript; Node 22.13 reads it with NODE_OPTIONS=--experimental-strip-types',
  }
}

function notFound(module: string, said: string): LoadFault {
  const name = /package '([^']+)'/.exec(said)?.[1]
  if (name === undefined) return { message: `${module} cannot be loaded: ${said}` }
  return {
    message: `${module} needs the package ${oneLine(name, 100)}, which is not installed beside it`,
    fix: `in its directory: npm install ${oneLine(name, 100)}`,
  }
}

function syntaxFix(code: string): { fix?: string } {
  return code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX'
    ? {
        fix: 'Node takes the types out of TypeScript and leaves the rest: no enum, no namespace, no parameter property',
      }
    : {}
}

function readError(error: unknown): { code: string; said: string } {
  if (!(error instanceof Error)) return { code: '', said: oneLine(String(error)) }
  const code = 'code' in error ? String(error.code) : ''
  return { code, said: oneLine(error.message.trim() || error.name) }
}
