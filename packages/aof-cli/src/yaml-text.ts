import { stringify } from 'yaml'
import { escapeHidden, jsonText } from './text.ts'

/**
 * A value's YAML, with the content of its JSON. Text with a character that could act on a terminal or hide in it is quoted,
 * with an escape for that character (I46).
 */
export function yamlText(value: unknown): string {
  const data: unknown = JSON.parse(jsonText(value, 0))
  const options = { lineWidth: 0, aliasDuplicateObjects: false }
  const plain = stringify(data, options)
  const isShown = escapeHidden(plain) === plain
  return (isShown ? plain : escapeHidden(stringify(data, { ...options, defaultStringType: 'QUOTE_DOUBLE' }))).trimEnd()
}
