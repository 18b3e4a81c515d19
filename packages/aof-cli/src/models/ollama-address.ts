/**
 * The address of Ollama, read from `OLLAMA_HOST` as its own command does: a host, a port or both, with or without `http://`.
 *
 * @returns an address without a trailing slash; other text unchanged
 */
export function ollamaAddress(host: string | undefined): string {
  const given = host?.trim() ?? ''
  const full = /^https?:\/\//.test(given) ? given : `http://${given.replace(/^(?=:|$)/, '127.0.0.1')}`
  if (!URL.canParse(full)) return given
  const url = new URL(full)
  // The wildcard address is for listening only; requests go to the local host.
  if (url.hostname === '0.0.0.0') url.hostname = '127.0.0.1'
  if (full !== given && !/:\d+(?:\/|$)/.test(given)) url.port = '11434'
  return url.href.replace(/\/+$/, '')
}
