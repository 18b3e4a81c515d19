import { SHORT_HASH_LENGTH, shortHash } from './short-hash.ts'

/** The longest name that every provider takes. */
const MAX_LENGTH = 64

/** Names that every provider takes: Gemini wants a letter or an underscore first, OpenAI at most 64 characters. */
const TAKEN_BY_ALL = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/

/**
 * The properties of every object: the code of some providers looks names up in a plain object, and sends the value that it
 * finds there. A fixed list, so that the same tools give the same bytes on every engine.
 */
const OF_EVERY_OBJECT: ReadonlySet<string> = new Set([
  ...'__defineGetter__ __defineSetter__ __lookupGetter__ __lookupSetter__ __proto__ constructor hasOwnProperty'.split(
    ' ',
  ),
  ...'isPrototypeOf propertyIsEnumerable toLocaleString toString valueOf'.split(' '),
])

/**
 * The name under which providers know a tool: the tool's own name if every provider takes it. In any other name each
 * character that a provider refuses becomes an underscore (`admin.tools.list` is sent as `admin_tools_list`). A long name, or
 * one in another script, would lose too much, so a hash of the whole name is appended. A name that is a property of every
 * object (`constructor`) gets an underscore. The sent name of a sent name is that name itself.
 *
 * This function alone has the rule: definitions, histories and messages take their names from here.
 */
export function sentName(name: string): string {
  if (typeof name === 'string' && TAKEN_BY_ALL.test(name)) return OF_EVERY_OBJECT.has(name) ? `${name}_` : name
  const text = String(name)
  if (text === '') return 'unnamed'
  const start = text.slice(0, MAX_LENGTH).replace(/[^A-Za-z0-9_-]/g, '_')
  const clean = /^[A-Za-z_]/.test(start) ? start : `_${start}`
  const isWhole = text.length <= MAX_LENGTH && clean.length <= MAX_LENGTH && /^[\x20-\x7E]*$/.test(text)
  return isWhole ? clean : `${clean.slice(0, MAX_LENGTH - 1 - SHORT_HASH_LENGTH)}_${shortHash(text)}`
}
