/**
 * Where Ollama listens, as its own command reads `OLLAMA_HOST`: a host, a port or both, with or without `http://`.
 *
 * @returns an address without a slash at its end
 */
export function ollamaAddress(host: string | undefined): string {
  const given = host?.trim().replace(/\/+$/, '') ?? ''
  const [, scheme = 'http', rest = ''] = /^(?:(https?):\/\/)?(.*)$/.exec(given) ?? []
  const [, name = '', port] = /^(.*?)(?::(\d+))?$/.exec(rest) ?? []
  // What it listens on when it listens on all is not where it is asked.
  const address = name === '' || name === '0.0.0.0' ? '127.0.0.1' : name
  const defaultPort = given.includes('://') ? '' : ':11434'
  return `${scheme}://${address}${port === undefined ? defaultPort : `:${port}`}`
}
