/** A measured duration for people: `8 ms`, `1.2 s`, `2 m 05 s`. At most 8 columns below 100 hours. */
export function durationText(ms: number): string {
  const whole = Math.max(0, Math.round(ms))
  if (whole < 1_000) return `${whole} ms`
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)} s`
  return longText(ms)
}

/** A duration that still grows, in tenths of a second, because a faster change is unreadable. */
export function elapsedText(ms: number): string {
  const shown = Math.max(0, ms)
  return shown < 59_950 ? `${(Math.floor(shown / 100) / 10).toFixed(1)} s` : longText(shown)
}

function longText(ms: number): string {
  const seconds = Math.round(ms / 1_000)
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} m ${twoDigits(seconds % 60)} s`
  return `${Math.floor(seconds / 3_600)} h ${twoDigits(Math.floor((seconds % 3_600) / 60))} m`
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}
