import { styleText } from 'node:util'

/** How to mark text for one stream: with colours, or not at all. */
export interface Style {
  error(text: string): string
  warning(text: string): string
  good(text: string): string
  strong(text: string): string
  dim(text: string): string
  accent(text: string): string
}

type Format = Parameters<typeof styleText>[0]

/** The marks for a stream that takes colours, or for one that does not. */
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
 * Whether to use colours: `--no-color` and `NO_COLOR` say no, then `FORCE_COLOR` says yes (or, as 0, no), and otherwise
 * a terminal that is not dumb takes them.
 */
export function wantsColor(
  stream: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
  option = true,
): boolean {
  if (!option || (env['NO_COLOR'] ?? '') !== '') return false
  const forced = env['FORCE_COLOR']
  if (forced !== undefined) return forced !== '0' && forced !== 'false'
  return stream.isTTY === true && env['TERM'] !== 'dumb'
}
