/** `instanceof` for any value; false also for a proxy that throws, e.g. a revoked one. */
export function isInstance<T>(value: unknown, type: abstract new (...args: never[]) => T): value is T {
  try {
    return value instanceof type
  } catch {
    return false
  }
}

/** Whether `await` would wait for `value`. Throws if `then` is a getter that throws. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  if (value instanceof Promise) return true
  return (
    (typeof value === 'object' || typeof value === 'function') &&
    value !== null &&
    typeof (value as { then?: unknown }).then === 'function'
  )
}

/** Calls one of both functions once, when `promise` settles: like `await`, but never by a `then` of its own that may answer twice. */
export function thenOnce(
  promise: PromiseLike<unknown>,
  fulfilled: (value: unknown) => void,
  rejected: (reason: unknown) => void,
): void {
  void Promise.prototype.then.call(Promise.resolve(promise), fulfilled, rejected)
}

/** Ignores a promise from a function that must answer synchronously, so that its rejection is not reported as unhandled. */
export function ignoreLater(answer: unknown): void {
  if (isInstance(answer, Promise)) answer.catch(() => {})
}

/**
 * Calls a function of the application, e.g. a listener or a logger. If it throws, or its promise rejects, only `failed` gets
 * the reason.
 */
export function callGuarded<A>(called: (argument: A) => unknown, argument: A, failed: (thrown: unknown) => void): void {
  try {
    const returned = called(argument)
    if (returned instanceof Promise) returned.catch(failed)
  } catch (thrown) {
    failed(thrown)
  }
}

/** Calls `act` for each item, also after it has thrown; the first thrown value is thrown at the end. */
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
