import { stringify } from 'yaml'
import { escapeHidden, jsonText } from './text.ts'

/**
 * A value's YAML: what its JSON would say. Text is quoted where a character in it could act on a terminal or hide in it,
 * and that character is an escape (I46).
 */
export function yamlText(value: unknown): string {
  const data: unknown = JSON.parse(jsonText(value, 0))
  const options = { lineWidth: 0, aliasDuplicateObjects: false }
  const plain = stringify(data, options)
  const isShown = escapeHidden(plain) === plain
  return (isShown ? plain : escapeHidden(stringify(data, { ...options, defaultStringType: 'QUOTE_DOUBLE' }))).trimEnd()
}
