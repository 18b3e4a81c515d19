import { styleText } from 'node:util'
import type { Environment } from './agent-file/template.ts'

/** The styles of text for one stream: with or without colours. */
export interface Style {
  error(text: string): string
  warning(text: string): string
  good(text: string): string
  strong(text: string): string
  dim(text: string): string
  accent(text: string): string
}

type Format = Parameters<typeof styleText>[0]

/** The styles for a stream with or without colours. */
export function createStyle(colors: boolean): Style {
  const mark = (format: Format) => (text: string) =>
    colors && text !== '' ? styleText(format, text, { validateStream: false }) : text
  return {
    error: mark(['bold', 'red']),
    warning: mark(['bold', 'yellow']),
    good: mark('green'),
    strong: mark('bold'),
    dim: mark('dim'),
    accent: mark('cyan'),
  }
}

/**
 * True to use colours: `--no-color` and `NO_COLOR` disable them, then `FORCE_COLOR` enables them (or, as 0, disables),
 * otherwise a terminal that is not dumb has them.
 */
export function wantsColor(stream: { readonly isTTY?: boolean }, env: Environment, option = true): boolean {
  if (!option || (env['NO_COLOR'] ?? '') !== '') return false
  const forced = env['FORCE_COLOR']
  if (forced !== undefined) return forced !== '0' && forced !== 'false'
  return stream.isTTY === true && env['TERM'] !== 'dumb'
}
