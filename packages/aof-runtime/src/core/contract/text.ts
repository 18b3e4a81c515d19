/** Control characters (except tab and newline), bidirectional overrides and other invisible formatting, line separators, tag characters. */
const UNPRINTABLE =
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]|\u{E0000}|[\u{E0001}-\u{E007F}]/gu

/**
 * `text` made safe for a terminal, a log line or an error: well-formed Unicode without control and invisible formatting
 * characters (each becomes U+FFFD), cut to `maxLength` code units with an ellipsis at the end.
 */
export function printable(text: string, maxLength: number): string {
  const cut = text.length > maxLength ? `${text.slice(0, maxLength - 1)}…` : text
  return cut.toWellFormed().replace(UNPRINTABLE, '\uFFFD')
}
