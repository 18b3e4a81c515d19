import { suggest } from '../core/suggest.ts'
import { AGENT_FORMAT } from './format.ts'
import type { RecordShape } from './shape.ts'

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

/** What to do about a field that `shape` does not have. */
export function unknownFix(name: string, shape: RecordShape): string {
  const known = Object.keys(shape.fields)
  const synonym = SYNONYMS.get(name)
  const meant = synonym !== undefined && known.includes(synonym) ? synonym : suggest(name, known)
  if (meant !== undefined) return `did you mean ${meant}?`
  const home = homeOf(name, shape)
  if (home !== undefined) return `it belongs into ${home}`
  return INSTEAD.get(name) ?? `known fields are ${known.join(', ')}`
}

/** The other one of the main parts of an agent file, for a field that is in the wrong one. */
function homeOf(name: string, shape: RecordShape): string | undefined {
  const { spec, metadata } = AGENT_FORMAT.fields
  const parts = [AGENT_FORMAT, spec?.shape, metadata?.shape]
  const home = parts.find((part) => part?.kind === 'record' && Object.hasOwn(part.fields, name))
  return home?.kind === 'record' && parts.includes(shape) ? home.title : undefined
}
