/** A bug such as people make, as a replacement in one file of the sources. */
export interface PlantedBug {
  /** Below `src/core`. */
  readonly file: string
  /** Must occur in the file exactly once. */
  readonly anchor: string
  readonly replacement: string
  readonly why: string
  /** Why the simulation cannot catch it, where it does not. */
  readonly survives?: string
}

function bug(file: string, why: string, anchor: string, replacement: string, survives?: string): PlantedBug {
  return { file, why, anchor, replacement, ...(survives !== undefined && { survives }) }
}

const permits: readonly PlantedBug[] = [
  bug(
    'admission/permits.ts',
    'one permit too many',
    'if (this.#inUse >= this.limit ||',
    'if (this.#inUse > this.limit ||',
  ),
  bug('admission/permits.ts', 'who comes overtakes who waits', ' || this.waiting > 0) return false', ') return false'),
  bug(
    'admission/permits.ts',
    'a lost wake-up: of two permits that come back only one is handed on',
    'while (this.#head < this.#queue.length && this.#inUse < this.limit) {',
    'while (this.#head < this.#queue.length && this.#inUse === this.limit - 1) {',
  ),
  bug(
    'admission/permits.ts',
    'who was admitted is not counted',
    'this.#inUse++\n      waiter.admit(now)',
    'waiter.admit(now)',
  ),
  bug(
    'admission/permits.ts',
    'who withdrew is admitted',
    'if (waiter?.wantsPermit !== true) {',
    'if (waiter === undefined) {',
  ),
  bug('admission/permits.ts', 'who withdrew is counted for ever', '        this.#withdrawn--\n', ''),
  bug('admission/permits.ts', 'who withdrew is not counted', '    this.#withdrawn++\n', ''),
  bug(
    'admission/permits.ts',
    'a permit that comes back wakes nobody',
    'if (!this.#handing) this.#handOver(now)',
    'if (!this.#handing && this.waiting > 1) this.#handOver(now)',
  ),
  bug(
    'admission/permits.ts',
    'permits are handed over one inside the other',
    'this.#handing = true',
    'this.#handing = false',
    'Who is admitted and when stays the same; only the stack grows with each, which the tests of permits see with a hundred thousand.',
  ),
  bug(
    'admission/permits.ts',
    'the last come is the first served',
    'this.#queue.push(waiter)',
    'this.#queue.splice(this.#head, 0, waiter)',
  ),
  bug(
    'admission/permits.ts',
    'the sweep forgets the first of those who wait',
    'this.#queue = this.#queue.slice(this.#head).filter(',
    'this.#queue = this.#queue.slice(this.#head + 1).filter(',
  ),
]

const timeouts: readonly PlantedBug[] = [
  bug(
    'timeouts.ts',
    'a timeout that was removed passes all the same',
    'entry.timeoutList?.remove(entry)',
    'void entry',
  ),
  bug(
    'timeouts.ts',
    'after the first timeout the others have no timer',
    'if (first !== undefined)\n',
    'if (first === undefined)\n',
  ),
  bug(
    'timeouts.ts',
    'a timeout a millisecond too early',
    'first.addedAt + this.durationMs <= now',
    'first.addedAt + this.durationMs <= now + 1',
  ),
  bug(
    'timeouts.ts',
    'timers are left when nothing is under way',
    'if (this.#first !== undefined || this.#timer === undefined) return',
    'return',
  ),
  bug(
    'timeouts.ts',
    'the wrong link when one in the middle is removed',
    'else entry.before.after = entry.after',
    'else entry.before.after = undefined',
  ),
  bug(
    'timeouts.ts',
    'calls of one duration share the list of another',
    'if (list === undefined || list.durationMs !== durationMs) list',
    'if (list === undefined) list',
  ),
  bug(
    'timeouts.ts',
    'only the first of those that pass at one moment passes',
    'while (first !== undefined && first.addedAt',
    'if (first !== undefined && first.addedAt',
  ),
]

