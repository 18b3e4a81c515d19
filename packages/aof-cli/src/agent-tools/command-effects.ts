import { realpathSync } from 'node:fs'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { type CommandTool, type Element, fillElements } from '../agent-file/index.ts'
import type { Effect, EffectOptions, JsonObject, JsonValue } from 'aof-runtime'

/**
 * What the calls of a command read and write, for the order of calls. A command that does not say it reads (`read_only`) or
 * writes the directory in which it runs: nothing else is known of it, and a write that is lost is worse than a wait.
 *
 * Paths start from that directory, links are followed, and a directory is all that is below it. A resource with a scheme
 * (`db:users/{id}`) is a name; in it the slashes and dots of a value are no path.
 *
 * @param directory of the agent file
 */
export function commandEffects(command: CommandTool, directory: string): EffectOptions {
  const cwd = realPathOf(resolve(directory, command.cwd ?? '.'))
  const { readOnly, reads = readOnly ? [HERE] : [], writes = readOnly ? [] : [HERE] } = command
  const isFixed = [...reads, ...writes].every((element) => element.every((part) => typeof part === 'string'))
  const effects = (input: JsonObject): Effect[] => [
    ...resourcesOf(reads, command, input, cwd).map((resource): Effect => ({ resource, mode: 'read' })),
    ...resourcesOf(writes, command, input, cwd).map((resource): Effect => ({ resource, mode: 'write' })),
  ]
  if (!isFixed) return { effects }
  // Known before any argument is: while a model still writes them, calls of other tools need not wait.
  const known = effects({})
  if (known.length === 0) return {}
  return { effects: () => known, effectScope: known.map(({ resource }) => resource) }
}

/** The directory in which a command runs. */
const HERE: Element = ['.']

/** A letter alone is a drive. */
const SCHEME = /^[a-z][a-z0-9+.-]+:/i

function resourcesOf(
  elements: readonly Element[],
  { command }: CommandTool,
  input: JsonObject,
  cwd: string,
): readonly string[] {
  const names = elements.filter(isName)
  const paths = elements.filter((element) => !isName(element))
  return [
    ...fillElements(names, command, encoded(input)),
    ...fillElements(paths, command, input).map((path) => fileResource(resolve(cwd, path))),
  ]
}

function isName([first]: Element): boolean {
  return typeof first === 'string' && SCHEME.test(first)
}

function fileResource(path: string): string {
  return `file:${realPathOf(path).split(sep).join('/')}`
}

/** The path without links, as far as there is something. */
function realPathOf(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    const above = dirname(path)
    return above === path ? path : join(realPathOf(above), basename(path))
  }
}

/** Values that are one name of a resource each, whatever is in them. */
function encoded(input: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(input).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map(encodedValue) : encodedValue(value),
    ]),
  )
}

function encodedValue(value: JsonValue): JsonValue {
  if (typeof value === 'object') return value
  return encodeURIComponent(String(value).toWellFormed()).replaceAll('.', '%2E')
}
