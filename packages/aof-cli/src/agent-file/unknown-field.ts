import { suggest } from 'aof-runtime/internal'
import { AGENT, METADATA, SPEC } from './format.ts'
import type { FormatSchema } from './format-parts.ts'

/** Common other names of fields. */
const SYNONYMS: ReadonlyMap<string, string> = new Map([
  ['system', 'system_prompt'],
  ['prompt', 'instructions'],
  ['parameters', 'input_schema'],
  ['arguments', 'input_schema'],
  ['timeout_secs', 'timeout'],
  ['timeout_seconds', 'timeout'],
  ['working_directory', 'cwd'],
])

/** Advice for fields that the format deliberately lacks. */
const INSTEAD: ReadonlyMap<string, string> = new Map([
  ['include', 'an agent file includes no other file: write the content here'],
  ['import', 'an agent file includes no other file: write the content here'],
  ['extends', 'an agent file extends no other file: write the content here'],
  ['base', 'an agent file extends no other file: write the content here'],
  ['args', 'write the arguments into command: [program, argument, …]'],
  ['shell', 'no shell runs: write command: [program, argument, …]'],
])

/** Advice for a field that `schema` does not have. */
export function unknownFix(name: string, schema: FormatSchema): string {
  const known = Object.keys(schema.properties ?? {})
  const synonym = SYNONYMS.get(name)
  const meant = synonym !== undefined && known.includes(synonym) ? synonym : suggest(name, known)
  if (meant !== undefined) return `did you mean ${meant}?`
  const home = homeOf(name, schema)
  if (home !== undefined) return `it belongs in ${home}`
  return INSTEAD.get(name) ?? `known fields are ${known.join(', ')}`
}

/** The main part of an agent file to which a misplaced field belongs. */
function homeOf(name: string, schema: FormatSchema): string | undefined {
  const parts = [AGENT, SPEC, METADATA]
  return parts.includes(schema)
    ? parts.find(({ properties }) => Object.hasOwn(properties ?? {}, name))?.title
    : undefined
}
