import { stat } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import { type AnyTool, MisuseError, systemClock } from 'aof-runtime'
import { checkTool, within } from 'aof-runtime/internal/plan'
import { resolveInside } from '../inside-directory.ts'
import { oneLine } from '../text.ts'
import { describeLoadError, type LoadFault } from './module-error.ts'

/** A tool with its source, for people. */
export interface FoundTool {
  readonly tool: AnyTool
  readonly source: string
}

/** The tools of an entry, or its problems. */
export type LoadedEntry =
  | { readonly ok: true; readonly tools: readonly FoundTool[] }
  | ({ readonly ok: false } & LoadFault)

/** The timeout for loading a module. */
const LOAD_MS = 30_000

/**
 * The tools that a JavaScript or TypeScript module exports: each exported tool, including the default export, and the
 * tools in an exported array. The module's code runs.
 *
 * @param path a path from `directory`; the module must be below that directory
 */
export async function exportedTools(path: string, directory: string): Promise<LoadedEntry> {
  const shown = oneLine(path)
  const found = await resolveInside(directory, path)
  if (!found.ok) {
    return refused(`the module ${shown} cannot be used: ${found.reason}`, 'paths start from the directory of the file')
  }
  if (!(await stat(found.path)).isFile()) return refused(`the module ${shown} is not a file`)
  let exports: Readonly<Record<string, unknown>>
  try {
    exports = await inTime(import(pathToFileURL(found.path).href) as Promise<Readonly<Record<string, unknown>>>)
  } catch (error) {
    return { ok: false, ...describeLoadError(error, shown, found.path) }
  }
  return toolsOf(exports, shown)
}

interface Candidate {
  /** The name of the export, with the index in an array. */
  readonly name: string
  readonly value: unknown
}

function toolsOf(exports: Readonly<Record<string, unknown>>, module: string): LoadedEntry {
  const names = Object.keys(exports).sort((a, b) => (a < b ? -1 : 1))
  const candidates = names.flatMap((name): Candidate[] => {
    const value = exports[name]
    return Array.isArray(value)
      ? value.map((element: unknown, index) => ({ name: oneLine(`${name}[${index}]`, 100), value: element }))
      : [{ name: oneLine(name, 100), value }]
  })
  const tools = new Map<AnyTool, FoundTool>()
  for (const { name, value } of candidates) {
    if (!looksLikeTool(value)) continue
    const fault = faultOf(value)
    if (fault !== undefined) return refused(`the export ${name} of ${module} is not a tool: ${fault}`)
    if (!tools.has(value)) tools.set(value, { tool: value, source: `${name} of ${module}` })
  }
  return tools.size > 0 ? { ok: true, tools: [...tools.values()] } : noTools(candidates, module)
}

function noTools(candidates: readonly Candidate[], module: string): LoadedEntry {
  const nameless = candidates.find(({ value }) => hasExecute(value))
  if (nameless !== undefined) {
    return refused(
      `the module ${module} exports no tools: ${nameless.name} has execute, but no name`,
      'make it with defineTool({ name, … }) of aof-runtime',
    )
  }
  const names = candidates.slice(0, 10).map(({ name }) => name)
  return refused(
    `the module ${module} exports no tools, but ${names.length === 0 ? 'nothing at all' : names.join(', ')}`,
    'export what defineTool({ name, … }) of aof-runtime returns',
  )
}

function looksLikeTool(value: unknown): value is AnyTool {
  return hasExecute(value) && 'name' in value && typeof value.name === 'string'
}

function hasExecute(value: unknown): value is { execute: unknown } {
  return typeof value === 'object' && value !== null && 'execute' in value && typeof value.execute === 'function'
}

function faultOf(tool: AnyTool): string | undefined {
  try {
    checkTool(tool)
    return undefined
  } catch (error) {
    if (error instanceof MisuseError) return error.message
    throw error
  }
}

/** Bounds the loading of a module, since a module that waits forever would block the command without an explanation. */
async function inTime<T>(loading: Promise<T>): Promise<T> {
  const late = new Error(`it was not loaded within ${LOAD_MS / 1000} s: what does it wait for at its top level?`)
  return within(loading, LOAD_MS, systemClock, () => Promise.reject<T>(late))
}

function refused(message: string, fix?: string): LoadedEntry {
  return { ok: false, message, ...(fix !== undefined && { fix }) }
}
