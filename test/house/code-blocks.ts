/** A fenced code block of a document, or of an `@example` in a doc comment. */
export interface CodeBlock {
  /** The file that it stands in, relative to the project's root. */
  readonly document: string
  /** Line of its opening fence, from 1. */
  readonly line: number
  readonly language: string
  readonly code: string
  /** The output that the document claims: a `text` block right after it. */
  readonly output?: string
  /** The name that its first line gives it, as a comment: `// tools.ts`, `# agent.yaml`. Other blocks can refer to it. */
  readonly file?: string
}

interface Fence {
  readonly line: number
  readonly end: number
  readonly language: string
  readonly code: string
}

/** The code blocks of a Markdown document. */
export function markdownBlocks(document: string, markdown: string): CodeBlock[] {
  const lines = markdown.split(/\r?\n/)
  const fences = findFences(lines)
  return fences.flatMap((fence, index) => {
    const next = fences[index + 1]
    const output = next?.language === 'text' && isOutputOf(lines.slice(fence.end, next.line - 1)) ? next : undefined
    return fence.language === 'text' ? [] : toBlock(document, fence, output)
  })
}

/** The code blocks under the `@example` tags of a source file's doc comments. */
export function exampleBlocks(document: string, source: string): CodeBlock[] {
  return Array.from(source.matchAll(/\/\*\*.*?\*\//gs), ({ 0: comment, index }) => {
    const before = source.slice(0, index).split('\n').length - 1
    const lines = comment.split('\n').map((line) => line.replace(/^\s*(\/\*\*|\*(?!\/)) ?/, ''))
    return markdownBlocks(document, onlyExamples(lines).join('\n')).map((block) => ({
      ...block,
      line: block.line + before,
    }))
  }).flat()
}

/** The lines of a doc comment with those emptied that no `@example` holds. */
function onlyExamples(lines: readonly string[]): string[] {
  let inExample = false
  let inFence = false
  return lines.map((line) => {
    if (line.startsWith('```')) inFence = !inFence
    if (!inFence && line.startsWith('@')) inExample = line.startsWith('@example')
    return inExample ? line : ''
  })
}

function findFences(lines: readonly string[]): Fence[] {
  const fences: Fence[] = []
  for (let index = 0; index < lines.length; index++) {
    const [, indent = '', mark = '', language = ''] = /^( *)(`{3,}|~{3,})\s*(\S*)/.exec(lines[index] ?? '') ?? []
    if (mark === '') continue
    const close = lines.findIndex((line, place) => place > index && line.trim().startsWith(mark))
    const end = close === -1 ? lines.length : close
    const code = lines.slice(index + 1, end).map((line) => line.slice(line.startsWith(indent) ? indent.length : 0))
    fences.push({ line: index + 1, end: end + 1, language, code: code.join('\n') })
    index = end
  }
  return fences
}

/** Whether a block follows the one before it as what that prints: nothing between but, at most, one line with a colon. */
function isOutputOf(between: readonly string[]): boolean {
  const prose = between.filter((line) => line.trim() !== '')
  return prose.length === 0 || (prose.length === 1 && prose[0]!.trimEnd().endsWith(':'))
}

function toBlock(document: string, { line, language, code }: Fence, output: Fence | undefined): CodeBlock {
  const file = /^(?:\/\/|#) ([\w-][\w./-]*\.\w+)\s*$/m.exec(code.slice(0, Math.max(0, code.indexOf('\n'))))?.[1]
  return {
    document,
    line,
    language,
    code,
    ...(output !== undefined && { output: output.code }),
    ...(file !== undefined && { file }),
  }
}
