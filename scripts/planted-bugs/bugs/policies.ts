import { bug, type PlantedBug } from '../planted-bug.ts'

/** Bugs of limits, retries, breakers, budgets and what is given to tools and listeners. */
export const policies: readonly PlantedBug[] = [
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
    'if (this.#entries.delete(entry)) this.#changed()',
    'this.#entries.delete([...this.#entries].at(-1) ?? entry)\n      this.#changed()',
  ),
  bug('arguments.ts', 'calls share what their caller gave', 'value: copied, mayRefer', 'value, mayRefer'),
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
