/** Settles like `promise`, unless the signal aborts first: then it rejects at once with the signal's reason. */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error)
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort)
    promise.then(
      (value) => {
        signal.removeEventListener('abort', abort)
        resolve(value)
      },
      (thrown: unknown) => {
        signal.removeEventListener('abort', abort)
        reject(thrown as Error)
      },
    )
  })
}
