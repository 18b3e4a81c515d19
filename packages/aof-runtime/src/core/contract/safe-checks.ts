/** `instanceof` for any value at all: false also for a proxy that throws when it is asked, e.g. a revoked one. */
export function isInstance<T>(value: unknown, type: abstract new (...args: never[]) => T): value is T {
  try {
    return value instanceof type
  } catch {
    return false
  }
}

/** Whether `await` would wait for `value`. Throws what its `then` throws where that is a getter. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  if (value instanceof Promise) return true
  return (
    (typeof value === 'object' || typeof value === 'function') &&
    value !== null &&
    typeof (value as { then?: unknown }).then === 'function'
  )
}

/** What has to answer at once has answered: what it would say later, or reject with, concerns nobody. */
export function ignoreLater(answer: unknown): void {
  if (isInstance(answer, Promise)) answer.catch(() => {})
}

/**
 * Calls what is not ours, e.g. a listener or a logger: what it throws, or its promise rejects with, goes to `failed`
 * and nowhere else.
 */
export function callGuarded<A>(called: (argument: A) => unknown, argument: A, failed: (thrown: unknown) => void): void {
  try {
    const returned = called(argument)
    if (returned instanceof Promise) returned.catch(failed)
  } catch (thrown) {
    failed(thrown)
  }
}

/** Calls `act` for each item, also after it has thrown for one; the first that it threw is thrown at the end. */
export function forEachSafely<T>(items: Iterable<T>, act: (item: T) => void): void {
  let failure: { readonly thrown: unknown } | undefined
  for (const item of items) {
    try {
      act(item)
    } catch (thrown) {
      failure ??= { thrown }
    }
  }
  if (failure !== undefined) throw failure.thrown
}
