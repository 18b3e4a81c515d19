import { suggest } from '../core/suggest.ts'
import { AGENT, METADATA, SPEC } from './format.ts'
import type { FormatSchema } from './format-parts.ts'

/** What people call fields that the format has under another name. */
const SYNONYMS: ReadonlyMap<string, string> = new Map([
  ['system', 'system_prompt'],
  ['prompt', 'instructions'],
  ['parameters', 'input_schema'],
  ['arguments', 'input_schema'],
  ['timeout_secs', 'timeout'],
  ['timeout_seconds', 'timeout'],
  ['working_directory', 'cwd'],
])

/** What to do instead of fields that the format does not have on purpose. */
const INSTEAD: ReadonlyMap<string, string> = new Map([
  ['include', 'an agent file includes no other: write here what is meant'],
  ['import', 'an agent file includes no other: write here what is meant'],
  ['extends', 'an agent file extends no other: write here what is meant'],
  ['base', 'an agent file extends no other: write here what is meant'],
  ['args', 'write the arguments into command: [program, argument, …]'],
  ['shell', 'no shell runs: write command: [program, argument, …]'],
])

/** What to do about a field that the map of the given schema does not have. */
export function unknownFix(name: string, schema: FormatSchema): string {
  const known = Object.keys(schema.properties ?? {})
  const synonym = SYNONYMS.get(name)
  const meant = synonym !== undefined && known.includes(synonym) ? synonym : suggest(name, known)
  if (meant !== undefined) return `did you mean ${meant}?`
  const home = homeOf(name, schema)
  if (home !== undefined) return `it belongs into ${home}`
  return INSTEAD.get(name) ?? `known fields are ${known.join(', ')}`
}

/** The other one of the main parts of an agent file, for a field that is in the wrong one. */
function homeOf(name: string, schema: FormatSchema): string | undefined {
  const parts = [AGENT, SPEC, METADATA]
  return parts.includes(schema)
    ? parts.find(({ properties }) => Object.hasOwn(properties ?? {}, name))?.title
    : undefined
}
