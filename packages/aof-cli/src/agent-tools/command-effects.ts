import { realpathSync } from 'node:fs'
import { basename, dirname, join, resolve, sep } from 'node:path'
import type { CommandTool } from '../agent-file/agent-file.ts'
import { type CommandTemplate, type Element, fillElements } from '../agent-file/command-template.ts'
import type { Effect, EffectOptions, JsonObject, JsonValue } from 'aof-runtime'

/**
 * The effects of a command's calls, for the order of calls. A command that does not declare them reads (`read_only`) or
 * writes its working directory: nothing else is known about it, and a lost write is worse than a wait.
 *
 * Paths start from that directory, links are followed, and a directory includes everything below it. A resource with a
 * scheme (`db:users/{id}`) is a name, in which slashes and dots of a value do not form a path.
 *
 * @param directory the directory of the agent file
 */
export function commandEffects(command: CommandTool, directory: string): EffectOptions {
  const cwd = realPathOf(resolve(directory, command.cwd ?? '.'))
  const { readOnly, reads = readOnly ? [HERE] : [], writes = readOnly ? [] : [HERE] } = command
  const isFixed = [...reads, ...writes].every((element) => element.every((part) => typeof part === 'string'))
  const effects = (input: JsonObject): Effect[] => [
    ...resourcesOf(reads, command.command, input, cwd).map((resource): Effect => ({ resource, mode: 'read' })),
    ...resourcesOf(writes, command.command, input, cwd).map((resource): Effect => ({ resource, mode: 'write' })),
  ]
  if (!isFixed) return { effects }
  // This is known before the arguments, so calls of other tools need not wait while a model writes them.
  const known = effects({})
  if (known.length === 0) return {}
  return { effects: () => known, effectScope: known.map(({ resource }) => resource) }
}

/** The directory in which a command runs. */
const HERE: Element = ['.']

/** A single letter is a drive. */
const SCHEME = /^[a-z][a-z0-9+.-]+:/i

function resourcesOf(elements: readonly Element[], command: CommandTemplate, input: JsonObject, cwd: string): string[] {
  const names = elements.filter(isName)
  const paths = elements.filter((element) => !isName(element))
  return [
    ...fillElements(names, command, encoded(input)),
    ...fillElements(paths, command, input).map((path) => `file:${realPathOf(resolve(cwd, path)).split(sep).join('/')}`),
  ]
}

function isName([first]: Element): boolean {
  return typeof first === 'string' && SCHEME.test(first)
}

/** The path without links, as far as it exists. */
function realPathOf(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    const above = dirname(path)
    return above === path ? path : join(realPathOf(above), basename(path))
  }
}

/** Encodes values so that each forms a single resource name. */
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
