import { DenseSet, type DenseSetPlace } from '../collections/dense-set.ts'
import type { CallOptions } from '../contract/call-options.ts'
import type { Logger } from '../contract/logger.ts'
import { forEachSafely } from '../contract/safe-checks.ts'
import { drawId } from '../host/random.ts'
import type { ReferenceSyntax } from '../order/dependencies/references.ts'
import { Arrivals } from './arrivals.ts'
import { Batch } from './batch.ts'
import type { BatchServices } from './batch-setup.ts'
import { type PlacedCall, pathOf, placeOf } from './call-events.ts'
import type { Nesting } from './nesting.ts'
import type { Services } from './services.ts'
import type { LiveCall } from './stall-watch.ts'
import { trackedCallIsStopped } from './tracked-parent.ts'

type BatchesServices = BatchServices &
  Services<'random' | 'registry' | 'stalls'> & { readonly logger: Logger | undefined }

/** The origin of a batch. */
export interface BatchOrigin {
  /** The nested calls that its calls belong to; undefined also if the parent has ended. */
  readonly nesting: Nesting | undefined
  /** The call that opens it, if one does. */
  readonly by: PlacedCall | undefined
  /** The form of references to results in arguments. @default objects alone */
  readonly syntax: ReferenceSyntax | undefined
}

/** The batches of an executor that are under way. */
export class Batches {
  readonly #services: BatchesServices
  readonly #live = new DenseSet<Batch>()
  #opened = 0
  #runPrefix: string | undefined
  /** Whether closing has aborted the batches under way. */
  #isCut = false
  #whenIdle: (() => void)[] = []

  constructor(services: BatchesServices) {
    this.#services = services
  }

  open(options: CallOptions, size: number | undefined, origin: BatchOrigin): Arrivals {
    const services = this.#services
    const { logger, stalls, random } = services
    const { nesting, by, syntax: referenceSyntax = PLAIN_REFERENCES } = origin
    const number = ++this.#opened
    let place: DenseSetPlace<Batch> | undefined
    const batch = new Batch({
      services,
      number,
      options,
      size,
      logger: options.logger ?? logger,
      nesting,
      referenceSyntax,
      drawRun: () => {
        const parent = by ?? nesting?.parent.call
        return parent === undefined ? `${(this.#runPrefix ??= drawId(random))}-${number}` : pathOf(parent)
      },
      onSettled: () => this.#settled(place),
    })
    stalls?.arm(batch.openedAt)
    // A call that has ended makes no calls any more.
    const isOrphan = nesting === undefined && (by !== undefined || trackedCallIsStopped())
    if (isOrphan) batch.abort(new DOMException('The call that makes this one has ended.', 'AbortError'))
    else if (this.#isCut) {
      if (nesting?.parent.call.batch.owner.executor === batch.owner.executor) batch.abort(closedReason())
    } else place = this.#live.enter(batch)
    // No call of a batch without a place ever runs, and closing does not wait for it.
    batch.begin()
    return new Arrivals(batch, services)
  }

  get isBusy(): boolean {
    return this.#live.size > 0
  }

  /** The calls whose tools run at this moment. */
  running(): LiveCall[] {
    const calls = Array.from(this.#live, (batch) => batch.calls).flat()
    return calls.flatMap((call) => {
      const { startedAt } = call.state
      return startedAt === undefined ? [] : [{ startedAt, call: placeOf(call) }]
    })
  }

  /** Closes and aborts all batches under way, and those that their calls open later. */
  cut(): void {
    this.#isCut = true
    this.#services.admission.together(() =>
      forEachSafely(this.#live, (batch) => {
        if (!batch.isBeingAccepted) batch.close()
        batch.abort(closedReason())
      }),
    )
  }

  /** Resolves when no batch is under way. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      if (this.isBusy) this.#whenIdle.push(resolve)
      else resolve()
    })
  }

  #settled(place: DenseSetPlace<Batch> | undefined): void {
    if (place !== undefined) this.#live.leave(place)
    if (this.isBusy) return
    this.#services.timeouts.rest()
    for (const resume of this.#whenIdle.splice(0)) resume()
  }
}

/** Texts that look like templates are texts. */
const PLAIN_REFERENCES: ReferenceSyntax = { templates: false }

function closedReason(): DOMException {
  return new DOMException('The executor was closed.', 'AbortError')
}
