import { bug, type PlantedBug } from '../planted-bug.ts'

/** Bugs that show only in combinations of features, or when a callback acts on the runtime. */
export const crossings: readonly PlantedBug[] = [
  bug(
    'attempt/attempt.ts',
    'the timeouts of a suspended attempt go on',
    ' : leftOf(idle, now) }\n    this.#removeTimeouts()',
    ' : leftOf(idle, now) }',
  ),
  bug(
    'attempt/attempt.ts',
    'a tool runs though a listener of its start has ended the call',
    "    if (this.#stage !== 'unbegun') return false\n",
    '',
  ),
  bug(
    'attempt/attempt.ts',
    'a tool whose result is still being stored is reported as still running',
    "    if (this.#rarities?.hasEnded === true) return this.#endCut(cut, 'ended')\n",
    '',
  ),
  bug(
    'calls/call-record.ts',
    'a call starts although its key function has ended it',
    'if (demands === undefined || this.#state !== READY) return\n    if (admission.take',
    'if (demands === undefined) return\n    if (admission.take',
  ),
  bug(
    'calls/call-record.ts',
    'each attempt takes a call of the budget',
    'if (budget !== undefined && this.#tried() === undefined) {',
    'if (budget !== undefined) {',
  ),
  bug(
    'calls/call-record.ts',
    'a nested call that has waited for others is counted twice',
    '      if (!this.#mayNest(nesting)) return\n      particulars.isLetIn = true\n',
    '      if (!this.#mayNest(nesting)) return\n',
  ),
  bug(
    'executor/executor.ts',
    'a tool that still runs after its call was cut makes calls through other executors',
    '(by !== undefined || trackedCallIsStopped())',
    'by !== undefined',
  ),
  bug(
    'executor/executor.ts',
    'nested calls run on after closing has aborted their parent',
    '      if (nesting?.engine === this.#engine) batch.abort(closedReason())\n',
    '',
  ),
  bug(
    'calls/call-retry.ts',
    'a call is retried after its batch was aborted',
    'delayMs === undefined || batch.isAborted ||',
    'delayMs === undefined ||',
  ),
  bug(
    'calls/hold.ts',
    'permits are released when the writes of an abandoned tool become uncertain, and again at its end',
    '    if (!this.#hasPermits) return\n',
    '',
  ),
  bug(
    'executor/controller.ts',
    'a process limit that has grown starts nothing',
    '    this.#admission.resized(this.#process)\n',
    '',
  ),
  bug(
    'admission/admission.ts',
    'a call that its breaker refuses costs a token of its rate',
    '      rate.putBack()\n',
    '',
  ),
  bug(
    'admission/rate-limit.ts',
    'a rate fills up during a pause',
    'this.#filledAt = this.#pausedUntil = until',
    'this.#pausedUntil = until',
  ),
  bug(
    'order/dependencies/fill-arguments.ts',
    'a reference to a result in a file is replaced by its preview',
    'if (result.spilled === undefined) whole.set(name, result.data)',
    'if (result.spilled === undefined || result.data !== undefined) whole.set(name, result.data)',
  ),
  bug(
    'admission/bounded-queue.ts',
    'calls that have ended outside of a full queue are counted as waiting',
    'this.#outside.filter(({ isOutside }) => isOutside).length',
    'this.#outside.length',
  ),
]
