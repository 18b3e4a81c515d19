/** The abort reason of a run whose budget of time is used up. */
export class OutOfBudget extends DOMException {
  constructor() {
    super("The run has used up its budget's time.", 'TimeoutError')
  }
}
