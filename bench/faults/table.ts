import type { TextTable } from '../report.ts'
import { CASES } from './cases.ts'
import type { Cell } from './judge.ts'
import { FAULT_INDEX } from './scenario.ts'

const DETAIL_LENGTH = 32

/** The cells as a table: a row for each case, a column for each subject. Bad cells are bold. */
export function table(title: string, cells: readonly Cell[], subjects: readonly string[]): TextTable {
  const bySubject = new Map(cells.map((cell) => [key(cell.case, cell.subject), cell]))
  const rows = CASES.filter(({ name }) => cells.some((cell) => cell.case === name))
  return {
    title,
    columns: subjects,
    rows: rows.map(({ name }) => ({ name, cells: subjects.map((subject) => show(bySubject.get(key(name, subject)))) })),
  }
}

function key(caseName: string, subject: string): string {
  return JSON.stringify([caseName, subject])
}

function show(cell: Cell | undefined): string {
  if (cell === undefined) return '–'
  const words = wordsOf(cell)
  return cell.bad ? `**${words}**` : words
}

function wordsOf(cell: Cell): string {
  const { ending, siblings, fault, detail, sinceAbortMs } = cell
  const after = sinceAbortMs === null ? '' : ` after ${Math.round(sinceAbortMs)} ms`
  const others = siblings === 'kept' || siblings === null ? '' : `, others ${siblings}`
  switch (ending) {
    case 'hang':
    case 'crash':
    case 'not run':
      return ending
    case 'thrown':
      return `thrown${after === '' ? `: ${errorName(detail)}` : `${after}${others}`}`
    case 'silent stop':
    case 'failed':
      return ending
    case 'aborted':
      return `aborted${after}${others}`
    case 'answered':
      return `${fault === 'value' ? valueOf(cell) : fault}${others}`
  }
}

/** If the call in the middle is a good one, its value is the page that every good call returns. */
function valueOf({ case: name, detail }: Cell): string {
  return CASES.find((faultCase) => faultCase.name === name)?.scenario.pages.has(FAULT_INDEX) === true
    ? 'a result'
    : shorten(detail)
}

function errorName(detail: string): string {
  return detail.split(':')[0] ?? detail
}

/** A value as the model saw it, in a form that fits a table. */
function shorten(value: string): string {
  const line = value.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|')
  const text = line.length > DETAIL_LENGTH ? `${line.slice(0, DETAIL_LENGTH)}…` : line
  if (/^[\d ]+ characters$/.test(text)) return text
  return text === '' ? 'an empty text' : `\`${text}\``
}