const attempts: readonly PlantedBug[] = [
  bug(
    'attempt.ts',
    'the grace is skipped',
    'if (engine.limits.graceMs === 0) this.#graceOver(cut)',
    'if (engine.limits.graceMs >= 0) this.#graceOver(cut)',
  ),
  bug(
    'attempt.ts',
    'the grace never ends',
    'else engine.timeouts.add(this, engine.limits.graceMs, engine.clock.now())',
    "else if (cut === 'timeout') engine.timeouts.add(this, engine.limits.graceMs, engine.clock.now())",
  ),
  bug(
    'attempt.ts',
    'a cut does not reach the tool’s signal',
    'this.#controller?.abort(reason)',
    "if (cut === 'abort') this.#controller?.abort(reason)",
  ),
  bug(
    'attempt.ts',
    'a signal that is read late is never aborted',
    'if (cut !== undefined) this.#controller.abort(this.#owner.abortReason(cut))',
    '',
  ),
  bug(
    'attempt.ts',
    'the timeout of a tool that ended is not removed',
    "  #end(output: Output): void {\n    this.#stage = 'over'\n    this.#removeTimeouts()",
    "  #end(output: Output): void {\n    this.#stage = 'over'",
  ),
  bug(
    'attempt.ts',
    'a late end is given out as the result',
    "if (this.#stage === 'running') this.#end(output)\n    else this.#endedAfterCut({ returned: value })",
    'this.#end(output)',
  ),
  bug(
    'attempt.ts',
    'a late error is given out as the result',
    "if (this.#stage === 'running') this.#end(thrownOutput(thrown))\n    else this.#endedAfterCut({ thrown })",
    'this.#end(thrownOutput(thrown))',
  ),
  bug(
    'attempt.ts',
    'progress puts off the timeout, too',
    'timeouts.add(idle, this.idleTimeoutMs, clock.now())',
    'timeouts.add(idle, this.idleTimeoutMs, clock.now())\n      timeouts.remove(this)\n      timeouts.add(this, this.timeoutMs, clock.now())',
  ),
  bug(
    'attempt.ts',
    'progress does not put off the idle timeout',
    "if (idle !== undefined && this.#stage === 'running') {",
    "if (idle !== undefined && this.#stage === 'unbegun') {",
  ),
  bug('attempt.ts', 'no idle timeout at all', 'if (idleTimeoutMs !== Infinity) {', 'if (idleTimeoutMs === Infinity) {'),
  bug(
    'attempt.ts',
    'progress is heard after the end',
    "if (this.#stage === 'over' || this.#stage === 'abandoned') return",
    '',
  ),
  bug('attempt.ts', 'what was cut before it began is run', "if (this.#stage !== 'unbegun') return false", ''),
  bug(
    'attempt.ts',
    'an abandoned tool is said to have ended',
    "this.#owner.attemptCut(this, cut, 'unknown')",
    "this.#owner.attemptCut(this, cut, 'ended')",
  ),
  bug(
    'attempt.ts',
    'a tool that ended in its grace is said to go on',
    "if (cut !== undefined) this.#endCut(cut, 'ended')",
    'if (cut !== undefined) this.#abandon(cut)',
  ),
  bug(
    'attempt.ts',
    'nobody hears of the end of an abandoned tool',
    'this.#owner.abandonedEnded(this, this.addedAt, outcome)',
    'void outcome',
  ),
  bug(
    'attempt.ts',
    'a promise’s own then is trusted',
    'void Promise.prototype.then.call(\n          Promise.resolve(returned),',
    'void (returned as Promise<unknown>).then(',
  ),
  bug(
    'attempt.ts',
    'thenables are taken for values',
    'if (isThenable(returned)) {',
    'if (returned instanceof Promise) {',
  ),
  bug(
    'attempt.ts',
    'a synchronous error escapes',
    '} catch (thrown) {\n      this.#threw(thrown)\n      return\n    }',
    '} finally {\n      void returned\n    }',
  ),
  bug(
    'attempt.ts',
    'rejections are handled by nobody',
    '          (value: unknown) => this.#returned(value),\n          (thrown: unknown) => this.#threw(thrown),\n        )\n        return',
    '          (value: unknown) => this.#returned(value),\n        )\n        return',
  ),
]

