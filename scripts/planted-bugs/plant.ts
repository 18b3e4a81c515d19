import type { PlantedBug } from './planted-bug.ts'

/**
 * The source with the bug in it.
 *
 * @throws Error unless the bug's anchor occurs exactly once
 */
export function plant(source: string, { file, anchor, replacement, why }: PlantedBug): string {
  const count = source.split(anchor).length - 1
  if (count !== 1)
    throw new Error(
      `The bug "${why}" cannot be planted: its anchor occurs ${count} times in ${file}, not once:\n${anchor}`,
    )
  return source.replace(anchor, () => replacement)
}
