import { breaker } from './primitives/breaker.ts'
import { deadlines } from './primitives/deadlines.ts'
import { openBatches } from './primitives/open-batches.ts'
import { admission } from './primitives/admission.ts'
import { retries } from './primitives/retries.ts'
import { timeouts } from './primitives/timeouts.ts'

/** The primitives, each with actors whose every move waits until fast-check's scheduler lets it go on. */
export const PRIMITIVES: Readonly<Record<string, (numRuns: number) => Promise<void>>> = {
  'admission (I25, I51)': admission,
  'timeouts (I11, I17)': timeouts,
  'the circuit breaker (I20)': breaker,
  'open batches and who reads them (I1, I9)': openBatches,
  'retries (I13, I20, I33)': retries,
  'deadlines (I11, I13, I14)': deadlines,
}