const records: readonly PlantedBug[] = [
  bug(
    'call-record.ts',
    'the permit is forgotten when a tool ends',
    "      this.#failed(attempt, { status: 'failed', error, execution: 'ended', thrown }, now)\n    }\n    this.#release(now)",
    "      this.#failed(attempt, { status: 'failed', error, execution: 'ended', thrown }, now)\n    }\n    if (output.ok) this.#release(now)",
  ),
  bug(
    'call-record.ts',
    'the permit is forgotten when an attempt is cut',
    'this.#settle(this.#unsuccessful(failure, this.#timing(attempt, now)), now, undefined)\n    }\n    this.#release(now)',
    "this.#settle(this.#unsuccessful(failure, this.#timing(attempt, now)), now, undefined)\n    }\n    if (execution === 'ended') this.#release(now)",
  ),
  bug(
    'call-record.ts',
    'the permit is forgotten when an attempt is cut before it began',
    'this.#stopped(cut, attempt.cutBy)\n      return this.#release(now)',
    'return this.#stopped(cut, attempt.cutBy)',
  ),
  bug(
    'call-record.ts',
    'a permit is given back twice',
    "if (execution === 'unknown') this.#abandoned(attempt, cut, now)",
    "if (execution === 'unknown') {\n      this.#abandoned(attempt, cut, now)\n      this.#release(now)\n    }",
  ),
  bug(
    'call-record.ts',
    'the permit is forgotten when the tool’s guard refuses',
    "this.#refuse('rejected', pass.code, pass.message)\n      return engine.permits.release(undefined)",
    "return this.#refuse('rejected', pass.code, pass.message)",
  ),
  bug(
    'call-record.ts',
    'an abort does not reach calls that wait',
    '        this.#state = SETTLED\n        this.engine.permits.withdraw()\n        break',
    '        return',
  ),
  bug(
    'call-record.ts',
    'who is aborted while waiting is counted as waiting',
    '        this.engine.permits.withdraw()\n',
    '',
  ),
  bug(
    'call-record.ts',
    'an abort does not reach calls that are being checked',
    '        this.engine.timeouts.remove(state)\n        break',
    '        return',
  ),
  bug(
    'call-record.ts',
    'an abort does not reach calls between two attempts',
    '        state.timer.clear()\n        break',
    '        return',
  ),
  bug(
    'call-record.ts',
    'the timer of a call that is aborted between attempts is left',
    '        state.timer.clear()\n',
    '',
  ),
  bug(
    'call-record.ts',
    'a permit that an abort sets free starts a call of the same batch',
    'if (isAborted || engine.aborting || expired !== undefined) {',
    'if (engine.aborting || expired !== undefined) {',
  ),
  bug(
    'call-record.ts',
    'closing starts what it is about to abort',
    'if (isAborted || engine.aborting || expired !== undefined) {',
    'if (isAborted || expired !== undefined) {',
  ),
  bug(
    'call-record.ts',
    'a deadline starts what it is about to end',
    'if (isAborted || engine.aborting || expired !== undefined) {',
    'if (isAborted || engine.aborting) {',
  ),
  bug(
    'call-record.ts',
    'calls are taken after closing',
    "if (this.engine.closing) return this.#refuse('rejected', 'closed', CLOSED)",
    '',
  ),
  bug(
    'call-record.ts',
    'a call completed after an abort runs',
    "if (this.batch.isAborted) return this.#stopped('abort', undefined)\n",
    '',
    'A record of a batch that is aborted is settled at once when it is reserved, so that this is only a second line.',
  ),
  bug('call-record.ts', 'a late answer of a schema revives a call', 'if (this.#state !== check) return\n', ''),
  bug(
    'call-record.ts',
    'a schema that hangs is waited for without end',
    'timeouts.add(check, timeoutMs, clock.now())',
    'void timeoutMs',
  ),
  bug(
    'call-record.ts',
    'the timeout of a schema that answered is not removed',
    'timeouts.remove(check)\n      try',
    'try',
  ),
  bug(
    'call-record.ts',
    'arguments that do not fit run',
    'if (verdict.ok) this.#makeReady(tool, verdict.value)',
    'if (verdict.ok || verdict.issues.length < 2) this.#makeReady(tool, verdict.ok ? verdict.value : {})',
  ),
  bug(
    'call-record.ts',
    'a schema that throws leaves the call without a result',
    'if (this.#state === READING) this.#checkFailed(tool, thrown)',
    'void thrown',
  ),
  bug(
    'call-record.ts',
    'a freed permit starts a call in the context of whoever freed it',
    'this.#state.context.runInAsyncScope(this.#start, this, now)',
    'this.#start(now)',
  ),
  bug(
    'call-record.ts',
    'the next attempt runs in the context of the timer',
    'particulars.context?.runInAsyncScope(this.#readAgain, this, particulars.arguments)',
    'this.#readAgain(particulars.arguments)',
  ),
  bug(
    'call-record.ts',
    'attempts share their arguments',
    'this.#check(tool, copyJson(given, { maxBytes: Infinity }))',
    'this.#check(tool, given)',
  ),
  bug(
    'call-failure.ts',
    'what is not idempotent is tried again',
    "return idempotentHint === true && (execution === 'ended' || status === 'lost')",
    "return execution === 'ended' || status === 'lost'",
  ),
  bug(
    'call-failure.ts',
    'attempts overlap',
    "return idempotentHint === true && (execution === 'ended' || status === 'lost')",
    'return idempotentHint === true',
  ),
  bug(
    'call-failure.ts',
    'results that JSON cannot hold are tried again',
    "if (status === 'failed' && error.code !== 'tool_error') return false",
    '',
  ),
  bug(
    'call-record.ts',
    'a wait for another attempt holds the permit',
    "      this.#failed(attempt, { status: 'failed', error, execution: 'ended', thrown }, now)\n    }\n    this.#release(now)",
    "      this.#failed(attempt, { status: 'failed', error, execution: 'ended', thrown }, now)\n    }\n    if (this.#state.phase !== 'backing_off') this.#release(now)",
  ),
  bug(
    'call-record.ts',
    'what was aborted is tried again',
    'if (delayMs === undefined || this.batch.isAborted || !',
    'if (delayMs === undefined || !',
  ),
  bug(
    'call-record.ts',
    'a wait reaches beyond the deadline',
    'if (now + delayMs >= this.batch.deadlineOf(this)) return undefined',
    '',
  ),
  bug(
    'call-record.ts',
    'the number of the attempt is always 1',
    'const number = (particulars?.tried?.attempts ?? 0) + 1',
    'const number = 1',
  ),
  bug(
    'call-record.ts',
    'time is counted from the last attempt',
    'const startedAt = tried?.firstStartedAt ?? attempt?.startedAt',
    'const startedAt = attempt?.startedAt ?? tried?.firstStartedAt',
  ),
  bug(
    'call-failure.ts',
    'a call that was tried says that nothing happened',
    "const execution = tried?.execution ?? 'none'",
    "const execution = 'none'",
  ),
  bug(
    'call-record.ts',
    'a call that a listener ended is said to wait',
    "if (this.#state === backoff) tellParked(this, 'retry')",
    "tellParked(this, 'retry')",
  ),
  bug('call-record.ts', 'abandoned tools are not counted', '    this.engine.abandoned++\n', ''),
  bug('call-record.ts', 'abandoned tools are counted for ever', '    this.engine.abandoned--\n', ''),
  bug(
    'call-record.ts',
    'the guard forgets that an abandoned tool ended',
    '    attempt.tool.guard.abandonedEnded()\n',
    '',
  ),
  bug('call-record.ts', 'the guard is not told of abandoned tools', '    attempt.tool.guard.abandon()\n', ''),
  bug(
    'call-record.ts',
    'an aborted probe keeps the breaker half open',
    "attempt.tool.guard.left(attempt.pass, 'neither', now)\n      this.#settle",
    'this.#settle',
  ),
  bug(
    'call-record.ts',
    'a success does not close the breaker',
    "attempt.tool.guard.left(attempt.pass, 'success', now)",
    "attempt.tool.guard.left(attempt.pass, 'neither', now)",
  ),
  bug(
    'call-failure.ts',
    'an idle tool is said to be aborted',
    "if (cut === 'abort') {\n    const error: ToolError",
    "if (cut === 'abort' || cut === 'idle') {\n    const error: ToolError",
  ),
  bug(
    'call-failure.ts',
    'a timeout tells of the idle timeout',
    "const limit = { ms: timeoutMs, source: sourceOf('timeoutMs', layers) }",
    "const limit = { ms: idleTimeoutMs, source: sourceOf('timeoutMs', layers) }",
  ),
]

