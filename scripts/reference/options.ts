import { type ApiItem, ApiInterface, ApiPropertyItem } from '@microsoft/api-extractor-model'
import { type Find, linkTo, NOTE, table, typeOf, withLinks } from './markdown.ts'
import { allMembers, compare } from './model.ts'

/** The tables of all options: for what they are, and which type describes them. */
const OPTIONS: readonly (readonly [title: string, type: string])[] = [
  ['The executor: `new ToolExecutor(options)`', 'ToolExecutorOptions'],
  [
    'A batch or a call: `executeTools(calls, options)`, `openBatch(options)`, `call(tool, input, options)`',
    'CallOptions',
  ],
  ['One call of a batch', 'ToolCall'],
  ['A tool: `defineTool(tool)`', 'Tool'],
  ['The admission controller: `new AdmissionController(options)`', 'AdmissionOptions'],
  ['The agent: `new AgentExecutor(options)`', 'AgentOptions'],
  ['A run of an agent: `agent.run(input, options)`', 'RunOptions'],
  ['`prepareTurn` of an agent returns', 'TurnSettings'],
  ['`retry` of a tool, `modelRetry` of an agent', 'RetryOptions'],
  ['`breaker` of a tool', 'BreakerOptions'],
  ['`rate` and `ratePerKey` of a tool', 'RateOptions'],
  ['`isolation` of a tool', 'Isolation'],
  ['`queue` of an executor', 'QueueOptions'],
  ['`spill` of an executor', 'SpillOptions'],
  ['A budget: `new Budget(options)`', 'BudgetOptions'],
  ['`cost` of a budget', 'CostLimit'],
  ['A plan tool: `planTool(executor, options)`, `plan` of an agent', 'PlanToolOptions'],
]

/** The page with all options. */
export function optionsPage(find: Find): string {
  const parts = OPTIONS.map(([title, type]) => {
    const entry = find(type)
    const [item] = entry?.items ?? []
    if (entry === undefined || item === undefined)
      throw new Error(`There is no exported type ${type} for the table of options.`)
    const rows = Array.from(allMembers(item, find), ([name, { item: member, comment }]) => {
      const isRequired = member instanceof ApiPropertyItem ? !member.isOptional : name === 'execute'
      const given = withUnit(name, comment.default ?? '') || (isRequired ? '(required)' : '–')
      const cells = [
        `\`${name}\``,
        given,
        boundsOf(name, member, comment.summary),
        typeOf(member, find),
        comment.summary,
      ]
      return cells.map((text) => withLinks(text, find, entry))
    }).toSorted(([a = '', x], [b = '', y]) => Number(y === '(required)') - Number(x === '(required)') || compare(a, b))
    const also = aliasesOf(item, find)
      .map((name) => ` It also has all of ${linkTo(name, find)}.`)
      .join('')
    return `## ${title}\n\nType: ${linkTo(type, find)}.${also}\n\n${table(['Option', 'Default', 'Bounds', 'Type', 'Meaning'], rows)}`
  })
  const head = [
    '# All options',
    NOTE,
    'Durations are in milliseconds (ms). An option that is out of its bounds, or misspelt, is refused with a `MisuseError` that names it. `–` means that nothing is set.',
  ]
  return [...head, ...parts].join('\n\n')
}

/** The type aliases that an interface extends, whose members are not in the table. */
function aliasesOf(item: ApiItem, find: Find): string[] {
  const names = item instanceof ApiInterface ? item.extendsTypes.map(({ excerpt }) => excerpt.text.trim()) : []
  return names.filter((name) => find(name)?.kind === 'type')
}

const BOUNDS =
  /(?:(?:at least|above|more than) (?:`\w+`|[−\d][\d ]*)(?:, at most \d+)?|[−\d][\d ]* to [\d ]*\d)(?: milliseconds)?(?:, or (?:\d+ [a-z ]+, or )?`Infinity`)?/i

/** The bounds of a number, as its comment gives them, with its unit. */
function boundsOf(name: string, item: ApiItem, summary: string): string {
  const type = item instanceof ApiPropertyItem ? item.propertyTypeExcerpt.text : ''
  if (!/^(?:Readonly<Record<string, number>>|number)$/.test(type)) return ''
  const [bounds = ''] = BOUNDS.exec(summary.replace(/\s+/g, ' ')) ?? []
  if (bounds === '') return ''
  const plain = bounds.replace(' milliseconds', '').trim()
  return `${plain.charAt(0).toLowerCase()}${plain.slice(1)}`.replace(/(?=, or `Infinity`$)|$/, unitOf(name))
}

function unitOf(name: string): string {
  if (name.endsWith('Ms')) return ' ms'
  return name.endsWith('Bytes') ? ' bytes' : name.endsWith('Mb') ? ' MiB' : ''
}

/** A default that is a number, with its unit. */
function withUnit(name: string, fallback: string): string {
  return fallback.replace(/^\d[\d ]*(?=$|;| \()/, (number) => `${number}${unitOf(name)}`)
}
