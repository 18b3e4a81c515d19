/** A signal that counts the listeners that it is given and rid of; it never aborts. */
export function countingSignal() {
  const { signal } = new AbortController()
  const counts = { added: 0, removed: 0 }
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  signal.addEventListener = (...args: Parameters<typeof add>): void => {
    counts.added += 1
    add(...args)
  }
  signal.removeEventListener = (...args: Parameters<typeof remove>): void => {
    counts.removed += 1
    remove(...args)
  }
  return { signal, added: () => counts.added, removed: () => counts.removed }
}
