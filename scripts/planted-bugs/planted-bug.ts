/** A typical mistake of an engineer, as a replacement in one file of the sources. */
export interface PlantedBug {
  /** Below `packages/aof-runtime/src/core`. */
  readonly file: string
  /** Must occur in the file exactly once. */
  readonly anchor: string
  readonly replacement: string
  readonly why: string
  /** The reason why the simulation cannot catch it, if it cannot. */
  readonly survives?: string
}

/** A bug that the simulation catches, unless `survives` says why it cannot. */
export function bug(file: string, why: string, anchor: string, replacement: string, survives?: string): PlantedBug {
  return { file, why, anchor, replacement, ...(survives !== undefined && { survives }) }
}
