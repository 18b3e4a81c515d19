import { readFileSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'
import type { Summary } from './statistics.ts'

/** A table of measured figures. */
export interface Table {
  readonly title: string
  /** The unit of the figures, e.g. `ns per call`. */
  readonly unit: string
  /** Heads of the columns after the name. */
  readonly columns: readonly string[]
  readonly rows: readonly Row[]
}

/** The figures of one candidate; `null` if not measured. */
export interface Row {
  readonly name: string
  readonly cells: readonly (Summary | null)[]
}

/** A table of words. */
export interface TextTable {
  readonly title: string
  /** Heads of the columns after the name. */
  readonly columns: readonly string[]
  readonly rows: readonly { readonly name: string; readonly cells: readonly string[] }[]
}

/** A target for the figures. A missed target is only reported. */
export interface Target {
  readonly claim: string
  readonly wanted: string
  /** The median, or several medians, in words. */
  readonly measured: string
  readonly met: boolean
}

/** The measurements of one claim file. */
export interface Claim {
  readonly name: string
  readonly tables: readonly Table[]
  readonly texts?: readonly TextTable[]
  readonly targets: readonly Target[]
  /** Aspects that the figures do not cover. */
  readonly notMeasured: readonly string[]
}

/** The machine and the versions of the measurement. */
export interface Environment {
  readonly node: string
  readonly platform: string
  readonly cpu: string
  readonly cores: number
  readonly memoryGiB: number
  /** Load of the last minute at the start; more than a fraction of the cores shows a disturbance. */
  readonly loadAtStart: number
  readonly versions: Readonly<Record<string, string>>
}

/** Describes this machine and the versions of everything that is measured. */
export function environment(): Environment {
  const bench = readPackage('package.json')
  const ours = readPackage('../packages/aof-runtime/package.json')
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    loadAtStart: Math.round((loadavg()[0] ?? 0) * 100) / 100,
    versions: { 'aof-runtime': ours.version, ...bench.dependencies },
  }
}

interface PackageFile {
  readonly version: string
  readonly dependencies: Readonly<Record<string, string>>
}

function readPackage(path: string): PackageFile {
  return JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as PackageFile
}

/** A claim as Markdown: tables with median (min–max), the targets, and the aspects not measured. */
export function renderClaim(claim: Claim): string {
  const targets = claim.targets.map(
    ({ claim: what, wanted, measured, met }) =>
      `- ${met ? 'met   ' : 'missed'} ${what}: wanted ${wanted}, measured ${measured}`,
  )
  return [
    `## ${claim.name}`,
    ...claim.tables.map(renderTable),
    ...(claim.texts ?? []).map(renderTexts),
    targets.length > 0 ? targets.join('\n') : '',
    `Not measured: ${claim.notMeasured.join('; ')}.`,
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

function renderTable({ title, unit, columns, rows }: Table): string {
  const lines = [['', ...columns], ...rows.map(({ name, cells }) => [name, ...cells.map(renderCell)])]
  return `**${title}** (${unit}; median, min–max)\n\n${markdown(lines, 'right')}`
}

function renderTexts({ title, columns, rows }: TextTable): string {
  const lines = [['', ...columns], ...rows.map(({ name, cells }) => [name, ...cells])]
  return `**${title}**\n\n${markdown(lines, 'left')}`
}

/** Markdown in columns of equal width: text to the left, figures to the right. */
function markdown(lines: readonly string[][], align: 'left' | 'right'): string {
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length))) ?? []
  const isLeft = (column: number): boolean => column === 0 || align === 'left'
  const pad = (cell: string, column: number): string =>
    isLeft(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)
  const rendered = lines.map((line) => `| ${line.map(pad).join(' | ')} |`)
  const rule = `| ${widths.map((width, column) => (isLeft(column) ? '-'.repeat(width) : `${'-'.repeat(Math.max(1, width - 1))}:`)).join(' | ')} |`
  return [rendered[0], rule, ...rendered.slice(1)].join('\n')
}

function renderCell(cell: Summary | null): string {
  if (cell === null) return '–'
  return `${figure(cell.median)} (${figure(cell.min)}–${figure(cell.max)})`
}

/** A number of calls. */
export function count(calls: number): string {
  return calls.toLocaleString('en').replaceAll(',', ' ')
}

/** A number with three significant digits. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  const magnitude = Math.abs(value)
  if (magnitude >= 1000) return count(Math.round(value))
  if (magnitude >= 100) return value.toFixed(0)
  if (magnitude >= 10) return value.toFixed(1)
  return value.toFixed(magnitude >= 1 ? 2 : 3)
}