const batches: readonly PlantedBug[] = [
  bug(
    'batch.ts',
    'results in the order of ending',
    'this.#results[record.index] = result',
    'this.#results.push(result)',
  ),
  bug(
    'batch.ts',
    'a batch settles with a call to go',
    'return this.#closed && this.#unsettled === 0',
    'return this.#closed && this.#unsettled <= 1',
  ),
  bug(
    'batch.ts',
    'the listener on the caller’s signal is left',
    "options.signal?.removeEventListener('abort', this.#onAbort)",
    '',
  ),
  bug(
    'batch.ts',
    'a signal that was aborted before is not heeded',
    'if (signal?.aborted === true) this.#aborted = { reason: signal.reason }\n    else ',
    '',
  ),
  bug(
    'batch.ts',
    'an abort does not reach calls that come later',
    'if (this.#aborted !== undefined) record.abort()\n    else if',
    'if',
  ),
  bug(
    'batch.ts',
    'a deadline does not reach calls that come later',
    'else if (this.#expired !== undefined) record.expire(this.#expired)',
    '',
  ),
  bug(
    'batch.ts',
    'an abort stops at the first call that it ends',
    'for (const record of this.records) record.abort()',
    'this.records[0]?.abort()',
  ),
  bug(
    'batch.ts',
    'the batch’s deadline is not removed',
    'if (this.#deadline !== undefined) this.engine.timeouts.remove(this.#deadline.expiry)',
    '',
  ),
  bug(
    'batch.ts',
    'a call’s deadline is not removed',
    'if (deadline !== undefined) this.engine.timeouts.remove(deadline)',
    '',
  ),
  bug(
    'batch.ts',
    'deadlines start anew for every call of a batch',
    'this.engine.timeouts.add(particulars.deadline, limit.ms, record.acceptedAt)',
    'this.engine.timeouts.add(particulars.deadline, limit.ms + 50, record.acceptedAt)',
  ),
  bug(
    'batch.ts',
    'closing leaves slots without arguments open',
    'for (const record of this.records) record.giveUp()',
    '',
  ),
  bug(
    'batch.ts',
    'only one of those who ask for a result gets it',
    'others === undefined ? resolve : (value) => (others(value), resolve(value))',
    'others ?? resolve',
  ),
  bug(
    'batch.ts',
    'a result that is asked for late never comes',
    'if (result !== undefined) return Promise.resolve(result)',
    '',
  ),
  bug(
    'batch.ts',
    'calls with one id share a place',
    'const index = this.records.length',
    'const index = Math.max(0, this.records.findIndex((each) => each.id === id)) || this.records.length',
  ),
  bug('batch.ts', 'successes are counted as failures', 'failed: size - succeeded,', 'failed: succeeded,'),
  bug(
    'batch.ts',
    'calls that come one by one wait in the context of the first',
    'return new Queued()\n  }',
    'return (this.#queued ??= new Queued())\n  }',
  ),
  bug(
    'batch.ts',
    'the whole batch counts as accepted late',
    'return this.#acceptedAt?.[index] ?? this.openedAt',
    'return this.#acceptedAt?.[0] ?? this.openedAt',
  ),
  bug(
    'batch.ts',
    'an impossible limit is taken',
    'const impossible = limits && impossibleTimeLimit(limits)',
    'const impossible = undefined as string | undefined',
  ),
  bug(
    'executor.ts',
    'closing does not wait for those that drain',
    'await new Promise<void>((resolve) => this.#idle.push(resolve))',
    '',
  ),
  bug('executor.ts', 'closing never aborts', 'batch.abort(new DOMException(', 'void (new DOMException('),
  bug(
    'executor.ts',
    'closing leaves open batches open',
    '          batch.close()\n          batch.abort(',
    '          batch.abort(',
  ),
  bug('executor.ts', 'the timer of closing is left', '      timer?.clear()\n', ''),
  bug('executor.ts', 'timers are left when everything is settled', '    this.#engine.timeouts.rest()\n', ''),
  bug(
    'open-batch.ts',
    'an iteration that waits is not woken',
    '    for (const resume of idle) resume()',
    '    idle[0]?.()',
  ),
  bug(
    'open-batch.ts',
    'an iteration ends before the last result',
    'if (this.#batch.isClosed && next === this.size) return',
    'if (this.#batch.isClosed) return',
  ),
  bug(
    'open-batch.ts',
    'disposing does not abort',
    "this.#batch.abort(new DOMException('The batch was disposed of.', 'AbortError'))",
    '',
  ),
]

