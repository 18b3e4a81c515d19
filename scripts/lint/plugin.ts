import { roomsRule } from './rooms-rule.ts'
import type { Rule } from './rule.ts'
import { seamRule } from './seam-rule.ts'

/** The project's own lint rules, for conventions that the linter's own rules cannot express. */
const plugin: { meta: { name: string }; rules: Record<string, Rule> } = {
  meta: { name: 'aof' },
  rules: { rooms: roomsRule, seam: seamRule },
}

export default plugin
