/** Why a run is aborted whose budget's time is over. */
export class OutOfBudget extends DOMException {
  constructor() {
    super("The run has used up its budget's time.", 'TimeoutError')
  }
}
