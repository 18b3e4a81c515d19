import { bug, type PlantedBug } from '../planted-bug.ts'

/** Bugs that show only in combinations of features, or when a callback acts on the runtime. */
export const crossings: readonly PlantedBug[] = [
  bug(
    'attempt/attempt.ts',
    'the timeouts of a suspended attempt go on',
    '    extra.idle?.pause(now)\n    this.#owner.services.timeouts.remove(this)\n',
    '',
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
    "    if (this.#extra?.hasEnded === true) return this.#endCut(cut, 'ended')\n",
    '',
  ),
  bug(
    'calls/queueing.ts',
    'a call starts although its key function has ended it',
    'if (demands === undefined || call.state !== READY) return\n    if (admission.take',
    'if (demands === undefined) return\n    if (admission.take',
  ),
  bug(
    'calls/intake.ts',
    'each attempt takes a call of the budget',
    'const limit = isFirst ? batch.budget?.takeCall(tool.tool.name) : undefined',
    'const limit = batch.budget?.takeCall(tool.tool.name)',
  ),
  bug(
    'calls/preceding.ts',
    'a nested call that has waited for others is counted twice',
    '      if (!this.#mayNest(call, nesting)) return\n      extra.isCounted = true\n',
    '      if (!this.#mayNest(call, nesting)) return\n',
  ),
  bug(
    'calls/batches.ts',
    'a tool that still runs after its call was cut makes calls through other executors',
    '(by !== undefined || trackedCallIsStopped())',
    'by !== undefined',
  ),
  bug(
    'calls/batches.ts',
    'nested calls run on after closing has aborted their parent',
    '      if (nesting?.parent.call.batch.owner.executor === batch.owner.executor) batch.abort(closedReason())\n',
    '',
  ),
  bug(
    'calls/retrying.ts',
    'a call is retried after its batch was aborted',
    'delayMs === undefined || batch.isAborted ||',
    'delayMs === undefined ||',
  ),
  bug(
    'calls/retained-permits.ts',
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
