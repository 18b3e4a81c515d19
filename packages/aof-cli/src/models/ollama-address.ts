/**
 * Where Ollama listens, as its own command reads `OLLAMA_HOST`: a host, a port or both, with or without `http://`.
 *
 * @returns an address without a slash at its end; what is none stays as it is
 */
export function ollamaAddress(host: string | undefined): string {
  const given = host?.trim() ?? ''
  const full = /^https?:\/\//.test(given) ? given : `http://${given.replace(/^(?=:|$)/, '127.0.0.1')}`
  if (!URL.canParse(full)) return given
  const url = new URL(full)
  // What it listens on when it listens on all is not where it is asked.
  if (url.hostname === '0.0.0.0') url.hostname = '127.0.0.1'
  if (full !== given && !/:\d+(?:\/|$)/.test(given)) url.port = '11434'
  return url.href.replace(/\/+$/, '')
}