const policies: readonly PlantedBug[] = [
  bug('retry.ts', 'one attempt too many', 'if (attempts >= maxAttempts ||', 'if (attempts > maxAttempts ||'),
  bug(
    'retry.ts',
    'Retry-After is not obeyed',
    'Math.ceil(retryAfterMs + random() * longest)',
    'Math.ceil(random() * longest)',
  ),
  bug(
    'retry.ts',
    'waits grow without bound',
    'const longest = Math.min(maxDelayMs, ',
    'const longest = Math.max(maxDelayMs, ',
  ),
  bug(
    'retry.ts',
    'what will fail again is tried again',
    "return failureKind(thrown).lasting !== 'permanent'",
    'return true',
  ),
  bug('circuit-breaker.ts', 'a second probe', 'if (this.#probing) return undefined', ''),
  bug(
    'circuit-breaker.ts',
    'open for too short',
    'if (now < this.#openUntil) return undefined',
    'if (now < this.#openUntil - this.#openMs / 2) return undefined',
  ),
  bug('circuit-breaker.ts', 'attempts from before it opened close it', 'if (pass !== this.#era) return', ''),
  bug(
    'circuit-breaker.ts',
    'a failed probe closes it',
    "else if (outcome === 'failure') this.#open(now)",
    "else if (outcome === 'failure') this.#close(now)",
  ),
  bug(
    'circuit-breaker.ts',
    'a probe that says nothing is the last',
    "this.#probing = false\n      if (outcome === 'success')",
    "this.#probing = outcome === 'neither'\n      if (outcome === 'success')",
  ),
  bug(
    'circuit-breaker.ts',
    'it never opens',
    'if (attempts >= this.#minimumAttempts && failures',
    'if (attempts > 1_000 && failures',
  ),
  bug(
    'tool-guard.ts',
    'one abandoned attempt too many',
    'if (this.#abandoned >= this.#maxAbandoned)',
    'if (this.#abandoned > this.#maxAbandoned)',
  ),
  bug(
    'time-limits.ts',
    'the executor’s timeout wins over the nearer ones',
    'return call?.timeoutMs ?? batch.timeoutMs ?? tool.timeoutMs ?? executor.timeoutMs',
    'return executor.timeoutMs',
  ),
  bug(
    'time-limits.ts',
    'the tool’s timeout wins over the batch’s',
    'return call?.timeoutMs ?? batch.timeoutMs ?? tool.timeoutMs ??',
    'return call?.timeoutMs ?? tool.timeoutMs ?? batch.timeoutMs ??',
  ),
  bug('time-limits.ts', 'the latest deadline counts', 'const earliest = Math.min(', 'const earliest = Math.max('),
  bug(
    'time-limits.ts',
    'the wrong layer is named',
    "return tool[option] === undefined ? `the executor's ${option}` : `the tool's ${option}`",
    "return tool[option] === undefined ? `the tool's ${option}` : `the executor's ${option}`",
  ),
  bug('budget.ts', 'one call too many', 'if (this.#toolCalls >= toolCalls)', 'if (this.#toolCalls > toolCalls)'),
  bug(
    'event-hub.ts',
    'a listener that throws stops the others',
    'callGuarded(listener, event, (thrown) => this.#report(event, listener, thrown))',
    'listener(event)',
  ),
  bug(
    'event-hub.ts',
    'who leaves takes another along',
    'this.#listeners.filter((other) => other !== entry)',
    'this.#listeners.slice(0, -1)',
  ),
  bug(
    'arguments.ts',
    'calls share what their caller gave',
    'return { ok: true, value: copyJson(value, { maxBytes, refusePrototypeKeys: true }) }',
    'copyJson(value, { maxBytes, refusePrototypeKeys: true })\n    return { ok: true, value }',
  ),
  bug(
    'arguments.ts',
    'arguments that were cut off are mended',
    'value = JSON.parse(text)',
    "value = JSON.parse(text.endsWith('}}') || !text.startsWith('{\"mark') ? text : `${text.slice(0, 15)}\"}`)",
  ),
  bug(
    'safe-checks.ts',
    'a listener’s promise that rejects is handled by nobody',
    'if (returned instanceof Promise) returned.catch(failed)',
    'void returned',
  ),
  bug(
    'call-result.ts',
    'the time in the queue is left out',
    'totalMs: now - acceptedAt, attempts }',
    'totalMs: now - startedAt, attempts }',
  ),
]

/** Every planted bug, room by room. */
export const PLANTED_BUGS: readonly PlantedBug[] = [
  ...permits,
  ...timeouts,
  ...attempts,
  ...records,
  ...batches,
  ...policies,
]
